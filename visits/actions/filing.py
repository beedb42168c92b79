"""The clock files what closed requests count for, so that a report of a year reads a narrow row of each and no more.

Nobody waits for it: a report tells of what is not filed yet from the moments themselves. Whoever changes a closed
request takes it back in the same transaction.
"""

from datetime import datetime

from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from visits.models import IS_UNFILED, Filed, Request
from visits.queries import report_columns

BATCH = 2000


def file_some(session: Session, *, now: datetime) -> int:
    """File the next closed requests; gives how many. What somebody has in hand just now waits for the next time."""
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
    session.execute(update(Request).where(Request.id.in_(keys)).values(is_filed=True))
    return len(keys)


def take_back(session: Session, request_id: int) -> None:
    """A closed request changes: what was filed of it counts no more, until it is filed again.

    The request's row is written whether it was filed or not: who files it now is waited for, and who would file it
    next finds it locked until the change is there to be seen.
    """
    session.execute(update(Request).where(Request.id == request_id).values(is_filed=False))
    opened_at = select(Request.opened_at).where(Request.id == request_id).scalar_subquery()
    session.execute(delete(Filed).where(Filed.opened_at == opened_at, Filed.request_id == request_id))
