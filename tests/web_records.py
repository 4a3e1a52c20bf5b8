"""Fills the tables with a small shop for the tests of the screens: posted, queued, held, waiting and removed."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import lru_cache

from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Group, User

from tieout.accounting import (
    Account,
    Contact,
    ContactAddress,
    Invoice,
    Item,
    LedgerLine,
    LedgerReference,
    LineAmountTypes,
    OrganisationFacts,
    Payload,
    Payment,
    Ref,
    Role,
    Status,
    TaxRate,
    Totals,
)
from tieout.documents import DocumentKey, DocumentKind
from tieout.errors import Problem
from tieout.money import Money
from tieout.planning.results import Certificate
from tieout.records import codec
from tieout.records.models import (
    App,
    Audit,
    Authorisation,
    Call,
    Connection,
    Dependency,
    Document,
    Drift,
    Event,
    HeldFigures,
    Mapping,
    Organisation,
    Posting,
    PostingPayload,
    Request,
    Run,
    Watermark,
)
from tieout.rules.settings import AccountRoles, MethodRule, Rules, StatusRule, TaxRule, ZeroReason, ZeroRule
from tieout.rules.settings import Action as StateAction

ROLES = ("owner", "operator", "bookkeeper", "viewer")
#: A name that a store may well send; it must never run, on no screen.
EVIL = '<script>document.title="evil"</script>'
PASSWORD = "a long enough password"


def money(text: str, currency: str = "GBP") -> Money:
    return Money(Decimal(text), currency)


@dataclass
class Shop:
    """What was made, by name."""

    now: datetime
    connection: Connection
    organisation: Organisation
    users: dict[str, User] = field(default_factory=dict)
    documents: dict[str, Document] = field(default_factory=dict)
    postings: dict[str, Posting] = field(default_factory=dict)
    events: dict[str, Event] = field(default_factory=dict)
    run: Run = field(default_factory=Run)


@lru_cache
def _hash() -> str:
    """Once per process: a good hash is slow by design."""
    return make_password(PASSWORD)


def make_users() -> dict[str, User]:
    """One user per role, and one without any."""
    users = {}
    for role in (*ROLES, "nobody"):
        user = User.objects.create(username=role, password=_hash())
        if role in ROLES:
            user.groups.add(Group.objects.get_or_create(name=role)[0])
        users[role] = user
    return users


def reference(now: datetime) -> LedgerReference:
    accounts = (
        Account("a1", "200", "Sales", "REVENUE", "REVENUE", tax_type="OUTPUT2"),
        Account("a2", "210", "Shipping income", "REVENUE", "REVENUE", tax_type="OUTPUT2"),
        Account("a3", "090", "Business bank account", "BANK", "ASSET", payments_enabled=True),
        Account("a4", "091", "Gateway clearing", "CURRENT", "ASSET", payments_enabled=True),
        Account("a5", "860", "Rounding", "EXPENSE", "EXPENSE", system_account="ROUNDING"),
        Account("a6", "310", "Cost of goods sold", "DIRECTCOSTS", "EXPENSE"),
        Account("a7", "630", "Inventory", "CURRENT", "ASSET"),
        Account("a8", "404", "Bank fees, old", "EXPENSE", "EXPENSE", status="ARCHIVED"),
    )
    rates = (
        TaxRate("OUTPUT2", "20% (VAT on Income)", Decimal(20)),
        TaxRate("RROUTPUT", "5% (VAT on Income)", Decimal(5)),
        TaxRate("ZERORATEDOUTPUT", "Zero Rated Income", Decimal(0)),
        TaxRate("NONE", "No VAT", Decimal(0)),
    )
    facts = OrganisationFacts(
        "o1", "Harbour Trading Ltd", "!abc12", "GB", "UK", "GBP", "Europe/London",
        period_lock_date=date(2026, 9, 30), plan="Premium", actions=(("CreateApprovedInvoice", True),),
    )  # fmt: skip
    return LedgerReference(facts, accounts, rates, ("GBP", "EUR"), now)


def rules() -> Rules:
    return Rules(
        statuses=(
            StatusRule("order", "processing", StateAction.AUTHORISED),
            StatusRule("order", "complete", StateAction.AUTHORISED),
            StatusRule("order", "pending_payment", StateAction.WAIT),
            StatusRule("order", "canceled", StateAction.UNDO),
        ),
        accounts=AccountRoles(sales="200", shipping="210", bank="090", rounding="860"),
        taxes=(TaxRule(("UK VAT 20",), "OUTPUT2", "GB", Decimal(20)),),
        zero_rules=(ZeroRule(ZeroReason.EXPORT, "ZERORATEDOUTPUT", ship_to="world", confirmed=True),),
        methods=(MethodRule("braintree", "091"), MethodRule("checkmo", "090", offline=True)),
        start_date=date(2026, 4, 1),
    )


def make_shop(now: datetime | None = None) -> Shop:
    """A store, an organisation, and one document of every kind and state."""
    now = now or datetime.now(UTC).replace(microsecond=0)
    connection = Connection.objects.create(
        kind="magento2", name="Harbour Books", address="https://shop.example.com", status="working",
        last_read_at=now - timedelta(minutes=2), created_at=now - timedelta(days=90), start_date=date(2026, 4, 1),
        secrets="sealed:planted-secret-of-the-store",
    )  # fmt: skip
    app = App.objects.create(
        name="Tieout", client_id="CLIENTID", client_secret="sealed:planted-secret-of-the-app", created_at=now
    )
    authorisation = Authorisation.objects.create(
        app=app, tokens="sealed:planted-secret-of-the-tokens", created_at=now,
        refreshed_at=now - timedelta(minutes=9),
        access_expires_at=now + timedelta(minutes=21), refresh_expires_at=now + timedelta(days=59),
        xero_user="ada@example.com",
    )  # fmt: skip
    organisation = Organisation.objects.create(
        authorisation=authorisation, tenant_id="t-1", name="Harbour Trading Ltd", short_code="!abc12",
        base_currency="GBP", day_remaining=588, day_remaining_at=now - timedelta(minutes=1), created_at=now,
        reference=codec.to_text(reference(now)), reference_read_at=now - timedelta(hours=3),
        batches='{"invoice": 40, "contact": 60}',
    )  # fmt: skip
    Mapping.objects.create(
        connection=connection, organisation=organisation, version=1, rules=codec.to_text(rules()),
        created_at=now - timedelta(days=80), created_by="owner",
    )  # fmt: skip
    for kind in ("customer", "product", "order", "invoice", "refund"):
        Watermark.objects.create(connection=connection, kind=kind, updated_at=now, read_at=now - timedelta(minutes=2))
    shop = Shop(now, connection, organisation, users=make_users())
    _posted_order(shop)
    _other_documents(shop)
    _history(shop)
    return shop


def document(shop: Shop, name: str, kind: str, number: str, **more: object) -> Document:
    values: dict[str, object] = {
        "root_kind": kind,
        "root_key": number,
        "title": "Ada Lindqvist",
        "email": "ada@example.com",
        "state": "complete",
        "store_view": "Main view",
        "url": f"https://shop.example.com/admin/{kind}/{number}",
        "updated_at": shop.now - timedelta(hours=5),
        "read_at": shop.now - timedelta(hours=4),
        "planned_version": 1,
        "planning_due": False,
        "date": date(2026, 11, 14),
    } | more
    found = Document.objects.create(connection=shop.connection, kind=kind, key=number, number=number, **values)
    shop.documents[name] = found
    return found


def posting(shop: Shop, name: str, source: Document, role: str, state: str, **more: object) -> Posting:
    values: dict[str, object] = {
        "root": more.pop("root", source),
        "queued_at": shop.now - timedelta(minutes=len(shop.postings) + 3),
        "wanted_digest": "w",
        "action": "create",
        "currency": "GBP",
        "why": "document",
    } | more
    found = Posting.objects.create(
        organisation=shop.organisation, connection=shop.connection, document=source, role=role, state=state, **values
    )
    shop.postings[name] = found
    return found


def payload(target: Posting, wanted: Payload, certificate: Certificate | None = None) -> None:
    PostingPayload.objects.create(
        posting=target,
        wanted=codec.encode_payload(wanted),
        certificate=codec.encode_certificate(certificate) if certificate else None,
    )


def invoice(number: str, source: Document, customer: Document, name: str = "Atlas of Quiet Harbours") -> Invoice:
    lines = (
        LedgerLine(
            "1", f"{name}, hardback", Decimal(2), Decimal("24.5000"), "200", "OUTPUT2", money("40.83"), money("8.17"),
            item_code="BK-1042", why_account="role sales", why_tax="UK VAT 20 (20 %) → 20% (VAT on Income)",
        ),
        LedgerLine(
            "2", "Pocket tide tables 2027", Decimal(1), Decimal("7.9500"), "200", "ZERORATEDOUTPUT", money("7.95"),
            money("0.00"), item_code="BK-0077", why_account="role sales", why_tax="zero-rated: printed matter",
        ),
        LedgerLine(
            "shipping", "Royal Mail Tracked 48", Decimal(1), Decimal("4.1200"), "210", "OUTPUT2", money("4.12"),
            money("0.83"), override=True, why_account="role shipping", why_tax="UK VAT 20 (20 %)",
        ),
    )  # fmt: skip
    return Invoice(
        number=number,
        reference=source.number,
        contact=Ref(Role.CONTACT, DocumentKey(DocumentKind.CUSTOMER, customer.key)),
        date=date(2026, 11, 14),
        due_date=date(2026, 11, 14),
        status=Status.AUTHORISED,
        line_amount_types=LineAmountTypes.EXCLUSIVE,
        currency="GBP",
        lines=lines,
        totals=Totals(money("52.90"), money("9.00"), money("61.90"), (("OUTPUT2", money("9.00")),)),
        url=source.url,
    )


def certificate() -> Certificate:
    return Certificate(
        total=money("61.90"),
        predicted_total=money("61.90"),
        tax=money("9.00"),
        predicted_tax=money("9.00"),
        rounding=money("0.00"),
        bound=money("0.05"),
        taxes=(("UK VAT 20", money("9.00"), "OUTPUT2", money("9.00")),),
        overrides=1,
        steps=(
            "3 lines, 52.90 net, as the store shows them.",
            "20 % of 44.95 is 8.99; the store showed 9.00, so the tax of the shipping line is sent as it is.",
            "Sum of the lines 52.90 + tax 9.00 = 61.90 = the store's total.",
        ),
    )


def _posted_order(shop: Shop) -> None:
    now = shop.now
    customer = document(shop, "customer", "customer", "7", date=None, sync_state="posted", url="")
    product = document(
        shop, "product", "product", "BK-1042", title="Atlas of Quiet Harbours", email="", date=None,
        sync_state="posted", state="enabled",
    )  # fmt: skip
    order = document(
        shop, "order", "order", "000000104", total_minor=6190, currency="GBP", sync_state="posted",
    )  # fmt: skip
    posted = {"posted_digest": "w", "remote_id": "11111111-2222", "posted_at": now - timedelta(hours=3)}
    contact = posting(shop, "contact", customer, "contact", "posted", marker="TO-7", remote_status="ACTIVE", **posted)
    payload(
        contact,
        Contact(
            "Ada Lindqvist", "TO-7", "Ada", "Lindqvist", "ada@example.com", "+44 20 7946 0000",
            addresses=(ContactAddress("POBOX", ("1 Quay Street",), "Bristol", postal_code="BS1 4DJ", country="GB"),),
        ),
    )  # fmt: skip
    item = posting(shop, "item", product, "item", "posted", marker="BK-1042", **posted)
    payload(item, Item("BK-1042", "Atlas of Quiet Harbours", "Hardback", Decimal("24.50"), "200", "OUTPUT2"))
    bill = posting(
        shop, "invoice", order, "invoice", "posted", marker="SO-000000104", total_minor=6190, tax_minor=900,
        posted_total_minor=6190, posted_tax_minor=900, due_minor=0, date=date(2026, 11, 14), remote_status="PAID",
        verified_at=now - timedelta(hours=2), **posted,
    )  # fmt: skip
    payload(bill, invoice("SO-000000104", order, customer), certificate())
    HeldFigures.objects.create(
        posting=bill, status="PAID", currency="GBP", total_minor=6189, tax_minor=899, due_minor=0,
        read_at=now - timedelta(hours=1),
    )  # fmt: skip
    Drift.objects.create(
        posting=bill,
        field="Total",
        ours="61.90 GBP",
        theirs="61.89 GBP",
        blocks=True,
        seen_at=now - timedelta(hours=1),
    )
    paid = posting(
        shop, "payment", order, "payment", "posted", marker="pay-104", total_minor=6190, posted_total_minor=6190,
        date=date(2026, 11, 14), remote_status="AUTHORISED", **posted,
    )  # fmt: skip
    payload(
        paid,
        Payment(
            Ref(Role.INVOICE, DocumentKey(DocumentKind.ORDER, "000000104")), "091", date(2026, 11, 14),
            money("61.90"), "ch_104",
        ),
    )  # fmt: skip
    call = Call.objects.create(
        organisation=shop.organisation, role="invoice", operation="create", method="POST",
        path="/Invoices?summarizeErrors=false", idempotency_key="k-1", postings=json.dumps([bill.pk]),
        markers='["SO-000000104"]', count=1, state="done", tries=1, status=200, frozen_at=now - timedelta(hours=3),
        body='{"Invoices":[{"InvoiceNumber":"SO-000000104","Total":61.90}]}',
    )  # fmt: skip
    shop.events["posted"] = Event.objects.create(
        at=now - timedelta(hours=3), entity="order", number="000000104", action="create", status="success",
        message="OK", duration_ms=412, role="invoice", remote_id="11111111-2222", connection_id=shop.connection.pk,
        organisation_id=shop.organisation.pk, document=order, posting_id=bill.pk, call_id=call.pk,
        detail='{"InvoiceNumber":"SO-000000104","Status":"AUTHORISED","Total":61.90}',
    )  # fmt: skip
    Dependency.objects.create(posting=bill, needs=contact)


def _other_documents(shop: Shop) -> None:
    now = shop.now
    held = document(shop, "held", "order", "000000105", total_minor=12000, currency="GBP", sync_state="held")
    problem = Problem("tax_unmapped", "The tax “DE VAT 19” (19 %) is not mapped to a tax type.", "tax DE VAT 19")
    posting(
        shop, "held", held, "invoice", "held", marker="SO-000000105", total_minor=12000, code=problem.code,
        reason=problem.reason, subject=problem.subject, attempts=1,
        remarks=codec.to_text({"problems": [problem], "notes": [], "redated_to": None}),
    )  # fmt: skip
    queued = document(shop, "queued", "order", "000000106", total_minor=4950, currency="GBP", sync_state="queued")
    bill = posting(shop, "queued", queued, "invoice", "queued", marker="SO-000000106", total_minor=6190)
    payload(bill, invoice("SO-000000106", queued, shop.documents["customer"]), certificate())
    wait = posting(
        shop, "waiting", queued, "payment", "waiting", marker="pay-106", total_minor=6190,
        reason="Waits until the invoice is approved in Xero.", unmet=1,
    )  # fmt: skip
    Dependency.objects.create(posting=wait, needs=bill)
    sending = document(shop, "sending", "refund", "000000021", total_minor=1999, currency="GBP", sync_state="sending")
    posting(shop, "sending", sending, "credit_note", "sending", marker="CM-000000021", total_minor=1999, attempts=1)
    evil = document(shop, "evil", "product", "=EVIL-1", title=EVIL, date=None, sync_state="queued", email="")
    posting(shop, "evil", evil, "item", "queued", marker=EVIL[:30], reason=f"Looks odd: {EVIL}")
    removed = document(shop, "removed", "customer", "9", title="Bo", date=None, sync_state="removed")
    posting(shop, "removed", removed, "contact", "removed", marker="TO-9", reason="Taken out by operator.")
    document(
        shop, "skipped", "order", "000000107", total_minor=100, currency="GBP", sync_state="skipped",
        skipped_code="cancelled_unsent", skipped_reason="Cancelled before it was sent: nothing goes to Xero.",
    )  # fmt: skip
    document(
        shop, "invoice", "invoice", "000000088", root_kind="order", root_key="000000104", total_minor=6190,
        currency="GBP", sync_state="skipped", skipped_code="other_sales_document",
        skipped_reason="Orders are posted.",
    )  # fmt: skip
    document(shop, "payment", "payment", "txn-1", root_kind="order", root_key="000000104", sync_state="posted")
    shop.events["held"] = Event.objects.create(
        at=now - timedelta(minutes=50), entity="order", number="000000105", action="plan", status="held",
        code=problem.code, message=problem.reason, connection_id=shop.connection.pk,
        organisation_id=shop.organisation.pk, document=held,
    )  # fmt: skip
    shop.events["evil"] = Event.objects.create(
        at=now - timedelta(minutes=40), entity="product", number="=EVIL-1", action="create", status="error",
        role="item", code="xero_refused", message=f"Item name {EVIL} is not allowed", duration_ms=2310, document=evil,
        connection_id=shop.connection.pk, organisation_id=shop.organisation.pk, detail=EVIL,
    )  # fmt: skip


def _history(shop: Shop) -> None:
    now = shop.now
    rows = []
    for back in range(30):
        for endpoint, calls, documents in (("Invoices", 4 + (29 - back) // 3, 40), ("Payments", 3, 40)):
            for index in range(calls):
                at = now - timedelta(days=back, minutes=index + 1)
                rows.append(
                    Request(
                        organisation=shop.organisation, endpoint=endpoint, method="POST", opened_at=at, closed_at=at,
                        counts_until=at, status=429 if index == 0 and back % 6 == 0 else 200, bytes_out=30_000,
                        bytes_in=41_000, documents=documents, day_remaining=1000 - index,
                    )
                )  # fmt: skip
    Request.objects.bulk_create(rows)
    shop.run = Run.objects.create(
        kind="sync", started_at=now - timedelta(hours=3), ended_at=now - timedelta(hours=3), state="done",
        started_by="owner", totals='{"posted": 4, "held": 1}', organisation=shop.organisation,
        connection=shop.connection,
    )  # fmt: skip
    Audit.objects.create(
        at=now - timedelta(days=1), user="owner", action="rules", subject="Harbour Books → Harbour Trading Ltd",
        before="sales 4000", after="sales 200", address="127.0.0.1",
    )  # fmt: skip


def make_many(shop: Shop, count: int) -> None:
    """`count` more orders in the queue, for grids of more than one page."""
    documents = Document.objects.bulk_create(
        Document(
            connection=shop.connection, kind="order", key=f"m{index}", root_kind="order", root_key=f"m{index}",
            number=f"2{index:08}", title="Ada Lindqvist", updated_at=shop.now - timedelta(seconds=index),
            read_at=shop.now, sync_state="queued", total_minor=100 + index, currency="GBP",
        )
        for index in range(count)
    )  # fmt: skip
    Posting.objects.bulk_create(
        Posting(
            organisation=shop.organisation, connection=shop.connection, role="invoice", document=found, root=found,
            state="queued", marker=f"SO-{found.number}", queued_at=shop.now - timedelta(hours=1, seconds=index // 2),
            currency="GBP", total_minor=found.total_minor,
        )
        for index, found in enumerate(documents)
    )  # fmt: skip
    Event.objects.bulk_create(
        Event(
            at=shop.now - timedelta(hours=1, seconds=index), entity="order", number=found.number, action="create",
            status="success", role="invoice", document=found, organisation_id=shop.organisation.pk,
            connection_id=shop.connection.pk,
        )
        for index, found in enumerate(documents)
    )  # fmt: skip
