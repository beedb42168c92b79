"""Filing of closed requests: a narrow row for each in `Filed`, so that a report of a year reads only those.

Nothing waits for it: a report computes what is not filed yet from the moments themselves. Whoever changes a closed
request removes its row in the same transaction.
"""

from datetime import datetime

from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from visits.models import IS_UNFILED, Filed, Request
from visits.queries import report_columns

BATCH = 2000


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
    session.execute(update(Request).where(Request.id.in_(keys)).values(is_filed=True))
    return len(keys)


def take_back(session: Session, request_id: int) -> None:
    """Remove the filed row of a closed request that changes; it is filed again later.

    The request's row is updated in any case, filed or not: this waits for a transaction that is filing it now, and
    makes a later one skip the locked row until the change is committed.
    """
    session.execute(update(Request).where(Request.id == request_id).values(is_filed=False))
    opened_at = select(Request.opened_at).where(Request.id == request_id).scalar_subquery()
    session.execute(delete(Filed).where(Filed.opened_at == opened_at, Filed.request_id == request_id))
