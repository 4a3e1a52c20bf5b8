"""Credit notes: their lines, what is applied to invoices, what is given back."""

from collections.abc import Sequence
from decimal import Decimal

from storesim.perfex.arithmetic import Discount, LineInput, add_up
from storesim.perfex.core import Core, Refused, shown_number, whole
from storesim.perfex.sales import Sales, clear_lines, write_lines

OPEN, CLOSED, VOID = 1, 2, 3
_ZERO = Decimal(0)


class Credits:
    """What can be done with credit notes."""

    def __init__(self, core: Core, sales: Sales) -> None:
        self._core = core
        self._tables = core.tables
        self._sales = sales

    def add(
        self,
        client: int,
        lines: Sequence[LineInput],
        date: str,
        *,
        currency: int = 1,
        reference: str = "",
        discount: Discount | None = None,
        adjustment: Decimal | None = None,
    ) -> int:
        options, off = self._core.options, discount or Discount()
        sums = add_up(lines, off, adjustment or _ZERO)
        key = self._tables.insert(
            "creditnotes",
            {
                "clientid": client, "number": options.next_credit_note_number, "prefix": options.credit_note_prefix,
                "number_format": options.number_format, "datecreated": self._core.local_now(), "date": date,
                "reference_no": reference, "currency": currency, "subtotal": sums.subtotal,
                "total_tax": sums.total_tax, "total": sums.total, "adjustment": adjustment,
                "discount_percent": off.percent, "discount_total": sums.discount, "discount_type": off.kind,
                "status": OPEN, "show_quantity_as": 1,
            },
        )  # fmt: skip
        options.next_credit_note_number += 1
        write_lines(self._core, key, "credit_note", lines)
        self._core.tell("credit_note_created", "after_create_credit_note", id=key)
        return key

    def number(self, key: int) -> str:
        return shown_number(self._tables.one("creditnotes", key), self._core.options.padding)

    def used(self, key: int) -> Decimal:
        return sum((_amount(one["amount"]) for one in self._tables.where("credits", credit_id=key)), _ZERO)

    def refunded(self, key: int) -> Decimal:
        rows = self._tables.where("creditnote_refunds", credit_note_id=key)
        return sum((_amount(one["amount"]) for one in rows), _ZERO)

    def remaining(self, key: int) -> Decimal:
        return _amount(self._tables.one("creditnotes", key)["total"]) - self.used(key) - self.refunded(key)

    def apply(self, key: int, invoice: int, amount: Decimal, date: str) -> int:
        """Raises Refused for more than is left on either side."""
        if amount > self.remaining(key) or amount > self._sales.left(invoice) or amount <= 0:
            raise Refused("The amount exceeds what is open.")
        applied = self._tables.insert(
            "credits",
            {
                "invoice_id": invoice, "credit_id": key, "date": date, "date_applied": self._core.local_now(),
                "amount": amount,
            },
        )  # fmt: skip
        self._sales.refresh_status(invoice)
        self._refresh(key)
        self._core.tell("credit_note_applied", "credits_applied", credit_note_id=key, data={"invoice_id": invoice})
        return applied

    def remove_applied(self, applied: int) -> None:
        """No hook of its own: only a status that changes tells of it."""
        row = self._tables.one("credits", applied)
        self._tables.delete("credits", applied)
        if self._tables.get("invoices", whole(row["invoice_id"])) is not None:
            self._sales.refresh_status(whole(row["invoice_id"]))
        self._refresh(whole(row["credit_id"]))

    def refund(self, key: int, amount: Decimal, mode: str, date: str, note: str = "") -> int:
        if amount > self.remaining(key) or amount <= 0:
            raise Refused("The amount exceeds what is left of the credit.")
        refund = self._tables.insert(
            "creditnote_refunds",
            {
                "credit_note_id": key, "refunded_on": date, "payment_mode": mode, "note": note, "amount": amount,
                "created_at": self._core.local_now(),
            },
        )  # fmt: skip
        self._refresh(key)
        self._core.tell("credit_note_refunded", "credit_note_refund_created", id=refund, credit_note_id=key)
        return refund

    def delete_refund(self, refund: int) -> None:
        key = whole(self._tables.one("creditnote_refunds", refund)["credit_note_id"])
        self._tables.delete("creditnote_refunds", refund)
        self._refresh(key)
        self._core.tell("credit_note_updated", "credit_note_refund_deleted", credit_note_id=key)

    def void(self, key: int) -> None:
        if self.used(key) or self.refunded(key):
            raise Refused("A credit note that is in use cannot be made void.")
        self._tables.update("creditnotes", key, {"status": VOID})
        self._core.tell("credit_note_updated", "credit_note_status_changed", id=key, status=VOID)

    def delete(self, key: int) -> None:
        if self.used(key):
            raise Refused("A credit note that is applied cannot be deleted.", status=409)
        for refund in self._tables.where("creditnote_refunds", credit_note_id=key):
            self._tables.delete("creditnote_refunds", whole(refund["id"]))
        clear_lines(self._core, key, "credit_note")
        self._tables.delete("creditnotes", key)
        self._core.tell("credit_note_deleted", "after_credit_note_deleted", id=key)

    def _refresh(self, key: int) -> None:
        if self._tables.one("creditnotes", key)["status"] != VOID:
            status = CLOSED if self.remaining(key) <= 0 else OPEN
            self._tables.update("creditnotes", key, {"status": status})


def _amount(value: object) -> Decimal:
    assert isinstance(value, Decimal)
    return value
