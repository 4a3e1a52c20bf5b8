"""Currencies and the day's exchange rates."""

from xerosim.errors import Invalid
from xerosim.model_settings import Currency
from xerosim.numbers import RATE
from xerosim.resources.context import Context, Written
from xerosim.wire import Json

# Units per US dollar, fixed: stands for the day rate Xero would look up.
_PER_DOLLAR = {
    "USD": "1",
    "GBP": "0.79",
    "EUR": "0.92",
    "AUD": "1.52",
    "NZD": "1.66",
    "CAD": "1.37",
    "SEK": "10.6",
    "DKK": "6.87",
    "NOK": "10.7",
    "CHF": "0.88",
    "JPY": "151",
    "PLN": "3.97",
    "CZK": "23.2",
    "HUF": "362",
    "SGD": "1.34",
    "HKD": "7.8",
    "ZAR": "18.1",
    "INR": "83.4",
    "CNY": "7.2",
    "KWD": "0.307",
    "MXN": "17.2",
    "BRL": "5.1",
    "THB": "36",
    "AED": "3.67",
}
NAMES = {
    "USD": "United States Dollar",
    "GBP": "British Pound",
    "EUR": "Euro",
    "AUD": "Australian Dollar",
    "NZD": "New Zealand Dollar",
    "CAD": "Canadian Dollar",
    "SEK": "Swedish Krona",
    "DKK": "Danish Krone",
    "NOK": "Norwegian Krone",
    "CHF": "Swiss Franc",
    "JPY": "Japanese Yen",
    "PLN": "Polish Zloty",
    "CZK": "Czech Koruna",
    "HUF": "Hungarian Forint",
    "SGD": "Singapore Dollar",
    "HKD": "Hong Kong Dollar",
    "ZAR": "South African Rand",
    "INR": "Indian Rupee",
    "CNY": "Chinese Yuan",
    "KWD": "Kuwaiti Dinar",
    "MXN": "Mexican Peso",
    "BRL": "Brazilian Real",
    "THB": "Thai Baht",
    "AED": "United Arab Emirates Dirham",
}
ONE: int = 10**RATE


def day_rate(base: str, currency: str, foreign_per_base: bool) -> int:
    """The looked-up rate (10**-10), rounded to six places."""
    from decimal import ROUND_HALF_UP, Decimal

    foreign, own = Decimal(_PER_DOLLAR.get(currency, "1")), Decimal(_PER_DOLLAR.get(base, "1"))
    quotient = foreign / own if foreign_per_base else own / foreign
    return int(quotient.quantize(Decimal("0.000001"), ROUND_HALF_UP).scaleb(RATE).to_integral_value())


def rate_for(ctx: Context, currency: str, element: Json, kept: int | None) -> int:
    """The currency rate of a document: sent, kept, or the day's; 1 for the base currency."""
    if currency == ctx.org.settings.currency:
        return ONE
    sent = ctx.number(element, "CurrencyRate", RATE)
    if sent is not None:
        if sent <= 0:
            raise Invalid("The currency rate must be greater than zero.")
        return sent
    return kept or day_rate(ctx.org.settings.currency, currency, ctx.switches.rate_is_foreign_per_base)


def write(ctx: Context) -> Written:
    """PUT /Currencies adds one."""
    element = ctx.elements("Currencies", "Currency")[0]
    code = (ctx.text(element, "Code") or "").upper()
    if len(code) != 3 or not code.isalpha() or not code.isascii():
        raise Invalid("The currency code is not valid.")
    if not ctx.org.settings.multicurrency:
        raise Invalid("Organisation does not have multi-currency enabled")
    if code not in ctx.org.currencies:
        ctx.org.currencies.put(Currency(code, NAMES.get(code, code)))
        ctx.record("Currencies", code, "created")
    return Written("Currencies", [render(ctx.org.currencies[code])])


def render(currency: Currency) -> Json:
    return {"Code": currency.id, "Description": currency.description}
