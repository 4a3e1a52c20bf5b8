"""What `where` and `order` can name on each resource."""

from typing import Any

from xerosim.dates import DAY_MS
from xerosim.numbers import money
from xerosim.where_values import Field


def _text(attribute: str, index: str = "") -> Field:
    return Field("text", lambda o, v: getattr(v, attribute), index)


def _money(attribute: str) -> Field:
    return Field("number", lambda o, v: money(getattr(v, attribute)))


def _day(attribute: str) -> Field:
    return Field("date", lambda o, v: None if (day := getattr(v, attribute)) is None else day * DAY_MS)


UPDATED = Field("date", lambda o, v: v.updated)
_ID = Field("guid", lambda o, v: v.id, "id")


def _contact(attribute: str, kind: str = "text") -> Field:
    def get(org: Any, value: Any) -> Any:
        contact = org.contacts.get(value.contact)
        return getattr(contact, attribute) if contact is not None else ""

    return Field(kind, get)


_DOCUMENT = {
    "id": _ID,
    "status": _text("status"),
    "type": _text("type"),
    "reference": _text("reference"),
    "date": _day("date"),
    "duedate": _day("due"),
    "total": _money("total"),
    "subtotal": _money("sub_total"),
    "totaltax": _money("total_tax"),
    "amountdue": _money("due_amount"),
    "amountpaid": _money("paid"),
    "amountcredited": _money("credited"),
    "remainingcredit": _money("due_amount"),
    "appliedamount": _money("credited"),
    "contact.contactid": Field("guid", lambda o, v: v.contact, "contact"),
    "contact.name": _contact("name", "folded"),
    "contact.contactnumber": _contact("number"),
    "contact.emailaddress": _contact("email", "folded"),
    "currencycode": _text("currency"),
    "updateddateutc": UPDATED,
    "lineamounttypes": _text("line_types"),
    "fullypaidondate": _day("fully_paid"),
    "expectedpaymentdate": _day("expected"),
    "plannedpaymentdate": _day("planned"),
    "senttocontact": Field("bool", lambda o, v: v.sent),
    "isdiscounted": Field("bool", lambda o, v: v.discounted),
    "hasattachments": Field("bool", lambda o, v: v.attachments),
    "url": _text("url"),
    "brandingthemeid": Field("guid", lambda o, v: v.branding),
    "isreconciled": Field("bool", lambda o, v: v.reconciled),
    "bankaccount.accountid": Field("guid", lambda o, v: v.bank),
    "bankaccount.code": Field("text", lambda o, v: o.accounts[v.bank].code if v.bank else ""),
}
_NUMBER = Field("text", lambda o, v: v.number, "number")


def _document(id_name: str, number_name: str = "") -> dict[str, Field]:
    fields = {**_DOCUMENT, id_name: _ID}
    if number_name:
        fields[number_name] = _NUMBER
    return fields


def _account_of_payment(attribute: str, kind: str = "text") -> Field:
    return Field(kind, lambda o, v: getattr(o.accounts[v.account], attribute))


def _document_of_payment(collection: str, attribute: str, kind: str) -> Field:
    def get(org: Any, value: Any) -> Any:
        document = org.documents[collection].get(value.document)
        return getattr(document, attribute) if document is not None else None

    return Field(kind, get)


