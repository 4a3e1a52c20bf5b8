"""Formats, icons, badges and addresses for templates. Loaded as a built-in library."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django import template
from django.forms import BoundField
from django.template.context import RequestContext
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from tieout.money import Money
from tieout.rules.coverage import MethodUse, TaxUse
from tieout.web import coverage_keys, formats, icons, words

register = template.Library()


@register.simple_tag
def icon(name: str, size: int = 16) -> SafeString:
    """An icon beside words that say the same."""
    return icons.icon(name, size)


@register.simple_tag
def badge(state: str) -> SafeString:
    """A state in words, colour and sign."""
    return words.badge(state)


@register.filter
def money(value: Money | None) -> str:
    """An amount in its currency's format."""
    return formats.money(value)


@register.filter
def number(value: int | Decimal | None) -> str:
    """A number with the reader's separators."""
    return formats.number(value)


@register.filter
def quantity(value: Decimal) -> str:
    """A quantity without useless zeros."""
    return formats.quantity(value)


@register.filter
def percent(value: Decimal) -> str:
    """A percentage without useless zeros."""
    return formats.percent(value)


@register.filter
def size(value: int | None) -> str:
    """Bytes."""
    return formats.size(value)


@register.filter
def ms(value: int | None) -> str:
    """Milliseconds."""
    return formats.milliseconds(value)


@register.filter
def day(value: date | None) -> str:
    """A date with its year."""
    return formats.day(value)


@register.filter
def moment(value: datetime | None) -> str | SafeString:
    """A time in the reader's zone, exact to the second in the machine-readable part."""
    if value is None:
        return formats.DASH
    local = timezone.localtime(value)
    return format_html(
        '<time datetime="{}" title="{}">{}</time>',
        local.isoformat(timespec="seconds"),
        f"{formats.day(local.date())} {local:%H:%M:%S %Z}",
        formats.moment(value),
    )


@register.filter
def ago(value: datetime | None) -> str:
    """How long ago, against the clock."""
    return formats.ago(value, timezone.now())


@register.filter
def get(mapping: Mapping[str, Any], key: str) -> Any:
    """`mapping[key]`, "" when it is not there."""
    return mapping.get(key, "")


@register.simple_tag(takes_context=True)
def with_query(context: RequestContext, **changes: object) -> str:
    """The page's query with some keys changed; "" or None takes a key away. Begins with "?"."""
    request = context.get("request")
    assert request is not None, "with_query needs the request in its context"
    query = request.GET.copy()
    for key, value in changes.items():
        if value in ("", None):
            query.pop(key, None)
        else:
            query[key] = str(value)
    return f"?{query.urlencode()}"


@register.filter
def entity(kind: str) -> str:
    """A document's kind in words."""
    return words.entity(kind)


@register.filter
def role(name: str) -> str:
    """A posting's role in words."""
    return words.role(name)


@register.filter
def store_kind(kind: str) -> str:
    """ "Magento 2" for "magento2"."""
    return words.STORE_KINDS.get(kind, kind)


@register.filter
def look(state: str) -> words.Look:
    """Tone and icon of a state."""
    return words.look(state)


@register.filter
def in_form(field: BoundField, form: str) -> SafeString:
    """A field that belongs to a form elsewhere on the page: in a table with several forms."""
    return field.as_widget(attrs={"form": form})


@register.filter
def tax_key(tax: TaxUse) -> str:
    """The name of the select for a tax on the coverage screen."""
    return coverage_keys.tax_key(tax)


@register.filter
def method_key(method: MethodUse) -> str:
    """The name of the select for a payment method on the coverage screen."""
    return coverage_keys.method_key(method)


@register.filter
def get_title(shown: words.Look) -> str:
    """The words of a state's look."""
    return str(shown.title)


@register.filter
def event_title(event: Any) -> str:
    """A log entry's action in words."""
    return words.event(event.action, event.role)


@register.filter
def span(seconds: int) -> str:
    """A duration in its largest whole unit."""
    return formats.span(seconds)
