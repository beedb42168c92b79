"""Numbers and texts in addresses and forms: what no table can hold is none, for every feature and every database.

A primary key is four bytes wide on PostgreSQL, and SQLite takes eight: asked for more, both end in an error, which
whoever typed the address would be blamed for with a 500.
"""

from typing import Any

from flask import Flask, Request
from werkzeug.datastructures import ImmutableMultiDict, iter_multi_items
from werkzeug.routing import IntegerConverter, Map, UnicodeConverter
from werkzeug.utils import cached_property

LARGEST = 2**31 - 1


def whole(text: str) -> int:
    """What `int` gives; `ValueError` also for what is beyond any column of ours.

    >>> whole("128"), whole("-1")
    (128, -1)
    >>> whole("2147483648")
    Traceback (most recent call last):
    ValueError: 2147483648 is too large
    """
    number = int(text)
    if abs(number) > LARGEST:
        raise ValueError(f"{number} is too large")
    return number


class Parameters(ImmutableMultiDict[str, str]):
    """What stands behind the question mark, or in a form: where a number is asked for, one that a table can hold, and
    no text with a NUL in it, which PostgreSQL takes for an error.
    """

    def __init__(self, mapping: Any = None) -> None:
        given = iter_multi_items(mapping) if mapping is not None else ()
        super().__init__([(_clean(key), _clean(value)) for key, value in given])

    def get(self, key: str, default: Any = None, type: Any = None) -> Any:  # type: ignore[override]  # they overload
        """The value; the default where there is none, or it is no such number."""
        return super().get(key, default, whole if type is int else type)

    def getlist(self, key: str, type: Any = None) -> list[Any]:
        """All values that are such numbers."""
        return super().getlist(key, whole if type is int else type)


def _clean(value: Any) -> Any:
    return value.replace("\0", "") if isinstance(value, str) else value


class _Asked(Request):
    parameter_storage_class = Parameters

    @cached_property
    def values(self) -> Parameters:  # type: ignore[override]  # theirs reads numbers by itself
        """What stands behind the question mark, and then in the form."""
        return Parameters(super().values)


class _Text(UnicodeConverter):
    def __init__(self, *given: Any, **more: Any) -> None:
        super().__init__(*given, **more)
        self.regex = self.regex.replace("[^/]", r"[^/\0]")


class _Whole(IntegerConverter):
    def __init__(self, map: Map) -> None:
        super().__init__(map, max=LARGEST)


def install(app: Flask) -> None:
    """Before any address is registered: `<int:…>` and `type=int` mean numbers that a table can hold."""
    app.request_class = _Asked
    app.url_map.converters |= {"int": _Whole, "default": _Text, "string": _Text}
