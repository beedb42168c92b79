"""Number of a command: an id as somebody typed it."""

from typing import Any

import click

from foundation.errors import Refused
from foundation.text import whole_number


class Id(click.ParamType[int]):
    """Id of an article or a push. What is none, or none that a table can hold, is refused with a sentence."""

    name = "id"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Return the id that was typed. Raises `Refused`."""
        found = whole_number(str(value))
        if found is None:
            raise Refused(f"“{str(value)[:40]}”不是编号，编号是一个正整数，例如 12。")
        return found


ID = Id()
