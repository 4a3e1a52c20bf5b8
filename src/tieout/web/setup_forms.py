"""Forms of the set-up screens: rules in, rules out. What they do not show stays as it is."""

from __future__ import annotations

import re
from typing import Any

import msgspec
from django import forms
from django.utils.translation import gettext_lazy as _

from tieout.accounting import LedgerReference
from tieout.rules.settings import AccountRoles, Amounts, ContactRules, LockedPeriod, Numbering, Rules, SalesDocuments
from tieout.web.rule_choices import account_choices
from tieout.web.rule_rows import SELECT, SMALL, TICK

#: Role → title and what is booked there.
ROLE_TITLES: dict[str, tuple[Any, Any]] = {
    "bank": (_("Bank"), _("payments of methods without an account of their own")),
    "sales": (_("Sales"), _("what products bring in")),
    "inventory": (_("Inventory"), _("only on items, for the purchase side")),
    "cost_of_goods_sold": (_("Cost of goods sold"), _("only on items, for the purchase side")),
    "shipping": (_("Shipping"), _("what customers pay for delivery")),
    "discounts": (_("Discounts"), _("where discounts are lines of their own")),
    "fees": (_("Fees"), _("surcharges and other fees")),
    "levies": (_("Levies"), _("fixed product taxes")),
    "rounding": (_("Rounding"), _("the cent that the store's own lines miss")),
    "refund_adjustments": (_("Refund adjustments"), _("adjustment refunds and fees")),
    "gift_cards": (_("Gift cards"), _("sold and not used yet")),
    "store_credit": (_("Store credit"), _("owed to customers")),
    "tips": (_("Tips"), _("handed on")),
    "tax_liability": (_("Tax collected"), _("sales tax as a liability (US)")),
}


#: Ways to find a contact, as ContactRules.match names them.
_MATCHES = [
    ("contact_number", _("contact number")),
    ("account_number", _("account number")),
    ("email", _("e-mail address")),
]
_MORE_MATCHES = [("", "–"), *_MATCHES]
_CONTACT_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


