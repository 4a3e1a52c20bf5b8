"""Which tax rate of Xero fits each tax of the store, and which would have to be made (ACCOUNTING A1, A8, A9)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from enum import StrEnum

import msgspec

from tieout.accounting import LedgerReference, TaxRate
from tieout.rules.regions import EU_COUNTRIES, RETURN_FROM_OWN_RATES, country_of, out_of_scope_type
from tieout.rules.settings import Rules, TaxRule, ZeroReason, ZeroRule
from tieout.rules.texts import cut, folded, name_text

_NAME_LENGTH_MAX = 50
_PERCENT_PLACES = Decimal("0.0001")
_SAME_PERCENT = Decimal("0.005")

#: Xero's own sales rates by country and percentage, where several rates have the same percentage.
_USUAL = {
    ("GB", Decimal(20)): "OUTPUT2",
    ("GB", Decimal(5)): "RROUTPUT",
    ("AU", Decimal(10)): "OUTPUT",
    ("NZ", Decimal(15)): "OUTPUT2",
}
#: Starts of Xero's purchase-side and special tax types; never right for a sale (CASES C21, C25).
_NOT_SALES = ("INPUT", "RRINPUT", "SRINPUT", "CAPEX", "CAP", "DRCHARGE", "REVERSECHARGES", "ECACQ", "GSTON", "ECZR")

_NAMES = {
    "AT": "Austria", "BE": "Belgium", "BG": "Bulgaria", "CY": "Cyprus", "CZ": "Czechia", "DE": "Germany",
    "DK": "Denmark", "EE": "Estonia", "ES": "Spain", "FI": "Finland", "FR": "France", "GB": "United Kingdom",
    "GR": "Greece", "HR": "Croatia", "HU": "Hungary", "IE": "Ireland", "IT": "Italy", "LT": "Lithuania",
    "LU": "Luxembourg", "LV": "Latvia", "MT": "Malta", "NL": "Netherlands", "PL": "Poland", "PT": "Portugal",
    "RO": "Romania", "SE": "Sweden", "SI": "Slovenia", "SK": "Slovakia",
}  # fmt: skip


class SeenPart(msgspec.Struct, frozen=True):
    """One of the store's taxes on a line, with its effective percentage."""

    code: str
    title: str
    percent: Decimal


class SeenTax(msgspec.Struct, frozen=True):
    """Taxes met together on lines of documents. country: of the tax, else where the goods went."""

    parts: tuple[SeenPart, ...]
    country: str

    @property
    def codes(self) -> tuple[str, ...]:
        return tuple(sorted({part.code for part in self.parts}))

    @property
    def percent(self) -> Decimal:
        return sum([part.percent for part in self.parts], Decimal(0))


class Step(StrEnum):
    #: Xero has the rate: map to `tax_type`.
    MAP = "map"
    #: Offer to make the rate `name` of `components`.
    CREATE = "create"
    #: Only a person can: make it in Xero, then choose it.
    ASK = "ask"


class TaxProposal(msgspec.Struct, frozen=True):
    """components: (name, percent as text, compound), as `Ledger.create_tax_rate` takes them."""

    codes: tuple[str, ...]
    country: str
    percent: Decimal
    step: Step
    sentence: str
    tax_type: str = ""
    name: str = ""
    components: tuple[tuple[str, str, bool], ...] = ()
    report_type: str = ""


def propose_taxes(seen: Iterable[SeenTax], reference: LedgerReference, rules: Rules) -> tuple[TaxProposal, ...]:
    """A proposal for each tax that has no rule yet.

    Own-country taxes of the UK, Australia and New Zealand go to Xero's own rates only: rates made through the
    API do not feed the return. A foreign tax never goes to an own-country rate of the same percentage.
    """
    mapped = {tuple(sorted(rule.codes)) for rule in rules.taxes}
    names = {folded(rate.name) for rate in reference.tax_rates}
    found: dict[tuple[str, ...], TaxProposal] = {}
    for tax in seen:
        if tax.codes in mapped or tax.codes in found or not tax.parts:
            continue
        found[tax.codes] = _propose(tax, reference, names)
    return tuple(found.values())


