"""Streaming XML parser of a package's parts: elements by name, bounded in size and depth."""

from collections.abc import Callable, Mapping
from typing import Any
from xml.parsers import expat

from foundation.errors import Refused
from foundation.ooxml.kinds import FileKind

#: Bytes of XML within which an element must begin or end: no text is longer, and expat buffers what has not ended.
_LONGEST_TOKEN = 1 << 20
#: Limits of one part: elements, distinct names of elements and attributes, depth.
_MOST_ELEMENTS, _MOST_NAMES, _DEEPEST = 40_000_000, 5000, 64

Attributes = dict[str, str]


class Parser:
    """Expat parser with limits, so that no small file can keep it busy. `starts`, `ends`: handlers by element name."""

    def __init__(
        self,
        starts: Mapping[str, Callable[[Attributes], None]],
        ends: Mapping[str, Callable[[str], None]],
        kind: FileKind,
        hear: Callable[[str], None] | None = None,
    ) -> None:
        self._kind = kind
        self._expat = parser = expat.ParserCreate()
        self.keep: list[tuple[str, Attributes]] | None = None
        self._fed = self._unopened = self._elements = 0
        begin, finish, depth = _Named(starts), _Named(ends), 0

        def started(name: str, attributes: Attributes) -> None:
            nonlocal depth
            depth += 1
            if depth > _DEEPEST:
                raise Refused(kind.unreadable)
            if act := begin[name]:
                act(attributes)
            elif self.keep is not None:
                self.keep.append((name.rpartition(":")[2], attributes))

        def ended(name: str) -> None:
            nonlocal depth
            depth -= 1
            if act := finish[name]:
                act(name)

        parser.buffer_text = True
        parser.StartElementHandler, parser.EndElementHandler, parser.CharacterDataHandler = started, ended, hear
        parser.StartDoctypeDeclHandler = self._refuse_entities

    def feed(self, piece: bytes) -> None:
        """Parse the next piece; an empty piece is the last. Raises `Refused` and `ExpatError`."""
        self._expat.Parse(piece, not piece)
        opened = piece.count(b"<")
        self._fed += len(piece)
        self._elements += opened
        self._unopened = 0 if opened else self._unopened + len(piece)
        waiting = self._fed - self._expat.CurrentByteIndex if piece else 0
        if max(waiting, self._unopened) > _LONGEST_TOKEN or len(self._expat.intern) > _MOST_NAMES:
            raise Refused(self._kind.unreadable)
        if self._elements > _MOST_ELEMENTS:
            said = f"里面的标记超过 {_MOST_ELEMENTS:,} 个"
            raise Refused(self._kind.too_large(said, f"最多 {_MOST_ELEMENTS:,} 个"))

    def _refuse_entities(self, *_: object) -> None:
        # No office program declares entities, and a few nested ones expand to gigabytes.
        raise Refused(self._kind.unreadable)


class _Named(dict[str, Callable[[Any], None] | None]):
    """Element handlers looked up by name, whatever its namespace prefix."""

    def __missing__(self, name: str) -> Callable[[Any], None] | None:
        return self.setdefault(name, self.get(name.rpartition(":")[2]))


def number_of(text: str | None) -> int:
    """A non-negative number from an attribute; 0 where none is written."""
    return int(text) if text and text.isdecimal() and len(text) < 10 else 0


def attribute(attributes: Attributes, name: str) -> str:
    """The value of an attribute, whatever its namespace prefix; empty where it is not there."""
    return next((value for key, value in attributes.items() if key.rpartition(":")[2] == name), "")
