"""Which scopes exist and which ones an endpoint asks for (fact sheet 1.5)."""

IDENTITY = frozenset({"openid", "profile", "email", "offline_access", "app.connections"})
_SETTINGS = ("accounting.settings",)
_CONTACTS = ("accounting.contacts",)
_INVOICES = ("accounting.invoices", "accounting.transactions")
_PAYMENTS = ("accounting.payments", "accounting.transactions")
_BANK = ("accounting.banktransactions", "accounting.transactions")
_MANUAL = ("accounting.manualjournals", "accounting.transactions")
_REPORTS = {
    "trialbalance": "trialbalance", "banksummary": "banksummary", "agedreceivablesbycontact": "aged",
    "agedpayablesbycontact": "aged", "profitandloss": "profitandloss", "balancesheet": "balancesheet",
    "executivesummary": "executivesummary", "budgetsummary": "budgetsummary", "tenninetynine": "tenninetynine",
}  # fmt: skip
ENDPOINTS: dict[str, tuple[str, ...]] = {
    "accounts": _SETTINGS,
    "brandingthemes": _SETTINGS,
    "currencies": _SETTINGS,
    "items": _SETTINGS,
    "invoicereminders": _SETTINGS,
    "organisation": _SETTINGS,
    "organisations": _SETTINGS,
    "taxrates": _SETTINGS,
    "trackingcategories": _SETTINGS,
    "users": _SETTINGS,
    "contacts": _CONTACTS,
    "contactgroups": _CONTACTS,
    "invoices": _INVOICES,
    "creditnotes": _INVOICES,
    "quotes": _INVOICES,
    "purchaseorders": _INVOICES,
    "repeatinginvoices": _INVOICES,
    "linkedtransactions": _INVOICES,
    "payments": _PAYMENTS,
    "batchpayments": _PAYMENTS,
    "overpayments": _PAYMENTS,
    "prepayments": _PAYMENTS,
    "banktransactions": _BANK,
    "banktransfers": _BANK,
    "manualjournals": _MANUAL,
    "journals": ("accounting.journals",),
    "budgets": ("accounting.budgets",),
    "paymentservices": ("paymentservices",),
}
_FAMILIES = sorted({scope for scopes in ENDPOINTS.values() for scope in scopes} - {"paymentservices"})
GRANULAR = frozenset(
    {"accounting.attachments", "accounting.attachments.read", "paymentservices", "accounting.reports.taxreports.read"}
    | {f"accounting.reports.{name}.read" for name in _REPORTS.values()}
    | {scope for scope in _FAMILIES if scope != "accounting.transactions"}
    | {f"{scope}.read" for scope in _FAMILIES if scope != "accounting.transactions"}
) - {"accounting.journals", "accounting.budgets"}
BROAD = frozenset({"accounting.transactions", "accounting.transactions.read", "accounting.reports.read"})
# Granted, because clients ask for them in one breath with accounting's; nothing here is reached with them.
PAYROLL = frozenset(
    {f"payroll.{name}{end}" for name in ("employees", "settings", "timesheets") for end in ("", ".read")}
)
ALL = IDENTITY | GRANULAR | BROAD | PAYROLL


def allowed(scopes: frozenset[str], method: str, parts: list[str], items_under_invoices: bool) -> bool:
    """Whether granted scopes let a call through. parts: the path below api.xro/2.0, lower case."""
    endpoint = parts[0]
    reading = method == "GET"
    if "attachments" in parts[1:]:
        wanted: tuple[str, ...] = ("accounting.attachments",)
    elif endpoint == "reports":
        name = _REPORTS.get(parts[1] if len(parts) > 1 else "", "taxreports")
        return f"accounting.reports.{name}.read" in scopes or "accounting.reports.read" in scopes
    elif endpoint == "brandingthemes" and len(parts) > 2:
        wanted = ("paymentservices",)
    else:
        wanted = ENDPOINTS.get(endpoint, ())
        if endpoint == "items" and items_under_invoices:
            wanted = (*wanted, "accounting.invoices")
    if not wanted:
        return True
    return any(scope in scopes or (reading and f"{scope}.read" in scopes) for scope in wanted)
