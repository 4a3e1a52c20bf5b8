"""Numbers of records as options and arguments."""

from __future__ import annotations

from typing import Any

import click

_MAX = 2**63 - 1


class RecordNumber(click.types.IntParamType):
    """The number of a record: an integer that a database can hold."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        number = super().convert(value, param, ctx)
        if not 0 <= number <= _MAX:
            self.fail(f"{value} is not the number of any record.", param, ctx)
        return number


RECORD = RecordNumber()
