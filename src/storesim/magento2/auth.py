"""Who may call: bearer tokens and OAuth 1.0a signatures, checked as Magento does.

Source: the OAuth 1.0a specification (RFC 5849, sections 3.1 to 3.4) and the shop's recorded answers.
"""

import hmac
import re
from base64 import b64encode
from urllib.parse import quote, unquote

import msgspec

from storesim.magento2.criteria import raw_parameters
from storesim.magento2.errors import ShopError, not_authorised
from storesim.wire import Request

_PARAMETER = re.compile(r'\s*([^=\s]+)="([^"]*)"\s*')
_REQUIRED = (
    "oauth_consumer_key",
    "oauth_signature",
    "oauth_signature_method",
    "oauth_nonce",
    "oauth_timestamp",
    "oauth_token",
)
NEW_METHOD = "HMAC-SHA256"
OLD_METHOD = "HMAC-SHA1"
_DIGESTS = {NEW_METHOD: "sha256", OLD_METHOD: "sha1"}
_DEFAULT_PORTS = {"http": ":80", "https": ":443"}


class Credentials(msgspec.Struct, frozen=True):
    """The four strings of an integration; the access token is the bearer token as well.

    rights: ACL resources granted, or None for all.
    """

    consumer_key: str = "storesimconsumerkey0000000000001"
    consumer_secret: str = "storesimconsumersecret0000000001"
    access_token: str = "storesimaccesstoken0000000000001"
    access_token_secret: str = "storesimtokensecret0000000000001"
    rights: frozenset[str] | None = None


class Gate:
    """Checks each request and remembers the nonces it has seen."""

    def __init__(
        self, credentials: Credentials, *, bearer_allowed: bool, methods: tuple[str, ...] = (NEW_METHOD,)
    ) -> None:
        self._credentials = credentials
        self._bearer_allowed = bearer_allowed
        self._methods = methods
        self._nonces: set[str] = set()

    def admit(self, request: Request, right: str | None) -> None:
        """Let the request through or raise ShopError.  right: None when the read is open to all."""
        if right is None:
            return
        scheme, _, rest = request.headers.get("authorization", "").partition(" ")
        known = False
        if scheme.lower() == "bearer":
            given = rest.strip().encode()
            known = self._bearer_allowed and hmac.compare_digest(given, self._credentials.access_token.encode())
        elif scheme.lower() == "oauth":
            self._check_signature(request, _header_parameters(rest))
            known = True
        granted = self._credentials.rights
        if not known or (granted is not None and right not in granted):
            raise not_authorised(right)

    def _check_signature(self, request: Request, given: dict[str, str]) -> None:
        missing = [name for name in _REQUIRED if not given.get(name)]
        if missing:
            text = "The required parameters are missing. Check the parameters and try again."
            raise ShopError(400, text, {"fields": ", ".join(missing)})
        method = given["oauth_signature_method"]
        if method not in self._methods:
            raise ShopError(400, "Signature method %1 is not supported", [method])
        if given["oauth_consumer_key"] != self._credentials.consumer_key:
            raise ShopError(401, "A consumer having the specified key does not exist")
        nonce = given["oauth_nonce"]
        if nonce in self._nonces:
            raise ShopError(401, "The nonce is already being used by the consumer with ID %1.", [1])
        self._nonces.add(nonce)
        if given["oauth_token"] != self._credentials.access_token:
            raise ShopError(401, "Specified token does not exist")
        expected = signature(
            request,
            given,
            consumer_secret=self._credentials.consumer_secret,
            token_secret=self._credentials.access_token_secret,
        )
        if not hmac.compare_digest(expected.encode(), given["oauth_signature"].encode()):
            raise ShopError(401, "The signature is invalid. Verify and try again.")


def signature(request: Request, oauth_parameters: dict[str, str], *, consumer_secret: str, token_secret: str) -> str:
    """HMAC over method, scheme + host + path, and all parameters, in base64.

    The method named by `oauth_signature_method` decides between SHA-256 and SHA-1.
    """
    pairs = [(name, value) for name, value in oauth_parameters.items() if name not in ("oauth_signature", "realm")]
    pairs += raw_parameters(request.query)
    encoded = sorted((_escape(name), _escape(value)) for name, value in pairs)
    normal = "&".join(f"{name}={value}" for name, value in encoded)
    host = request.headers.get("host", "").lower().removesuffix(_DEFAULT_PORTS.get(request.scheme, ""))
    address = f"{request.scheme}://{host}{request.path}"
    base = "&".join((request.method.upper(), _escape(address), _escape(normal)))
    digest = _DIGESTS[oauth_parameters["oauth_signature_method"]]
    key = f"{_escape(consumer_secret)}&{_escape(token_secret)}"
    return b64encode(hmac.digest(key.encode(), base.encode(), digest)).decode()


def _header_parameters(text: str) -> dict[str, str]:
    found = (_PARAMETER.fullmatch(part) for part in text.split(","))
    return {match[1]: unquote(match[2]) for match in found if match}


def _escape(text: str) -> str:
    return quote(text, safe="-._~")
