"""Tables of rules as formsets: known rows, spare ones, a tick to delete."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from tieout.accounting import LedgerReference
from tieout.rules.settings import Rules, StoreViewRule, TaxRule
from tieout.web.finer_rows import AccountRuleRow, StoreViewRow, UnknownTotalRow
from tieout.web.rule_rows import MethodRow, Row, StatusRow, TaxRow, ZeroRow

#: prefix, row, field of the rules, title, help
Entry = tuple[str, type[Row], str, Any, Any]

#: On the Accounts screen.
ACCOUNT_TABLES: tuple[Entry, ...] = (
    (
        "finer",
        AccountRuleRow,
        "account_rules",
        _("Accounts per product, tax class or store view"),
        _("What is empty fits anything; the rule that says most wins over the roles above."),
    ),
    (
        "totals",
        UnknownTotalRow,
        "unknown_totals",
        _("Totals of extensions"),
        _("Totals that an extension of the store adds, by the store's code."),
    ),
)

#: On the Mapping screen.
TABLES: tuple[Entry, ...] = (
    ("taxes", TaxRow, "taxes", _("Taxes"), _("Several taxes on one line are written with “ + ” between them.")),
    ("zero", ZeroRow, "zero_rules", _("Lines without tax"), _("A rule holds only once it is confirmed.")),
    ("statuses", StatusRow, "statuses", _("Order statuses"), _("What a state of the store means in Xero.")),
    (
        "methods",
        MethodRow,
        "methods",
        _("Payment methods"),
        _("The clearing account where the money of a method waits."),
    ),
    (
        "views",
        StoreViewRow,
        "store_views",
        _("Store views and tracking"),
        _("Tracking is set on every line of the view, as category=option."),
    ),
)
_SPARE_ROWS = 2


class Table:
    """A table of rules as a formset: known rows, spare ones, a tick to delete."""

    def __init__(self, entry: Entry, rules: Rules, reference: LedgerReference | None, data: Any) -> None:
        self.prefix, row, self.field, self.title, self.help = entry
        self.known: Sequence[Any] = getattr(rules, self.field)
        formset = forms.formset_factory(row, extra=_SPARE_ROWS, can_delete=True)
        initial = [_initial(rule) for rule in self.known]
        self.formset = formset(data, initial=initial, prefix=self.prefix, form_kwargs={"reference": reference})

    def heads(self) -> list[str]:
        return [str(field.label) for name, field in self.formset.empty_form.fields.items() if name != "DELETE"]

    def is_valid(self) -> bool:
        return bool(self.formset.is_valid())

    def values(self) -> tuple[Any, ...]:
        found = []
        for index, form in enumerate(self.formset.forms):
            if form.cleaned_data.get("DELETE"):
                continue
            known = self.known[index] if index < len(self.known) else None
            if not form.has_changed():
                found.append(known) if known is not None else None
                continue
            value = form.value(known)
            if value is not None:
                found.append(value)
        return tuple(found)


def _initial(rule: Any) -> dict[str, Any]:
    values = {name: getattr(rule, name) for name in rule.__struct_fields__}
    if isinstance(rule, TaxRule):
        values["codes"] = " + ".join(rule.codes)
    if isinstance(rule, StoreViewRule):
        values["tracking"] = "; ".join(f"{category}={option}" for category, option in rule.tracking)
        values["line_mode"] = rule.line_mode.value if rule.line_mode is not None else ""
    return values
