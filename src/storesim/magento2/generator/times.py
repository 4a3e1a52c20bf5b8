"""Times as the shop writes them."""

from datetime import UTC, datetime


def shop_text(seconds: int) -> str:
    """Seconds since 1970 UTC as `YYYY-MM-DD HH:MM:SS`."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M:%S")
