"""Filing of closed requests: a narrow row for each in `Filed`, so that a report of a year reads only those; and the
words said in it, so that they can be searched.

Nothing waits for it: a report computes what is not filed yet from the moments themselves. Whoever changes a closed
request removes its rows in the same transaction.
"""

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from foundation.text import folded, grams
from visits.models.filed import Filed, SpokenWords
from visits.models.requests import IS_UNFILED, Message, Request
from visits.queries import report_columns

#: The words of so many requests are indexed in some tenths of a second, during which SQLite lets nobody else write.
BATCH = 500


def file_some(session: Session, *, now: datetime) -> int:
    """File the next closed requests; gives how many. A request locked by another transaction is left for the
    next run."""
    keys = session.scalars(
        select(Request.id)
        .where(IS_UNFILED, Request.closed_at.is_not(None))
        .order_by(Request.opened_at)
        .limit(BATCH)
        .with_for_update(skip_locked=True)
    ).all()
    if not keys:
        return 0
    found = report_columns.living(now, Request.id.in_(keys))
    told = select(*(getattr(found, name) for name in report_columns.KEPT)).where(*found.of)
    session.execute(insert(Filed).from_select(list(report_columns.KEPT), told))
    _file_words(session, keys)
    session.execute(update(Request).where(Request.id.in_(keys)).values(is_filed=True))
    return len(keys)


def take_back(session: Session, request_id: int) -> None:
    """Remove the filed rows of a closed request that changes; it is filed again later.

    The request's row is updated in any case, filed or not: this waits for a transaction that is filing it now, and
    makes a later one skip the locked row until the change is committed.
    """
    session.execute(update(Request).where(Request.id == request_id).values(is_filed=False))
    opened_at = select(Request.opened_at).where(Request.id == request_id).scalar_subquery()
    session.execute(delete(Filed).where(Filed.opened_at == opened_at, Filed.request_id == request_id))
    session.execute(delete(SpokenWords).where(SpokenWords.request_id == request_id))


def reword(session: Session, request_ids: Collection[int]) -> None:
    """Rewrite the words of those of these requests that are filed, after some of their messages were erased."""
    filed = session.scalars(select(SpokenWords.request_id).where(SpokenWords.request_id.in_(request_ids))).all()
    session.execute(delete(SpokenWords).where(SpokenWords.request_id.in_(filed)))
    _file_words(session, filed)


def _file_words(session: Session, request_ids: Collection[int]) -> None:
    said: defaultdict[int, list[str]] = defaultdict(list)
    messages = select(Message.request_id, Message.content).where(Message.request_id.in_(request_ids))
    for request_id, content in session.execute(messages.where(Message.content != "").order_by(Message.id)):
        said[request_id].append(content)
    rows: list[dict[str, Any]] = [
        {"request_id": request_id, "said": folded("\n".join(contents)), "grams": grams(*contents)}
        for request_id, contents in said.items()
    ]
    if rows:
        session.execute(insert(SpokenWords), rows)
