"""`/__sim__/…`: acting on a simulated shop from outside its process, without credentials."""

from typing import TYPE_CHECKING

import msgspec

from storesim.faults import Fault, FaultKind
from storesim.magento2.errors import ShopError
from storesim.wire import Request, Response, json_response

if TYPE_CHECKING:
    from storesim.magento2.shop import Shop


class _Edit(msgspec.Struct):
    resource: str
    key: int | str
    changes: dict[str, object]


class _Add(msgspec.Struct):
    resource: str
    document: dict[str, object]


class _Remove(msgspec.Struct):
    resource: str
    key: int | str


class _Draw(msgspec.Struct):
    seed: int
    chances: dict[FaultKind, float]


class _Maintenance(msgspec.Struct):
    on: bool


def answer_control(shop: "Shop", request: Request) -> Response:
    """Do what a control call asks; errors are 400 with a sentence."""
    action = request.path.removeprefix("/__sim__/").strip("/")
    try:
        return json_response(_perform(shop, request.method, action, request.body))
    except msgspec.DecodeError as error:
        return ShopError(400, str(error)).response()
    except KeyError as error:
        return ShopError(404, f"Nothing is known under {error}.").response()


def _perform(shop: "Shop", method: str, action: str, body: bytes) -> object:
    match method, action:
        case "GET", "journal":
            return shop.journal.summary()
        case "DELETE", "journal":
            shop.journal.clear()
        case "POST", "edit":
            edit = msgspec.json.decode(body, type=_Edit)
            shop.edit(edit.resource, edit.key, edit.changes)
        case "POST", "add":
            add = msgspec.json.decode(body, type=_Add)
            shop.add(add.resource, add.document)
        case "POST", "remove":
            remove = msgspec.json.decode(body, type=_Remove)
            shop.remove(remove.resource, remove.key)
        case "POST", "faults":
            shop.faults.plan(msgspec.json.decode(body, type=Fault))
        case "POST", "draw":
            draw = msgspec.json.decode(body, type=_Draw)
            shop.faults.draw(seed=draw.seed, chances=draw.chances)
        case "DELETE", "faults":
            shop.faults.clear()
        case "POST", "maintenance":
            shop.in_maintenance = msgspec.json.decode(body, type=_Maintenance).on
        case _:
            raise KeyError(action)
    return {"done": True}