def _propose(tax: SeenTax, reference: LedgerReference, names: set[str]) -> TaxProposal:
    country = country_of(reference.organisation)
    own = not tax.country or tax.country == country
    if own and country in RETURN_FROM_OWN_RATES:
        return _own_country(tax, country, reference)
    wanted = _name(tax, country)
    existing = next((r for r in _active(reference) if folded(r.name) == folded(wanted)), None)
    if existing is None and own:
        same = [r for r in _active(reference) if abs(r.rate - tax.percent) < _SAME_PERCENT and r.rate]
        existing = same[0] if len(same) == 1 else None
    if existing is not None and abs(existing.rate - tax.percent) < _SAME_PERCENT:
        return _map(tax, existing)
    name = _free_name(wanted, names)
    components = tuple((part_name, f"{percent:f}", False) for part_name, percent in _components(tax))
    return TaxProposal(
        codes=tax.codes,
        country=tax.country,
        percent=tax.percent,
        step=Step.CREATE,
        name=name,
        components=components,
        report_type=_report_type(tax, country),
        sentence=f"Create tax rate “{name}” for {' + '.join(tax.codes)}. Sales under it do not appear in the return.",
    )


def _active(reference: LedgerReference) -> list[TaxRate]:
    return [
        rate
        for rate in reference.tax_rates
        if rate.status == "ACTIVE" and rate.for_revenue and not rate.tax_type.startswith(_NOT_SALES)
    ]


def _own_country(tax: SeenTax, country: str, reference: LedgerReference) -> TaxProposal:
    own = [
        rate
        for rate in _active(reference)
        if not rate.tax_type.startswith("TAX") and abs(rate.rate - tax.percent) < _SAME_PERCENT and rate.rate
    ]
    usual = _USUAL.get((country, tax.percent.normalize() + 0))
    chosen = next((rate for rate in own if rate.tax_type == usual), own[0] if len(own) == 1 else None)
    if chosen is not None:
        return _map(tax, chosen)
    return TaxProposal(
        codes=tax.codes,
        country=tax.country,
        percent=tax.percent,
        step=Step.ASK,
        sentence=f"Xero has no own sales rate of {tax.percent.normalize():f} % for {' + '.join(tax.codes)}. "
        "Rates made from outside do not feed your return: choose one of Xero's by hand.",
    )


def _map(tax: SeenTax, rate: TaxRate) -> TaxProposal:
    return TaxProposal(
        codes=tax.codes,
        country=tax.country,
        percent=tax.percent,
        step=Step.MAP,
        tax_type=rate.tax_type,
        name=rate.name,
        sentence=f"Map {' + '.join(tax.codes)} ({tax.percent.normalize():f} %) to {rate.name}.",
    )


def _name(tax: SeenTax, own_country: str) -> str:
    """The rate's name in Xero: scheme, country and percentage for the one-stop shop, else the store's titles."""
    percent = f"{tax.percent.quantize(_PERCENT_PLACES).normalize():f}%"
    if tax.country in EU_COUNTRIES and (own_country in EU_COUNTRIES or own_country == "GB") and len(tax.parts) == 1:
        return f"OSS {_NAMES[tax.country]} {percent}"
    title = name_text(" + ".join(dict.fromkeys(part.title or part.code for part in tax.parts)))
    if title.endswith("%") or len(title) > _NAME_LENGTH_MAX - len(percent) - 1:
        return cut(title, _NAME_LENGTH_MAX)
    return f"{title} {percent}"


def _free_name(name: str, names: set[str]) -> str:
    free, again = name, 2
    while folded(free) in names:
        tail = f" ({again})"
        free = cut(name, _NAME_LENGTH_MAX - len(tail)) + tail
        again += 1
    names.add(folded(free))
    return free


def _components(tax: SeenTax) -> list[tuple[str, Decimal]]:
    """Component percentages of 4 decimals; compound taxes already have their effective percentage."""
    found: list[tuple[str, Decimal]] = []
    for part in tax.parts:
        title = cut(name_text(part.title or part.code), _NAME_LENGTH_MAX)
        while any(folded(title) == folded(other) for other, _ in found):
            title = cut(title, _NAME_LENGTH_MAX - 4) + f" {len(found) + 1}"
        found.append((title, part.percent.quantize(_PERCENT_PLACES, "ROUND_HALF_UP").normalize() + 0))
    return found


