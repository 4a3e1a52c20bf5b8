"""The table of Sync settings: one row per entity."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
from django import forms
from django.utils.translation import gettext_lazy as _

from tieout.ports.entities import CRON_LENGTH_MAX, EVERY_MINUTES_MAX, EVERY_MINUTES_MIN, EntitySync
from tieout.rules.entities import KINDS, Entity, Mode

TITLES: dict[Entity, Any] = {
    Entity.CUSTOMERS: _("Customers"),
    Entity.PRODUCTS: _("Products"),
    Entity.SALES: _("Sales"),
    Entity.CREDIT_MEMOS: _("Credit memos"),
    Entity.PAYMENTS: _("Payments"),
}
#: What each becomes in Xero.
BECOMES: dict[Entity, Any] = {
    Entity.CUSTOMERS: _("contacts"),
    Entity.PRODUCTS: _("items"),
    Entity.SALES: _("sales invoices"),
    Entity.CREDIT_MEMOS: _("credit notes and their allocations"),
    Entity.PAYMENTS: _("payments and refund payments"),
}
_MODES = [
    (Mode.IMMEDIATELY.value, _("Immediately")),
    (Mode.SCHEDULED.value, _("Scheduled")),
    (Mode.MANUAL.value, _("Manual")),
]
_DIRECTIONS = [
    ("out", _("Store to Xero")),
    ("both", _("Both ways")),
    ("in", _("Xero to store")),
]
_SMALL = {"class": "form-control form-control-sm"}
_SELECT = {"class": "form-select form-select-sm"}


class EntityForm(forms.Form):
    """One entity. now: how it is synced now; writable: whether the store takes changes from Xero."""

    enabled = forms.BooleanField(
        label=_("On"), required=False, widget=forms.CheckboxInput({"class": "form-check-input", "role": "switch"})
    )
    mode = forms.ChoiceField(label=_("When"), choices=_MODES, widget=forms.Select(_SELECT))
    every_minutes = forms.IntegerField(
        label=_("Every … minutes"),
        min_value=EVERY_MINUTES_MIN,
        max_value=EVERY_MINUTES_MAX,
        widget=forms.NumberInput(_SMALL),
    )
    cron = forms.CharField(
        label=_("or at (cron, UTC)"),
        required=False,
        max_length=CRON_LENGTH_MAX,
        widget=forms.TextInput({**_SMALL, "placeholder": "0 6,18 * * 1-5", "spellcheck": "false"}),
    )
    direction = forms.ChoiceField(label=_("Direction"), choices=_DIRECTIONS, widget=forms.Select(_SELECT))

    def __init__(self, data: Any, *, now: EntitySync, writable: bool) -> None:
        initial = {
            "enabled": now.enabled,
            "mode": now.mode.value,
            "every_minutes": now.every_minutes,
            "cron": now.cron,
            "direction": "both" if now.outward and now.inward else "in" if now.inward else "out",
        }
        super().__init__(data, prefix=now.entity.value, initial=initial)
        self.now = now
        if not writable:
            del self.fields["direction"]
        for field in self.fields.values():
            field.widget.attrs["aria-label"] = f"{TITLES[now.entity]}: {field.label}"

    @property
    def title(self) -> Any:
        return TITLES[self.now.entity]

    @property
    def becomes(self) -> Any:
        return BECOMES[self.now.entity]

    @property
    def kinds(self) -> tuple[str, ...]:
        """Kinds of documents that "Add all" means."""
        return tuple(kind.value for kind in KINDS[self.now.entity])

    def wanted(self) -> EntitySync:
        data = self.cleaned_data
        direction = data.get("direction", "both" if self.now.inward else "out")
        return msgspec.structs.replace(
            self.now,
            enabled=data["enabled"],
            mode=Mode(data["mode"]),
            every_minutes=data["every_minutes"],
            cron=" ".join(data["cron"].split()),
            outward=direction in ("out", "both") if "direction" in self.fields else self.now.outward,
            inward=direction in ("in", "both") if "direction" in self.fields else self.now.inward,
        )


def entity_forms(data: Any, known: Sequence[EntitySync], *, writable: bool) -> list[EntityForm]:
    """A form per entity, in the order of the screens."""
    return [EntityForm(data, now=now, writable=writable) for now in known]
