"""The generated shop itself: views, taxes and products.

Modelled on the recorded sample shop: pounds with VAT inside its prices, euros for Ireland at a fixed
rate, dollars without tax in the prices and several taxes on one line.
"""

from typing import Literal

import msgspec

from storesim.magento2.generator.units import UNIT

TaxClass = Literal["standard", "reduced"]
PERCENT = 100_000


class Rate(msgspec.Struct, frozen=True):
    """One tax rate.  parts: its share of the net in ten-millionths (20 % is 2,000,000).

    shown: the percentage in ten-thousandths as documents show it; a compound rate shows its
    effective one.  plain: the percentage as the rate itself is set up.  number: its id.
    """

    number: int
    code: str
    parts: int
    shown: int
    plain: int
    country: str
    region: tuple[int, str | None] = (0, None)


def _rate(number: int, code: str, plain: int, country: str, region: tuple[int, str | None] = (0, None)) -> Rate:
    return Rate(number, code, plain * 10, plain, plain, country, region)


UK_20 = _rate(3, "UK VAT 20", 200_000, "GB")
UK_5 = _rate(4, "UK VAT 5", 50_000, "GB")
IE_23 = _rate(5, "IE VAT 23", 230_000, "IE")
IE_13 = _rate(6, "IE VAT 13.5", 135_000, "IE")
TEXAS = _rate(7, "Texas state 6.25", 62_500, "US", (57, "TX"))
AUSTIN = _rate(8, "Austin city 1", 10_000, "US", (57, "TX"))
METRO = _rate(9, "Capital Metro 1", 10_000, "US", (57, "TX"))
GST = _rate(10, "Canada GST 5", 50_000, "CA")
# 9.975 % on top of 5 %: 10.47375 % of the net, which the shop shows as 10.4737.
QST = Rate(11, "Quebec QST 9.975", 1_047_375, 104_737, 99_750, "CA", (76, "QC"))
RATES = (UK_20, UK_5, IE_23, IE_13, TEXAS, AUSTIN, METRO, GST, QST)


class Place(msgspec.Struct, frozen=True):
    """Where orders are delivered, and which rates apply there per product tax class.

    region: (id, code, name) or None.  cities: (city, postcode).
    """

    country: str
    rates: dict[TaxClass, tuple[Rate, ...]]
    cities: tuple[tuple[str, str], ...]
    phone: str
    region: tuple[int, str, str] | None = None


GB = Place(
    "GB",
    {"standard": (UK_20,), "reduced": (UK_5,)},
    (("Manchester", "M2 4WU"), ("York", "YO1 7HH"), ("Bristol", "BS1 5TY"), ("Leeds", "LS1 4AP")),
    "0161 555 %04d",
)
IE = Place(
    "IE",
    {"standard": (IE_23,), "reduced": (IE_13,)},
    (("Galway", "H91 X2Y3"), ("Dublin", "D02 XY45"), ("Cork", "T12 AB34")),
    "+353 91 55 %04d",
)
AUSTIN_TX = Place(
    "US",
    {"standard": (TEXAS, AUSTIN, METRO), "reduced": (TEXAS, AUSTIN)},
    (("Austin", "78701"), ("Austin", "78745")),
    "+1 512 555 %04d",
    (57, "TX", "Texas"),
)
QUEBEC = Place(
    "CA",
    {"standard": (GST, QST), "reduced": (GST,)},
    (("Montréal", "H2Y 1C6"), ("Québec", "G1R 4P5")),
    "+1 514 555 %04d",
    (76, "QC", "Quebec"),
)
OREGON = Place(
    "US",
    {"standard": (), "reduced": ()},
    (("Portland", "97201"), ("Salem", "97301")),
    "+1 503 555 %04d",
    (49, "OR", "Oregon"),
)
SWITZERLAND = Place("CH", {"standard": (), "reduced": ()}, (("Zürich", "8001"), ("Bern", "3011")), "+41 44 555 %04d")
NORWAY = Place("NO", {"standard": (), "reduced": ()}, (("Oslo", "0150"), ("Bergen", "5003")), "+47 55 %04d")


class View(msgspec.Struct, frozen=True):
    """A store view.

    to_order: order currency per base currency in ten-thousandths.  shipping: price of the flat rate
    in base currency, with home tax where prices include it.  places: (weight, place).
    """

    number: int
    code: str
    name: str
    website: int
    base_currency: str
    order_currency: str
    to_order: int
    includes_tax: bool
    shipping: int
    places: tuple[tuple[int, Place], ...]
    store_name: str
    locale: str
    timezone: str


