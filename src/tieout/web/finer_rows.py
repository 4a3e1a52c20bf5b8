"""Rows of the rules that are finer than a role: per product, per tax class, per store view, unknown totals."""

from __future__ import annotations

from typing import Any

import msgspec
from django import forms
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from tieout.accounting import LedgerReference, LineAmountTypes
from tieout.rules.settings import AccountRule, StoreViewRule, UnknownTotalRule
from tieout.rules.validity import account_problem
from tieout.web.rule_choices import line_account_choices, tax_choices
from tieout.web.rule_rows import SELECT, SMALL, TICK, Row

#: Roles of lines that a finer rule may be made for.
LINE_ROLES = (
    ("sales", _("Sales")),
    ("shipping", _("Shipping")),
    ("discounts", _("Discounts")),
    ("fees", _("Fees")),
    ("levies", _("Levies")),
    ("gift_cards", _("Gift cards")),
    ("tips", _("Tips")),
    ("refund_adjustments", _("Refund adjustments")),
)


class AccountRuleRow(Row):
    role = forms.ChoiceField(label=_("For"), choices=LINE_ROLES, widget=forms.Select(SELECT))
    sku = forms.CharField(label=_("Product (SKU)"), required=False, max_length=120, widget=forms.TextInput(SMALL))
    store_view = forms.CharField(label=_("Store view"), required=False, max_length=60, widget=forms.TextInput(SMALL))
    tax_class = forms.CharField(label=_("Tax class"), required=False, max_length=60, widget=forms.TextInput(SMALL))
    code = forms.CharField(label=_("Store's code"), required=False, max_length=60, widget=forms.TextInput(SMALL))
    account_code = forms.ChoiceField(label=_("Account"), required=False, widget=forms.Select(SELECT))

    def offer(self, reference: LedgerReference | None) -> None:
        self._accounts = {one.code: one for one in (reference.accounts if reference else ()) if one.code}
        choices = line_account_choices(reference, self._current("account_code"))
        self.fields["account_code"].choices = choices  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        data = self.cleaned_data
        narrowed = any(data.get(name) for name in ("sku", "store_view", "tax_class", "code"))
        if data.get("DELETE") or not (narrowed or data.get("account_code")):
            return data
        if not narrowed:
            raise forms.ValidationError(_now("Say for which product, store view, tax class or code."))
        if not data.get("account_code"):
            raise forms.ValidationError(_now("Choose the account."))
        if self._accounts and (problem := account_problem(data["account_code"], data["role"], self._accounts)):
            raise forms.ValidationError(problem.reason)
        return data

    def value(self, known: AccountRule | None) -> AccountRule | None:
        data = self.cleaned_data
        if not data.get("account_code"):
            return None
        return AccountRule(
            data["account_code"], data["role"], data["store_view"], data["sku"], data["tax_class"], data["code"]
        )


class UnknownTotalRow(Row):
    code = forms.CharField(
        label=_("Total of the store"), required=False, max_length=60, widget=forms.TextInput(SMALL)
    )
    meaning = forms.ChoiceField(
        label=_("Is"),
        choices=[("fee", _("a fee")), ("discount", _("a discount")), ("means", _("a means of payment"))],
        widget=forms.Select(SELECT),
    )
    account_code = forms.ChoiceField(label=_("Account"), required=False, widget=forms.Select(SELECT))
    tax_type = forms.ChoiceField(label=_("Tax rate in Xero"), required=False, widget=forms.Select(SELECT))

    def offer(self, reference: LedgerReference | None) -> None:
        accounts = line_account_choices(reference, self._current("account_code"))
        self.fields["account_code"].choices = accounts  # type: ignore[attr-defined]
        self.fields["tax_type"].choices = tax_choices(reference, self._current("tax_type"))  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        data = self.cleaned_data
        if data.get("code") and not data.get("account_code") and not data.get("DELETE"):
            raise forms.ValidationError(_now("Choose the account."))
        return data

    def value(self, known: UnknownTotalRule | None) -> UnknownTotalRule | None:
        data = self.cleaned_data
        if not data.get("code"):
            return None
        return UnknownTotalRule(data["code"], data["meaning"], data["account_code"], data["tax_type"])


class StoreViewRow(Row):
    store_view = forms.CharField(label=_("Store view"), required=False, max_length=60, widget=forms.TextInput(SMALL))
    assigned = forms.BooleanField(
        label=_("Goes here"), required=False, widget=forms.CheckboxInput(TICK), initial=True
    )
    line_mode = forms.ChoiceField(
        label=_("Line amounts"),
        required=False,
        choices=[
            ("", _("as the store shows them")),
            (LineAmountTypes.EXCLUSIVE.value, _("without tax")),
            (LineAmountTypes.INCLUSIVE.value, _("with tax")),
            (LineAmountTypes.NO_TAX.value, _("no tax at all")),
        ],
        widget=forms.Select(SELECT),
    )
    tracking = forms.CharField(
        label=_("Tracking"),
        required=False,
        max_length=300,
        widget=forms.TextInput({**SMALL, "placeholder": "Region=North; Channel=Web"}),
    )

    def offer(self, reference: LedgerReference | None) -> None:
        self._reference = reference

    def clean_tracking(self) -> tuple[tuple[str, str], ...]:
        parts = [part.strip() for part in self.cleaned_data["tracking"].split(";") if part.strip()]
        pairs = [tuple(side.strip() for side in part.split("=", 1)) for part in parts]
        if any(len(pair) != 2 or not all(pair) for pair in pairs):
            raise forms.ValidationError(_now("Write category=option, several with “;” between them."))
        if len(pairs) > 2:
            raise forms.ValidationError(_now("Xero knows two active tracking categories."))
        found = tuple((pair[0], pair[1]) for pair in pairs)
        known = {one.name: one.options for one in self._reference.tracking} if self._reference else {}
        for category, option in found:
            if known and category not in known:
                told = _now("Xero has no tracking category %(name)s; it has: %(known)s.")
                raise forms.ValidationError(told % {"name": category, "known": ", ".join(sorted(known))})
            if known and option not in known[category]:
                told = _now("%(name)s has no option %(option)s; it has: %(known)s.")
                known_options = ", ".join(known[category])
                raise forms.ValidationError(told % {"name": category, "option": option, "known": known_options})
        return found

    def value(self, known: StoreViewRule | None) -> StoreViewRule | None:
        data = self.cleaned_data
        if not data.get("store_view"):
            return None
        before = known or StoreViewRule(data["store_view"])
        return msgspec.structs.replace(
            before,
            store_view=data["store_view"],
            assigned=data["assigned"],
            line_mode=LineAmountTypes(data["line_mode"]) if data["line_mode"] else None,
            tracking=data["tracking"],
        )
