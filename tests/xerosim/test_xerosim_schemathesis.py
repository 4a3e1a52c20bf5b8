"""Requests made up from Xero's published file: no server error, no malformed answer."""

import json
from pathlib import Path
from typing import Any

import pytest
import schemathesis
import yaml
from hypothesis import HealthCheck, Phase, given, settings

from xerosim.server import start_background
from xerosim.world import World

DESCRIPTION = Path(__file__).resolve().parents[1] / "contract" / "openapi" / "xero_accounting.yaml"
# 501: the method does not exist here; 404: the resource is not simulated or the id is unknown.
ANSWERS = {200, 204, 400, 404, 405, 415, 501}


@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::ResourceWarning")
def test_requests_made_from_the_published_file_never_break_the_simulator() -> None:
    with DESCRIPTION.open(encoding="utf-8") as file:
        schema = schemathesis.openapi.from_dict(yaml.load(file, Loader=yaml.CSafeLoader))
    world = World(tier="advanced")
    tenant = world.add_organisation("uk").id
    world.limits_of(world.app.id).enforced = False
    headers = {
        "Authorization": f"Bearer {world.token()['access_token']}",
        "xero-tenant-id": tenant,
        "Accept": "application/json",
    }
    seen: dict[int, int] = {}
    problems: list[str] = []
    with start_background(world) as server:
        for result in schema.get_all_operations():
            operation = result.ok()

            @settings(
                max_examples=2,
                deadline=None,
                database=None,
                phases=[Phase.generate],
                derandomize=True,
                suppress_health_check=list(HealthCheck),
            )
            @given(operation.as_strategy())
            def once(case: Any) -> None:
                answer = case.call(base_url=f"{server.url}/api.xro/2.0", headers=headers)
                seen[answer.status_code] = seen.get(answer.status_code, 0) + 1
                if answer.status_code not in ANSWERS:
                    problems.append(f"{case.method} {case.path}: {answer.status_code} {answer.text[:100]}")
                if answer.content and "json" in answer.headers.get("content-type", ""):
                    json.loads(answer.content)

            once()
    assert not problems, problems[:10]
    assert sum(seen.values()) > 200
    assert seen[200] > 50
