"""United States and Global: the other numbering family; tax percentages are the user's own."""

# code, name, type, tax kind (sales, purchase, none), system account, payments enabled
_ROWS = (
    ("090", "Checking Account", "BANK", "none", "", False),
    ("091", "Savings Account", "BANK", "none", "", False),
    ("120", "Accounts Receivable", "CURRENT", "none", "DEBTORS", False),
    ("130", "Prepayments", "CURRENT", "none", "", False),
    ("140", "Inventory", "INVENTORY", "none", "", False),
    ("150", "Office Equipment", "FIXED", "none", "", False),
    ("200", "Accounts Payable", "CURRLIAB", "none", "CREDITORS", False),
    ("205", "Accruals", "CURRLIAB", "none", "", False),
    ("210", "Unpaid Expense Claims", "CURRLIAB", "none", "UNPAIDEXPCLM", False),
    ("215", "Wages Payable", "CURRLIAB", "none", "WAGEPAYABLES", False),
    ("220", "Sales Tax", "CURRLIAB", "none", "GST", False),
    ("255", "Historical Adjustment", "CURRLIAB", "none", "HISTORICAL", False),
    ("260", "Rounding", "CURRLIAB", "none", "ROUNDING", False),
    ("265", "Tracking Transfers", "CURRLIAB", "none", "TRACKINGTRANSFERS", False),
    ("270", "Gift Cards Outstanding", "CURRLIAB", "none", "", True),
    ("300", "Owner's Contribution", "EQUITY", "none", "", True),
    ("310", "Owner's Draw", "EQUITY", "none", "", True),
    ("320", "Retained Earnings", "EQUITY", "none", "RETAINEDEARNINGS", False),
    ("400", "Sales", "REVENUE", "sales", "", False),
    ("460", "Other Revenue", "REVENUE", "sales", "", False),
    ("470", "Interest Income", "REVENUE", "none", "", False),
    ("500", "Cost of Goods Sold", "DIRECTCOSTS", "purchase", "", False),
    ("600", "Advertising", "EXPENSE", "purchase", "", False),
    ("604", "Bank Service Charges", "EXPENSE", "none", "", False),
    ("620", "Freight & Delivery", "EXPENSE", "purchase", "", False),
    ("624", "General Expenses", "EXPENSE", "purchase", "", False),
    ("690", "Bad Debts", "EXPENSE", "none", "", False),
    ("810", "Bank Revaluations", "EXPENSE", "none", "BANKCURRENCYGAIN", False),
    ("815", "Unrealized Currency Gains", "EXPENSE", "none", "UNREALISEDCURRENCYGAIN", False),
    ("820", "Realized Currency Gains", "EXPENSE", "none", "REALISEDCURRENCYGAIN", False),
)
_TYPES = {"sales": "OUTPUT", "purchase": "INPUT", "none": "NONE"}
ACCOUNTS = tuple((code, name, type_, _TYPES[tax], system, paid) for code, name, type_, tax, system, paid in _ROWS)
US_TAX_RATES = (
    ("OUTPUT", "Tax on Sales", "0", "AELR"),
    ("INPUT", "Tax on Purchases", "0", "AEXL"),
    ("GSTONIMPORTS", "Sales Tax on Imports", "0", "L"),
    ("NONE", "Tax Exempt", "0", "AEXLR"),
)
GLOBAL_TAX_RATES = (
    ("OUTPUT", "Tax on Consulting", "8.25", "AELR"),
    ("INPUT", "Tax on Purchases", "8.25", "AEXL"),
    ("GSTONIMPORTS", "Sales Tax on Imports", "0", "L"),
    ("NONE", "Tax Exempt", "0", "AEXLR"),
)