class AccountsForm(forms.Form):
    """One select per role."""

    def __init__(self, *args: Any, rules: Rules, reference: LedgerReference | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._rules = rules
        for role, (title, help_text) in ROLE_TITLES.items():
            current = getattr(rules.accounts, role)
            self.fields[role] = forms.ChoiceField(
                label=title,
                help_text=help_text,
                required=False,
                choices=account_choices(role, reference, current),
                initial=current,
                widget=forms.Select(attrs=SELECT),
            )

    def rules(self) -> Rules:
        return msgspec.structs.replace(self._rules, accounts=AccountRoles(**self.cleaned_data))


class NumberingForm(forms.Form):
    order = forms.CharField(label=_("Orders"), required=False, max_length=20, strip=True)
    invoice = forms.CharField(label=_("Store invoices"), required=False, max_length=20, strip=True)
    refund = forms.CharField(label=_("Credit memos"), required=False, max_length=20, strip=True)

    def clean(self) -> dict[str, Any]:
        data = self.cleaned_data
        # A store whose own numbers carry prefixes starts with none of ours; what is left as it was is right.
        same = all(data.get(name) == self.initial.get(name, "") for name in self.fields)
        if not same and data.get("refund") in (data.get("order"), data.get("invoice")):
            raise forms.ValidationError(_("Sales and credit memos need prefixes that differ: their numbers repeat."))
        return data


class ContactsForm(forms.Form):
    """How buyers find their contact. What it does not show of the rules stays."""

    first = forms.ChoiceField(label=_("Look first by"), choices=_MATCHES, widget=forms.Select(SELECT))
    second = forms.ChoiceField(label=_("then by"), required=False, choices=_MORE_MATCHES, widget=forms.Select(SELECT))
    third = forms.ChoiceField(label=_("then by"), required=False, choices=_MORE_MATCHES, widget=forms.Select(SELECT))
    number_prefix = forms.CharField(
        label=_("Prefix of contact numbers"),
        required=False,
        max_length=20,
        help_text=_("Before the store's customer number, so that two shops never name the same contact."),
        widget=forms.TextInput(SMALL),
    )
    fill_empty_only = forms.BooleanField(
        label=_("Only fill what is empty in Xero; never overwrite what is there"),
        required=False,
        widget=forms.CheckboxInput(TICK),
    )
    single_contact = forms.CharField(
        label=_("One contact for all web customers (ContactID)"),
        required=False,
        max_length=36,
        help_text=_(
            "Empty: each customer has a contact. The id stands in the address of the contact's page in Xero."
        ),
        widget=forms.TextInput({**SMALL, "spellcheck": "false"}),
    )

    @classmethod
    def initial_of(cls, rules: ContactRules) -> dict[str, Any]:
        match = (*rules.match, "", "", "")
        return {
            "first": match[0],
            "second": match[1],
            "third": match[2],
            "number_prefix": rules.number_prefix,
            "fill_empty_only": rules.fill_empty_only,
            "single_contact": rules.single_contact,
        }

    def clean_single_contact(self) -> str:
        given: str = self.cleaned_data["single_contact"].strip().lower()
        if given and not _CONTACT_ID.fullmatch(given):
            raise forms.ValidationError(_("A ContactID has 32 digits and letters a to f in five groups."))
        return given

    def clean(self) -> dict[str, Any]:
        data = self.cleaned_data
        chosen = [data[name] for name in ("first", "second", "third") if data.get(name)]
        if len(set(chosen)) < len(chosen):
            raise forms.ValidationError(_("Each way to look for a contact can be chosen once."))
        return data

    def rules(self, before: ContactRules) -> ContactRules:
        data = self.cleaned_data
        return msgspec.structs.replace(
            before,
            match=tuple(data[name] for name in ("first", "second", "third") if data[name]),
            number_prefix=data["number_prefix"],
            fill_empty_only=data["fill_empty_only"],
            single_contact=data["single_contact"],
        )


class SettingsForm(forms.Form):
    """Everything of the rules that is no mapping."""

    sales_documents = forms.ChoiceField(
        label=_("Sales documents"),
        help_text=_("What is revenue. Never both, so that nothing is booked twice."),
        choices=[(SalesDocuments.ORDERS.value, _("Orders")), (SalesDocuments.INVOICES.value, _("Store invoices"))],
    )
    amounts = forms.ChoiceField(
        label=_("Figures"),
        choices=[
            (Amounts.ORDER_CURRENCY.value, _("Currency of the order")),
            (Amounts.BASE_CURRENCY.value, _("Base currency of the store")),
        ],
    )
    start_date = forms.DateField(
        label=_("Start date"),
        required=False,
        help_text=_("Sales before this day are left out. Empty: all sales count, however old."),
        widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
    )
    books_closed_until = forms.DateField(
        label=_("Books closed until"),
        required=False,
        help_text=_("Your own lock date, beside those of Xero."),
        widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
    )
    locked_period = forms.ChoiceField(
        label=_("Documents of a closed period"),
        choices=[
            (LockedPeriod.HOLD.value, _("are held")),
            (LockedPeriod.REDATE.value, _("move to the first open day")),
        ],
    )
    rounding_limit = forms.DecimalField(
        label=_("Largest rounding line"),
        min_value=0,
        max_value=1,
        decimal_places=2,
        help_text=_("Beyond it a document is held."),
    )
    send_items = forms.BooleanField(label=_("Send products as items"), required=False)
    adjustments_taxed = forms.BooleanField(label=_("Refund adjustments carry the order's tax"), required=False)
    send_shop_rate = forms.BooleanField(label=_("Send the store's exchange rate"), required=False)
    allow_inexact_currency = forms.BooleanField(
        label=_("Round currencies with three decimals"),
        required=False,
        help_text=_("Xero keeps two decimals of every currency."),
    )

    @classmethod
    def initial_of(cls, rules: Rules) -> dict[str, Any]:
        return {name: getattr(rules, name) for name in cls.base_fields}

    def rules(self, rules: Rules) -> Rules:
        data = dict(self.cleaned_data)
        data["sales_documents"] = SalesDocuments(data["sales_documents"])
        data["amounts"] = Amounts(data["amounts"])
        data["locked_period"] = LockedPeriod(data["locked_period"])
        return msgspec.structs.replace(rules, **data)


def numbering(form: NumberingForm) -> Numbering:
    data = form.cleaned_data
    return Numbering(data["order"], data["invoice"], data["refund"])
