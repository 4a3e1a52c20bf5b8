"""Invoices and their payments, as people and cron make and change them."""

from collections.abc import Mapping, Sequence
from decimal import Decimal

import msgspec

from storesim.perfex.arithmetic import Discount, LineInput, Sums, Tax, add_up, cents
from storesim.perfex.core import DRAFT_NUMBERS_FROM, Core, Refused, shown_number, whole
from storesim.perfex.tables import Row

UNPAID, PAID, PARTIAL, OVERDUE, CANCELLED, DRAFT = 1, 2, 3, 4, 5, 6
_ZERO = Decimal(0)


class InvoiceInput(msgspec.Struct, frozen=True):
    """What a form or a caller says of an invoice. subtotal, total: of the caller; None: as the form works them out.

    number: None for the next one. more: further columns (addresses, notes).
    """

    client: int
    lines: tuple[LineInput, ...]
    date: str
    currency: int = 1
    duedate: str | None = None
    discount: Discount = Discount()
    adjustment: Decimal | None = None
    number: int | None = None
    draft: bool = False
    subtotal: Decimal | None = None
    total: Decimal | None = None
    more: Mapping[str, object] = {}


class Sales:
    """What can be done with invoices and payments."""

    def __init__(self, core: Core) -> None:
        self._core = core
        self._tables = core.tables

    # reading

    def lines(self, key: int, kind: str = "invoice") -> list[LineInput]:
        """The lines of a document with their taxes, in their order."""
        rows = self._tables.where("itemable", rel_id=key, rel_type=kind)
        taxes: dict[int, list[Tax]] = {}
        for tax in self._tables.where("item_tax", rel_id=key, rel_type=kind):
            taxes.setdefault(whole(tax["itemid"]), []).append(Tax(str(tax["taxname"]), _amount(tax["taxrate"])))
        return [
            LineInput(
                str(row["description"]),
                _amount(row["qty"]),
                _amount(row["rate"]),
                tuple(taxes.get(whole(row["id"]), ())),
                str(row["long_description"] or ""),
                str(row["unit"] or ""),
            )
            for row in sorted(rows, key=lambda one: (whole(one["item_order"] or 0), whole(one["id"])))
        ]

    def sums(self, key: int) -> Sums:
        """The figures of an invoice worked out anew."""
        row = self._tables.one("invoices", key)
        return add_up(self.lines(key), _discount_of(row), _amount(row["adjustment"] or _ZERO))

    def paid(self, key: int) -> Decimal:
        rows = self._tables.where("invoicepaymentrecords", invoiceid=key)
        return sum((_amount(one["amount"]) for one in rows), _ZERO)

    def credited(self, key: int) -> Decimal:
        return sum((_amount(one["amount"]) for one in self._tables.where("credits", invoice_id=key)), _ZERO)

    def left(self, key: int) -> Decimal:
        """What is left to pay; negative when too much came in."""
        return _amount(self._tables.one("invoices", key)["total"]) - self.paid(key) - self.credited(key)

    def number(self, key: int) -> str:
        return shown_number(self._tables.one("invoices", key), self._core.options.padding)

    # invoices

    def add(self, wanted: InvoiceInput, *, recurring_from: int | None = None) -> int:
        """A new invoice. Raises Refused for an unknown client or a number that is taken."""
        tables, options = self._tables, self._core.options
        if tables.get("clients", wanted.client) is None:
            raise Refused("Validation failed", {"clientid": "The client does not exist."})
        number = self._take_number(wanted)
        sums = add_up(wanted.lines, wanted.discount, wanted.adjustment or _ZERO)
        key = tables.insert(
            "invoices",
            {
                "duedate": wanted.duedate, "adjustment": wanted.adjustment, "include_shipping": 0,
                "show_quantity_as": 1, "is_recurring_from": recurring_from, **wanted.more,
                "clientid": wanted.client, "number": number, "prefix": options.invoice_prefix,
                "number_format": options.number_format, "datecreated": self._core.local_now(), "date": wanted.date,
                "currency": wanted.currency, **_figures(wanted, sums), "status": DRAFT if wanted.draft else UNPAID,
            },
        )  # fmt: skip
        tables.update("invoices", key, {"hash": f"{key:032x}"})
        write_lines(self._core, key, "invoice", wanted.lines)
        self.refresh_status(key)
        self._core.tell("invoice_created", "after_invoice_added", id=key)
        return key

    def change(self, key: int, wanted: InvoiceInput) -> None:
        """Everything of an invoice as the form sends it again; its number stays."""
        sums = add_up(wanted.lines, wanted.discount, wanted.adjustment or _ZERO)
        self._tables.update(
            "invoices",
            key,
            {
                **wanted.more, "clientid": wanted.client, "date": wanted.date, "duedate": wanted.duedate,
                "currency": wanted.currency, "adjustment": wanted.adjustment, **_figures(wanted, sums),
            },
        )  # fmt: skip
        write_lines(self._core, key, "invoice", wanted.lines)
        self.refresh_status(key)
        self._core.tell("invoice_updated", "invoice_updated", id=key)

    def touch(self, key: int, values: Mapping[str, object]) -> None:
        """Single columns, as a partial update or a note does."""
        self._tables.update("invoices", key, values)
        self.refresh_status(key)
        self._core.tell("invoice_updated", "invoice_updated", id=key)

    def approve(self, key: int) -> None:
        """A draft becomes real: it gets its number now."""
        row = self._tables.one("invoices", key)
        if row["status"] != DRAFT:
            return
        self._tables.update("invoices", key, {"number": self._next_number(), "status": UNPAID, "sent": 1})
        self.refresh_status(key)
        self._core.tell("invoice_sent", "invoice_sent", id=key)

    def cancel(self, key: int) -> None:
        row = self._tables.one("invoices", key)
        changes: dict[str, object] = {"status": CANCELLED}
        if whole(row["number"]) >= DRAFT_NUMBERS_FROM:
            changes["number"] = self._next_number()
        self._tables.update("invoices", key, changes)
        self._core.tell("invoice_cancelled", "invoice_marked_as_cancelled", id=key)

    def uncancel(self, key: int) -> None:
        if self._tables.one("invoices", key)["status"] != CANCELLED:
            return
        self._tables.update("invoices", key, {"status": UNPAID})
        self.refresh_status(key)
        self._core.tell("invoice_updated", "invoice_unmarked_as_cancelled", id=key)

    def delete(self, key: int) -> None:
        """With its lines and payments; where so set, its number is free again when it was the last."""
        row, options = self._tables.one("invoices", key), self._core.options
        last = max((whole(one["id"]) for one in self._tables.all("invoices")), default=0) == key
        if options.delete_only_last and not last:
            raise Refused("Only the last invoice can be deleted.", status=409)
        if whole(row["number"]) == options.next_invoice_number - 1 and options.decrement_on_delete:
            options.next_invoice_number -= 1
        clear_lines(self._core, key, "invoice")
        for payment in self._tables.where("invoicepaymentrecords", invoiceid=key):
            self._tables.delete("invoicepaymentrecords", whole(payment["id"]))
        for credit in self._tables.where("credits", invoice_id=key):
            self._tables.delete("credits", whole(credit["id"]))
        self._tables.delete("invoices", key)
        self._core.tell("invoice_deleted", "after_invoice_deleted", id=key)

    def merge(self, keys: Sequence[int]) -> int:
        """Several unpaid invoices of one client into a new one; the old ones are cancelled."""
        rows = [self._tables.one("invoices", key) for key in keys]
        first = rows[0]
        merged = self.add(
            InvoiceInput(
                client=whole(first["clientid"]),
                lines=tuple(line for key in keys for line in self.lines(key)),
                date=self._core.today(),
                currency=whole(first["currency"]),
                duedate=None if first["duedate"] is None else str(first["duedate"]),
            )
        )
        for key in keys:
            self.cancel(key)
        return merged

    def recur(self, key: int) -> int:
        """Cron makes the next invoice of a recurring one, at night."""
        row = self._tables.one("invoices", key)
        return self.add(
            InvoiceInput(
                client=whole(row["clientid"]),
                lines=tuple(self.lines(key)),
                date=self._core.today(),
                currency=whole(row["currency"]),
                discount=_discount_of(row),
                adjustment=None if row["adjustment"] is None else _amount(row["adjustment"]),
            ),
            recurring_from=key,
        )

    def refresh_status(self, key: int) -> None:
        """Paid, partly paid, overdue or unpaid by its figures; drafts and cancelled ones stay so."""
        row = self._tables.one("invoices", key)
        if row["status"] in (CANCELLED, DRAFT):
            return
        left, came = self.left(key), self.paid(key) + self.credited(key)
        overdue = row["duedate"] is not None and str(row["duedate"]) < self._core.today()
        status = UNPAID
        if left <= 0:
            status = PAID
        elif overdue:
            status = OVERDUE
        elif came > 0:
            status = PARTIAL
        if self._tables.update("invoices", key, {"status": status}):
            self._core.tell("invoice_updated", "invoice_status_changed", invoice_id=key, status=status)

    # payments

    def pay(
        self, invoice: int, amount: Decimal, mode: str, date: str, *, transaction: str = "", note: str = ""
    ) -> int:
        """A payment; a draft becomes real. Raises Refused for an unknown invoice or no amount."""
        if self._tables.get("invoices", invoice) is None:
            raise Refused("Validation failed", {"invoiceid": "The invoice does not exist."})
        if cents(amount) <= 0:
            raise Refused("Validation failed", {"amount": "The amount must be more than zero."})
        self.approve(invoice)
        key = self._tables.insert(
            "invoicepaymentrecords",
            {
                "invoiceid": invoice, "amount": amount, "paymentmode": mode, "date": date, "note": note,
                "transactionid": transaction, "daterecorded": self._core.local_now(),
            },
        )  # fmt: skip
        self.refresh_status(invoice)
        self._core.tell("payment_created", "after_payment_added", id=key)
        return key

    def change_payment(self, key: int, values: Mapping[str, object]) -> None:
        row = self._tables.one("invoicepaymentrecords", key)
        self._tables.update("invoicepaymentrecords", key, values)
        self.refresh_status(whole(row["invoiceid"]))
        self._core.tell("payment_updated", "after_payment_updated", id=key)

    def delete_payment(self, key: int) -> None:
        row = self._tables.one("invoicepaymentrecords", key)
        self._tables.delete("invoicepaymentrecords", key)
        if self._tables.get("invoices", whole(row["invoiceid"])) is not None:
            self.refresh_status(whole(row["invoiceid"]))
        self._core.tell("payment_deleted", "after_payment_deleted", id=key, invoiceid=row["invoiceid"])

    def _take_number(self, wanted: InvoiceInput) -> int:
        if wanted.draft:
            taken = [whole(one["number"]) for one in self._tables.all("invoices")]
            return max([DRAFT_NUMBERS_FROM - 1, *[one for one in taken if one >= DRAFT_NUMBERS_FROM]]) + 1
        if wanted.number is None:
            return self._next_number()
        form = self._core.options.number_format
        year = wanted.date[:4]
        for row in self._tables.where("invoices", number=wanted.number):
            if form == 1 or str(row["date"])[:4] == year:
                raise Refused("Validation failed", {"number": "The number is already in use."})
        options = self._core.options
        options.next_invoice_number = max(options.next_invoice_number, wanted.number + 1)
        return wanted.number

    def _next_number(self) -> int:
        self._core.options.next_invoice_number += 1
        return self._core.options.next_invoice_number - 1


