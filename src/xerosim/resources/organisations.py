"""GET /Organisation and /Organisation/Actions."""

from xerosim import dates
from xerosim.organisation import Organisation
from xerosim.wire import Json

_ACTIONS = (
    "AttachFilesToReceipts", "CanSendEmails", "CanSendPayments", "CanUseBillsAndPurchases", "CreateApprovedBill",
    "CreateApprovedInvoice", "CreateDraftInvoice", "CreateRepeatingInvoices", "UseMulticurrency",
    "ApproveTransactionsBeforePeriodLockDate",
)  # fmt: skip


def render(org: Organisation) -> Json:
    """An organisation as Xero prints it."""
    s = org.settings
    answer: Json = {
        "Name": s.name,
        "LegalName": s.name,
        "PaysTax": True,
        "Version": s.version,
        "OrganisationType": "COMPANY",
        "BaseCurrency": s.currency,
        "CountryCode": s.country,
        "IsDemoCompany": s.demo,
        "OrganisationStatus": "ACTIVE",
    }
    if s.tax_number:
        answer["TaxNumber"] = s.tax_number
    answer.update(
        {
            "FinancialYearEndDay": s.year_end[0],
            "FinancialYearEndMonth": s.year_end[1],
            "SalesTaxBasis": s.tax_basis,
            "SalesTaxPeriod": s.tax_period,
            "DefaultSalesTax": "Remember previous",
            "DefaultPurchasesTax": "Remember previous",
        }
    )
    if s.period_lock is not None:
        answer["PeriodLockDate"] = dates.day_ms(s.period_lock)
    if s.year_end_lock is not None:
        answer["EndOfYearLockDate"] = dates.day_ms(s.year_end_lock)
    answer.update(
        {
            "CreatedDateUTC": dates.ms_plain(s.created),
            "OrganisationEntityType": "COMPANY",
            "Timezone": s.timezone,
            "ShortCode": s.short_code,
            "OrganisationID": s.id,
            "Edition": "BUSINESS",
            "Class": "DEMO" if s.demo else "PREMIUM",
            "Addresses": [
                {
                    "AddressType": "POBOX",
                    "AddressLine1": "1 Ledger Lane",
                    "City": "Sampleton",
                    "Region": "",
                    "PostalCode": "1234",
                    "Country": "",
                    "AttentionTo": "",
                }
            ],
            "Phones": [],
            "ExternalLinks": [],
            "PaymentTerms": {},
        }
    )
    return answer


def actions(org: Organisation) -> list[Json]:
    """What the organisation's plan and the user allow."""
    s = org.settings
    denied = set()
    if not s.multicurrency:
        denied.add("UseMulticurrency")
    if not s.adviser:
        denied.add("ApproveTransactionsBeforePeriodLockDate")
    if s.demo:
        denied.add("CanSendEmails")
    return [{"Name": name, "Status": "NOT-ALLOWED" if name in denied else "ALLOWED"} for name in _ACTIONS]
