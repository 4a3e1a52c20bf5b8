"""How a request proves who asks: bearer token or OAuth 1.0a signature."""

from __future__ import annotations

import hashlib
import hmac
from base64 import b64encode
from collections.abc import Mapping
from typing import Any, Protocol
from urllib.parse import quote

import msgspec
from authlib.oauth1.rfc5849.client_auth import ClientAuth
from authlib.oauth1.rfc5849.signature import generate_signature_base_string

from tieout.errors import ConfigurationWrong

#: The only method since Magento 2.4.4; older shops take it as well (facts, section 1).
SIGNATURE_METHOD = "HMAC-SHA256"


class Access(Protocol):
    def headers(self, method: str, url: str) -> Mapping[str, str]:
        """The headers of one request. Made anew for each try: a signature is good once."""
        ...


class BearerAccess(msgspec.Struct, frozen=True):
    access_token: str

    def headers(self, method: str, url: str) -> Mapping[str, str]:
        return {"authorization": f"Bearer {self.access_token}"}


class SignedAccess(msgspec.Struct, frozen=True):
    """The four strings of an integration."""

    consumer_key: str
    consumer_secret: str
    access_token: str
    access_token_secret: str

    def headers(self, method: str, url: str) -> Mapping[str, str]:
        """Bodies are not signed: they are JSON, which the OAuth 1.0a rules leave out."""
        client = ClientAuth(
            self.consumer_key,
            client_secret=self.consumer_secret,
            token=self.access_token,
            token_secret=self.access_token_secret,
            signature_method=SIGNATURE_METHOD,
        )
        _, headers, _ = client.sign(method, url, {}, b"")
        return {"authorization": headers["Authorization"]}


def _sign(client: Any, request: Any) -> str:
    key = f"{quote(client.client_secret or '', safe='~')}&{quote(client.token_secret or '', safe='~')}"
    text = generate_signature_base_string(request)
    return b64encode(hmac.new(key.encode(), text.encode(), hashlib.sha256).digest()).decode()


# The library knows SHA-1 only, which Magento refuses since 2.4.4.
ClientAuth.register_signature_method(SIGNATURE_METHOD, _sign)


def access_of(settings: Mapping[str, str]) -> Access:
    """The way in that the connection's settings describe. Raises ConfigurationWrong naming what is missing."""
    way = settings.get("access") or "oauth"
    if way == "bearer":
        return BearerAccess(_required(settings, "access_token"))
    if way == "oauth":
        return SignedAccess(
            consumer_key=_required(settings, "consumer_key"),
            consumer_secret=_required(settings, "consumer_secret"),
            access_token=_required(settings, "access_token"),
            access_token_secret=_required(settings, "access_token_secret"),
        )
    raise ConfigurationWrong("access", f"The way in is {way[:20]!r}; it must be oauth or bearer.")


def _required(settings: Mapping[str, str], name: str) -> str:
    # Copied strings often bring a blank or line end along.
    value = settings.get(name, "").strip()
    if not value or not value.isascii() or not value.isprintable():
        label = name.replace("_", " ")
        raise ConfigurationWrong(name, f"The {label} is missing or not as Magento shows it, for example 32 letters.")
    return value


def secrets_of(settings: Mapping[str, str]) -> tuple[str, ...]:
    """The values that must never be seen in a log or an error."""
    names = ("consumer_key", "consumer_secret", "access_token", "access_token_secret")
    return tuple(settings[name].strip() for name in names if settings.get(name))
