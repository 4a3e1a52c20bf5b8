"""Why a record cannot be written to the CRM exactly: found before anything is sent. Pure."""

from __future__ import annotations

from tieout.documents.entries import CustomerEntry, InvoiceEntry, InvoiceState, PaymentEntry, TaxName, TaxRateEntry
from tieout.errors import Problem
from tieout.ports.writing import StoreWrite, Vocabulary, WriteOperation
from tieout.rules.catalogue import Code
from tieout.stores.perfex.entries import total_tax_kept

COMPANY_LENGTH_MAX = 191
TAX_NAME_LENGTH_MAX = 100
_ENDS = (WriteOperation.CANCEL, WriteOperation.DELETE)


def unwritable(write: StoreWrite, vocabulary: Vocabulary) -> tuple[Problem, ...]:
    """Every reason; none for a record that may be sent."""
    if write.operation in _ENDS:
        return ()
    match write.entry:
        case CustomerEntry() as entry:
            return _customer(entry)
        case TaxRateEntry() as entry:
            return _tax(entry)
        case InvoiceEntry() as entry:
            return _invoice(write, entry, vocabulary)
        case PaymentEntry() as entry:
            return _payment(entry, vocabulary)


def _customer(entry: CustomerEntry) -> tuple[Problem, ...]:
    name = entry.name.strip()
    if not name or len(name) > COMPANY_LENGTH_MAX:
        return (
            Problem(
                Code.STORE_REFUSED,
                f"The CRM takes company names of 1 to {COMPANY_LENGTH_MAX} characters; this one has {len(name)}.",
                "company name",
            ),
        )
    return ()


def _tax(entry: TaxRateEntry) -> tuple[Problem, ...]:
    names = entry.components or (TaxName(entry.name, entry.percent),)
    for tax in names:
        if "|" in tax.name or len(tax.name) > TAX_NAME_LENGTH_MAX or tax.percent != round(tax.percent, 2):
            return (
                Problem(
                    Code.STORE_REFUSED,
                    f"The CRM cannot keep a tax {tax.name} of {tax.percent:f} %: two decimals, at most "
                    f"{TAX_NAME_LENGTH_MAX} characters, no vertical bar.",
                    "tax in the CRM",
                ),
            )
    return ()


def _invoice(write: StoreWrite, entry: InvoiceEntry, vocabulary: Vocabulary) -> tuple[Problem, ...]:
    found: list[Problem] = []
    if entry.currency not in vocabulary.currencies:
        found.append(
            Problem(
                Code.STORE_CURRENCY_MISSING,
                f"The CRM has no currency {entry.currency}, or has not used it yet where only its documents tell "
                "its currencies.",
                f"currency {entry.currency} in the store",
            )
        )
    known = {TaxName(tax.name, tax.percent) for tax in vocabulary.taxes}
    for tax in sorted({tax for line in entry.lines for tax in line.taxes} - known):
        found.append(
            Problem(
                Code.STORE_TAX_UNMAPPED,
                f"The CRM has no tax {tax.name} of {tax.percent:f} %.",
                f"tax {tax.name} in the store",
            )
        )
    if write.operation is WriteOperation.CREATE and entry.state is InvoiceState.CANCELLED:
        found.append(Problem(Code.STORE_REFUSED, f"{entry.number} is void already.", "void invoice"))
    if not entry.lines:
        found.append(Problem(Code.STORE_REFUSED, f"{entry.number} has no lines.", "invoice without lines"))
    if not {"lines", "net", "tax", "total"} & write.changed and write.operation is WriteOperation.UPDATE:
        return tuple(found)
    kept = total_tax_kept(entry.lines)
    if kept != entry.tax.amount:
        found.append(
            Problem(
                Code.NOT_EXPRESSIBLE,
                f"The CRM would make {kept:f} of tax from the lines of {entry.number}; Xero's is "
                f"{entry.tax.amount:f}. It adds taxes up before it rounds them, Xero rounds every line.",
                "tax of an invoice",
            )
        )
    net = sum((line.net.amount for line in entry.lines), entry.net.amount * 0)
    if net != entry.net.amount:
        found.append(
            Problem(
                Code.NOT_EXPRESSIBLE,
                f"The lines of {entry.number} make {net:f} before tax, Xero says {entry.net.amount:f}.",
                "sum of an invoice",
            )
        )
    return tuple(found)


def _payment(entry: PaymentEntry, vocabulary: Vocabulary) -> tuple[Problem, ...]:
    if entry.method in {method.key for method in vocabulary.methods}:
        return ()
    return (
        Problem(
            Code.STORE_METHOD_UNMAPPED,
            f"The CRM has no payment mode {entry.method or '(none)'} that payments may be entered with.",
            f"method {entry.method} in the store",
        ),
    )
