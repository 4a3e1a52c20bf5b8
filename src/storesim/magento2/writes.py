"""Changing documents: what clients may write, and what the simulation does from outside."""

from collections.abc import Mapping
from datetime import UTC, datetime

import msgspec

from storesim.magento2.errors import ShopError, entity_missing
from storesim.magento2.table import Key, Table
from storesim.wire import decode, encode

JsonObject = dict[str, object]


def shop_time(now: datetime) -> str:
    """A time the way the shop writes it: UTC, whole seconds, no zone."""
    return now.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")


def edit_document(table: Table, key: Key, changes: Mapping[str, object], now: datetime) -> None:
    """Change top-level fields and move `updated_at`, unless the changes name it.

    Raises KeyError when the document does not exist.
    """
    raw = table.get(key)
    if raw is None:
        raise KeyError(key)
    document = decode_object(raw)
    if "updated_at" in document or table.resource.name == "orders":
        document["updated_at"] = shop_time(now)
    document.update(changes)
    table.put(key, encode(document))


def save_order(table: Table, body: bytes, now: datetime) -> tuple[Key, JsonObject]:
    """`POST orders`: a partial update when the order exists, else an imported order.

    Returns the order's id and the answer, which repeats what was sent.
    """
    entity = _member(body, "entity")
    key = entity.get("entity_id")
    if isinstance(key, int) and table.position(key) is not None:
        edit_document(table, key, entity, now)
        return key, entity
    number = key if isinstance(key, int) else table.row_count + 1
    while key is None and table.position(number) is not None:
        number += 1
    stamp = shop_time(now)
    document: JsonObject = {
        "created_at": stamp,
        "updated_at": stamp,
        "increment_id": f"{number:09d}",
        "items": [],
        "status_histories": [],
        **entity,
        "entity_id": number,
    }
    table.put(number, encode(document))
    return number, {**entity, "entity_id": number}


def add_comment(table: Table, key: Key, body: bytes, *, history_id: int, now: datetime) -> None:
    """`POST orders/{id}/comments`: a line in the history; the order's `updated_at` stays.

    Raises ShopError 404 without the order, 400 when a status is named that the order does not have.
    """
    raw = table.get(key)
    if raw is None:
        raise entity_missing()
    history = _member(body, "statusHistory")
    order = decode_object(raw)
    status = history.get("status")
    if status is not None and status != order.get("status"):
        text = 'Unable to add comment: The status "%1" is not part of the order\'s state history.'
        raise ShopError(400, text, [status])
    lines = order.get("status_histories")
    entry: JsonObject = {
        "comment": history.get("comment"),
        "created_at": shop_time(now),
        "entity_id": history_id,
        "is_customer_notified": history.get("is_customer_notified", 0),
        "is_visible_on_front": history.get("is_visible_on_front", 0),
        "parent_id": key,
        "status": order.get("status"),
    }
    order["status_histories"] = [entry, *(lines if isinstance(lines, list) else [])]
    table.put(key, encode(order))


def decode_object(text: bytes) -> JsonObject:
    """A JSON object; anything else is a 400, as the shop answers."""
    try:
        value = decode(text)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise ShopError(400, "Decoding error: Syntax error") from error
    if not isinstance(value, dict):
        raise ShopError(400, "Specified request cannot be processed.")
    return value


def _member(body: bytes, name: str) -> JsonObject:
    member = decode_object(body).get(name)
    if not isinstance(member, dict):
        raise ShopError(400, '"%fieldName" is required. Enter and try again.', {"fieldName": name})
    return member
