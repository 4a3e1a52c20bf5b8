"""Signed tokens (RS256) with a key made when first needed."""

import base64
import functools
from collections.abc import Mapping

import msgspec
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

KEY_ID = "1CAF8E66772D6DC028D6726FD0261581570EFC19"


@functools.cache
def _key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def _b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def sign(claims: Mapping[str, object]) -> str:
    """A JWT of the claims."""
    header = _b64(
        msgspec.json.encode({"alg": "RS256", "kid": KEY_ID, "typ": "JWT", "x5t": _b64(bytes.fromhex(KEY_ID))})
    )
    body = f"{header}.{_b64(msgspec.json.encode(claims))}"
    return f"{body}.{_b64(_key().sign(body.encode(), padding.PKCS1v15(), hashes.SHA256()))}"


def key_set() -> dict[str, object]:
    """The public key as JWKS."""
    numbers = _key().public_key().public_numbers()
    n, e = (_b64(value.to_bytes((value.bit_length() + 7) // 8, "big")) for value in (numbers.n, numbers.e))
    return {"keys": [{"kty": "RSA", "use": "sig", "kid": KEY_ID, "e": e, "n": n, "alg": "RS256"}]}
