"""`fields=items[increment_id,items[sku]],total_count`: cutting an answer down to what was asked for."""

from storesim.magento2.errors import ShopError

Wanted = dict[str, "Wanted"]


def parse_fields(text: str) -> Wanted:
    """The tree of wanted members; a member without brackets is wanted whole (an empty tree)."""
    wanted, end = _parse(text, 0)
    if end != len(text):
        raise ShopError(400, "Specified request cannot be processed.")
    return wanted


def project(value: object, wanted: Wanted) -> object:
    """The value with only its wanted members; lists are cut element by element."""
    if not wanted:
        return value
    if isinstance(value, list):
        return [project(part, wanted) for part in value]
    if isinstance(value, dict):
        return {name: project(part, wanted[name]) for name, part in value.items() if name in wanted}
    return value


def _parse(text: str, at: int) -> tuple[Wanted, int]:
    wanted: Wanted = {}
    name = ""
    while at < len(text):
        letter = text[at]
        if letter == "[":
            wanted[name.strip()], at = _parse(text, at + 1)
            name = ""
        elif letter in ",]":
            if name.strip():
                wanted.setdefault(name.strip(), {})
            name = ""
            if letter == "]":
                return wanted, at + 1
            at += 1
        else:
            name += letter
            at += 1
    if name.strip():
        wanted.setdefault(name.strip(), {})
    return wanted, at
