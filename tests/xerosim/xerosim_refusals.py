"""How to draw every refusal that is known of Xero: one way per row of the list of errors, by its number there."""

from collections.abc import Callable
from typing import Any

from xerosim_tools import Caller, invoice, line

from xerosim.dates import day_of
from xerosim.faults import Fault
from xerosim.people import DEEDS
from xerosim.wire import Request, Response

Draw = Callable[[Caller], Response]
UNKNOWN = "11111111-1111-4111-8111-111111111111"
ADA = {"Name": "Ada Byron"}


def deed(call: Caller, name: str, **members: object) -> None:
    call.world.person(call.tenant, lambda ctx: DEEDS[name](ctx, members))


def put(resource: str, **members: object) -> Draw:
    return lambda call: call.send("PUT", resource, members)


def bad(**members: object) -> Draw:
    """An invoice that is wrong in these members."""
    return lambda call: call.send("PUT", "Invoices", invoice(**members))


def bad_line(**members: object) -> Draw:
    return bad(LineItems=[line(**members)])


def after(first: Callable[[Caller], object], then: Draw) -> Draw:
    def draw(call: Caller) -> Response:
        first(call)
        return then(call)

    return draw


def settings(**members: Any) -> Callable[[Caller], object]:
    def change(call: Caller) -> object:
        org = call.world.organisations[call.tenant]
        return call.world.person(call.tenant, lambda ctx: org.change_settings(**members))

    return change


def changed(status: str = "AUTHORISED", pay: bool = False, **change: object) -> Draw:
    """An invoice made, perhaps part-paid, then changed."""

    def draw(call: Caller) -> Response:
        id = call.invoice(Status=status, InvoiceNumber="R-1")["InvoiceID"]
        if pay:
            deed(call, "pay", number="R-1", amount="10")
        return call.send("POST", f"Invoices/{id}", change)

    return draw


def paid(**members: object) -> Draw:
    """A payment of an invoice of 120.00."""

    def draw(call: Caller) -> Response:
        target = {"InvoiceID": call.invoice()["InvoiceID"]}
        return call.send("PUT", "Payments", {"Invoice": target, "Account": {"Code": "090"}, "Amount": 1, **members})

    return draw


def unpaid(batch: bool) -> Draw:
    """A payment deleted that is in a batch, or else reconciled."""

    def draw(call: Caller) -> Response:
        target = {"Invoice": {"InvoiceID": call.invoice()["InvoiceID"]}, "Amount": 1}
        if batch:
            body = {"Account": {"Code": "090"}, "Date": "2026-09-02", "Payments": [target]}
            id = call("PUT", "BatchPayments", body)["BatchPayments"][0]["Payments"][0]["PaymentID"]
        else:
            body = {**target, "Account": {"Code": "090"}, "IsReconciled": True}
            id = call("PUT", "Payments", body)["Payments"][0]["PaymentID"]
        return call.send("POST", f"Payments/{id}", {"Status": "DELETED"})

    return draw


def allocated(amount: int = 1, *, member: str = "Amount", paid_off: bool = False, **members: object) -> Draw:
    """A credit note allocated to an invoice of 120.00; returns the answer to the allocation."""

    def draw(call: Caller) -> Response:
        owed = call.invoice(InvoiceNumber="R-1", **members)["InvoiceID"]
        if paid_off:
            deed(call, "pay", number="R-1")
        id = note(call)
        body = {
            "Allocations" if member == "Amount" else "Payments": [{member: amount, "Invoice": {"InvoiceID": owed}}]
        }
        return call.send("PUT", f"CreditNotes/{id}/Allocations", body)

    return draw


def note(call: Caller) -> str:
    id: str = call("PUT", "CreditNotes", invoice(Type="ACCRECCREDIT"))["CreditNotes"][0]["CreditNoteID"]
    return id


def edited_note(call: Caller) -> Response:
    owed, id = call.invoice()["InvoiceID"], note(call)
    call("PUT", f"CreditNotes/{id}/Allocations", {"Allocations": [{"Amount": 1, "Invoice": {"InvoiceID": owed}}]})
    return call.send("POST", f"CreditNotes/{id}", {"LineItems": [line(UnitAmount=1)]})


def linked(contact: bool) -> Draw:
    def draw(call: Caller) -> Response:
        bill = call.invoice(Type="ACCPAY", LineItems=[line(AccountCode="400", TaxType="INPUT2")])
        sale = call.invoice(Contact={"Name": "Grace"})
        source = {"SourceTransactionID": bill["InvoiceID"], "SourceLineItemID": bill["LineItems"][0]["LineItemID"]}
        if not contact:
            return call.send("PUT", "LinkedTransactions", {**source, "SourceLineItemID": UNKNOWN})
        target = {"TargetTransactionID": sale["InvoiceID"], "ContactID": bill["Contact"]["ContactID"]}
        return call.send("PUT", "LinkedTransactions", {**source, **target})

    return draw


def order(deleted: bool) -> Draw:
    def draw(call: Caller) -> Response:
        lines = [line(AccountCode="400", TaxType="INPUT2")]
        body = {"Contact": ADA, "PurchaseOrderNumber": "P-1", "LineItems": lines}
        id = call("PUT", "PurchaseOrders", body)["PurchaseOrders"][0]["PurchaseOrderID"]
        if deleted:
            call("POST", f"PurchaseOrders/{id}", {"Status": "DELETED"})
        return call.send("POST" if deleted else "PUT", "PurchaseOrders", body)

    return draw


