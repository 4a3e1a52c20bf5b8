"""Reading a recorded folder: one file per resource, `.json.gz` or `.json`, any of them missing."""

import gzip
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

import msgspec

from storesim.magento2.columns import field_reader
from storesim.magento2.resources import PLAIN_READS, RESOURCES, SIDE_READS, Resource
from storesim.magento2.table import Documents, RecordedDocuments


class Recorded(msgspec.Struct, frozen=True):
    """Everything a shop answers from.

    documents: by resource name.  plain: whole values by file name, as JSON text.
    sides: documents that only a single read returns, by file name and key.
    schema: the shop's own description of its interface, or None.
    """

    documents: dict[str, Documents]
    plain: dict[str, bytes]
    sides: dict[str, dict[str, bytes]]
    schema: bytes | None = None


class _Listing(msgspec.Struct):
    items: list[msgspec.Raw] | None = None


class Exchange(msgspec.Struct, frozen=True):
    """One recorded call.  auth: "bearer", "none" or "invalid".  path: with its query.  body: text."""

    method: str
    path: str
    auth: str
    status: int
    content_type: str
    body: str
    note: str | None = None


def read_folder(folder: Path) -> Recorded:
    """Load a recorded folder.  Raises FileNotFoundError when there is no such folder."""
    if not folder.is_dir():
        raise FileNotFoundError(folder)
    documents = {resource.name: _documents(folder, resource) for resource in RESOURCES}
    names = [read.name for read in PLAIN_READS.values()]
    plain = {name: text for name in names if (text := _read(folder / f"{name}.json")) is not None}
    return Recorded(documents=documents, plain=plain, sides=_sides(folder), schema=_read(folder / "rest_schema.json"))


def read_exchanges(folder: Path) -> Iterator[Exchange]:
    """The recorded calls of a folder, in their order; none when it holds no such file."""
    text = _read(folder / "http_exchanges.jsonl") or b""
    decoder = msgspec.json.Decoder(Exchange)
    return (decoder.decode(line) for line in text.splitlines() if line)


def _documents(folder: Path, resource: Resource) -> Documents:
    text = _read(folder / f"{resource.name}.json") or b"{}"
    raws = msgspec.json.decode(text, type=_Listing).items or []
    return RecordedDocuments(resource, (bytes(raw) for raw in raws))


def _sides(folder: Path) -> dict[str, dict[str, bytes]]:
    """Files of single-read documents; where a folder has none, those its recorded calls returned."""
    found: dict[str, dict[str, bytes]] = {name: {} for name in SIDE_READS.values()}
    missing: dict[str, str] = {}
    for route, name in SIDE_READS.items():
        text = _read(folder / f"{name}.json")
        if text is None:
            missing[route] = name
        else:
            members = msgspec.json.decode(text, type=dict[str, msgspec.Raw])
            found[name] = {key: bytes(raw) for key, raw in members.items()}
    if not missing:
        return found
    route_pattern = re.compile(rf"/rest/V1/({'|'.join(missing)})/([^/?]+)")
    for exchange in read_exchanges(folder):
        match = route_pattern.fullmatch(exchange.path)
        if match and exchange.status == 200 and exchange.content_type.startswith("application/json"):
            found[missing[match[1]]][unquote(match[2])] = exchange.body.encode()
    return found


def _read(path: Path) -> bytes | None:
    packed = path.with_name(path.name + ".gz")
    if packed.is_file():
        return gzip.decompress(packed.read_bytes())
    return path.read_bytes() if path.is_file() else None


def view_currency(configs: list[dict[str, object]], orders: Documents, view: str) -> dict[str, object] | None:
    """What `directory/currency` says under one store view.

    Taken from the view's configuration; the exchange rate is the one its orders were placed at.
    None when the folder knows no such view.
    """
    config = next((entry for entry in configs if entry["code"] == view), None)
    if config is None:
        return None
    base, shown = str(config["base_currency_code"]), str(config["default_display_currency_code"])
    rates: dict[str, object] = {shown: 1}
    if shown != base:
        rates = {shown: _recorded_rate(orders, config["id"]), base: 1}
    return {
        "base_currency_code": base,
        "base_currency_symbol": SYMBOLS.get(base, base),
        "default_display_currency_code": shown,
        "default_display_currency_symbol": SYMBOLS.get(shown, shown),
        "available_currency_codes": sorted(rates),
        "exchange_rates": [{"currency_to": code, "rate": rates[code]} for code in sorted(rates)],
    }


def _recorded_rate(orders: Documents, store_id: object) -> object:
    read_store, read_rate = field_reader("store_id"), field_reader("base_to_order_rate")
    for position in range(len(orders)):
        raw = orders.raw(position)
        if read_store(raw) == store_id:
            return read_rate(raw)
    return 1


SYMBOLS = {"AUD": "A$", "CAD": "CA$", "EUR": "€", "GBP": "£", "JPY": "¥", "NZD": "NZ$", "USD": "$"}
