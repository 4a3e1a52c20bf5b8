"""The form of a store, made from what its kind says it needs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tieout.stores.values import SettingField, SettingKind


class StoreForm(forms.Form):
    """Made from what the kind of store says it needs; secrets are never shown again.

    known: the settings of a store that is changed; its secrets stay when their fields are left empty.
    """

    name = forms.CharField(
        label=gettext_lazy("Name"), max_length=120, help_text=gettext_lazy("As you call the shop.")
    )
    start_date = forms.DateField(
        label=gettext_lazy("Start date"),
        required=False,
        help_text=gettext_lazy("Sales before this day are left out. Empty: all sales count, however old."),
        widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
    )

    def __init__(
        self,
        *args: Any,
        fields: tuple[SettingField, ...],
        known: Mapping[str, str] | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.asked = fields
        for field in fields:
            self.fields[f"set_{field.name}"] = _form_field(field, known)

    def given(self) -> dict[str, str]:
        """Texts by the names of the kind's fields."""
        values = {field.name: self.cleaned_data.get(f"set_{field.name}") for field in self.asked}
        return {name: "" if value is None else str(value) for name, value in values.items()}


def _form_field(field: SettingField, known: Mapping[str, str] | None) -> forms.Field:
    common: dict[str, Any] = {
        "label": field.label,
        "help_text": field.help + (f" {_('Example:')} {field.example}" if field.example else ""),
        "required": field.required,
        "initial": field.default if known is None else known.get(field.name, field.default),
    }
    if field.secret:
        if known is not None:
            common["required"] = False
            common["help_text"] = f"{_('Leave empty to keep what is stored.')} {common['help_text']}"
        common["initial"] = ""
        widget = forms.PasswordInput({"autocomplete": "off"}, render_value=False)
        return forms.CharField(**common, max_length=500, widget=widget)
    match field.kind:
        case SettingKind.CHOICE:
            return forms.ChoiceField(**common, choices=field.choices)
        case SettingKind.NUMBER:
            return forms.IntegerField(**common)
        case SettingKind.URL:
            return forms.URLField(**common, assume_scheme="https", max_length=500)
        case _:
            return forms.CharField(**common, max_length=500)
