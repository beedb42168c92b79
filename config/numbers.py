"""Request number parsing: numbers and texts in addresses and forms that no column can hold are treated as missing.

A primary key has four bytes on PostgreSQL, and SQLite takes eight: a larger number makes both raise an error, so that a
mistyped address would end in a 500.
"""

from typing import Any

from flask import Flask, Request
from werkzeug.datastructures import ImmutableMultiDict, iter_multi_items
from werkzeug.routing import IntegerConverter, Map, UnicodeConverter
from werkzeug.utils import cached_property

LARGEST = 2**31 - 1
#: Of the few keys with eight bytes, `<large:…>` in an address.
LARGE = 2**63 - 1


def whole(text: str) -> int:
    """The number that `int` gives; `ValueError` also for a number beyond our columns.

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
    """Query or form parameters: numbers only as large as a column can hold, and no text with a NUL, for which
    PostgreSQL raises an error.
    """

    def __init__(self, mapping: Any = None) -> None:
        given = iter_multi_items(mapping) if mapping is not None else ()
        super().__init__([(_clean(key), _clean(value)) for key, value in given])

    def get(self, key: str, default: Any = None, type: Any = None) -> Any:  # type: ignore[override]  # they overload
        """The value of a parameter; the default where it is missing or not such a number."""
        return super().get(key, default, whole if type is int else type)

    def getlist(self, key: str, type: Any = None) -> list[Any]:
        """All values of a parameter that can be converted."""
        return super().getlist(key, whole if type is int else type)


def _clean(value: Any) -> Any:
    return value.replace("\0", "") if isinstance(value, str) else value


class _Asked(Request):
    parameter_storage_class = Parameters

    @cached_property
    def values(self) -> Parameters:  # type: ignore[override]  # werkzeug's converts numbers itself
        """The query parameters, followed by the form's."""
        return Parameters(super().values)


class _Text(UnicodeConverter):
    def __init__(self, *given: Any, **more: Any) -> None:
        super().__init__(*given, **more)
        self.regex = self.regex.replace("[^/]", r"[^/\0]")


class _Whole(IntegerConverter):
    def __init__(self, map: Map) -> None:
        super().__init__(map, max=LARGEST)


class _Large(IntegerConverter):
    def __init__(self, map: Map) -> None:
        super().__init__(map, max=LARGE)


def install(app: Flask) -> None:
    """Make `<int:…>` and `type=int` accept only numbers that a column can hold; call before any route is registered."""
    app.request_class = _Asked
    app.url_map.converters |= {"int": _Whole, "large": _Large, "default": _Text, "string": _Text}
