"""Australia and New Zealand: one numbering family, other tax types."""

# code, name, type, tax kind (sales, purchase, free expense, none), system account, payments enabled
_ROWS = (
    ("090", "Business Bank Account", "BANK", "none", "", False),
    ("091", "Business Savings Account", "BANK", "none", "", False),
    ("200", "Sales", "REVENUE", "sales", "", False),
    ("260", "Other Revenue", "REVENUE", "sales", "", False),
    ("270", "Interest Income", "REVENUE", "none", "", False),
    ("300", "Purchases", "DIRECTCOSTS", "purchase", "", False),
    ("310", "Cost of Goods Sold", "DIRECTCOSTS", "purchase", "", False),
    ("400", "Advertising", "EXPENSE", "purchase", "", False),
    ("404", "Bank Fees", "EXPENSE", "none", "", False),
    ("408", "Cleaning", "EXPENSE", "purchase", "", False),
    ("412", "Consulting & Accounting", "EXPENSE", "purchase", "", False),
    ("416", "Depreciation", "EXPENSE", "none", "", False),
    ("420", "Entertainment", "EXPENSE", "none", "", False),
    ("425", "Freight & Courier", "EXPENSE", "purchase", "", False),
    ("429", "General Expenses", "EXPENSE", "purchase", "", False),
    ("433", "Insurance", "EXPENSE", "purchase", "", False),
    ("437", "Interest Expense", "EXPENSE", "none", "", False),
    ("441", "Legal expenses", "EXPENSE", "purchase", "", False),
    ("445", "Light, Power, Heating", "EXPENSE", "purchase", "", False),
    ("449", "Motor Vehicle Expenses", "EXPENSE", "purchase", "", False),
    ("453", "Office Expenses", "EXPENSE", "purchase", "", False),
    ("461", "Printing & Stationery", "EXPENSE", "purchase", "", False),
    ("469", "Rent", "EXPENSE", "purchase", "", False),
    ("473", "Repairs and Maintenance", "EXPENSE", "purchase", "", False),
    ("477", "Wages and Salaries", "EXPENSE", "none", "", False),
    ("485", "Subscriptions", "EXPENSE", "purchase", "", False),
    ("489", "Telephone & Internet", "EXPENSE", "purchase", "", False),
    ("493", "Travel - National", "EXPENSE", "purchase", "", False),
    ("494", "Travel - International", "EXPENSE", "free", "", False),
    ("497", "Bank Revaluations", "EXPENSE", "none", "BANKCURRENCYGAIN", False),
    ("498", "Unrealised Currency Gains", "EXPENSE", "none", "UNREALISEDCURRENCYGAIN", False),
    ("499", "Realised Currency Gains", "EXPENSE", "none", "REALISEDCURRENCYGAIN", False),
    ("505", "Income Tax Expense", "EXPENSE", "none", "", False),
    ("610", "Accounts Receivable", "CURRENT", "none", "DEBTORS", False),
    ("620", "Prepayments", "CURRENT", "none", "", False),
    ("630", "Inventory", "INVENTORY", "none", "", False),
    ("710", "Office Equipment", "FIXED", "purchase", "", False),
    ("720", "Computer Equipment", "FIXED", "purchase", "", False),
    ("800", "Accounts Payable", "CURRLIAB", "none", "CREDITORS", False),
    ("801", "Unpaid Expense Claims", "CURRLIAB", "none", "UNPAIDEXPCLM", False),
    ("804", "Wages Payable", "CURRLIAB", "none", "WAGEPAYABLES", False),
    ("820", "GST", "CURRLIAB", "none", "GST", False),
    ("825", "PAYG Withholdings Payable", "CURRLIAB", "none", "", False),
    ("830", "Income Tax Payable", "CURRLIAB", "none", "", False),
    ("840", "Historical Adjustment", "CURRLIAB", "none", "HISTORICAL", False),
    ("850", "Suspense", "CURRLIAB", "none", "", False),
    ("860", "Rounding", "CURRLIAB", "none", "ROUNDING", False),
    ("877", "Tracking Transfers", "CURRLIAB", "none", "TRACKINGTRANSFERS", False),
    ("880", "Owner A Drawings", "CURRLIAB", "none", "", True),
    ("881", "Owner A Funds Introduced", "CURRLIAB", "none", "", True),
    ("900", "Loan", "TERMLIAB", "none", "", False),
    ("960", "Retained Earnings", "EQUITY", "none", "RETAINEDEARNINGS", False),
    ("970", "Owner A Share Capital", "EQUITY", "none", "", False),
)


def _with(tax_types: dict[str, str]) -> tuple[tuple[str, str, str, str, str, bool], ...]:
    return tuple((code, name, type_, tax_types[tax], system, paid) for code, name, type_, tax, system, paid in _ROWS)


AU_ACCOUNTS = _with({"sales": "OUTPUT", "purchase": "INPUT", "free": "EXEMPTEXPENSES", "none": "BASEXCLUDED"})
NZ_ACCOUNTS = _with({"sales": "OUTPUT2", "purchase": "INPUT2", "free": "NONE", "none": "NONE"})
AU_TAX_RATES = (
    ("OUTPUT", "GST on Income", "10", "AELR"),
    ("EXEMPTOUTPUT", "GST Free Income", "0", "AELR"),
    ("EXEMPTEXPORT", "GST Free Exports", "0", "AELR"),
    ("INPUT", "GST on Expenses", "10", "AEXL"),
    ("CAPEXINPUT", "GST on Capital", "10", "AEXL"),
    ("EXEMPTEXPENSES", "GST Free Expenses", "0", "AEXL"),
    ("EXEMPTCAPITAL", "GST Free Capital", "0", "AEXL"),
    ("GSTONIMPORTS", "GST on Imports", "0", "L"),
    ("GSTONCAPIMPORTS", "GST on Capital Imports", "0", "L"),
    ("BASEXCLUDED", "BAS Excluded", "0", "AEXLR"),
    ("INPUTTAXED", "Input Taxed", "0", "AEXLR"),
)
# A leading "-": still listed, but deleted.
NZ_TAX_RATES = (
    ("OUTPUT2", "15% GST on Income", "15", "AELR"),
    ("INPUT2", "15% GST on Expenses", "15", "AEXL"),
    ("ZERORATED", "Zero Rated", "0", "LR"),
    ("GSTONIMPORTS", "GST on Imports", "0", "L"),
    ("NONE", "No GST", "0", "AEXLR"),
    ("OUTPUT", "-GST on Income (12.5%)", "12.5", "AELR"),
    ("INPUT", "-GST on Expenses (12.5%)", "12.5", "AEXL"),
)
