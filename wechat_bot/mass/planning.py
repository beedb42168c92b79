"""Planning of mass jobs, for the package whose messages they carry: plan, cancel, let go, read what became of them."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Select, Update, func, literal, or_, select, text, update
from sqlalchemy.orm import Session

from foundation.database import Moment, upsert
from wechat_bot.mass import quota
from wechat_bot.mass.answers import DAY_SPENT, OF_CONTENT
from wechat_bot.mass.models import MassJob, MassState
from wechat_bot.mass.states import WAITING, is_waiting

_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
#: Characters of a client id that stand for what it is about: 36 to the power of 12 is enough for all pushes ever.
_NAMED = 12


@dataclass(frozen=True, slots=True)
class MassNews:
    """News of a mass job: what became of it, with WeChat's figures where it reported them."""

    id: int
    about: str
    part: int
    state: MassState
    size: int
    month: int
    total: int | None
    filtered: int | None
    sent: int | None
    errors: int | None
    error_code: int | None
    #: In words, for staff.
    error: str | None

    @property
    def is_of_content(self) -> bool:
        """Whether WeChat did not take it because of what it says or shows: it takes no other part of it either."""
        return self.state is MassState.REFUSED and self.error_code in OF_CONTENT

    @property
    def pauses(self) -> bool:
        """Whether the job waits because of something a person must see to, `error`; not only for tomorrow's calls."""
        return self.state in WAITING and self.error_code not in (None, DAY_SPENT)


@dataclass(frozen=True, slots=True)
class Cancelled:
    """Result of a cancellation: the parts that will not be sent, and those WeChat has or may have by now."""

    parts: tuple[int, ...]
    in_call: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class PutOff:
    """What of a message was put off: its parts and their people, until when, and why; without a reason for quiet
    hours."""

    parts: int
    people: int
    until: datetime
    why: str | None


def client_id(about: str, due_at: datetime, part: int, generation: int) -> str:
    """The `clientmsgid` of a mass job: the same again for the same job, also where a backup was restored meanwhile.

    The moment is part of it, for a database that was set up anew begins to number its pushes anew.

    >>> client_id("push:12", datetime(2026, 12, 15, 1, tzinfo=UTC), 3, 0)
    'w5b4artz9mmic-3-0'
    """
    named = hashlib.sha256(f"{about} {due_at.astimezone(UTC):%Y%m%d%H%M%S}".encode()).digest()
    return f"w{_base36(int.from_bytes(named))[:_NAMED]}-{part}-{generation}"


def plan(
    session: Session,
    *,
    source: str,
    about: str,
    part: int,
    generation: int,
    size: int,
    month: int,
    due_at: datetime,
    not_after: datetime | None,
    heeds_quiet: bool,
    tag_id: int | None = None,
    now: datetime,
) -> MassJob:
    """Plan a mass job; planned twice, it is one job.

    `generation`: one higher where a part is sent once more on purpose. `size`: its receivers. `month`: in which their
    sends are booked (`quota.book`). The other arguments are columns of `MassJob`.
    """
    name = client_id(about, due_at, part, generation)
    values = {
        "client_id": name,
        "source": source,
        "about": about,
        "part": part,
        "tag_id": tag_id,
        "state": MassState.PLANNED,
        "size": size,
        "month": month,
        "due_at": due_at,
        "not_after": not_after,
        "heeds_quiet": heeds_quiet,
        "created_at": now,
    }
    session.info["rings"] = True
    session.execute(upsert(session, MassJob).values(values).on_conflict_do_nothing())
    return session.scalars(select(MassJob).where(MassJob.client_id == name)).one()


def cancel(session: Session, about: str, *, now: datetime) -> Cancelled:
    """Cancel what was not sent yet of the jobs about something. It is no news to their source, who asked for it.

    Those in the call are not tried again: without a clear answer they become unsure.
    """
    waiting = update(MassJob).where(MassJob.about == about, is_waiting())
    gone = session.scalars(_cancelled(waiting, now).returning(MassJob.part)).all()
    called = update(MassJob).where(MassJob.about == about, MassJob.state == MassState.SENDING)
    last = session.scalars(called.values(not_after=literal(now, Moment())).returning(MassJob.part)).all()
    return Cancelled(tuple(sorted(gone)), tuple(sorted(last)))


