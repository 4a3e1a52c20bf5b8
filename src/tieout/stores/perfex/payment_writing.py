"""Payments through the REST module."""

from __future__ import annotations

import msgspec

from tieout.documents.entries import PaymentEntry
from tieout.errors import ContractBroken
from tieout.ports.writing import StoreWrite, WriteOperation
from tieout.stores.perfex import wire
from tieout.stores.perfex.client import Json, NoSuchRecord, PerfexClient, Refusal, row_of
from tieout.stores.perfex.entries import payment_fields
from tieout.stores.perfex.notes import marker_in, note_with
from tieout.stores.perfex.payment_keys import payment_id


class PaymentWriting:
    """client: asks the module."""

    def __init__(self, client: PerfexClient) -> None:
        self._client = client

    def find(self, marker: str) -> str | None:
        """The id of the payment whose note bears the marker."""
        for row in self._client.rows("payments"):
            if marker_in(row.get("note", "")) == marker:
                return row.get("paymentid") or row.get("id")
        return None

    def row(self, key: str) -> tuple[wire.PaymentRow, str] | None:
        """A payment by its id, and the id of its invoice. In a joined row `id` is the payment mode's."""
        try:
            found = row_of(self._client.record(f"payments/{key}"))
        except NoSuchRecord:
            listed = {row.get("paymentid") or row.get("id"): row for row in self._client.rows("payments")}
            if key not in listed:
                return None
            found = dict(listed[key])
        try:
            return msgspec.convert({**found, "id": key}, wire.PaymentRow, strict=False), found["invoiceid"]
        except (msgspec.ValidationError, KeyError) as error:
            raise ContractBroken(f"The CRM's payment {key} has an unknown form: {error}.") from error

    def send(self, write: StoreWrite, entry: PaymentEntry, key: str) -> Json | Refusal:
        """The module's answer. Raises as `client.write`."""
        identity = payment_id(write.key)
        path = f"payments/{identity}"
        match write.operation:
            case WriteOperation.CREATE:
                body = payment_fields(entry, note_with("", write.marker))
                return self._client.write("POST", "payments", body, key, form=True)
            case WriteOperation.UPDATE:
                known = self.row(identity)
                if known is None:
                    return Refusal(404, "it is not there", "")
                return self._client.write("PUT", path, payment_fields(entry, note_with(known[0].note, write.marker)))
            case _:
                return self._client.write("DELETE", path, None)
