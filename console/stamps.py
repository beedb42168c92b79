"""Edit stamps (optimistic locking): whoever saves second sees the first one's change, and overwrites it only knowingly.

The current values of an editable thing are described as labels and texts. The form carries a hash of these, the stamp;
a form whose stamp differs from that of the current values was made before somebody else's change.
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

#: Name of the form field.
FIELD = "stamp"
#: How far back the audit log is searched for the change that was missed.
RECENT = timedelta(days=1)
Kept = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Editable:
    """Editable thing: its link in the audit log, the rows to lock, and a function that describes its current values."""

    about: str
    rows: Select[Any]
    kept: Callable[[Session], Kept]


class Overtaken(Refused):
    """Refusal because somebody else changed the thing meanwhile: `kept` are the current values, `stamp` their stamp."""

    def __init__(self, kept: Kept, who: str, at: datetime | None) -> None:
        super().__init__(f"{who or '别人'}刚刚存过，您写的还没有存。请先看现在存着的，再决定用谁的。")
        self.kept, self.stamp, self.at = kept, of(kept), at


def of(kept: Kept) -> str:
    """The stamp of described values.

    >>> of({"名称": "城区"}) == of({"名称": "城区"}), of({"名称": "城区"}) == of({"名称": "江山"})
    (True, False)
    """
    words = json.dumps([(label, str(value)) for label, value in kept.items()], ensure_ascii=False)
    return hashlib.sha256(words.encode()).hexdigest()[:16]


def check(session: Session, editable: Editable, given: str, *, now: datetime) -> None:
    """Check that a form's stamp is still current; call it first in the transaction that makes the change.

    The rows are locked, so that of two at the same time the second sees the first one's change. Raises Overtaken.
    """
    session.execute(editable.rows.with_for_update())
    kept = editable.kept(session)
    if given != of(kept):
        raise Overtaken(kept, *_last(session, editable.about, now - RECENT))


def _last(session: Session, about: str, since: datetime) -> tuple[str, datetime | None]:
    """Who changed a thing last, and when, by the audit log."""
    entry = session.execute(
        select(AuditEntry.who, AuditEntry.at)
        .where(AuditEntry.about == about, AuditEntry.at > since, ~AuditEntry.did.endswith(".see"))
        .order_by(AuditEntry.id.desc())
        .limit(1)
    ).first()
    return (entry.who, entry.at) if entry else ("", None)
