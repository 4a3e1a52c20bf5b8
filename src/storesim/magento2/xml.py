"""The shop's XML form of an answer, given to clients that ask for `application/xml`."""

from xml.sax.saxutils import escape


def to_xml(value: object) -> bytes:
    """The value as Magento writes it: members by name, list elements as <item>."""
    lines = ['<?xml version="1.0"?>']
    _write(lines, "response", value, 0)
    return ("\n".join(lines) + "\n").encode()


def _write(lines: list[str], name: str, value: object, depth: int) -> None:
    indent = "  " * depth
    members: list[tuple[str, object]]
    if isinstance(value, dict):
        members = [(f"item{key}" if key.isdigit() else key, part) for key, part in value.items()]
    elif isinstance(value, list):
        members = [("item", part) for part in value]
    else:
        lines.append(f"{indent}<{name}>{_text(value)}</{name}>")
        return
    if not members:
        lines.append(f"{indent}<{name}/>")
        return
    lines.append(f"{indent}<{name}>")
    for key, part in members:
        _write(lines, key, part, depth + 1)
    lines.append(f"{indent}</{name}>")


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return "".join(letter if letter.isascii() else f"&#x{ord(letter):X};" for letter in escape(str(value)))
