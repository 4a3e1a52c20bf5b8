"""Every region: its system accounts, its tax rates, a sale with its payment."""

import pytest
from xerosim_tools import Caller, invoice, line

from xerosim.ledger import CONTROL
from xerosim.regions import PACKS
from xerosim.resources.lines import CLASS_INITIAL
from xerosim.world import World

NEEDED = {system for system, _ in CONTROL.values()} | {"GST", "ROUNDING", "REALISEDCURRENCYGAIN", "RETAINEDEARNINGS"}


@pytest.fixture(params=list(PACKS))
def regional(request: pytest.FixtureRequest, world: World) -> Caller:
    return Caller(world, world.add_organisation(request.param).id)


def test_every_region_has_what_the_ledger_needs(regional: Caller) -> None:
    accounts = regional("GET", "Accounts")["Accounts"]
    assert {account.get("SystemAccount") for account in accounts} >= NEEDED
    codes = [account["Code"] for account in accounts]
    names = [account["Name"] for account in accounts]
    assert len(set(codes)) == len(codes)
    assert len(set(names)) == len(names)


def test_default_tax_types_exist_and_fit_their_accounts(regional: Caller) -> None:
    org = regional.world.organisations[regional.tenant]
    for account in org.accounts.values():
        tax = org.tax_rates[account.tax_type]
        assert CLASS_INITIAL[account.klass] in tax.applies, f"{account.code} {account.name}"


def test_a_sale_and_its_payment_balance(regional: Caller) -> None:
    sales = regional("GET", 'Accounts?where=Name=="Sales"')["Accounts"][0]
    made = regional.invoice(LineItems=[line(AccountCode=sales["Code"], TaxType=None)])
    body = {"Invoice": {"InvoiceID": made["InvoiceID"]}, "Account": {"Code": "090"}, "Amount": str(made["Total"])}
    assert regional("PUT", "Payments", body)["Payments"][0]["Invoice"]["Status"] == "PAID"
    assert regional.balances()["090"] == int(made["Total"] * 100)


@pytest.mark.parametrize(("region", "tax_type"), [("au", "BASEXCLUDED"), ("nz", "NONE"), ("us", "NONE")])
def test_untaxed_lines_have_the_regions_own_tax_type(world: World, region: str, tax_type: str) -> None:
    call = Caller(world, world.add_organisation(region).id)
    made = call(
        "PUT", "Invoices", invoice(Status="DRAFT", LineAmountTypes="NoTax", LineItems=[line(AccountCode=None)])
    )
    assert made["Invoices"][0]["LineItems"][0]["TaxType"] == tax_type


def test_organisations_describe_themselves(regional: Caller) -> None:
    shown = regional("GET", "Organisation")["Organisations"][0]
    pack = PACKS[regional.world.organisations[regional.tenant].settings.region]
    assert (shown["Version"], shown["CountryCode"], shown["BaseCurrency"]) == (
        pack.version,
        pack.country,
        pack.currency,
    )
    assert shown["OrganisationID"] == regional.tenant
    assert shown["ShortCode"].startswith("!")
