"""Clients with their contacts, and taxes, through the REST module."""

from __future__ import annotations

from collections.abc import Sequence

from tieout.documents.entries import CustomerEntry, Person, TaxName, TaxRateEntry
from tieout.errors import ContractBroken, NeedsOperator, OutcomeUnknown, RetryLater
from tieout.ports.writing import StoreTax, StoreWrite, WriteOperation
from tieout.stores.perfex.client import Json, PerfexClient, Refusal
from tieout.stores.perfex.entries import tax_code
from tieout.stores.perfex.source import Row
from tieout.stores.perfex.texts import fold_email, lines_of, plain
from tieout.stores.perfex.translate.crm import CrmFacts


class PeopleWriting:
    """client: asks the module."""

    def __init__(self, client: PerfexClient) -> None:
        self._client = client

    def find(self, entry: CustomerEntry, crm: CrmFacts) -> str | None:
        """The newest client of the same name, tax number and street; its contacts may have to follow."""
        wanted = (entry.name.strip(), entry.tax_number.strip(), entry.billing.street)
        found = [
            row["userid"]
            for row in self._client.rows("customers")
            if "userid" in row
            and (plain(row.get("company", "")), plain(row.get("vat", "")), lines_of(row.get("billing_street")))
            == wanted
        ]
        return max(found, key=int, default=None)

    def send(self, write: StoreWrite, fields: Json, entry: CustomerEntry, key: str) -> Json | Refusal:
        """The client, then its people. A contact that the CRM refuses (its e-mail is another client's) is left out:
        the client itself is what the ledger's documents need."""
        if write.operation is WriteOperation.CANCEL:
            return self._client.write("PUT", f"customers/{write.key}", {"active": "0"})
        if write.operation is WriteOperation.UPDATE:
            answer = self._client.write("PUT", f"customers/{write.key}", fields)
            if not isinstance(answer, Refusal):
                self._people(write.key, entry.people, key)
            return answer
        answer = self._client.write("POST", "customers", fields, key, form=True)
        if isinstance(answer, Refusal):
            return answer
        client = str(answer.get("record_id") or answer.get("id") or "")
        try:
            if not client.isdigit():
                client = self._newest(entry) or ""
            if not client:
                return answer
            self._people(client, entry.people, key)
        except (RetryLater, NeedsOperator, ContractBroken) as error:
            # The client is made: sending all of it again would make it twice.
            raise OutcomeUnknown(f"The client was made, its contacts were not all: {error}") from error
        return {**answer, "record_id": client}

    def add_taxes(self, entry: TaxRateEntry, known: Sequence[StoreTax], key: str) -> Json | Refusal:
        """The tax, or each component of a composite rate that is missing. Modules without this path refuse it."""
        there = {tax.key for tax in known}
        answer: Json | Refusal = {"status": True}
        for tax in entry.components or (TaxName(entry.name, entry.percent),):
            code = tax_code(tax.name, tax.percent)
            if code in there:
                continue
            body = {"name": tax.name, "taxrate": f"{tax.percent:.2f}"}
            answer = self._client.write("POST", "taxes", body, f"{key}-{code}"[:120], form=True)
            if isinstance(answer, Refusal):
                sentence = f"{answer.sentence}; add the tax {tax.name} of {tax.percent:f} % in the CRM by hand"
                return Refusal(answer.status, sentence, answer.evidence)
        return answer

    def _newest(self, entry: CustomerEntry) -> str | None:
        rows = [row for row in self._client.rows("customers") if plain(row.get("company", "")) == entry.name.strip()]
        return max((row["userid"] for row in rows if "userid" in row), key=int, default=None)

    def _people(self, client: str, people: Sequence[Person], key: str) -> None:
        """The first of them is the primary contact. The CRM keeps no person without an e-mail."""
        there = [row for row in self._client.rows("contacts") if row.get("userid") == client]
        for number, person in enumerate(people):
            if not person.email:
                continue
            row = _same(there, person, primary=number == 0)
            body: Json = {
                "firstname": person.first_name or person.email.partition("@")[0],
                "lastname": person.last_name or "-",
                "email": person.email,
                "is_primary": "1" if number == 0 else "0",
            }
            if row is None:
                body |= {"customer_id": client, "invoice_emails": "1" if person.receives_invoices else "0"}
                self._client.write("POST", "contacts", body, f"{key}-contact-{number}", form=True)
            elif any(plain(row.get(name, "")) != str(value) for name, value in body.items()):
                self._client.write("PUT", f"contacts/{row['id']}", body)


def _same(there: Sequence[Row], person: Person, *, primary: bool) -> Row | None:
    """By e-mail; the primary person otherwise is the primary contact, whose e-mail changed."""
    wanted = fold_email(person.email)
    found = next((row for row in there if fold_email(plain(row.get("email", ""))) == wanted), None)
    if found is None and primary:
        return next((row for row in there if row.get("is_primary") == "1"), None)
    return found
