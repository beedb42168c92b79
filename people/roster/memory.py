"""Memory of rosters: what somebody said of a heading, an area or a class, so that the next file is read alike."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from foundation.database import upsert
from people.models import RosterWord
from people.roster.headings import FIELDS
from people.roster.row_reader import Means

#: Kinds of words that are remembered, as in `Means`. Managers' phones are not: a phone may change hands.
KINDS = ("columns", "areas", "classes")


def recall(session: Session) -> Means:
    """What was said of earlier files."""
    found: dict[str, dict[str, str]] = {kind: {} for kind in KINDS}
    for kind, said, means in session.execute(select(RosterWord.kind, RosterWord.said, RosterWord.means)):
        found[kind][said] = means
    return Means(**found)


def remember(session: Session, kind: str, words: Mapping[str, str], *, now: datetime) -> None:
    """Remember what words of a kind mean. A heading of our own is not remembered: it means what it says."""
    kept = {said: means for said, means in words.items() if kind != "columns" or said not in FIELDS}
    if not kept:
        return
    statement = upsert(session, RosterWord)
    statement = statement.on_conflict_do_update(
        index_elements=["kind", "said"],
        set_={"means": statement.excluded.means, "changed_at": statement.excluded.changed_at},
    )
    rows = [{"kind": kind, "said": said, "means": means, "changed_at": now} for said, means in sorted(kept.items())]
    session.execute(statement, rows)


def forget(session: Session, kind: str, said: str) -> None:
    """Forget what a word means."""
    session.execute(delete(RosterWord).where(RosterWord.kind == kind, RosterWord.said == said))
