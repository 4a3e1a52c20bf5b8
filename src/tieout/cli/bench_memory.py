"""`bench memory`: the most memory that a worker takes, for a small and a large shop, from first to last byte.

The worker is the product's own process; both simulators run in processes of their own, over HTTP. Linux only: the
figure is the peak of the resident set as the kernel counts it.
"""

from __future__ import annotations

from tieout.cli.benching.apart import apart

#: Most at the larger size, and most that it may exceed the smaller one, in MB of 1,000,000 bytes.
MOST_MB, GROWTH_MB = 250.0, 10.0


def measure(small: int, large: int, seed: int, hours_max: float = 6.0) -> dict[str, object]:
    """The figures, with `peak_mb`, `growth_mb` and `verdict`."""
    runs = [apart("sqlite", "", "memory_run", orders, seed, hours_max) for orders in (small, large)]
    peaks = [run["peak_mb"] for run in runs]
    whole = all(run["created"] == run["orders"] for run in runs)
    met = whole and 0 < peaks[1] <= MOST_MB and peaks[1] - peaks[0] <= GROWTH_MB
    return {
        "peak_mb": peaks[1],
        "peak_mb_small": peaks[0],
        "growth_mb": round(peaks[1] - peaks[0], 1),
        "bar_mb": MOST_MB,
        "bar_growth_mb": GROWTH_MB,
        "runs": runs,
        "verdict": "met" if met else "missed",
    }