def _report_type(tax: SeenTax, own_country: str) -> str:
    """Xero's word for the box of the return, wanted where rates are made for the UK, Australia, New Zealand."""
    if own_country == "GB":
        return "MOSSSALES" if tax.country in EU_COUNTRIES else "NONE"
    return {"AU": "BASEXCLUDED", "NZ": "NONE"}.get(own_country, "")


def with_tax(rules: Rules, proposal: TaxProposal, tax_type: str = "") -> Rules:
    """The rules with a proposal taken up. tax_type: of the rate that was made, for Step.CREATE."""
    chosen = tax_type or proposal.tax_type
    rule = TaxRule(codes=proposal.codes, tax_type=chosen)
    return msgspec.structs.replace(rules, taxes=(*rules.taxes, rule))


class ZeroProposal(msgspec.Struct, frozen=True):
    rule: ZeroRule
    sentence: str


def propose_zero_rules(
    reference: LedgerReference, rules: Rules, store_views: Sequence[str] = ()
) -> tuple[ZeroProposal, ...]:
    """Rules for lines without tax, unconfirmed: sold at home, to the European Union, to the rest of the world.

    store_views: one rule each where a shop's views differ; none means for all views.
    """
    country = country_of(reference.organisation)
    wanted = _zero_reasons(country)
    known = {rate.tax_type: rate for rate in reference.tax_rates if rate.status == "ACTIVE" and rate.for_revenue}
    nothing = out_of_scope_type(reference.organisation)
    places = {"home": "at home", "eu": "to the European Union", "world": "to the rest of the world"}
    found = []
    for view in store_views or ("",):
        for ship_to, reason, types in wanted:
            if any(rule.ship_to == ship_to and rule.store_view in ("", view) for rule in rules.zero_rules):
                continue
            tax_type = next((one for one in types if one in known), nothing)
            named = known[tax_type].name if tax_type in known else tax_type
            rule = ZeroRule(reason=reason, tax_type=tax_type, ship_to=ship_to, store_view=view)
            sentence = f"Sold {places[ship_to]} without tax: {reason.value.replace('_', ' ')}, to {named}."
            found.append(ZeroProposal(rule, sentence))
    return tuple(found)


def _zero_reasons(country: str) -> tuple[tuple[str, ZeroReason, tuple[str, ...]], ...]:
    """(where the goods go, reason, tax types to look for), by the organisation's country."""
    if country == "GB":  # the European Union is abroad since 2021, for companies and consumers alike
        return (
            ("home", ZeroReason.ZERO_RATED, ("ZERORATEDOUTPUT",)),
            ("eu", ZeroReason.EXPORT, ("ZERORATEDOUTPUT",)),
            ("world", ZeroReason.EXPORT, ("ZERORATEDOUTPUT",)),
        )
    if country == "AU":
        return (
            ("home", ZeroReason.EXEMPT, ("EXEMPTOUTPUT",)),
            ("eu", ZeroReason.EXPORT, ("EXEMPTEXPORT", "EXEMPTOUTPUT")),
            ("world", ZeroReason.EXPORT, ("EXEMPTEXPORT", "EXEMPTOUTPUT")),
        )
    if country == "NZ":
        return (
            ("home", ZeroReason.ZERO_RATED, ("ZERORATED",)),
            ("eu", ZeroReason.EXPORT, ("ZERORATED",)),
            ("world", ZeroReason.EXPORT, ("ZERORATED",)),
        )
    to_eu = ZeroReason.EU_BUSINESS if country in EU_COUNTRIES else ZeroReason.EXPORT
    return (
        ("home", ZeroReason.EXEMPT, ("EXEMPTOUTPUT",)),
        ("eu", to_eu, ("ECZROUTPUT", "ZERORATEDOUTPUT")),
        ("world", ZeroReason.EXPORT, ("ZERORATEDOUTPUT",)),
    )


def with_zero_rules(rules: Rules, proposals: Sequence[ZeroProposal], *, confirmed: bool) -> Rules:
    """The rules with proposals taken up; only confirmed ones post anything (ACCOUNTING A9)."""
    added = tuple(msgspec.structs.replace(proposal.rule, confirmed=confirmed) for proposal in proposals)
    return msgspec.structs.replace(rules, zero_rules=(*rules.zero_rules, *added))
