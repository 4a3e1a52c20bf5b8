"""Verbs `store`, `organisation` and `connect`: who is connected with whom."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click
import msgspec

from tieout.cli.files import text_of
from tieout.cli.numbers import RECORD
from tieout.cli.output import emit, json_option, table
from tieout.config import start


@click.group()
def store() -> None:
    """Stores that are read."""


@store.command("list", epilog="Example: tieout store list --json")
@json_option
def list_stores(as_json: bool) -> None:
    """Connected stores and how reading them goes."""
    start.begin()
    from tieout.config.wiring import wiring

    rows = [
        {"id": one.id, "kind": one.kind, "name": one.name, "address": one.address, "status": one.status}
        for one in wiring().administration.connections()
    ]
    if as_json:
        emit({"stores": rows})
    else:
        table("Stores", ("id", "kind", "name", "address", "status"), [tuple(row.values()) for row in rows])


@store.command(
    "add",
    epilog="Example: tieout store add magento2 --name Shop --set url=https://shop.example --secrets-file keys.json",
)
@click.argument("kind")
@click.option("--name", required=True, help="What you call this store.")
@click.option("--set", "values", multiple=True, metavar="NAME=VALUE", help="A setting; see `store fields KIND`.")
@click.option(
    "--secrets-file",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="JSON object with the secret settings; without it they are asked for.",
)
@click.option("--start-date", type=click.DateTime(["%Y-%m-%d"]), help="Only sales dated on or after this day.")
@json_option
def add(
    kind: str, name: str, values: tuple[str, ...], secrets_file: Path | None, start_date: Any, as_json: bool
) -> None:
    """Connect a store."""
    start.begin()
    from tieout.config.wiring import wiring
    from tieout.ports.administration import NewConnection

    wired = wiring()
    adapter = _adapter(kind)
    given = _pairs(values)
    secrets = _secrets(adapter, secrets_file)
    known = {field.name for field in adapter.fields()}
    unknown = sorted({*given, *secrets} - known)
    if unknown:
        raise click.UsageError(f"A {kind} store has no setting {unknown[0]}; it has {', '.join(sorted(known))}.")
    for field in adapter.fields():
        if field.secret and field.name in given:
            raise click.UsageError(
                f"{field.name} is secret; put it in the file of --secrets-file, or be asked for it."
            )
        if not field.secret:
            given.setdefault(field.name, field.default)
        if field.required and not (given.get(field.name) or secrets.get(field.name)):
            raise click.UsageError(f"The setting {field.name} is missing: {field.label}. {field.help}")
    number = wired.administration.add_connection(
        NewConnection(
            kind=kind,
            name=name,
            address=given.get("url", ""),
            options=given,
            secrets=wired.seal_secrets(secrets),
            start_date=start_date.date() if start_date else None,
        ),
        wired.clock.now(),
    )
    wired.administration.note(by="terminal", action="store added", subject=name, now=wired.clock.now())
    if as_json:
        emit({"store": number})
    else:
        click.echo(f"Store {number} added. Try it: tieout store test {number}")


@store.command("fields", epilog="Example: tieout store fields magento2")
@click.argument("kind")
@json_option
def fields(kind: str, as_json: bool) -> None:
    """What a kind of store asks for."""
    found = _adapter(kind).fields()
    if as_json:
        emit({"fields": list(found)})
    else:
        rows = [
            (f.name, "secret" if f.secret else "", "required" if f.required else "", f.label, f.help) for f in found
        ]
        table(f"Settings of {kind}", ("name", "", "", "what", "help"), rows)


@store.command("test", epilog="Example: tieout store test 1")
@click.argument("number", type=RECORD)
@json_option
def test(number: int, as_json: bool) -> int:
    """Ask the store who it is, what it holds and which rights are missing."""
    start.begin()
    from tieout.config.wiring import wiring

    connection = next((one for one in wiring().administration.connections() if one.id == number), None)
    if connection is None:
        raise click.UsageError(f"There is no store {number}; see: tieout store list")
    found = wiring().reader(connection).test()
    if as_json:
        emit(found)
    else:
        click.echo(f"{found.name} ({found.version})")
        table("Holds", ("what", "count"), found.counts, right=(1,))
        for right in found.rights_missing:
            click.echo(f"Missing right: {right}")
        for warning in found.warnings:
            click.echo(warning)
    return 1 if found.rights_missing else 0


def _adapter(kind: str) -> Any:
    from tieout.stores.kinds import KINDS

    if kind not in KINDS:
        raise click.UsageError(f"There is no kind of store {kind}; there are: {', '.join(sorted(KINDS))}.")
    return KINDS[kind]


def _pairs(values: tuple[str, ...]) -> dict[str, str]:
    pairs = [value.partition("=") for value in values]
    for name, mark, _ in pairs:
        if not mark:
            raise click.UsageError(f"--set {name} has no value. Example: --set url=https://shop.example")
    return {name: value for name, _, value in pairs}


def _secrets(adapter: Any, file: Path | None) -> dict[str, str]:
    if file is not None:
        try:
            return msgspec.json.decode(file.read_bytes(), type=dict[str, str])
        except msgspec.DecodeError as error:
            raise click.UsageError(f"{file} is not a JSON object of texts: {error}") from error
    asked = {}
    for field in adapter.fields():
        if field.secret:
            answer = click.prompt(field.label, default="", hide_input=True, show_default=False, err=True)
            if answer:
                asked[field.name] = answer
    return asked


@click.group()
def organisation() -> None:
    """Xero organisations."""


@organisation.command("list", epilog="Example: tieout organisation list")
@json_option
def list_organisations(as_json: bool) -> None:
    """Connected organisations, their currency, status and calls left today."""
    start.begin()
    from tieout.config.wiring import wiring

    rows = [
        {
            "id": one.id,
            "name": one.name,
            "currency": one.base_currency,
            "status": one.status,
            "calls_left_today": one.day_remaining,
            "waits_until": one.hold_until,
            "why": one.status_reason or one.hold_reason,
        }
        for one in wiring().administration.organisations()
    ]
    if as_json:
        emit({"organisations": rows})
    else:
        columns = ("id", "name", "currency", "status", "calls left today", "waits until", "why")
        table("Organisations", columns, [tuple(row.values()) for row in rows])


@click.command(epilog="Example: tieout connect --client-id ABC123 --custom")
@click.option("--client-id", required=True, help="Of your app at developer.xero.com.")
@click.option("--custom", is_flag=True, help="A custom connection: no consent in the browser, one organisation.")
@click.option("--store", "number", type=RECORD, help="Assign this store to the organisation (default: the only one).")
@click.option(
    "--secret-file", type=click.Path(path_type=Path, exists=True, dir_okay=False), help="Holds the app's secret."
)
@click.option(
    "--port", type=click.IntRange(1024, 65535), default=8765, show_default=True, help="Where Xero's answer arrives."
)
@json_option
def connect(
    client_id: str, custom: bool, number: int | None, secret_file: Path | None, port: int, as_json: bool
) -> None:
    """Connect Xero organisations and assign a store to the first one."""
    start.begin()
    from tieout.cli import consent
    from tieout.config.wiring import wiring

    if secret_file:
        secret = text_of(secret_file).strip()
    else:
        secret = click.prompt("Client secret", default="", hide_input=True, show_default=False, err=True)
    connecting = wiring().connecting()
    if custom:
        connected = connecting.custom(client_id, secret)
    else:
        connected = consent.ask_in_browser(connecting, client_id, secret, port)
    assigned = connecting.assign(connected[0].id, number) if connected else None
    if as_json:
        emit({"organisations": [one.name for one in connected], "store": assigned})
        return
    for one in connected:
        click.echo(f"Connected {one.name} ({one.base_currency}).")
    if assigned is not None:
        click.echo(f"Store {assigned} goes to {connected[0].name}. Next: accounts and taxes in the web admin.")
