"""Forms of the set-up screens: rules in, rules out. What they do not show stays as it is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
from django import forms
from django.utils.translation import gettext_lazy as _

from tieout.accounting import Account, LedgerReference
from tieout.rules.settings import (
    AccountRoles,
    Action,
    Amounts,
    LockedPeriod,
    MethodRule,
    Numbering,
    Rules,
    SalesDocuments,
    StatusRule,
    TaxRule,
    ZeroReason,
    ZeroRule,
)
from tieout.rules.validity import account_class, account_problem, payment_account_problem

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
_CLASSES = {
    "sales": ("REVENUE",),
    "shipping": ("REVENUE",),
    "inventory": ("ASSET",),
    "cost_of_goods_sold": ("EXPENSE",),
    "gift_cards": ("LIABILITY",),
    "store_credit": ("LIABILITY",),
    "tips": ("LIABILITY", "REVENUE"),
    "tax_liability": ("LIABILITY",),
}

_SMALL = {"class": "form-control form-control-sm"}
_SELECT = {"class": "form-select form-select-sm"}
_TICK = {"class": "form-check-input"}


def _label(account: Account) -> str:
    return f"{account.code} · {account.name}" if account.code else account.name


def account_choices(role: str, reference: LedgerReference | None, current: str) -> list[tuple[str, str]]:
    """Accounts that may be used for a role; archived and system accounts are never offered. What is chosen now
    stays visible, so that a bad choice can be seen."""
    accounts = {account.code: account for account in (reference.accounts if reference else ()) if account.code}
    offered = [account for account in accounts.values() if _fits(account, role, accounts)]
    offered.sort(key=lambda account: account.code)
    choices = [("", "–"), *((account.code, _label(account)) for account in offered)]
    if current and current not in {value for value, _title in choices}:
        choices.append((current, f"{current} · {_('not usable any more')}"))
    return choices


def _fits(account: Account, role: str, accounts: dict[str, Account]) -> bool:
    if role == "bank":
        rule = MethodRule("", bank_confirmed=True)
        return payment_account_problem(account, account.code, rule, "") is None
    classes = _CLASSES.get(role)
    return account_problem(account.code, role, accounts) is None and (
        classes is None or account_class(account) in classes
    )


def tax_choices(reference: LedgerReference | None, current: str = "") -> list[tuple[str, str]]:
    """Active tax rates with their percentage."""
    rates = [rate for rate in (reference.tax_rates if reference else ()) if rate.status == "ACTIVE"]
    choices = [("", "–"), *((rate.tax_type, f"{rate.name} · {rate.rate:f} %") for rate in rates)]
    if current and current not in {value for value, _title in choices}:
        choices.append((current, f"{current} · {_('not usable any more')}"))
    return choices


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
                widget=forms.Select(attrs=_SELECT),
            )

    def rules(self) -> Rules:
        return msgspec.structs.replace(self._rules, accounts=AccountRoles(**self.cleaned_data))


class _Row(forms.Form):
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


class TaxRow(_Row):
    codes = forms.CharField(label=_("Store's tax"), required=False, max_length=400, widget=forms.TextInput(_SMALL))
    country = forms.CharField(label=_("Country"), required=False, max_length=2, widget=forms.TextInput(_SMALL))
    percent = forms.DecimalField(label=_("Per cent"), required=False, widget=forms.TextInput(_SMALL))
    valid_from = forms.DateField(
        label=_("From"), required=False, widget=forms.DateInput({**_SMALL, "type": "date"}, format="%Y-%m-%d")
    )
    tax_type = forms.ChoiceField(label=_("Tax rate in Xero"), required=False, widget=forms.Select(_SELECT))

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


class ZeroRow(_Row):
    reason = forms.ChoiceField(
        label=_("Why no tax"),
        required=False,
        choices=[("", "–"), *((reason.value, reason.value.replace("_", " ")) for reason in ZeroReason)],
        widget=forms.Select(_SELECT),
    )
    ship_to = forms.CharField(label=_("Delivered to"), required=False, max_length=5, widget=forms.TextInput(_SMALL))
    store_view = forms.CharField(label=_("Store view"), required=False, widget=forms.TextInput(_SMALL))
    tax_class = forms.CharField(label=_("Tax class"), required=False, widget=forms.TextInput(_SMALL))
    tax_type = forms.ChoiceField(label=_("Tax rate in Xero"), required=False, widget=forms.Select(_SELECT))
    confirmed = forms.BooleanField(label=_("Confirmed"), required=False, widget=forms.CheckboxInput(_TICK))

    def offer(self, reference: LedgerReference | None) -> None:
        self.fields["tax_type"].choices = tax_choices(reference, self._current("tax_type"))  # type: ignore[attr-defined]

    def value(self, known: ZeroRule | None) -> ZeroRule | None:
        data = self.cleaned_data
        if not data.get("reason") or not data.get("tax_type"):
            return None
        changed = {name: data[name] for name in ("ship_to", "store_view", "tax_class", "tax_type", "confirmed")}
        reason = ZeroReason(data["reason"])
        return msgspec.structs.replace(known or ZeroRule(reason, ""), reason=reason, **changed)


class StatusRow(_Row):
    kind = forms.ChoiceField(
        label=_("Document"), choices=[("order", _("Order")), ("invoice", _("Invoice"))], widget=forms.Select(_SELECT)
    )
    state = forms.CharField(label=_("State in the store"), required=False, widget=forms.TextInput(_SMALL))
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
        widget=forms.Select(_SELECT),
    )

    def value(self, known: StatusRule | None) -> StatusRule | None:
        data = self.cleaned_data
        return StatusRule(data["kind"], data["state"], Action(data["action"])) if data.get("state") else None


class MethodRow(_Row):
    method = forms.CharField(label=_("Payment method"), required=False, widget=forms.TextInput(_SMALL))
    currency = forms.CharField(label=_("Currency"), required=False, max_length=3, widget=forms.TextInput(_SMALL))
    account_code = forms.ChoiceField(label=_("Account"), required=False, widget=forms.Select(_SELECT))
    due_days = forms.IntegerField(
        label=_("Due days"), required=False, min_value=0, max_value=365, widget=forms.TextInput(_SMALL)
    )
    offline = forms.BooleanField(label=_("Offline"), required=False, widget=forms.CheckboxInput(_TICK))
    money_seen = forms.BooleanField(
        label=_("Paid means money seen"), required=False, widget=forms.CheckboxInput(_TICK)
    )
    bank_confirmed = forms.BooleanField(
        label=_("Bank account is right"), required=False, widget=forms.CheckboxInput(_TICK)
    )
    skip = forms.BooleanField(label=_("Never send"), required=False, widget=forms.CheckboxInput(_TICK))

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


class NumberingForm(forms.Form):
    order = forms.CharField(label=_("Orders"), required=False, max_length=20, strip=True)
    invoice = forms.CharField(label=_("Store invoices"), required=False, max_length=20, strip=True)
    refund = forms.CharField(label=_("Credit memos"), required=False, max_length=20, strip=True)

    def clean(self) -> dict[str, Any]:
        data = self.cleaned_data
        if data.get("order") == data.get("refund") or data.get("invoice") == data.get("refund"):
            raise forms.ValidationError(_("Sales and credit memos need prefixes that differ: their numbers repeat."))
        return data


#: prefix, row, field of the rules, title, help
TABLES: tuple[tuple[str, type[_Row], str, Any, Any], ...] = (
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
)
_SPARE_ROWS = 2


class Table:
    """A table of rules as a formset: known rows, spare ones, a tick to delete."""

    def __init__(
        self, entry: tuple[str, type[_Row], str, Any, Any], rules: Rules, reference: LedgerReference | None, data: Any
    ) -> None:
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
    return values


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
        help_text=_("Sales before this day are left out."),
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
