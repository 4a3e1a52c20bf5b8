"""The demo's OpenCart shop: a real database that the person names, read and never written."""

from __future__ import annotations

from urllib.parse import parse_qs, unquote, urlsplit

import click

#: The address that links lead back to; the demo's shop need not have one.
SHOP_ADDRESS = "https://shop.example.test"
EXAMPLE = "mysql://user:password@127.0.0.1:3306/shop?prefix=oc_"


def connection_of(url: str) -> tuple[dict[str, str], dict[str, str]]:
    """Options and secrets of a connection from mysql://user:password@host:port/database?prefix=oc_&tls=off.

    socket=PATH instead of a host; tls is "off" on this machine unless said otherwise. Raises UsageError.
    """
    parts = urlsplit(url)
    database = parts.path.strip("/")
    if parts.scheme not in ("mysql", "mariadb") or not database or "/" in database:
        raise click.UsageError(f"--database-url takes an address such as {EXAMPLE}")
    more = {name: values[-1] for name, values in parse_qs(parts.query).items()}
    unknown = set(more) - {"prefix", "tls", "tls_ca", "socket", "timezone"}
    if unknown:
        raise click.UsageError(f"--database-url does not know {', '.join(sorted(unknown))}; for example {EXAMPLE}")
    try:
        port = str(parts.port or 3306)
    except ValueError as error:
        raise click.UsageError(f"--database-url names no port; for example {EXAMPLE}") from error
    near = parts.hostname in (None, "localhost", "127.0.0.1", "::1")
    options = {
        "url": SHOP_ADDRESS,
        "admin_path": "admin",
        "access": "database",
        "host": parts.hostname or "",
        "port": port,
        "user": unquote(parts.username or "root"),
        "database": unquote(database),
        "prefix": "oc_",
        "tls": "off" if near else "verify",
        **more,
    }
    return options, {"password": unquote(parts.password or "")}
