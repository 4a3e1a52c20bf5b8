"""Clients, their contacts, taxes, payment modes and the price list."""

from collections.abc import Mapping
from decimal import Decimal

from storesim.perfex.core import Core, Refused, whole
from storesim.perfex.schema import Value
from storesim.perfex.tables import Row


class People:
    """Everything that is no document."""

    def __init__(self, core: Core) -> None:
        self._core = core
        self._tables = core.tables

    def add_client(self, values: Mapping[str, object]) -> int:
        """Raises Refused without a company name, which the form demands."""
        if not str(values.get("company") or "").strip():
            raise Refused("Validation failed", {"company": "The Company field is required."})
        row = {"active": 1, "registration_confirmed": 1, **values, "datecreated": self._core.local_now()}
        key = self._tables.insert("clients", row)
        self._core.tell("customer_created", "after_client_created", id=key)
        return key

    def update_client(self, key: int, values: Mapping[str, object]) -> None:
        if "company" in values and not str(values["company"] or "").strip():
            raise Refused("Validation failed", {"company": "The Company field is required."})
        self._tables.update("clients", key, values)
        self._core.tell("customer_updated", "client_updated", id=key)

    def delete_client(self, key: int) -> None:
        """The client goes; its documents keep its name. Its contacts go with it."""
        name = str(self._tables.one("clients", key)["company"])
        for table in ("invoices", "creditnotes"):
            for row in self._tables.where(table, clientid=key):
                self._tables.update(table, whole(row["id"]), {"deleted_customer_name": name})
        for contact in self._tables.where("contacts", userid=key):
            self._tables.delete("contacts", whole(contact["id"]))
        self._tables.delete("clients", key)
        self._core.tell("customer_deleted", "after_client_deleted", id=key)

    def add_contact(self, client: int, values: Mapping[str, object]) -> int:
        """The first contact of a client is its primary one."""
        if self._tables.get("clients", client) is None:
            raise Refused("Validation failed", {"customer_id": "The customer does not exist."})
        email = str(values.get("email") or "")
        if self._tables.where("contacts", email=email):
            raise Refused("Validation failed", {"email": "Email already exists."})
        first = not self._tables.where("contacts", userid=client)
        primary = 1 if first or str(values.get("is_primary")) in ("1", "on", "True") else 0
        if primary:
            self._no_primary(client)
        key = self._tables.insert(
            "contacts",
            {
                "active": 1, "invoice_emails": 1, **values, "userid": client, "is_primary": primary,
                "datecreated": self._core.local_now(),
            },
        )  # fmt: skip
        self._core.tell("contact_created", "contact_created", id=key)
        return key

    def update_contact(self, key: int, values: Mapping[str, object]) -> None:
        contact = self._tables.one("contacts", key)
        if str(values.get("is_primary")) in ("1", "on", "True"):
            self._no_primary(whole(contact["userid"]))
        self._tables.update("contacts", key, values)
        self._core.tell("contact_updated", "contact_updated", id=key)

    def delete_contact(self, key: int) -> None:
        self._tables.delete("contacts", key)
        self._core.tell("contact_deleted", "contact_deleted", id=key)

    def add_tax(self, name: str, rate: Decimal) -> int:
        return self._tables.insert("taxes", {"name": name, "taxrate": rate})

    def add_item(self, values: Mapping[str, object]) -> int:
        key = self._tables.insert("items", values)
        self._core.tell("item_created", "item_created", id=key)
        return key

    def primary_contact(self, client: int) -> Row | None:
        return next(iter(self._tables.where("contacts", userid=client, is_primary=1)), None)

    def find_tax(self, name: str, rate: Value) -> Row | None:
        return next(iter(self._tables.where("taxes", name=name, taxrate=rate)), None)

    def _no_primary(self, client: int) -> None:
        for other in self._tables.where("contacts", userid=client, is_primary=1):
            self._tables.update("contacts", whole(other["id"]), {"is_primary": 0})
