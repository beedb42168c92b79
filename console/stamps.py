"""Stamps of forms that edit: whoever writes second sees what the first wrote, and writes over it only knowingly.

What is kept is put in words, label and value, once for each thing that can be edited. The page's form carries a mark of
those words; a form whose mark is not that of what is kept by now was made before somebody else's change.
"""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from console.models import AuditEntry
from foundation.errors import Refused

#: What the form's field is called.
FIELD = "stamp"
#: A change noted longer ago is not the one that was missed.
RECENT = timedelta(days=1)
Kept = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Editable:
    """Something that forms edit: its link in the audit log, the rows that are locked, what is kept of it in words."""

    about: str
    rows: Select[Any]
    kept: Callable[[Session], Kept]


class Overtaken(Refused):
    """Somebody else has changed it since the page was made: `kept` is theirs, in words; `stamp` its mark."""

    def __init__(self, kept: Kept, who: str, at: datetime | None) -> None:
        super().__init__(f"{who or '别人'}刚刚存过，您写的还没有存。请先看现在存着的，再决定用谁的。")
        self.kept, self.stamp, self.at = kept, of(kept), at


def of(kept: Kept) -> str:
    """The mark of what is kept.

    >>> of({"名称": "城区"}) == of({"名称": "城区"}), of({"名称": "城区"}) == of({"名称": "江山"})
    (True, False)
    """
    words = json.dumps([(label, str(value)) for label, value in kept.items()], ensure_ascii=False)
    return hashlib.sha256(words.encode()).hexdigest()[:16]


def check(session: Session, editable: Editable, given: str, *, now: datetime) -> None:
    """Go on only where what is kept still has the mark that a form gave; in the transaction that changes it, first.

    The rows are locked, so that of two who come at once the second finds what the first wrote. Raises Overtaken.
    """
    session.execute(editable.rows.with_for_update())
    kept = editable.kept(session)
    if given != of(kept):
        raise Overtaken(kept, *_last(session, editable.about, now - RECENT))


def _last(session: Session, about: str, since: datetime) -> tuple[str, datetime | None]:
    """Who changed something last, and when, as far as the audit log knows."""
    entry = session.execute(
        select(AuditEntry.who, AuditEntry.at)
        .where(AuditEntry.about == about, AuditEntry.at > since, ~AuditEntry.did.endswith(".see"))
        .order_by(AuditEntry.id.desc())
        .limit(1)
    ).first()
    return (entry.who, entry.at) if entry else ("", None)
