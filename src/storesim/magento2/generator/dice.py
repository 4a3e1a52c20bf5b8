"""A small repeatable source of chance: one stream per (seed, subject, number).

The algorithm is SplitMix64 (public domain, by Sebastiano Vigna); it needs no state to set up, which
matters when every document has a stream of its own.
"""

from collections.abc import Sequence
from typing import TypeVar

_MASK = (1 << 64) - 1
_STEP = 0x9E3779B97F4A7C15

T = TypeVar("T")


class Dice:
    """Draws whole numbers; the same seed, subject and number give the same draws for ever."""

    __slots__ = ("_state",)

    def __init__(self, seed: int, subject: int, number: int = 0) -> None:
        self._state = (seed * 0xD1342543DE82EF95 + subject * 0xAF251AF3B0F025B5 + number * _STEP) & _MASK
        self.bits()

    def bits(self) -> int:
        """64 bits."""
        self._state = state = (self._state + _STEP) & _MASK
        state = ((state ^ (state >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
        state = ((state ^ (state >> 27)) * 0x94D049BB133111EB) & _MASK
        return state ^ (state >> 31)

    def below(self, limit: int) -> int:
        """A number from 0 to limit − 1."""
        return self.bits() % limit

    def between(self, low: int, high: int) -> int:
        """A number from low to high, both included."""
        return low + self.bits() % (high - low + 1)

    def percent(self, chance: float) -> bool:
        """True in so many of 100 cases."""
        return self.bits() % 10_000 < chance * 100

    def pick(self, choices: Sequence[T]) -> T:
        """One of the choices."""
        return choices[self.bits() % len(choices)]

    def weighted(self, choices: Sequence[tuple[int, T]]) -> T:
        """One of the choices, by whole-number weights."""
        left = self.bits() % sum(weight for weight, _ in choices)
        for weight, choice in choices:
            left -= weight
            if left < 0:
                return choice
        raise AssertionError("weights do not add up")
