"""The menu: every screen once, in groups, with the right that it needs."""

from __future__ import annotations

from typing import Any

import msgspec
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext_lazy as _

from tieout.web.access import Right


class Entry(msgspec.Struct, frozen=True):
    """name: of the URL. title: lazy text. icon: lucide's name. owns: URL names that light this entry up too."""

    name: str
    title: Any
    icon: str
    right: Right = Right.READ
    owns: tuple[str, ...] = ()


class Group(msgspec.Struct, frozen=True):
    title: Any
    entries: tuple[Entry, ...]


CONNECTION_SCREENS = (
    "add_store", "test_store", "change_store", "remove_store", "connect_xero", "reconnect", "disconnect",
    "webhooks",
)  # fmt: skip

MENU: tuple[Group, ...] = (
    Group(
        "",
        (
            Entry("dashboard", _("Dashboard"), "layout-dashboard"),
            Entry("problems", _("Problems"), "triangle-alert"),
            Entry("notices", _("Notices"), "bell"),
        ),
    ),
    Group(
        _("Sync"),
        (
            Entry("queue", _("Queue"), "list-ordered"),
            Entry("log", _("Log"), "scroll-text", owns=("log_detail",)),
            Entry("brought", _("From Xero"), "arrow-down-to-line"),
            Entry("plan", _("Plan"), "file-search"),
            Entry("runs", _("Runs"), "history", owns=("run", "undo")),
            Entry("report", _("Daily request report"), "chart-column"),
        ),
    ),
    Group(
        _("Records"),
        (
            Entry("orders", _("Orders"), "shopping-cart"),
            Entry("invoices", _("Invoices"), "receipt-text"),
            Entry("refunds", _("Credit memos"), "undo-2"),
            Entry("payments", _("Payments"), "banknote"),
            Entry("customers", _("Customers"), "users"),
            Entry("products", _("Products"), "package"),
        ),
    ),
    Group(
        _("Proof"),
        (
            Entry("tie_out", _("Tie-out"), "scale"),
            Entry("drift", _("Drift"), "git-compare"),
        ),
    ),
    Group(
        _("Set up"),
        (
            Entry("checklist", _("Getting started"), "list-checks"),
            Entry("connections", _("Connections"), "plug", owns=CONNECTION_SCREENS),
            Entry("organisations", _("Organisations"), "building-2", owns=("links",)),
            Entry("accounts", _("Accounts"), "landmark"),
            Entry(
                "mapping",
                _("Mapping"),
                "arrow-right-left",
                owns=("rules_text", "rule_versions", "coverage", "proposals"),
            ),
            Entry("sync_settings", _("Sync settings"), "sliders-horizontal"),
            Entry("users", _("Users"), "users-round", Right.OWN),
            Entry("audit", _("Audit"), "shield-check"),
        ),
    ),
)


class Link(msgspec.Struct, frozen=True):
    title: Any
    url: str
    icon: str
    current: bool


def links(rights: frozenset[Right], current: str) -> list[tuple[Any, list[Link]]]:
    """The menu for a user with these rights; screens that are not built in are left out."""
    shown = []
    for group in MENU:
        entries = [
            Link(entry.title, url, entry.icon, current == entry.name or current in entry.owns)
            for entry in group.entries
            if entry.right in rights and (url := _url(entry.name))
        ]
        if entries:
            shown.append((group.title, entries))
    return shown


def _url(name: str) -> str:
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""
