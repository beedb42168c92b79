"""States of mass jobs, as conditions of the partial indexes over them."""

from sqlalchemy import ColumnElement, TextClause, literal_column, text
from sqlalchemy.types import String

from wechat_bot.mass.models import MassState

#: States in which nothing was sent.
WAITING = (MassState.PLANNED, MassState.DRAFTED)
#: States of jobs that WeChat does not have, nor ever will.
NOT_SENT = (MassState.CANCELLED, MassState.REFUSED, MassState.LATE)
#: Literals and not bound parameters, so that PostgreSQL sees that a partial index fits.
PLANNED: ColumnElement[str] = literal_column(f"'{MassState.PLANNED}'", String)
DRAFTED: ColumnElement[str] = literal_column(f"'{MassState.DRAFTED}'", String)
SENDING: ColumnElement[str] = literal_column(f"'{MassState.SENDING}'", String)
ACCEPTED: ColumnElement[str] = literal_column(f"'{MassState.ACCEPTED}'", String)
UNSURE: ColumnElement[str] = literal_column(f"'{MassState.UNSURE}'", String)
#: Reasons to take a receiver out of a job.
QUOTA, STRANGER, ALONE = "quota", "stranger", "alone"


def is_waiting() -> TextClause:
    """Condition of the partial index of jobs that were not sent, word for word, for SQLite uses it for no other."""
    return text("mass_job.state in ('planned', 'drafted')")


def is_unfinished() -> TextClause:
    """Condition of the partial index of jobs whose end WeChat has not reported."""
    return text("mass_job.state in ('accepted', 'unsure')")
