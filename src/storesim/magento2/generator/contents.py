"""What customers put into a basket, and the coupon they use."""

import msgspec

from storesim.magento2.generator.catalogue import PRODUCTS, REDUCED, SPECIAL, STANDARD, Product
from storesim.magento2.generator.dice import Dice
from storesim.magento2.generator.units import UNIT


class Coupon(msgspec.Struct, frozen=True):
    """A discount: a percentage in ten-thousandths, or an amount of base currency over the order."""

    code: str
    rule: int
    label: str
    percent: int = 0
    amount: int = 0
    reaches_shipping: bool = False


COUPONS = (
    Coupon("SPRING15", 1, "Spring 15%", percent=15 * UNIT),
    Coupon("EIGHT", 2, "8 off order", amount=8 * UNIT),
    Coupon("GRATIS", 3, "Everything free", percent=100 * UNIT, reaches_shipping=True),
    Coupon("TEN", 4, "Ten off, delivery too", percent=10 * UNIT, reaches_shipping=True),
)


class Choice(msgspec.Struct, frozen=True):
    """What was put into the basket: product, quantity, and for parts the place of the parent."""

    product: Product
    sku: str
    product_type: str
    quantity: int
    parent: int | None
    carries: bool
    unit_price: int


def draw_coupon(dice: Dice) -> Coupon | None:
    """The order's coupon, if any."""
    draw = dice.below(100)
    if draw < 14:
        return COUPONS[0]
    if draw < 19:
        return COUPONS[1]
    return COUPONS[3] if draw < 23 else None


def fill_basket(dice: Dice, *, is_free: bool) -> list[Choice]:
    """Three to five things, nearly always with a reduced-rate one among them; plain ones when free."""
    found: list[Choice] = []
    wanted = dice.weighted(((35, 3), (40, 4), (25, 5)))
    if dice.percent(97):
        _add(found, dice, dice.pick(REDUCED))
        wanted -= 1
    for _ in range(wanted):
        is_special = not is_free and dice.percent(22)
        _add(found, dice, dice.weighted(SPECIAL) if is_special else dice.pick(STANDARD))
    return found


def _add(found: list[Choice], dice: Dice, product: Product) -> None:
    quantity = dice.weighted(((55, 1), (25, 2), (12, 3), (8, 5))) * UNIT
    parent = len(found)
    if product.kind == "metre":
        quantity = dice.between(25, 900) * 100
        found.append(Choice(product, product.sku, "simple", quantity, None, True, product.price))
    elif product.kind == "configurable":
        part = PRODUCTS[dice.pick(product.parts)[0] - 1]
        found.append(Choice(product, part.sku, "configurable", quantity, None, True, part.price))
        found.append(Choice(part, part.sku, "simple", quantity, parent, False, 0))
    elif product.kind in ("dynamic", "fixed"):
        is_dynamic = product.kind == "dynamic"
        parts = [(PRODUCTS[number - 1], count) for number, count in product.parts]
        sku = "-".join([product.sku, *(part.sku for part, _ in parts)]) if is_dynamic else product.sku
        found.append(Choice(product, sku, "bundle", quantity, None, not is_dynamic, product.price))
        for part, count in parts:
            price = part.price if is_dynamic else 0
            found.append(Choice(part, part.sku, "simple", quantity * count, parent, is_dynamic, price))
    else:
        kind = "virtual" if product.kind == "virtual" else "simple"
        if product.price < UNIT // 10:
            quantity *= dice.between(5, 60)
        found.append(Choice(product, product.sku, kind, quantity, None, True, product.price))
