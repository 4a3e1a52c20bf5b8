"""Xero's Python SDK goes the whole journey: every operation it has is done, or left out with a reason."""

import datetime as dt
import inspect
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from xero_python.accounting import AccountingApi
from xero_python.api_client.deserializer import deserialize
from xero_python.api_client.serializer import serialize
from xerosim_journey import journey, prepare, untouched
from xerosim_sdk import Sdk
from xerosim_steps import Step

from xerosim.server import start_background
from xerosim.world import World

pytestmark = pytest.mark.filterwarnings("ignore:HTTPResponse.getheaders:DeprecationWarning")
HELPERS = {"get_model_finder", "get_resource_url"}


@pytest.fixture
def traveller() -> Iterator[Sdk]:
    world = World(tier="advanced")
    with start_background(world) as server:
        sdk = Sdk(world, server.url)
        prepare(world, sdk.tenant)
        yield sdk


def found(answer: Any, path: str) -> Any:
    """A value by its path; # counts a list, and a list left out counts as empty."""
    for part in path.split("."):
        if part == "#":
            return len(answer or [])
        answer = answer[int(part)] if isinstance(answer, list) else (answer or {}).get(part)
    return answer


def _dated(value: Any) -> Any:
    """Days as the SDK reads them from the wire."""
    if isinstance(value, dict):
        return {name: _dated(member) for name, member in value.items()}
    if isinstance(value, list):
        return [_dated(member) for member in value]
    if isinstance(value, str) and re.fullmatch(r"\d{4}-\d\d-\d\d", value):
        moment = dt.datetime.fromisoformat(value).replace(tzinfo=dt.UTC)
        return f"/Date({int(moment.timestamp() * 1000)}+0000)/"
    return value


class Traveller:
    """Takes steps; remembers what they keep."""

    def __init__(self, sdk: Sdk) -> None:
        self.sdk = sdk
        self.kept: dict[str, Any] = {"tenant": sdk.tenant}

    def filled(self, value: Any) -> Any:
        if isinstance(value, str) and value.startswith("$"):
            return self.kept[value[1:]]
        if isinstance(value, dict):
            return {name: self.filled(member) for name, member in value.items()}
        return [self.filled(member) for member in value] if isinstance(value, list) else value

    def argument(self, value: Any) -> Any:
        if isinstance(value, tuple):
            model, members = value
            return deserialize(model, _dated(self.filled(members)), self.sdk.api.get_model_finder())
        if isinstance(value, dict):
            return value["bytes"].encode()
        return self.filled(value)

    def take(self, step: Step) -> None:
        given = {name: self.argument(value) for name, value in step["with"].items()}
        answer = getattr(self.sdk.api, step["do"])(self.sdk.tenant, **given)
        if isinstance(answer, str):
            answer = {"bytes": Path(answer).read_bytes().decode("latin-1")}
        elif answer is not None:
            answer = json.loads(json.dumps(serialize(answer)))
        for path, wanted in self.filled(step["expect"]).items():
            value = found(answer, path)
            if path == "bytes" and wanted.startswith("%PDF"):
                value = value[: len(wanted)]
            assert value == wanted, (step["do"], path, answer)
        for name, path in step["keep"].items():
            self.kept[name] = found(answer, path)
            assert self.kept[name], (step["do"], path, answer)


def test_the_python_sdk_does_everything_it_can(traveller: Sdk) -> None:
    operations = {name for name, _ in inspect.getmembers(AccountingApi, inspect.isfunction) if name[0] != "_"}
    assert untouched(operations - HELPERS) == set()
    one = Traveller(traveller)
    for step in journey():
        one.take(step)
