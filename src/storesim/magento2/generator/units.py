"""Money and quantities as whole numbers of ten-thousandths, the precision the shop's database keeps."""

import msgspec

UNIT = 10_000
CENT = 100

# Number texts seen so far; JSON numbers repeat a lot, so most are looked up.
_TEXTS: dict[int, "int | msgspec.Raw"] = {}
_TEXTS_MAX = 200_000


def number(value: int) -> "int | msgspec.Raw":
    """The JSON number of an amount in ten-thousandths: 538800 → 53.88, 30000 → 3."""
    if value % UNIT == 0:
        return value // UNIT
    text = _TEXTS.get(value)
    if text is None:
        if len(_TEXTS) >= _TEXTS_MAX:
            _TEXTS.clear()
        text = _TEXTS[value] = msgspec.Raw(plain_text(value).encode())
    return text


def plain_text(value: int) -> str:
    """Decimal text without trailing zeros: 538800 → "53.88"."""
    whole, part = divmod(abs(value), UNIT)
    digits = f"{part:04d}".rstrip("0")
    return f"{'-' if value < 0 else ''}{whole}{'.' + digits if digits else ''}"


def fixed_text(value: int, places: int) -> str:
    """Decimal text with 2 or 4 places, half away from zero: 538800 → "53.88"."""
    if places == 2:
        value = round_cents(value)
    whole, part = divmod(abs(value), UNIT)
    return f"{'-' if value < 0 else ''}{whole}.{part:04d}"[: None if places == 4 else -2]


def share(value: int, part: int, whole: int) -> int:
    """value × part ÷ whole, rounded half away from zero to cents.  whole > 0."""
    sign = -1 if (value < 0) != (part < 0) else 1
    return sign * CENT * ((2 * abs(value) * abs(part) + CENT * whole) // (2 * CENT * whole))


def round_cents(value: int) -> int:
    """Rounded half away from zero to cents."""
    return share(value, 1, 1)


def times(price: int, quantity: int) -> int:
    """price × quantity, both in ten-thousandths; cut to ten-thousandths, as the database column is."""
    return price * quantity // UNIT
