"""Recorded documents of real shops, for the tests of the Magento adapter."""

from __future__ import annotations

import csv
import functools
import gzip
import json
import os
from collections import defaultdict
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec

from tieout.documents import DocumentKind, Dossier
from tieout.ports import RawDocument
from tieout.stores.magento2.translate import MagentoTranslator

PROJECT = Path(__file__).resolve().parents[3]


def folder() -> Path:
    """The recorded shop: in the project's own sample data, else in the shared folder beside it."""
    shared = Path(os.environ.get("TIEOUT_SHARED", PROJECT.parent / "shared"))
    for candidate in (PROJECT / "sample_data" / "magento2", shared / "stores" / "magento2" / "samples"):
        if (candidate / "orders.json.gz").exists():
            return candidate
    raise FileNotFoundError("no recorded Magento shop: sample_data/magento2 is missing")


def _load(name: str) -> Any:
    with gzip.open(folder() / f"{name}.json.gz", "rb") as file:
        return msgspec.json.Decoder(float_hook=Decimal).decode(file.read())


@functools.cache
def documents(name: str) -> tuple[dict[str, Any], ...]:
    return tuple(_load(name)["items"])


def body(document: dict[str, Any]) -> bytes:
    return msgspec.json.Encoder(decimal_format="number").encode(document)


@functools.cache
def context() -> bytes:
    return msgspec.json.encode(
        {
            "configs": _load("store_configs"),
            "websites": _load("websites"),
            "views": _load("store_views"),
            "groups": _load("customer_groups")["items"],
            "tax_rates": _load("tax_rates")["items"],
            "tax_classes": _load("tax_classes")["items"],
            "base_currency": _load("currency")["base_currency_code"],
        }
    )


def translator(**options: str) -> MagentoTranslator:
    return MagentoTranslator(context(), options)


@functools.cache
def expected() -> dict[tuple[str, int], dict[str, str]]:
    with open(folder() / "expected.csv", newline="") as file:
        return {(row["doc_type"], int(row["entity_id"])): row for row in csv.DictReader(file)}


def order(entity_id: int) -> dict[str, Any]:
    """A copy that a test may change."""
    found = next(entry for entry in documents("orders") if entry["entity_id"] == entity_id)
    return msgspec.json.Decoder(float_hook=Decimal).decode(body(found))


@functools.cache
def members_by_order() -> dict[int, list[tuple[DocumentKind, bytes]]]:
    found: dict[int, list[tuple[DocumentKind, bytes]]] = defaultdict(list)
    kinds = (
        ("invoices", DocumentKind.INVOICE),
        ("creditmemos", DocumentKind.REFUND),
        ("transactions", DocumentKind.PAYMENT),
    )
    for name, kind in kinds:
        for document in documents(name):
            found[document["order_id"]].append((kind, body(document)))
    return found


def dossier(entity_id: int, **options: str) -> Dossier:
    found = translator(**options).dossier(body(order(entity_id)), members_by_order()[entity_id])
    assert isinstance(found, Dossier), found
    return found


def translate(document: dict[str, Any], members: Any = (), **options: str) -> Dossier:
    found = translator(**options).dossier(body(document), members)
    assert isinstance(found, Dossier), found
    return found


def raw(kind: DocumentKind, document: dict[str, Any]) -> RawDocument:
    key = str(document.get("entity_id") or document.get("id") or document.get("transaction_id"))
    return RawDocument(kind, key, datetime(2026, 11, 21, 12, tzinfo=UTC), body(document))


def expected_taxes(row: dict[str, str]) -> list[tuple[str, Decimal, Decimal]]:
    return [(tax["title"], Decimal(tax["percent"]), Decimal(tax["amount"])) for tax in json.loads(row["taxes_json"])]
