"""Rules of Xero that public knowledge does not settle; each is a named switch with the likelier value as default."""

from typing import Literal

import msgspec


class Switches(msgspec.Struct, frozen=True, kw_only=True):
    """All unconfirmed rules. Change them with `world.switch(name=value)` or POST /__sim__/switches.

    line_amount_rounding: how Quantity x UnitAmount becomes cents.
    tax_rounding: how line tax becomes cents.
    tax_amount_tolerance_cents: how far a sent TaxAmount may be from the computed one; None: any.
    tax_amount_above_line: which documents refuse a TaxAmount larger than the line's amount.
    check_sent_totals: refuse a sent SubTotal, TotalTax or Total that the lines do not make.
    zero_total_becomes_paid: an approved document of 0.00 turns PAID by itself.
    summarised_batch_saves_good_elements: what becomes of the good elements of a refused default batch.
    void_keeps_amount_due: a voided invoice keeps its AmountDue (recorded 2026) or shows 0.00 (recorded 2011).
    count_429_in_minute, count_429_in_day: whether refused calls use up the window.
    problem_name_concurrent, problem_name_app_minute: spelling in X-Rate-Limit-Problem.
    oversize_status: answer to a body above the cap.
    items_under_invoices_scope: Item writes are allowed with accounting.invoices alone.
    invoice_webhook_on_payment: a payment fires an INVOICE UPDATE event.
    modified_since_inclusive: If-Modified-Since includes the very second.
    modified_since_304: nothing new answers 304 instead of an empty list.
    rate_is_foreign_per_base: direction of CurrencyRate.
    egress_counts_writes: answers to POST and PUT count as egress.
    grace_refresh: what a second refresh inside the grace gives: another pair or the same pair again.
    reconnect_keeps_first_event: reconnecting a linked organisation keeps its first authEventId.
    idempotency_replay_header: header that marks a replay; empty: none.
    idempotency_seconds: how long a key and its answer are remembered.
    idempotency_concurrent: a second call with the key of one still in flight waits for it or is refused.
    url_message: the text that refuses a bad Url.
    payment_lock_date_noun: the noun in the lock date message of payments.
    reconciled_payment_message: the text that refuses deleting a reconciled payment.
    control_characters: what becomes of control characters in text.
    emoji: what becomes of characters beyond the basic plane.
    due_date_before_date: whether a due date before the document's date is accepted.
    payment_before_document: whether a payment dated before its invoice is accepted.
    contact_number_case_sensitive: numbers of contacts that differ in case are different numbers.
    name_without_contact_creates: `Contact: {Name}` of an unknown name creates the contact.
    refuse_default_user_agent: requests without a User-Agent draw an HTML 403.
    """

    line_amount_rounding: Literal["half_up", "half_even", "down"] = "half_up"
    tax_rounding: Literal["half_up", "half_even", "down"] = "half_up"
    tax_amount_tolerance_cents: int | None = None
    tax_amount_above_line: Literal["bills", "all", "never"] = "bills"
    check_sent_totals: bool = True
    zero_total_becomes_paid: bool = True
    summarised_batch_saves_good_elements: bool = False
    void_keeps_amount_due: bool = True
    count_429_in_minute: bool = True
    count_429_in_day: bool = False
    problem_name_concurrent: str = "concurrent"
    problem_name_app_minute: str = "appminute"
    oversize_status: int = 413
    items_under_invoices_scope: bool = True
    invoice_webhook_on_payment: bool = True
    modified_since_inclusive: bool = True
    modified_since_304: bool = False
    rate_is_foreign_per_base: bool = True
    egress_counts_writes: bool = True
    grace_refresh: Literal["new", "same"] = "new"
    reconnect_keeps_first_event: bool = True
    idempotency_replay_header: str = ""
    idempotency_seconds: float = 360.0
    idempotency_concurrent: Literal["wait", "refuse"] = "wait"
    url_message: str = "Url must be a valid absolute url"
    payment_lock_date_noun: str = "document"
    reconciled_payment_message: str = "This payment cannot be deleted as it has been reconciled."
    control_characters: Literal["keep", "strip", "refuse"] = "keep"
    emoji: Literal["keep", "strip"] = "keep"
    due_date_before_date: Literal["accept", "refuse"] = "accept"
    payment_before_document: Literal["accept", "refuse"] = "accept"
    contact_number_case_sensitive: bool = False
    name_without_contact_creates: bool = True
    refuse_default_user_agent: bool = False


def switched(switches: Switches, changes: dict[str, object]) -> Switches:
    """A copy with changes; unknown names and values of the wrong type raise ValueError."""
    unknown = set(changes) - set(Switches.__struct_fields__)
    if unknown:
        raise ValueError(f"unknown switch: {', '.join(sorted(unknown))}")
    try:
        return msgspec.convert({**msgspec.structs.asdict(switches), **changes}, Switches)
    except msgspec.ValidationError as error:
        raise ValueError(str(error)) from error
