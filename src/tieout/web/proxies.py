"""Whose word counts about where a request came from: the front servers that TIEOUT_TRUSTED_PROXIES names.

Throttling and the audit trail use the address, cookies and redirects the scheme; anybody may write these headers.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

import structlog
from django.conf import settings
from django.http import HttpRequest, HttpResponse

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

#: What front servers tell of the client.
_TOLD = ("FOR", "PROTO", "HOST", "PORT", "SERVER", "PREFIX")


def address_of(text: str) -> Address | None:
    """An address without port, brackets or zone; an IPv4 address that travels as IPv6 is the IPv4 address."""
    try:
        found = ip_address(text.strip().removeprefix("[").partition("]")[0])
    except ValueError:
        return None
    return (found.ipv4_mapped or found) if isinstance(found, IPv6Address) else found


def client_of(peer: str, forwarded_for: str, trusted: Sequence[Network]) -> str:
    """The client's address: the nearest one in the chain that is no front server of ours.

    forwarded_for: the header, whose right end the nearest server wrote. What stands left of a word that is no
    address, or of a client, was written by that client and means nothing.
    """
    client = peer
    for told in reversed(forwarded_for.split(",")):
        found = address_of(told)
        if found is None:
            break
        client = str(found)
        if not is_trusted(client, trusted):
            break
    return client


def is_trusted(address: str, trusted: Sequence[Network]) -> bool:
    found = address_of(address)
    return found is not None and any(found in network for network in trusted)


class TrustedProxies:
    """Takes the client's address and scheme from a front server that is trusted, and from nobody else."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        meta, trusted = request.META, settings.TIEOUT_TRUSTED_PROXIES
        peer = meta.get("REMOTE_ADDR", "")
        if is_trusted(peer, trusted):
            meta["REMOTE_ADDR"] = client_of(peer, meta.get("HTTP_X_FORWARDED_FOR", ""), trusted)
        else:
            for name in _TOLD:
                meta.pop(f"HTTP_X_FORWARDED_{name}", None)
            meta.pop("HTTP_FORWARDED", None)
        # What is logged while this request is answered says for whom: whoever guesses can be shut out by it.
        with structlog.contextvars.bound_contextvars(address=meta.get("REMOTE_ADDR", "")):
            return self.get_response(request)
