"""The window: every section opens, deep links arrive, nothing a shop sends becomes markup."""

import re

import pytest
from xerosim_tools import Caller, invoice, line
from xerosim_tour import tour

from xerosim.wire import Request, Response
from xerosim.world import World


def _open(world: World, address: str) -> Response:
    response = world.handle(Request("GET", address, {}))
    if response.status == 302:
        return _open(world, response.headers["location"])
    assert response.status == 200, address
    return response


def test_every_link_of_the_window_opens_without_script(call: Caller) -> None:
    tour(call)
    seen: set[str] = set()
    waiting = ["/"]
    while waiting:
        address = waiting.pop()
        if address in seen or not address.startswith("/"):
            continue
        seen.add(address)
        response = _open(call.world, address)
        if address.endswith(".css"):
            continue
        body = response.body.decode()
        assert "<script" not in body
        assert " style=" not in body
        assert response.headers["content-security-policy"].startswith("default-src 'none'")
        waiting += re.findall(r'(?:href|src|action)="([^"]+)"', body)
    assert len(seen) > 20


@pytest.mark.parametrize(
    "pattern",
    [
        "/app/{short}/invoicing/view/{invoice}",
        "/AccountsReceivable/View.aspx?InvoiceID={invoice}",
        "/organisationlogin/default.aspx?shortcode={short}&redirecturl=/AccountsReceivable/View.aspx?InvoiceID={invoice}",
        "/organisationlogin/default.aspx?shortcode={short}&redirecturl=/AccountsPayable/Edit.aspx?InvoiceID={invoice}",
    ],
)
def test_deep_links_of_invoices_lead_to_the_invoice(call: Caller, pattern: str) -> None:
    made = call.invoice(InvoiceNumber="W-77")
    short = call("GET", "Organisation")["Organisations"][0]["ShortCode"]
    assert b"W-77" in _open(call.world, pattern.format(short=short, invoice=made["InvoiceID"])).body


def test_deep_links_of_contacts_and_credit_notes_lead_there(call: Caller) -> None:
    short = call("GET", "Organisation")["Organisations"][0]["ShortCode"]
    note = call("PUT", "CreditNotes", {**invoice(Type="ACCRECCREDIT"), "CreditNoteNumber": "R-9"})["CreditNotes"][0]
    contact = note["Contact"]["ContactID"]
    assert b"Ada Byron" in _open(call.world, f"/app/{short}/contacts/contact/{contact}").body
    target = f"/AccountsPayable/ViewCreditNote.aspx?creditNoteID={note['CreditNoteID']}"
    assert b"R-9" in _open(call.world, f"/organisationlogin/default.aspx?shortcode={short}&redirecturl={target}").body


def test_hostile_text_is_shown_as_text(call: Caller) -> None:
    hostile = "</td><script>alert(1)</script>"
    made = call.invoice(
        Contact={"Name": "O'Hara & Sons \u202e"}, Reference=hostile, LineItems=[line(Description=hostile)]
    )
    short = call("GET", "Organisation")["Organisations"][0]["ShortCode"]
    body = _open(call.world, f"/window/{short}/invoices/{made['InvoiceID']}").body
    assert b"<script" not in body
    assert b"&lt;script&gt;" in body


def test_unknown_organisations_and_sections_are_not_found(call: Caller) -> None:
    short = call("GET", "Organisation")["Organisations"][0]["ShortCode"]
    for address in ("/window/!nope", f"/window/{short}/nope", f"/window/{short}/invoices/nope", "/nope"):
        assert call.world.handle(Request("GET", address, {})).status == 404