UK_VIEW = View(
    1,
    "default",
    "Tidewater UK",
    1,
    "GBP",
    "GBP",
    UNIT,
    True,
    36_000,
    ((92, GB), (4, SWITZERLAND), (4, NORWAY)),
    "Tidewater Tools\nTidewater Tools Store\nTidewater UK",
    "en_GB",
    "Europe/London",
)
IE_VIEW = View(
    2,
    "ie_eur",
    "Tidewater Ireland (EUR)",
    1,
    "GBP",
    "EUR",
    11_475,
    True,
    36_000,
    ((1, IE),),
    "Tidewater Tools\nTidewater Tools Store\nTidewater Ireland (EUR)",
    "en_IE",
    "Europe/London",
)
US_VIEW = View(
    3,
    "usa_en",
    "Tidewater USA",
    2,
    "USD",
    "USD",
    UNIT,
    False,
    92_500,
    ((75, AUSTIN_TX), (18, QUEBEC), (7, OREGON)),
    "Tidewater USA\nTidewater USA Store\nTidewater USA",
    "en_US",
    "America/Chicago",
)
VIEWS = (UK_VIEW, IE_VIEW, US_VIEW)
VIEW_WEIGHTS = {1: 48, 2: 17, 3: 35}
HOME_RATE: dict[TaxClass, Rate] = {"standard": UK_20, "reduced": UK_5}


class Product(msgspec.Struct, frozen=True):
    """A thing sold.  price: catalogue price in ten-thousandths.

    kind: how its line looks; "metre" is sold by fractions, "fpt" carries a recycling charge.
    parts: products inside a bundle with their quantity, or the variants of a configurable.
    """

    number: int
    sku: str
    name: str
    price: int
    tax_class: TaxClass
    kind: Literal["simple", "virtual", "metre", "fpt", "configurable", "dynamic", "fixed"]
    parts: tuple[tuple[int, int], ...] = ()


_SIMPLE_NAMES = (
    ("HAMMER", "Claw hammer 16oz – “Pro”", 24_0000),
    ("PLANE", "Block plane No. 60½", 48_9500),
    ("SAW", "Tenon saw 12″", 31_2000),
    ("CHISEL", "Bevel chisel 25 mm", 17_4500),
    ("MALLET", "Beech mallet", 21_9900),
    ("SQUARE", "Try square 150 mm", 13_3500),
    ("GAUGE", "Marking gauge", 15_8000),
    ("RASP", "Cabinet rasp", 19_0500),
    ("VICE", "Bench vice, quick release", 129_0000),
    ("LEVEL", "Spirit level 60 cm", 27_6500),
    ("TAPE", "Tape measure 5 m", 6_9900),
    ("KNIFE", "Marking knife", 11_2500),
)
_REDUCED_NAMES = (
    ("GLUE", "Wood glue & filler <500 ml>", 4_7900),
    ("WOOL", "Loft insulation roll", 32_4500),
    ("SEAL", "Draught seal, 10 m", 7_3500),
    ("STRIP", "Energy strip “eco”", 12_8500),
)


def _catalogue() -> tuple[Product, ...]:
    products: list[Product] = []

    def add(sku: str, name: str, price: int, tax_class: TaxClass, kind: object, *parts: tuple[int, int]) -> int:
        number = len(products) + 1
        entry = {"number": number, "sku": sku, "name": name, "price": price}
        entry |= {"tax_class": tax_class, "kind": kind, "parts": parts}
        products.append(msgspec.convert(entry, Product))
        return number

    for code, name, price in _SIMPLE_NAMES:
        add(f"TW-{code}", name, price, "standard", "simple")
    for code, name, price in _REDUCED_NAMES:
        add(f"TW-{code}", name, price, "reduced", "simple")
    add("TW-CHAIN", "Chain (per metre)", 2_1500, "standard", "metre")
    add("TW-NAIL", "Nail", 650, "standard", "simple")
    add("TW-COURSE", "Online joinery course", 59_0000, "standard", "virtual")
    add("TW-DRILL", "Cordless drill (recycling charge)", 89_0000, "standard", "fpt")
    short = add("TW-CLAMP-10", "Clamp 10 cm", 14_3000, "standard", "simple")
    long = add("TW-CLAMP-20", "Clamp 20 cm", 17_8500, "standard", "simple")
    add("TW-CLAMP", "Clamp", 0, "standard", "configurable", (short, 1), (long, 1))
    glue = len(_SIMPLE_NAMES) + 1
    add("TW-KIT", "Starter kit (dynamic)", 0, "standard", "dynamic", (1, 1), (glue, 2))
    add("TW-BOX", "Gift box (fixed price)", 37_5000, "standard", "fixed", (glue, 1))
    return tuple(products)


PRODUCTS = _catalogue()
BY_SKU = {product.sku: product for product in PRODUCTS}
STANDARD = tuple(p for p in PRODUCTS if p.tax_class == "standard" and p.kind == "simple")
REDUCED = tuple(p for p in PRODUCTS if p.tax_class == "reduced")
SPECIAL: tuple[tuple[int, Product], ...] = (
    (30, BY_SKU["TW-CLAMP"]),
    (14, BY_SKU["TW-KIT"]),
    (14, BY_SKU["TW-BOX"]),
    (14, BY_SKU["TW-COURSE"]),
    (14, BY_SKU["TW-CHAIN"]),
    (14, BY_SKU["TW-DRILL"]),
)
RECYCLING_CHARGE = 9_000
METHODS = {
    "labcard": "Lab card",
    "checkmo": "Check / Money order",
    "banktransfer": "Bank Transfer Payment",
    "free": "No Payment Information Required",
}
