"""Digest cache: values read from frozen JSON, kept in this process by the digest of their content.

By digest, not by id: two databases of one process (tests, a restored copy) have the same ids for other content.
"""

import hashlib
import json
import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping
from typing import Any, Generic, TypeVar

_T = TypeVar("_T")


def digest(content: Mapping[str, Any]) -> str:
    """Return the SHA-256 of JSON values in hexadecimal, the same for the same content in any order of keys.

    >>> digest({"title": "调查", "questions": []}) == digest({"questions": [], "title": "调查"})
    True
    """
    return hashlib.sha256(json.dumps(content, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


class DigestCache(Generic[_T]):
    """Cache of at most `size` values; the one that was not used for longest leaves first. Safe for threads."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._known: OrderedDict[str, _T] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, digest: str, load: Callable[[], _T]) -> _T:
        """Return the value of this digest; `load` reads it where this process has not used it lately."""
        found = self.known(digest)
        if found is None:
            found = load()
            self.keep(digest, found)
        return found

    def known(self, digest: str) -> _T | None:
        """Return the value of this digest where it is kept, else None."""
        with self._lock:
            found = self._known.get(digest)
            if found is not None:
                self._known.move_to_end(digest)
            return found

    def keep(self, digest: str, value: _T) -> None:
        """Keep a value under its digest."""
        with self._lock:
            self._known[digest] = value
            while len(self._known) > self._size:
                self._known.popitem(last=False)