def write_lines(core: Core, key: int, kind: str, lines: Sequence[LineInput]) -> None:
    """Lines and their taxes anew, as the form does: old rows go, new ones get new ids."""
    clear_lines(core, key, kind)
    for order, line in enumerate(lines, 1):
        item = core.tables.insert(
            "itemable",
            {
                "rel_id": key, "rel_type": kind, "description": line.description,
                "long_description": line.long_description, "qty": line.quantity, "rate": line.rate,
                "unit": line.unit, "item_order": order,
            },
        )  # fmt: skip
        for tax in line.taxes:
            core.tables.insert(
                "item_tax",
                {"itemid": item, "rel_id": key, "rel_type": kind, "taxrate": tax.rate, "taxname": tax.name},
            )


def clear_lines(core: Core, key: int, kind: str) -> None:
    for table in ("item_tax", "itemable"):
        for row in core.tables.where(table, rel_id=key, rel_type=kind):
            core.tables.delete(table, whole(row["id"]))


def _figures(wanted: InvoiceInput, sums: Sums) -> dict[str, object]:
    """The stored figures: the caller's subtotal and total are taken as they come, only the tax is worked out."""
    return {
        "subtotal": sums.subtotal if wanted.subtotal is None else wanted.subtotal,
        "total_tax": sums.total_tax,
        "total": sums.total if wanted.total is None else wanted.total,
        "discount_percent": wanted.discount.percent,
        "discount_total": sums.discount,
        "discount_type": wanted.discount.kind,
    }


def _discount_of(row: Row) -> Discount:
    kind, percent = str(row["discount_type"]), _amount(row["discount_percent"])
    return Discount(kind, percent, _ZERO if percent else _amount(row["discount_total"]))


def _amount(value: object) -> Decimal:
    assert isinstance(value, Decimal)
    return value
