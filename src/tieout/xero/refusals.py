"""Xero's validation messages → codes of the problem catalogue, each with a sentence for a merchant.

The first row whose pattern is found wins, so special rows stand before general ones. What no row knows is
`XERO_REFUSED` with Xero's own words.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import msgspec

from tieout.errors import Problem
from tieout.rules.catalogue import Code


class Row(msgspec.Struct, frozen=True):
    """pattern: of Xero's text. sentence and subject may quote its groups as {1}, {2}."""

    pattern: re.Pattern[str]
    code: Code
    sentence: str
    subject: str


def _row(pattern: str, code: Code, sentence: str, subject: str) -> Row:
    return Row(re.compile(pattern, re.I | re.S), code, sentence, subject)


#: Quotes appear single, doubled, typographic or not at all.
_Q = "['‘’\"]*"

TABLE: tuple[Row, ...] = (
    # periods and plan
    _row(
        r"(?:period lock date|end of year lock date)(?:.*?set (?:at|to) (\S+))?",
        Code.PERIOD_LOCKED,
        "The date lies in a period locked in Xero (locked up to {1}). Move the lock date, or allow re-dating.",
        "lock date",
    ),
    _row(
        r"reached the limit of invoices you can approve",
        Code.XERO_REFUSED,
        "The organisation's Xero plan allows no more approved invoices this month. Change the plan or post drafts.",
        "plan limit",
    ),
    _row(
        r"not subscribed to currency (\w+)",
        Code.CURRENCY_NOT_ENABLED,
        "The currency {1} is not enabled in Xero. Enable it there or with the button.",
        "currency {1}",
    ),
    # numbers and names
    _row(
        r"invoice # must be unique|(?:credit note|order) (?:#|number) must be unique|CreditNoteNumber must be unique",
        Code.NUMBER_TAKEN,
        "Another document in Xero already has this number. Choose another prefix, or adopt that document.",
        "number",
    ),
    _row(
        rf"price list item with code {_Q}([^'’\"]*){_Q} already exists",
        Code.NUMBER_TAKEN,
        "Xero already has an item with the code {1}.",
        "item {1}",
    ),
    _row(
        r"contact name (?:.* is already assigned to another contact|already exists)",
        Code.CONTACT_AMBIGUOUS,
        "Another active contact in Xero has the same name. Link the customer to it, or let the number be appended.",
        "contact name",
    ),
    _row(
        r"another contact has this contact number",
        Code.CONTACT_AMBIGUOUS,
        "Another contact in Xero has this contact number. Link the customer to it.",
        "contact number",
    ),
    _row(
        r"account number already exists",
        Code.CONTACT_AMBIGUOUS,
        "Another contact in Xero has this account number. Link the customer to it.",
        "contact account number",
    ),
    _row(
        r"matched an archived contact|contact details has been archived|contact must be un-?archived",
        Code.CONTACT_AMBIGUOUS,
        "The contact is archived in Xero. Restore it there, or link the customer to another contact.",
        "archived contact",
    ),
    _row(
        r"contact must contain at least 1 of|a contact must be specified",
        Code.CONTRACT_BROKEN,
        "The document reached Xero without its contact. Please report this.",
        "contact missing",
    ),
    # contact fields
    _row(
        r"e-?mail address must be valid",
        Code.XERO_REFUSED,
        "Xero does not accept the e-mail address (no umlauts, ligatures or spaces). Correct it in the store.",
        "e-mail address",
    ),
    _row(
        r"website must be valid",
        Code.XERO_REFUSED,
        "The contact's website in Xero lacks http:// or https://. Correct it there, then send again.",
        "contact website",
    ),
    _row(
        r"additional people cannot be added|maximum of \d+ contact persons",
        Code.XERO_REFUSED,
        "Xero does not accept the contact's further people. Correct the contact in Xero.",
        "contact persons",
    ),
    # accounts and tax types
    _row(
        rf"the taxtype code {_Q}([^'’\"\s]+){_Q} cannot be used with account code {_Q}([^'’\"\s.]+)",
        Code.MAPPING_INVALID,
        "The tax rate {1} may not be used with account {2} in Xero. Map another account or another tax rate.",
        "tax type {1} with account {2}",
    ),
    _row(
        rf"the taxtype code {_Q}(.+?){_Q} does not exist",
        Code.MAPPING_INVALID,
        "Xero has no tax rate {1} for sales. Map the tax again.",
        "tax type {1}",
    ),
    _row(
        r"tax rate must be (?:active|valid)|taxtype field is mandatory",
        Code.MAPPING_INVALID,
        "The tax rate is archived or unknown in Xero. Map the tax again.",
        "tax type",
    ),
    _row(
        rf"account code {_Q}([^'’\"]*?){_Q} (?:is not a valid code|has been archived|has been removed)",
        Code.MAPPING_INVALID,
        "Account {1} is unknown, archived or of the wrong kind for this document. Map another account.",
        "account {1}",
    ),
    _row(
        r"account must be valid|account code must be specified",
        Code.MAPPING_INVALID,
        "The account is missing or unknown in Xero. Map another account.",
        "account",
    ),
    _row(
        r"account type is invalid for making a payment",
        Code.ACCOUNT_NOT_BANK,
        "The payment account is neither a bank account nor enabled for payments in Xero. Enable it there.",
        "payment account",
    ),
    _row(
        r"enter a unique name",
        Code.NUMBER_TAKEN,
        "An account of this name exists in Xero, perhaps archived. Choose another name.",
        "account name",
    ),
    # figures
    _row(
        r"payment amount exceeds the amount outstanding|document has already been paid",
        Code.PAYMENT_EXCEEDS_SALE,
        "The payment is larger than what is still open in Xero. Somebody may have entered it there already.",
        "payment amount",
    ),
    _row(
        r"allocate to has already been paid off|cannot be allocated as amount is greater",
        Code.REFUND_EXCEEDS_SALE,
        "The invoice has less open in Xero than the credit to be applied. It may have been paid or credited there.",
        "allocation amount",
    ),
    _row(
        r"cannot be allocated to an incorrect invoice",
        Code.XERO_REFUSED,
        "Xero does not let this credit be applied to this invoice (other contact or other kind).",
        "allocation",
    ),
    _row(
        r"line total (\S+) does not match the expected line total (\S+)",
        Code.XERO_ANSWER_DIFFERS,
        "Xero calculates a line as {2} where the store has {1}.",
        "line total",
    ),
    _row(
        r"(?:document|invoice) total does not equal the sum of the lines",
        Code.XERO_ANSWER_DIFFERS,
        "Xero's total of the lines is not the store's total.",
        "document total",
    ),
    _row(
        r"total for this document must be greater than or equal to zero",
        Code.NOT_EXPRESSIBLE,
        "Xero takes no document with a negative total; it has to become a credit note.",
        "negative total",
    ),
    _row(
        r"quantity must not be less than zero",
        Code.NOT_EXPRESSIBLE,
        "Xero takes no negative quantity.",
        "negative quantity",
    ),
    _row(
        r"discounts? (?:rate .* is invalid|may not be applied|must not be greater)",
        Code.NOT_EXPRESSIBLE,
        "Xero refuses the discount of a line.",
        "discount",
    ),
    _row(
        r"tax amount cannot be greater than the line amount",
        Code.NOT_EXPRESSIBLE,
        "Xero refuses a line whose tax is larger than its amount.",
        "tax amount",
    ),
    _row(
        r"insufficient stock",
        Code.XERO_REFUSED,
        "The item is tracked in Xero and has too little stock there. Use an untracked item, or book the stock.",
        "stock",
    ),
    # states
    _row(
        r"cannot be edited as it has a payment or credit|cannot be applied to the invoice because it has payments",
        Code.CHANGED_BY_PERSON,
        "The document has payments or credits in Xero and can no longer be changed there.",
        "document with payments",
    ),
    _row(
        r"not of valid status for (?:modification|creation)|status change is invalid|deleted \w+ cannot be updated",
        Code.CHANGED_BY_PERSON,
        "The document is void, deleted or paid in Xero and can no longer be changed.",
        "document status",
    ),
    _row(
        r"payments can only be made against authorised documents",
        Code.CHANGED_BY_PERSON,
        "The invoice is not approved in Xero (draft, paid or void), so the payment cannot be booked.",
        "invoice not approved",
    ),
    _row(
        r"an existing (?:invoice|credit note) with the specified .*could not be found|(?:invoice|document|payment)"
        r" could not be found|document with the supplied id was not found|does not know this document",
        Code.SALE_MISSING,
        "Xero no longer has the document that this belongs to.",
        "document missing",
    ),
    _row(
        r"payments within a batch cannot be deleted",
        Code.CHANGED_BY_PERSON,
        "The payment is part of a batch in Xero; remove it there.",
        "payment in a batch",
    ),
    _row(
        r"reconciled",
        Code.CHANGED_BY_PERSON,
        "The transaction is reconciled in Xero; undo the reconciliation there first.",
        "reconciled",
    ),
    # form
    _row(
        r"one or more line items must be specified|description field is mandatory|due date cannot be empty",
        Code.DATA_UNREADABLE,
        "The document lacks something Xero needs to approve it: lines, a description or a due date.",
        "document incomplete",
    ),
    _row(
        r"error converting value|not a valid allxsd value|was not recognised|could not convert string to|"
        r"no data has been processed|json for post data was invalid|exceeded the maximum length",
        Code.CONTRACT_BROKEN,
        "Xero could not read what Tieout sent. Please report this.",
        "request form",
    ),
    _row(
        r"answered without an id",
        Code.XERO_ANSWER_DIFFERS,
        "Xero said yes but saved nothing, which happens with characters it does not take (such as < or >).",
        "not saved",
    ),
)


def explain_one(message: str) -> Problem:
    """One of Xero's messages as a problem; Xero's own words are part of the reason."""
    for row in TABLE:
        match = row.pattern.search(message)
        if match:
            groups = ("", *(group or "?" for group in match.groups()))
            reason = row.sentence.format(*groups).replace(" (locked up to ?)", "")
            return Problem(
                code=row.code, reason=f"{reason} Xero says: {message}", subject=row.subject.format(*groups)
            )
    return Problem(code=Code.XERO_REFUSED, reason=f"Xero says: {message}", subject="")


def explain(messages: Sequence[str]) -> tuple[Problem, ...]:
    """All messages of one element as problems, each cause once."""
    problems: dict[tuple[str, str], Problem] = {}
    for message in messages:
        problem = explain_one(message)
        problems.setdefault((problem.code, problem.subject or message), problem)
    return tuple(problems.values())