def reconciled(call: Caller) -> Response:
    body = {"Type": "RECEIVE", "Contact": ADA, "BankAccount": {"Code": "090"}, "LineItems": [line()]}
    made = call("PUT", "BankTransactions", {**body, "IsReconciled": True})["BankTransactions"][0]
    return call.send("POST", f"BankTransactions/{made['BankTransactionID']}", {"Reference": "x"})


def oversold(call: Caller) -> Response:
    details = {"COGSAccountCode": "310"}
    call("PUT", "Items", {"Code": "TRK", "InventoryAssetAccountCode": "630", "PurchaseDetails": details})
    return call.send("PUT", "Invoices", invoice(LineItems=[line(ItemCode="TRK")]))


def website(call: Caller) -> Response:
    import msgspec

    contact = call("PUT", "Contacts", {"Name": "Grace"})["Contacts"][0]["ContactID"]
    org = call.world.organisations[call.tenant]

    def typed(ctx: object) -> object:
        kept = org.contacts[contact]
        return org.contacts.put(msgspec.structs.replace(kept, texts=(("Website", "grace.test"),)))

    call.world.person(call.tenant, typed)
    return call.send("POST", f"Contacts/{contact}", {"FirstName": "Grace"})


def of_theme(call: Caller) -> Response:
    theme = call("GET", "BrandingThemes")["BrandingThemes"][0]["BrandingThemeID"]
    return call.send("PUT", f"BrandingThemes/{theme}/PaymentServices", {"PaymentServiceID": UNKNOWN})


def attached(call: Caller) -> Response:
    id = call.invoice()["InvoiceID"]
    return call.send("PUT", f"Invoices/{id}/Attachments/a%3Cb.txt", b"x", content_type="text/plain")


def key_used_twice(call: Caller) -> Response:
    call.send("PUT", "Contacts", {"Name": "A"}, idempotency_key="k")
    return call.send("PUT", "Contacts", {"Name": "B"}, idempotency_key="k")


def get(path: str, **headers: str) -> Draw:
    return lambda call: call.send("GET", path, **headers)


def at(method: str, target: str, body: bytes = b"", **headers: str) -> Draw:
    """A call beside the accounting API."""
    return lambda call: call.world.handle(Request(method, target, {**call.headers, **headers}, body))


def faulty(kind: Any) -> Draw:
    return after(lambda call: call.world.faults.add(Fault(kind=kind)), get("Contacts"))


def limited(count: int, *, tier: str = "core", step: float = 0.0) -> Draw:
    """The first refused of many calls."""

    def draw(call: Caller) -> Response:
        call.world.set_tier(tier)
        call.world.limits_of(call.world.app.id).enforced = True
        for number in range(count):
            answer = call.send("GET", "Organisation")
            if step and number % 50 == 49:
                call.world.clock.advance(step)
                call.headers["authorization"] = f"Bearer {call.world.token()['access_token']}"
            if answer.status == 429:
                return answer
        raise AssertionError("nothing was refused")

    return draw


def crowded(call: Caller) -> Response:
    from xerosim.faults import Latency

    call.world.limits_of(call.world.app.id).enforced = True
    call.world.faults.latency = Latency(low=10, high=10)
    return [call.send("GET", "Organisation") for _ in range(6)][-1]


def busy_app(call: Caller) -> Response:
    from xerosim import limits

    others = [
        Caller(call.world, call.world.add_organisation("uk").id) for _ in range(limits.PER_APP_MINUTE // 60 + 2)
    ]
    call.world.limits_of(call.world.app.id).enforced = True
    for other in others:
        for _ in range(60):
            answer = other.send("GET", "Organisation")
            if answer.headers.get("x-rate-limit-problem") == "appminute":
                return answer
    raise AssertionError("the app was never refused")


def not_approved(call: Caller) -> Response:
    return paid_draft(call, call.invoice(Status="DRAFT")["InvoiceID"])


def paid_draft(call: Caller, id: str) -> Response:
    return call.send("PUT", "Payments", {"Invoice": {"InvoiceID": id}, "Account": {"Code": "090"}, "Amount": 1})


def locked(**members: str) -> Draw:
    return after(settings(**{name: day_of(day) for name, day in members.items()}), bad(Date="2026-09-01"))


def journal(*amounts: str, **members: object) -> Draw:
    lines = [{"LineAmount": amount, "AccountCode": "404"} for amount in amounts]
    return put("ManualJournals", Narration="x", JournalLines=lines, **members)


def connection(call: Caller) -> Response:
    return call.world.handle(Request("DELETE", f"/connections/{call.tenant}", call.headers))


def narrow(path: str, scope: str) -> Draw:
    return lambda call: Caller(call.world, call.tenant, frozenset({scope})).send("GET", path)


def token(call: Caller) -> Response:
    app = call.world.app
    form = f"grant_type=refresh_token&refresh_token=dead&client_id={app.id}&client_secret={app.secret}"
    return call.world.handle(Request("POST", "/connect/token", {}, form.encode()))


def consent(call: Caller) -> Response:
    query = f"client_id={call.world.app.id}&redirect_uri=https://shop.test/&response_type=code&scope=accounting.beans"
    return call.world.handle(Request("GET", f"/identity/connect/authorize?{query}"))
