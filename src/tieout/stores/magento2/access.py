"""How a request proves who asks: bearer token or OAuth 1.0a signature."""

from __future__ import annotations

import hashlib
import hmac
from base64 import b64encode
from collections.abc import Mapping
from typing import Protocol
from urllib.parse import parse_qsl, quote, urlsplit

import msgspec
from authlib.oauth1.rfc5849.client_auth import ClientAuth, generate_nonce, generate_timestamp
from authlib.oauth1.rfc5849.parameters import prepare_headers
from authlib.oauth1.rfc5849.signature import construct_base_string

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
        """Bodies are not signed: they are JSON, which the OAuth 1.0a rules leave out.

        The library's own `sign` knows SHA-1 only and refuses plain http, which shops in the own house use.
        """
        client = ClientAuth(self.consumer_key, token=self.access_token, signature_method=SIGNATURE_METHOD)
        parameters = client.get_oauth_params(generate_nonce(), generate_timestamp())
        signed = [*parse_qsl(urlsplit(url).query, keep_blank_values=True), *parameters]
        key = "&".join(quote(secret, safe="~") for secret in (self.consumer_secret, self.access_token_secret))
        text = construct_base_string(method, url, signed)
        signature = b64encode(hmac.new(key.encode(), text.encode(), hashlib.sha256).digest()).decode()
        headers = prepare_headers([*parameters, ("oauth_signature", signature)], {})
        return {"authorization": headers["Authorization"]}


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
