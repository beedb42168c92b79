"""Handing over who has not finished a course: errands for the managers of these shops."""

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import ColumnElement
from sqlalchemy.orm import Session

from console import drafting
from courses.queries import learners
from courses.queries.learners import LearnerState
from courses.queries.versions import WORKS
from courses.texts import report as texts
from people import errands


def about(course_id: int) -> str:
    """Return the source of errands about a course."""
    return f"course:{course_id}"


def hand_over(
    session: Session,
    course_id: int,
    conditions: Sequence[ColumnElement[bool]],
    state: LearnerState | None,
    *,
    due_on: date,
    by: str,
    now: datetime,
) -> int:
    """Make an errand for each shop that has not finished a course, of those for which conditions on `Retailer` hold;
    gives how many were made. Raises Refused where there is no such course, or they are too many."""
    title = drafting.known(session, WORKS, course_id).title
    shops = learners.unfinished(course_id, conditions, state)
    return errands.give(session, about(course_id), texts.errand(title), shops, due_on=due_on, by=by, now=now)


def finished(session: Session, course_id: int, retailer_id: int, *, now: datetime) -> None:
    """Note that a shop has finished: nobody needs to remind it any more."""
    errands.opened(session, about(course_id), retailer_id, now=now)
