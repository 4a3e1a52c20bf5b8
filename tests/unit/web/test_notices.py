"""Notices of what needs a person, and the mails that say the same."""

from __future__ import annotations

import socketserver
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from proof_records import beat, prove
from tieout.config import mails
from tieout.errors import RetryLater
from tieout.records.administration import DjangoAdministration
from tieout.records.models import Authorisation, Connection, Installation, Organisation, Posting
from tieout.web import digest, notices
from web_records import Shop

ClientOf = Callable[[str], Client]


def test_c105_a_worker_that_stopped_is_said_on_every_screen(shop: Shop, client_of: ClientOf) -> None:
    client = client_of("viewer")
    assert "The worker does not run" in client.get(reverse("log")).content.decode()
    Installation.objects.create(
        name="heartbeat gone", value="", changed_at=timezone.now() - timedelta(minutes=10)
    )  # fmt: skip
    assert "The worker stopped at" in client.get(reverse("queue")).content.decode()
    beat()
    assert "The worker" not in client.get(reverse("notices_live")).content.decode()


def test_what_needs_a_person_is_listed_the_worst_first(shop: Shop, client_of: ClientOf) -> None:
    beat()
    prove(shop)
    now = timezone.now()
    Organisation.objects.filter(pk=shop.organisation.pk).update(
        status="no_access", status_reason="Consent withdrawn."
    )
    Connection.objects.filter(pk=shop.connection.pk).update(status="failing", status_reason="It answers HTML.")
    found = notices.notices(now)
    assert [one.code.partition(":")[0] for one in found] == ["access", "proof", "store", "held", "drift"]
    shown = client_of("operator").get(reverse("notices")).content.decode()
    assert [one.text for one in found if one.text.replace("'", "&#x27;") not in shown] == []
    banner = client_of("operator").get(reverse("queue")).content.decode()
    assert "Consent withdrawn." in banner
    assert "and 4 more" in banner


def test_limits_and_catching_up_are_told_and_wake_nobody(shop: Shop) -> None:
    beat()
    now = timezone.now()
    Posting.objects.filter(state="held").update(state="queued")
    Organisation.objects.filter(pk=shop.organisation.pk).update(
        hold_until=now + timedelta(hours=3),
        hold_scope="day",
        hold_reason="The day's calls are used up",
        catch_up=True,
    )
    codes = {one.code.partition(":")[0]: one for one in notices.notices(now)}
    assert "The day's calls are used up" in codes["waits"].text
    assert "catch_up" in codes
    assert [one.code for one in notices.loud(list(codes.values()))] == ["drift"]


def test_a_digest_says_what_needs_somebody_and_no_more_than_numbers(shop: Shop, settings: Any) -> None:
    beat()
    settings.TIEOUT_DIGEST_TO = ()
    settings.TIEOUT_BASE_URL = "https://tieout.example.com"
    assert digest.recipients() == []
    shop.users["owner"].email = "owner@example.com"
    shop.users["owner"].save()
    assert digest.recipients() == ["owner@example.com"]
    letter = digest.digest(timezone.now())
    assert letter is not None
    assert letter.subject == "Tieout: 2 things need you"
    assert "https://tieout.example.com/problems" in letter.text
    assert "1 × " in letter.text
    assert "Lindqvist" not in letter.text
    assert "ada@" not in letter.text


def test_nothing_is_mailed_when_nothing_is_to_say(shop: Shop) -> None:
    beat()
    Posting.objects.filter(state="held").update(state="queued")
    shop.postings["invoice"].drifts.all().delete()
    assert digest.digest(timezone.now()) is None


class Wired:
    """What the mails need of the wiring."""

    class clock:
        now = staticmethod(timezone.now)

    def __init__(self) -> None:
        self.administration = DjangoAdministration()


def send(job: Any) -> str:
    sentence: str = job(Wired(), None, lambda: False)
    return sentence


def test_what_stops_the_work_is_mailed_at_once_and_once(shop: Shop, settings: Any) -> None:
    settings.TIEOUT_DIGEST_TO = ("books@example.com",)
    beat()
    assert send(mails.alerts) == "nothing new"
    Organisation.objects.filter(pk=shop.organisation.pk).update(status="no_access", status_reason="Withdrawn.")
    assert send(mails.alerts) == "sent to 1"
    assert send(mails.alerts) == "nothing new"
    assert [one.subject for one in mail.outbox] == ["Tieout: the work stopped"]
    Organisation.objects.filter(pk=shop.organisation.pk).update(status="connected")
    send(mails.alerts)
    Organisation.objects.filter(pk=shop.organisation.pk).update(status="no_access")
    assert send(mails.alerts) == "sent to 1"


class Sink(socketserver.StreamRequestHandler):
    """As much of a mail server as one mail needs."""

    received: list[bytes] = []

    def handle(self) -> None:
        self.wfile.write(b"220 sink\r\n")
        while line := self.rfile.readline():
            verb = line[:4].upper()
            if verb == b"DATA":
                self.wfile.write(b"354 go on\r\n")
                content = b""
                while (part := self.rfile.readline()) != b".\r\n":
                    content += part
                self.received.append(content)
            self.wfile.write(b"221 bye\r\n" if verb == b"QUIT" else b"250 fine\r\n")
            if verb == b"QUIT":
                return


@pytest.fixture
def smtp(settings: Any) -> Iterator[list[bytes]]:
    Sink.received = []
    with socketserver.TCPServer(("127.0.0.1", 0), Sink) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.server_address[1]
        settings.EMAIL_USE_TLS = False
        settings.TIEOUT_DIGEST_TO = ("books@example.com",)
        yield Sink.received
        server.shutdown()


def test_the_digest_goes_out_by_smtp(shop: Shop, smtp: list[bytes]) -> None:
    assert send(mails.digest) == "sent to 1"
    [content] = smtp
    assert b"To: books@example.com" in content
    assert b"Subject: Tieout:" in content


def test_a_mail_server_that_is_away_is_tried_again(shop: Shop, settings: Any) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_USE_TLS = "127.0.0.1", 9, False
    settings.TIEOUT_DIGEST_TO = ("books@example.com",)
    with pytest.raises(RetryLater, match="mail server"):
        send(mails.digest)


def test_a_consent_that_nobody_uses_is_said_before_it_ends(shop: Shop) -> None:
    beat()
    now = timezone.now()
    Authorisation.objects.update(refreshed_at=now - timedelta(days=40), status="connected")
    [ends] = [one for one in notices.notices(now) if one.code.startswith("consent")]
    assert "The consent of Xero ends on" in ends.text
    Authorisation.objects.update(refreshed_at=now)
    assert [one for one in notices.notices(now) if one.code.startswith("consent")] == []
