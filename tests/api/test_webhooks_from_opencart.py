"""What the extension in the shop really sends, over TLS, is what our address takes."""

from __future__ import annotations

import ssl
import subprocess
import threading
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
from api_tools import HandClock
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from django.test import Client

import services
from tieout.config.wiring import Wiring
from tieout.documents import DocumentKey, DocumentKind
from tieout.records.models import Connection, Inbox
from tieout.stores.webhooks import webhooks_of
from web_records import Shop

DOOR = Path(__file__).parents[2] / "companion" / "opencart" / "shared" / "door.php"
KEY = "k" * 64


def certificate(folder: Path) -> Path:
    """A certificate for localhost with its key, valid for an hour."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(minutes=5))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    file = folder / "localhost.pem"
    file.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
    return file


class Listener:
    """Takes one call over TLS and keeps it."""

    def __init__(self, pem: Path) -> None:
        self.calls: list[tuple[str, dict[str, str], bytes]] = []
        calls = self.calls

        class Taker(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                calls.append((self.path, {name.lower(): value for name, value in self.headers.items()}, body))
                self.send_response(200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, format: str, *args: Any) -> None:
                return None

        self.server = HTTPServer(("127.0.0.1", 0), Taker)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(pem)
        self.server.socket = context.wrap_socket(self.server.socket, server_side=True)

    def take_one(self, tell: list[str]) -> str:
        thread = threading.Thread(target=self.server.handle_request, daemon=True)
        thread.start()
        done = subprocess.run(tell, capture_output=True, text=True, timeout=30, check=False)
        thread.join(timeout=10)
        self.server.server_close()
        assert done.returncode == 0, done.stderr
        return done.stdout


def test_the_call_of_the_extension_is_kept_and_names_its_order(
    shop: Shop, wired: Wiring, clock: HandClock, tmp_path: Path
) -> None:
    php = services.php()
    if php is None:
        pytest.skip("no PHP")
    store = shop.connection.pk
    sealed = wired.seal_secrets({"extension_key": KEY})
    Connection.objects.filter(pk=store).update(kind="opencart", secrets=sealed)
    pem = certificate(tmp_path)
    listener = Listener(pem)
    address = f"https://localhost:{listener.server.server_port}/webhooks/store/{store}"
    tell = (
        f"require {str(DOOR)!r}; echo TieoutDoor::tell({address!r}, {KEY!r}, 'order', '16', time()) ? 'told' : 'no';"
    )
    assert listener.take_one([php, "-d", f"curl.cainfo={pem}", "-r", tell]) == "told"
    [(path, headers, body)] = listener.calls
    signed = {name: value for name, value in headers.items() if name.startswith("x-tieout-")}
    answer = Client().post(path, body, content_type=headers["content-type"], headers=signed)
    assert answer.status_code == 200
    kept = Inbox.objects.get().body.encode()
    assert webhooks_of("opencart").touched(kept) == [DocumentKey(DocumentKind.ORDER, "16")]
