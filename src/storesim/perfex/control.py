"""`/__sim__/…`: acting on a simulated CRM from outside its process, without a token."""

from decimal import Decimal
from typing import TYPE_CHECKING

import msgspec

from storesim.faults import Fault
from storesim.perfex.core import Refused
from storesim.perfex.expected import expected
from storesim.perfex.tables import NoSuchRow
from storesim.perfex.webhooks import Subscription
from storesim.wire import Request, Response, json_response

if TYPE_CHECKING:
    from storesim.perfex.shop import PerfexShop


class _Row(msgspec.Struct):
    """table: "invoices" …; values: columns to change."""

    table: str
    key: int
    values: dict[str, object] = {}


class _Payment(msgspec.Struct):
    invoice: int
    amount: Decimal
    mode: str = "1"
    date: str = ""


def answer_control(shop: "PerfexShop", request: Request) -> Response:
    """Do what a control call asks; errors are 400 or 404 with a sentence."""
    action = request.path.removeprefix("/__sim__/").strip("/")
    try:
        return json_response(_perform(shop, request.method, action, request.body))
    except (msgspec.DecodeError, Refused) as error:
        return json_response({"message": str(error)}, status=400)
    except (NoSuchRow, KeyError) as error:
        return json_response({"message": f"Nothing is known under {error}."}, status=404)


def _perform(shop: "PerfexShop", method: str, action: str, body: bytes) -> object:
    sales = shop.crm.sales
    match method, action:
        case "GET", "journal":
            return shop.journal.summary()
        case "GET", "expected":
            return expected(shop.crm)
        case "POST", "edit":
            edit = msgspec.json.decode(body, type=_Row)
            shop.crm.tables.update(edit.table, edit.key, edit.values)
        case "POST", ("approve" | "cancel" | "uncancel" | "delete" | "recur") as what:
            getattr(sales, what)(msgspec.json.decode(body, type=_Row).key)
        case "POST", "pay":
            paid = msgspec.json.decode(body, type=_Payment)
            sales.pay(paid.invoice, paid.amount, paid.mode, paid.date or shop.crm.core.today())
        case "POST", "delete-payment":
            sales.delete_payment(msgspec.json.decode(body, type=_Row).key)
        case "POST", "subscribe":
            shop.webhooks.subscriptions.append(msgspec.json.decode(body, type=Subscription))
        case "POST", "cron":
            return {"sent": shop.webhooks.cron()}
        case "POST", "faults":
            shop.faults.plan(msgspec.json.decode(body, type=Fault))
        case "DELETE", "faults":
            shop.faults.clear()
        case _:
            raise KeyError(action)
    return {"done": True}
