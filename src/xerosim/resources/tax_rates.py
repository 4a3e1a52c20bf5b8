"""Tax rates: the region's own, and TAX001, TAX002 … for those that users add."""

from decimal import Decimal

import msgspec

from xerosim.errors import Invalid
from xerosim.model_settings import TaxComponent, TaxRate
from xerosim.numbers import FINE, divide, fine
from xerosim.organisation import folded
from xerosim.resources.context import Context, Written, write_each
from xerosim.wire import Json

REPORT_TYPES = (
    "AVALARA",
    "BASEXCLUDED",
    "CAPITALSALESOUTPUT",
    "CAPITALEXPENSESINPUT",
    "ECOUTPUT",
    "ECOUTPUTSERVICES",
    "ECINPUT",
    "ECACQUISITIONS",
    "EXEMPTEXPENSES",
    "EXEMPTINPUT",
    "EXEMPTOUTPUT",
    "GSTONIMPORTS",
    "INPUT",
    "INPUTTAXED",
    "MOSSSALES",
    "NONE",
    "NONEOUTPUT",
    "OUTPUT",
    "PURCHASESINPUT",
    "SALESOUTPUT",
    "EXEMPTCAPITAL",
    "EXEMPTEXPORT",
    "CAPITALEXINPUT",
    "GSTONCAPIMPORTS",
    "GSTONCAPITALIMPORTS",
    "REVERSECHARGES",
    "PAYMENTS",
    "INVOICE",
    "CASH",
    "ACCRUAL",
    "FLATRATECASH",
    "FLATRATEACCRUAL",
    "ACCRUALS",
    "TXCA",
    "SRCAS",
    "DSOUTPUT",
    "BLINPUT2",
    "EPINPUT",
    "IMINPUT2",
    "MEINPUT",
    "IGDSINPUT2",
    "ESN33OUTPUT",
    "OPINPUT",
    "OSOUTPUT",
    "TXN33INPUT",
    "TXESSINPUT",
    "TXREINPUT",
    "TXPETINPUT",
    "NRINPUT",
    "ES33OUTPUT",
    "ZERORATEDINPUT",
    "ZERORATEDOUTPUT",
    "DRCHARGESUPPLY",
    "DRCHARGE",
    "CAPINPUT",
    "CAPIMPORTS",
    "IMINPUT",
    "INPUT2",
    "CIUINPUT",
    "SRINPUT",
    "OUTPUT2",
    "SROUTPUT",
    "CAPOUTPUT",
    "SROUTPUT2",
    "CIUOUTPUT",
    "ZROUTPUT",
    "ZREXPORT",
    "ACC28PLUS",
    "ACCUPTO28",
    "OTHEROUTPUT",
    "SHOUTPUT",
    "ZRINPUT",
    "BADDEBT",
    "OTHERINPUT",
    "USSALESTAX",
    "BLINPUT3",
    "BADDEBTRELIEF",
    "CAPEXINPUT",
    "CAPEXOUTPUT",
    "ZEROEXPOUTPUT",
    "GOODSIMPORT",
    "NONEINPUT",
    "NOTREPORTED",
)
LOCAL = ("AU", "NZ", "UK", "GB")


def write(ctx: Context) -> Written:
    """PUT creates one; POST creates or updates one (by TaxType or Name)."""
    return write_each(
        ctx,
        "TaxRates",
        "TaxRate",
        _one,
        id_field="TaxType",
        error_flag="HasErrors",
        elements=ctx.elements("TaxRates", "TaxRate")[:1],
    )


def _one(ctx: Context, element: Json, position: int) -> Json:
    org = ctx.org
    name, type_ = ctx.text(element, "Name", 50), ctx.text(element, "TaxType")
    existing = None
    if not ctx.creating:
        existing = org.tax_rates.get(type_) if type_ else org.tax_rates.first("name", folded(name or ""))
    elif name and (holder := org.tax_rates.first("name", folded(name))) is not None and holder.status == "ACTIVE":
        raise Invalid("A tax rate with this name already exists. Please enter a unique Name.")
    status = ctx.choice(
        element, "Status", ("ACTIVE", "DELETED", "ARCHIVED", "PENDING"), "TaxRateStatus", "TaxRates[0]"
    )
    if existing is not None:
        rate = _change(ctx, element, existing, name, status)
        ctx.record("TaxRates", rate.id, "updated", rate.name)
    else:
        rate = _create(ctx, element, name)
        ctx.record("TaxRates", rate.id, "created", rate.name)
    return render(ctx, rate)


