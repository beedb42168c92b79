"""Handing over what a push missed: errands for the managers of the shops that did not get it."""

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import ColumnElement
from sqlalchemy.orm import Session

from broadcasts.actions.answering import about
from broadcasts.models.pushes import Push
from broadcasts.queries import missed
from broadcasts.queries.pushes import campaign_of
from broadcasts.queries.report import ReportScope
from broadcasts.texts import pushes as texts
from broadcasts.texts.report import missed_title
from foundation.errors import Refused
from people import errands


def hand_over(
    session: Session,
    push_id: int,
    seen: ReportScope,
    narrowed: Sequence[ColumnElement[bool]] = (),
    why: str = "",
    *,
    due_on: date,
    by: str,
    now: datetime,
) -> int:
    """Make an errand for each shop that missed a push and has not opened it; gives how many were made. Raises Refused
    where there is no such push, or they are too many."""
    push, campaign = session.get(Push, push_id), campaign_of(session, push_id)
    if push is None or campaign is None:
        raise Refused(texts.NO_SUCH)
    shops = missed.unopened(session, campaign, seen, narrowed, why=why)
    return errands.give(session, about(push_id), missed_title(push.title), shops, due_on=due_on, by=by, now=now)