def cancel_all(session: Session, about: str | None = None, *, now: datetime) -> int:
    """Cancel what was not sent yet, about something or at all; news to its source, which did not ask for it. Returns
    how many jobs."""
    about_it = [] if about is None else [MassJob.about == about]
    cancelled = _cancelled(update(MassJob).where(is_waiting(), *about_it), now).values(has_news=True)
    return len(session.scalars(cancelled.returning(MassJob.id)).all())


def let_go(session: Session, about: str, *, now: datetime) -> int:
    """Let jobs go on that a pause or a fault put off; those planned for later stay so. Returns how many."""
    session.info["rings"] = True
    put_off = update(MassJob).where(MassJob.about == about, is_waiting(), MassJob.error.is_not(None))
    freed = put_off.values(due_at=literal(now, Moment()), error=None, error_code=None)
    return len(session.scalars(freed.returning(MassJob.id)).all())


def let_go_today(session: Session, *, now: datetime) -> int:
    """Let jobs go that wait for tomorrow's calls: WeChat's count was cleared, and ours with it. Returns how many."""
    quota.clear(session, now=now)
    session.info["rings"] = True
    spent = update(MassJob).where(is_waiting(), MassJob.error_code == DAY_SPENT)
    freed = spent.values(due_at=literal(now, Moment()), error=None, error_code=None)
    return len(session.scalars(freed.returning(MassJob.id)).all())


def hold(session: Session, about: str) -> None:
    """Hold the jobs about something that were not sent, until the transaction ends: what a worker is claiming just now
    is in the call by then, and nothing else is claimed."""
    waiting = select(MassJob.id).where(MassJob.about == about, is_waiting()).order_by(MassJob.id)
    session.execute(waiting.with_for_update())


def in_call(session: Session, about: str) -> Sequence[MassJob]:
    """The jobs about something that are in the call just now, or were and WeChat has not said whether it took them."""
    found = select(MassJob).where(MassJob.about == about, MassJob.state == MassState.SENDING)
    return session.scalars(found.order_by(MassJob.part)).all()


def put_off(session: Session, about: str, *, now: datetime) -> PutOff | None:
    """What was put off of the jobs about something, to tomorrow or the end of the quiet hours; None where nothing was.
    What is only between two tries is not told."""
    counted = (func.count(), func.sum(MassJob.size), func.min(MassJob.due_at), func.max(MassJob.error))
    later = (is_waiting(), MassJob.due_at > now, or_(MassJob.error.is_(None), MassJob.error_code == DAY_SPENT))
    parts, people, until, why = session.execute(select(*counted).where(MassJob.about == about, *later)).one()
    return PutOff(parts, int(people), until, why) if parts else None


def has_news(source: str) -> Select[MassJob]:
    """A select, to be narrowed and locked, of jobs of which their source has not read the last change, oldest first."""
    return select(MassJob).where(MassJob.source == source, text("mass_job.has_news")).order_by(MassJob.id)


def read_news(job: MassJob) -> MassNews:
    """Read what became of a job."""
    return MassNews(
        job.id,
        job.about,
        job.part,
        MassState(job.state),
        job.size,
        job.month,
        job.total,
        job.filtered,
        job.sent,
        job.errors,
        job.error_code,
        job.error,
    )


def noted(session: Session, ids: Sequence[int]) -> None:
    """Mark news as read, for jobs locked since they were read."""
    session.execute(update(MassJob).where(MassJob.id.in_(ids)).values(has_news=False))


def _cancelled(which: Update, now: datetime) -> Update:
    return which.values(
        state=MassState.CANCELLED, settled_at=literal(now, Moment()), lease_until=None, fence=None, has_news=False
    )


def _base36(number: int) -> str:
    digits = ""
    while number:
        number, digit = divmod(number, len(_DIGITS))
        digits = _DIGITS[digit] + digits
    return digits
