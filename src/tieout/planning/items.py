"""Plan items: untracked, by SKU, made when a document needs them (ACCOUNTING D1, D4)."""

from __future__ import annotations

from tieout.accounting import Item, Ref, Role
from tieout.documents import DocumentKey, DocumentKind, Dossier, Product
from tieout.errors import Problem
from tieout.money import Money
from tieout.planning.contacts import plan_contact
from tieout.planning.results import DossierPlan, PlannedPosting
from tieout.rules.book import RuleBook
from tieout.rules.items import item_code
from tieout.rules.texts import ITEM_NAME_LENGTH_MAX, line_text, name_text


def plan_item(
    sku: str,
    name: str,
    book: RuleBook,
    *,
    description: str = "",
    price: Money | None = None,
    tax_class: str = "",
) -> PlannedPosting:
    """The item posting of a SKU. price: sent only in the organisation's own currency, as items know no other."""
    code = item_code(sku)
    sales = book.account("sales", sku=sku, tax_class=tax_class)
    payload = Item(
        code=code,
        name=name_text(name, ITEM_NAME_LENGTH_MAX) or code,
        description=line_text(description or name),
        unit_price=price.amount if price is not None and price.currency == book.base_currency else None,
        account_code="" if isinstance(sales, Problem) else sales.code,
        purchase_account_code=book.rules.accounts.cost_of_goods_sold,
    )
    key = DocumentKey(DocumentKind.PRODUCT, f"sku:{sku}")
    problems = (sales,) if isinstance(sales, Problem) else ()
    return PlannedPosting(Ref(Role.ITEM, key), payload, code, problems=problems)


def plan_product(product: Product, book: RuleBook) -> PlannedPosting:
    """The item posting of a product of the catalogue."""
    return plan_item(
        product.sku,
        product.name,
        book,
        description=product.description,
        price=product.price,
        tax_class=product.tax_class,
    )


def shared_postings(dossier: Dossier, plan: DossierPlan, book: RuleBook) -> tuple[PlannedPosting, ...]:
    """The contact and items that a plan's postings depend on, planned from the dossier itself."""
    needed = {ref for posting in plan.postings for ref in posting.depends_on}
    contact = plan_contact(dossier.order.customer, book)
    found = [contact] if contact.ref in needed else []
    lines = [
        *dossier.order.lines,
        *(line for invoice in dossier.invoices for line in invoice.lines),
        *(line for refund in dossier.refunds for line in refund.lines),
    ]
    for line in lines:
        if not line.sku:
            continue
        ref = Ref(Role.ITEM, DocumentKey(DocumentKind.PRODUCT, f"sku:{line.sku}"))
        if ref in needed:
            needed.discard(ref)
            found.append(plan_item(line.sku, line.name, book, tax_class=line.tax_class))
    return tuple(found)
