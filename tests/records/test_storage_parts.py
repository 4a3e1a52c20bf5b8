"""The storage is put together from parts; none may take another's methods away."""

from __future__ import annotations

from collections import Counter

from tieout.records.storage import Storage


def test_no_part_of_the_storage_hides_a_method_of_another() -> None:
    names = Counter(name for part in Storage.__bases__ for name in vars(part) if not name.startswith("__"))
    assert [name for name, count in names.items() if count > 1] == []
