"""Rows of the tables of rules: a rule in, a rule out."""

from __future__ import annotations

from typing import Any

import msgspec
from django import forms
from django.utils.translation import gettext_lazy as _

from tieout.accounting import LedgerReference
from tieout.rules.settings import Action, MethodRule, StatusRule, TaxRule, ZeroReason, ZeroRule
from tieout.web.rule_choices import account_choices, tax_choices

SMALL = {"class": "form-control form-control-sm"}
SELECT = {"class": "form-select form-select-sm"}
TICK = {"class": "form-check-input"}


class Row(forms.Form):
    """A row of a table of rules. Labels are the table's heads; each field repeats its own for screen readers."""

    def __init__(self, *args: Any, reference: LedgerReference | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offer(reference)
        for field in self.fields.values():
            field.widget.attrs.setdefault("aria-label", field.label)

    def offer(self, reference: LedgerReference | None) -> None:
        """Fill the choices that come from the organisation."""

    def value(self, known: Any) -> Any:
        """The rule of this row, None when it is empty. known: the rule that it was made from."""
        raise NotImplementedError

    def _current(self, name: str) -> str:
        return str(self.initial.get(name, "") or "")


class TaxRow(Row):
    codes = forms.CharField(label=_("Store's tax"), required=False, max_length=400, widget=forms.TextInput(SMALL))
    country = forms.CharField(label=_("Country"), required=False, max_length=2, widget=forms.TextInput(SMALL))
    percent = forms.DecimalField(label=_("Per cent"), required=False, widget=forms.TextInput(SMALL))
    valid_from = forms.DateField(
        label=_("From"), required=False, widget=forms.DateInput({**SMALL, "type": "date"}, format="%Y-%m-%d")
    )
    tax_type = forms.ChoiceField(label=_("Tax rate in Xero"), required=False, widget=forms.Select(SELECT))

    def offer(self, reference: LedgerReference | None) -> None:
        self.fields["tax_type"].choices = tax_choices(reference, self._current("tax_type"))  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        data = self.cleaned_data
        if bool(data.get("codes")) != bool(data.get("tax_type")) and not data.get("DELETE"):
            raise forms.ValidationError(_("A tax needs its tax rate."))
        return data

    def value(self, known: TaxRule | None) -> TaxRule | None:
        data = self.cleaned_data
        if not data.get("codes"):
            return None
        codes = tuple(sorted(part.strip() for part in data["codes"].split(" + ") if part.strip()))
        return TaxRule(codes, data["tax_type"], data["country"].upper(), data["percent"], data["valid_from"])


class ZeroRow(Row):
    reason = forms.ChoiceField(
        label=_("Why no tax"),
        required=False,
        choices=[("", "–"), *((reason.value, reason.value.replace("_", " ")) for reason in ZeroReason)],
        widget=forms.Select(SELECT),
    )
    ship_to = forms.CharField(label=_("Delivered to"), required=False, max_length=5, widget=forms.TextInput(SMALL))
    store_view = forms.CharField(label=_("Store view"), required=False, widget=forms.TextInput(SMALL))
    tax_class = forms.CharField(label=_("Tax class"), required=False, widget=forms.TextInput(SMALL))
    tax_type = forms.ChoiceField(label=_("Tax rate in Xero"), required=False, widget=forms.Select(SELECT))
    confirmed = forms.BooleanField(label=_("Confirmed"), required=False, widget=forms.CheckboxInput(TICK))

    def offer(self, reference: LedgerReference | None) -> None:
        self.fields["tax_type"].choices = tax_choices(reference, self._current("tax_type"))  # type: ignore[attr-defined]

    def value(self, known: ZeroRule | None) -> ZeroRule | None:
        data = self.cleaned_data
        if not data.get("reason") or not data.get("tax_type"):
            return None
        changed = {name: data[name] for name in ("ship_to", "store_view", "tax_class", "tax_type", "confirmed")}
        reason = ZeroReason(data["reason"])
        return msgspec.structs.replace(known or ZeroRule(reason, ""), reason=reason, **changed)


class StatusRow(Row):
    kind = forms.ChoiceField(
        label=_("Document"), choices=[("order", _("Order")), ("invoice", _("Invoice"))], widget=forms.Select(SELECT)
    )
    state = forms.CharField(label=_("State in the store"), required=False, widget=forms.TextInput(SMALL))
    action = forms.ChoiceField(
        label=_("In Xero"),
        choices=[
            (Action.SKIP.value, _("nothing")),
            (Action.WAIT.value, _("wait")),
            (Action.DRAFT.value, _("Draft")),
            (Action.SUBMITTED.value, _("Awaiting approval")),
            (Action.AUTHORISED.value, _("Awaiting payment")),
            (Action.UNDO.value, _("take back")),
            (Action.ASK.value, _("ask me")),
        ],
        widget=forms.Select(SELECT),
    )

    def value(self, known: StatusRule | None) -> StatusRule | None:
        data = self.cleaned_data
        return StatusRule(data["kind"], data["state"], Action(data["action"])) if data.get("state") else None


class MethodRow(Row):
    method = forms.CharField(label=_("Payment method"), required=False, widget=forms.TextInput(SMALL))
    currency = forms.CharField(label=_("Currency"), required=False, max_length=3, widget=forms.TextInput(SMALL))
    account_code = forms.ChoiceField(label=_("Account"), required=False, widget=forms.Select(SELECT))
    due_days = forms.IntegerField(
        label=_("Due days"), required=False, min_value=0, max_value=365, widget=forms.TextInput(SMALL)
    )
    offline = forms.BooleanField(label=_("Offline"), required=False, widget=forms.CheckboxInput(TICK))
    money_seen = forms.BooleanField(
        label=_("Paid means money seen"), required=False, widget=forms.CheckboxInput(TICK)
    )
    bank_confirmed = forms.BooleanField(
        label=_("Bank account is right"), required=False, widget=forms.CheckboxInput(TICK)
    )
    skip = forms.BooleanField(label=_("Never send"), required=False, widget=forms.CheckboxInput(TICK))

    def offer(self, reference: LedgerReference | None) -> None:
        current = self._current("account_code")
        self.fields["account_code"].choices = account_choices("bank", reference, current)  # type: ignore[attr-defined]

    def value(self, known: MethodRule | None) -> MethodRule | None:
        data = self.cleaned_data
        if not data.get("method"):
            return None
        return MethodRule(
            method=data["method"],
            account_code=data["account_code"],
            currency=data["currency"].upper(),
            offline=data["offline"],
            money_seen=data["money_seen"],
            due_days=data["due_days"] or 0,
            bank_confirmed=data["bank_confirmed"],
            skip=data["skip"],
        )
