"""Looking at a request: its owner has seen everything, and is notified of additions again."""

from sqlalchemy import update
from sqlalchemy.orm import Session

from foundation.database import changed
from visits.models import Request
from visits.queries.visibility import Colleague


def looked(session: Session, request_id: int, who: Colleague) -> bool:
    """Note that somebody has seen all messages of a request; changes nothing in a colleague's request."""
    if who.manager_id is None:
        return False
    seen = (
        update(Request)
        .where(Request.id == request_id, Request.owner_id == who.manager_id, Request.told_id.is_not(None))
        .values(looked_id=Request.last_message_id)
    )
    return bool(changed(session, seen.execution_options(synchronize_session="fetch")))