def _create(ctx: Context, element: Json, name: str | None) -> TaxRate:
    problems: list[str] = []
    if not name:
        problems.append("Name is a required field")
    components = _components(ctx, element, problems)
    if not components:
        problems.append("A tax rate must have at least one tax component")
    report = ctx.choice(element, "ReportTaxType", REPORT_TYPES, "ReportTaxType", "TaxRates[0]") or ""
    if not report and ctx.org.settings.country in LOCAL:
        problems.append("ReportTaxType must be specified")
    if report in ("USSALESTAX", "AVALARA"):
        problems.append("The ReportTaxType cannot be used through the API")
    if problems:
        raise Invalid(problems)
    number = ctx.org.next_number("TaxRates")
    purchase = "INPUT" in report or "EXPENSE" in report or report == "ECACQUISITIONS"
    applies = "AEXL" if purchase else "AELR" if report and report not in ("NONE", "BASEXCLUDED") else "AEXLR"
    return ctx.org.tax_rates.put(
        TaxRate(f"TAX{number:03d}", name or "", effective(components), applies, components, report, user_defined=True)
    )


def _change(ctx: Context, element: Json, old: TaxRate, name: str | None, status: str | None) -> TaxRate:
    if not old.user_defined:
        raise Invalid("System tax rates cannot be updated.")
    problems: list[str] = []
    if status == "DELETED":
        return ctx.org.tax_rates.put(msgspec.structs.replace(old, status="DELETED"))
    components = _components(ctx, element, problems)
    missing = {component.name for component in old.components} - {component.name for component in components}
    if missing:
        problems.append("Existing tax components must be included and cannot be renamed or removed")
    holder = ctx.org.tax_rates.first("name", folded(name)) if name else None
    if holder is not None and holder.id != old.id:
        problems.append("A tax rate with this name already exists. Please enter a unique Name.")
    if problems:
        raise Invalid(problems)
    return ctx.org.tax_rates.put(
        msgspec.structs.replace(
            old, name=name or old.name, components=components, rate=effective(components), status=status or old.status
        )
    )


def _components(ctx: Context, element: Json, problems: list[str]) -> tuple[TaxComponent, ...]:
    found = []
    sent = element.get("TaxComponents")
    for component in sent if isinstance(sent, list) else []:
        if not isinstance(component, dict):
            continue
        name, rate = ctx.text(component, "Name", 50), ctx.number(component, "Rate", FINE)
        if not name or rate is None or rate < 0 or rate > 100 * 10**4:
            problems.append("A tax component needs a Name and a Rate between 0 and 100")
            continue
        found.append(
            TaxComponent(
                name,
                rate,
                bool(ctx.boolean(component, "IsCompound")),
                bool(ctx.boolean(component, "IsNonRecoverable")),
            )
        )
    if sum(1 for component in found if component.compound) > 1:
        problems.append("Only one tax component can be compound")
    return tuple(found)


def effective(components: tuple[TaxComponent, ...]) -> int:
    """The rate of all components together: a compound one is charged on top of the others."""
    plain = sum(component.rate for component in components if not component.compound)
    compound = sum(component.rate for component in components if component.compound)
    return plain + compound + divide(plain * compound, 100 * 10**4)


def render(ctx: Context, rate: TaxRate) -> Json:
    """A tax rate as Xero prints it."""
    answer: Json = {
        "Name": rate.name,
        "TaxType": rate.id,
        "CanApplyToAssets": "A" in rate.applies,
        "CanApplyToEquity": "E" in rate.applies,
        "CanApplyToExpenses": "X" in rate.applies,
        "CanApplyToLiabilities": "L" in rate.applies,
        "CanApplyToRevenue": "R" in rate.applies,
        "DisplayTaxRate": display(rate.rate),
        "EffectiveRate": display(rate.rate),
        "Status": rate.status,
        "TaxComponents": [
            {
                "Name": component.name,
                "Rate": display(component.rate),
                "IsCompound": component.compound,
                "IsNonRecoverable": component.non_recoverable,
            }
            for component in rate.components
        ],
    }
    # Clients check the report type against a closed list; a region's own rates show one where it is in that list.
    report = rate.report_type or rate.id
    if report in REPORT_TYPES:
        answer["ReportTaxType"] = report
    return answer


def display(value: int) -> Decimal:
    """A percentage with four places, as recorded."""
    return fine(value)
