"""Lock dates: what is dated on or before them stays as it is."""

from xerosim import dates
from xerosim.errors import Invalid
from xerosim.resources.context import Context


def locked(ctx: Context, days: list[int]) -> list[str]:
    """The lock date messages that dates draw."""
    settings = ctx.org.settings
    found = []
    if settings.year_end_lock is not None and min(days) <= settings.year_end_lock:
        found.append(
            "The document date cannot be before the end of year lock date, currently set at "
            f"{dates.day_name(settings.year_end_lock)}"
        )
    if settings.period_lock is not None and not settings.adviser and min(days) <= settings.period_lock:
        found.append(
            "The document date cannot be before the period lock date, currently set at "
            f"{dates.day_name(settings.period_lock)}"
        )
    return found


def check_locks(ctx: Context, days: list[int]) -> None:
    """Raise Invalid where a lock date forbids the dates."""
    if messages := locked(ctx, days):
        raise Invalid(messages)
