"""Permissions that Tieout asks for at Xero, each with what it is for; shown before the consent page."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec


class Scope(msgspec.Struct, frozen=True):
    """name: Xero's. why: for the merchant. feature: "" when nothing works without it."""

    name: str
    why: str
    feature: str = ""


#: New apps (since 2026-03-02) get granular scopes only; the broad ones end on 2027-09-13.
SCOPES: tuple[Scope, ...] = (
    Scope("offline_access", "stay connected without asking you to log in every half hour"),
    Scope("accounting.invoices", "post and read sales invoices, credit notes and their allocations, and items"),
    Scope("accounting.payments", "post and read payments, refunds and overpayments of those documents"),
    Scope("accounting.contacts", "find your customers, and add those that are missing"),
    Scope(
        "accounting.settings", "read accounts, tax rates, currencies and lock dates; add what you press a button for"
    ),
    Scope(
        "accounting.banktransactions",
        "book money that a customer paid too much as an overpayment",
        feature="overpayments",
    ),
    Scope("accounting.manualjournals", "prepare draft journals for store credit", feature="journals"),
    Scope("accounting.attachments", "attach the store's documents to invoices", feature="attachments"),
    Scope(
        "accounting.reports.trialbalance.read",
        "compare control accounts at month end",
        feature="tie-out of accounts",
    ),
    Scope(
        "accounting.reports.banksummary.read", "compare clearing accounts at month end", feature="tie-out of accounts"
    ),
    Scope("openid", "know who gave the consent", feature="sign-up"),
    Scope("profile", "know the name of who gave the consent", feature="sign-up"),
    Scope("email", "know the address of who gave the consent", feature="sign-up"),
)


#: What every installation asks for beyond what nothing works without.
FEATURES = ("overpayments", "tie-out of accounts")


def scopes_for(features: Iterable[str] = FEATURES, *, custom_connection: bool = False) -> str:
    """The scope parameter: what is always needed and what the features need, in a fixed order.

    Custom connections have no refresh token, so offline_access is left out.
    """
    wanted = set(features)
    return " ".join(
        scope.name
        for scope in SCOPES
        if (not scope.feature or scope.feature in wanted)
        and not (custom_connection and scope.name in ("offline_access", "openid", "profile", "email"))
    )


def missing(granted: str, wanted: str) -> tuple[str, ...]:
    """Scopes wanted and not granted, in the order wanted; a broad or writing scope covers its parts."""
    have = set(granted.split())
    covered = have | {f"{scope}.read" for scope in have}
    if "accounting.transactions" in have:
        covered |= {
            "accounting.invoices",
            "accounting.payments",
            "accounting.banktransactions",
            "accounting.manualjournals",
        }
    return tuple(scope for scope in wanted.split() if scope not in covered)