FIELDS: dict[str, dict[str, Field]] = {
    "Invoices": _document("invoiceid", "invoicenumber"),
    "CreditNotes": _document("creditnoteid", "creditnotenumber"),
    "Overpayments": _document("overpaymentid"),
    "Prepayments": _document("prepaymentid"),
    "BankTransactions": _document("banktransactionid"),
    "Quotes": _document("quoteid", "quotenumber"),
    "PurchaseOrders": _document("purchaseorderid", "purchaseordernumber"),
    "Contacts": {
        "contactid": _ID,
        "name": Field("folded", lambda o, v: v.name),
        "contactnumber": _text("number", "number"),
        "accountnumber": Field("folded", lambda o, v: v.account_number),
        "contactstatus": _text("status"),
        "firstname": _text("first"),
        "lastname": _text("last"),
        "emailaddress": Field("folded", lambda o, v: v.email, "email"),
        "iscustomer": Field("bool", lambda o, v: v.customer),
        "issupplier": Field("bool", lambda o, v: v.supplier),
        "updateddateutc": UPDATED,
        "companynumber": Field("text", lambda o, v: dict(v.texts).get("CompanyNumber", "")),
    },
    "Items": {
        "itemid": _ID,
        "code": _text("code", "code"),
        "name": _text("name"),
        "updateddateutc": UPDATED,
        "issold": Field("bool", lambda o, v: v.sold),
        "ispurchased": Field("bool", lambda o, v: v.purchased),
        "istrackedasinventory": Field("bool", lambda o, v: v.tracked),
        "description": _text("description"),
    },
    "Accounts": {
        "accountid": _ID,
        "code": _text("code", "code"),
        "name": _text("name"),
        "type": _text("type"),
        "class": _text("klass"),
        "status": _text("status"),
        "taxtype": _text("tax_type"),
        "updateddateutc": UPDATED,
        "systemaccount": _text("system", "system"),
        "enablepaymentstoaccount": Field("bool", lambda o, v: v.payments),
        "showinexpenseclaims": Field("bool", lambda o, v: v.expense_claims),
        "currencycode": _text("currency"),
        "bankaccountnumber": _text("bank_number"),
        "reportingcode": _text("reporting_code"),
    },
    "TaxRates": {
        "name": _text("name"),
        "taxtype": _text("id"),
        "status": _text("status"),
        "reporttaxtype": _text("report_type"),
        "cantapplytorevenue": Field("bool", lambda o, v: "R" in v.applies),
        "canapplytorevenue": Field("bool", lambda o, v: "R" in v.applies),
        "canapplytoexpenses": Field("bool", lambda o, v: "X" in v.applies),
        "canapplytoassets": Field("bool", lambda o, v: "A" in v.applies),
        "canapplytoequity": Field("bool", lambda o, v: "E" in v.applies),
        "canapplytoliabilities": Field("bool", lambda o, v: "L" in v.applies),
        "effectiverate": Field("number", lambda o, v: money(v.rate) / 100),
        "displaytaxrate": Field("number", lambda o, v: money(v.rate) / 100),
    },
    "Currencies": {"code": _text("id"), "description": _text("description")},
    "Payments": {
        "paymentid": _ID,
        "status": _text("status"),
        "paymenttype": _text("type"),
        "date": _day("date"),
        "amount": _money("amount"),
        "reference": _text("reference", "reference"),
        "updateddateutc": UPDATED,
        "isreconciled": Field("bool", lambda o, v: v.reconciled),
        "batchpaymentid": Field("guid", lambda o, v: v.batch, "batch"),
        "invoice.invoiceid": Field("guid", lambda o, v: v.document, "document"),
        "creditnote.creditnoteid": Field("guid", lambda o, v: v.document, "document"),
        "overpayment.overpaymentid": Field("guid", lambda o, v: v.document, "document"),
        "prepayment.prepaymentid": Field("guid", lambda o, v: v.document, "document"),
        "invoice.invoicenumber": _document_of_payment("Invoices", "number", "text"),
        "account.accountid": _account_of_payment("id", "guid"),
        "account.code": _account_of_payment("code"),
    },
    "ManualJournals": {
        "manualjournalid": _ID,
        "narration": _text("narration"),
        "date": _day("date"),
        "status": _text("status"),
        "updateddateutc": UPDATED,
        "lineamounttypes": _text("line_types"),
    },
    "BatchPayments": {
        "batchpaymentid": _ID,
        "date": _day("date"),
        "status": _text("status"),
        "type": _text("type"),
        "updateddateutc": UPDATED,
        "totalamount": _money("total"),
    },
    "BankTransfers": {
        "banktransferid": _ID,
        "date": _day("date"),
        "amount": _money("amount"),
        "reference": _text("reference"),
        "createddateutc": UPDATED,
        "status": _text("status"),
    },
    "TrackingCategories": {"trackingcategoryid": _ID, "name": _text("name"), "status": _text("status")},
    "ContactGroups": {"contactgroupid": _ID, "name": _text("name"), "status": _text("status")},
    "BrandingThemes": {
        "brandingthemeid": _ID,
        "name": _text("name"),
        "sortorder": Field("number", lambda o, v: v.sort),
    },
}
