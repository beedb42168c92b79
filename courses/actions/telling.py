"""Messages to learners: of a lesson that was released, of a course laid out for a manager, and reminders.

Each is queued once, whatever fails: its key has the enrolment, the lesson, and which reminder it is. The outbox keeps
to the reply window: outside of it a message goes as a notice, or waits for the learner's next contact. A newer message
takes the place of one that still waits, so a contact brings one and not a week's.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, time
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    String,
    and_,
    cast,
    exists,
    false,
    func,
    literal,
    select,
    union_all,
    update,
)
from sqlalchemy.orm import Session, aliased

from campaigns import caps
from campaigns.kinds import CampaignContext
from console.authored import AuthoredState
from courses.models.courses import Course, CourseVersion
from courses.models.learning import Enrolment
from courses.queries import requirements, versions
from courses.rules import screens, telling
from courses.rules.definition import CourseDefinition
from courses.rules.releasing import Pace
from courses.rules.telling import Learner, ToldOf
from courses.texts import notices as texts
from foundation.clock import day_in
from foundation.database import one_at_a_time
from foundation.dialects import among
from people.models import Manager, Retailer
from wechat_bot import notices, reply
from wechat_bot.models import Delivery, Follower
from wechat_bot.outbox import queueing
from wechat_bot.outbox.states import is_left, waits

#: Learners who are looked at in one transaction; messages of a closed course that are withdrawn in one.
BATCH, WITHDRAWN = 2_000, 5_000
#: The notice that stands in for these messages, and for invitations.
NOTICE = "course"
KEY = "course-told:"
#: Key of an advisory lock (any number): of two courses at once neither would see whom the other writes to today.
_TELLING = 0x5EED_0014
_other = aliased(Enrolment)
_Message = tuple[ToldOf, int | None, int]


def due_courses(session: Session, *, now: datetime) -> Sequence[int]:
    """Return the running courses of which somebody is to be written to."""
    is_due = exists().where(Enrolment.course_id == Course.id, Enrolment.tell_at <= now)
    return session.scalars(select(Course.id).where(Course.is_in(AuthoredState.OPEN, now), is_due)).all()


def tell_some(session: Session, course_id: int, context: CampaignContext) -> int:
    """Write to the next learners of a course who are due, each what they are to be told now; gives how many were
    looked at."""
    take_turns(session)
    course, now, zone = session.get_one(Course, course_id), context.now, context.zone
    due = (
        select(Enrolment.id)
        .where(Enrolment.course_id == course_id, Enrolment.tell_at <= now)
        .order_by(Enrolment.tell_at, Enrolment.id)
        .limit(BATCH)
        .with_for_update(skip_locked=True)
    )
    ids = session.scalars(due).all()
    if not ids:
        return 0
    rows = session.execute(_facts(session, course, ids, context)).all()
    definitions = _definitions(session, course, {row.version_id for row in rows})
    messages: dict[_Message, list[int]] = defaultdict(list)
    became: dict[tuple[ToldOf, datetime | None], list[int]] = defaultdict(list)
    for row in rows:
        learner = Learner(**{name: getattr(row, name) for name in _FACTS})
        said, then = telling.decide(learner, Pace.of(definitions[row.version_id]), now=now, zone=zone)
        became[said, then].append(row.id)
        if said is not ToldOf.NOTHING:
            messages[said, row.version_id, row.lessons if said is ToldOf.REMINDER else row.released].append(row.id)
    written = {each for those in messages.values() for each in those}
    _replace(session, course, [row.id for row in rows if row.has_held and row.id in written], now)
    for (said, version_id, number), those in messages.items():
        _queue(session, course, definitions[version_id], said, number, those, context)
    for (said, then), those in became.items():
        values = noted(said, then, Enrolment.released, now)
        session.execute(update(Enrolment).where(among(session, Enrolment.id, those)).values(values))
    return len(ids)


def take_turns(session: Session) -> None:
    """Wait until nobody else writes to learners, until the transaction ends: of two courses at once neither would see
    whom the other writes to today."""
    one_at_a_time(session, _TELLING)


def tell_of_lesson(
    session: Session,
    course: Course,
    definition: CourseDefinition,
    learners: Mapping[int, Sequence[int]],
    held: Sequence[int],
    context: CampaignContext,
) -> None:
    """Write to the learners who were just released a lesson: their enrolments by its number. `held` are those among
    them for whom something waits."""
    _replace(session, course, held, context.now)
    for number, ids in learners.items():
        _queue(session, course, definition, ToldOf.LESSON, number, ids, context)


def noted(said: ToldOf, then: datetime | None, released: Any, now: datetime) -> dict[str, Any]:
    """Return the columns that say what a learner was told, with so many lessons `released`, and when they are looked
    at again."""
    values: dict[str, Any] = {"tell_at": then}
    if said is not ToldOf.NOTHING:
        values |= {"told_at": now, "told": released, "reminded": 0}
    if said is ToldOf.REMINDER:
        values["reminded"] = Enrolment.reminded + 1
    return values


def with_learner(course: Course, enrolment: Any, context: CampaignContext, *columns: Any) -> Select[Any]:
    """Select enrolments with what decides whether their learners are written to: whether something waits for them
    (`has_held`), whether a message can be sent to them (`is_reachable`), whether one of a course was today
    (`has_heard_today`)."""
    today = datetime.combine(day_in(context.now, context.zone), time(), context.zone)
    mine = enrolment.staff_id if course.is_for_staff else enrolment.retailer_id
    learner = _other.staff_id if course.is_for_staff else _other.retailer_id
    person: Any = Manager if course.is_for_staff else Retailer
    is_there = Manager.disabled_at.is_(None) if course.is_for_staff else Retailer.openid.is_not(None)
    return (
        select(
            Follower.has_held,
            and_(Follower.openid.is_not(None), Follower.unfollowed_at.is_(None), is_there).label("is_reachable"),
            exists().where(learner == mine, _other.told_at.between(today, context.now)).label("has_heard_today"),
            *columns,
        )
        .join(person, person.id == mine)
        .outerjoin(Follower, Follower.openid == person.openid)
    )


def stop(session: Session, *, now: datetime, retailer_id: int | None = None, staff_id: int | None = None) -> int:
    """Note that a learner wants no more messages of the courses they are in; gives how many these are, whether it was
    said now or before. Lessons are released as before."""
    theirs = Enrolment.staff_id == staff_id if retailer_id is None else Enrolment.retailer_id == retailer_id
    since = func.coalesce(Enrolment.stopped_at, now)
    runs = (theirs, Enrolment.finished_at.is_(None))
    stopped = update(Enrolment).where(*runs).values(stopped_at=since, tell_at=None).returning(Enrolment.id)
    ids = session.scalars(stopped).all()
    for each in ids:  # some courses, not more
        withdraw(session, each, now=now)
    return len(ids)


def withdraw(session: Session, enrolment_id: int, *, now: datetime) -> None:
    """Withdraw what still waits to be said to a learner about a course of theirs."""
    shop = select(Retailer.openid).join(Enrolment, Enrolment.retailer_id == Retailer.id)
    staff = select(Manager.openid).join(Enrolment, Enrolment.staff_id == Manager.id)
    whose = union_all(*(each.where(Enrolment.id == enrolment_id) for each in (shop, staff)))
    about = Delivery.key.startswith(f"{KEY}{enrolment_id}:")
    queueing.withdraw_free(session, Delivery.openid.in_(whose), about, now=now)


def withdraw_closed(session: Session, *, now: datetime) -> int:
    """Withdraw the next messages that wait about courses that are over; gives how many."""
    about = literal("course:") + cast(Course.id, String)
    # By the index of what is left: all that were ever told of a course are many.
    unsent = (is_left("delivery"), waits("delivery"), Delivery.key.startswith(KEY))
    left = select(Delivery.id).where(Delivery.about == about, *unsent)
    over = select(Course.id).where(Course.closes_at <= now, left.exists()).order_by(Course.id).limit(1)
    course_id = session.scalar(over)
    if course_id is None:
        return 0
    some = select(Delivery.id).where(Delivery.about == f"course:{course_id}", *unsent)
    ids = session.scalars(some.order_by(Delivery.id).limit(WITHDRAWN)).all()
    queueing.withdraw(session, among(session, Delivery.id, ids), now=now)
    return len(ids)


def _facts(session: Session, course: Course, ids: Sequence[int], context: CampaignContext) -> Any:
    """Select what decides about each of these learners, by the names of `Learner`."""
    enough = _enough(session, course, ids, context).label("has_had_enough")
    barred = _is_barred(session, course, context.now).label("is_barred")
    columns = (enough, barred, *(getattr(Enrolment, name) for name in _FACTS[4:]))
    facts = with_learner(course, Enrolment, context, Enrolment.id, Enrolment.version_id, *columns)
    return facts.where(among(session, Enrolment.id, ids))


def _enough(session: Session, course: Course, ids: Sequence[int], context: CampaignContext) -> ColumnElement[bool]:
    """Return the condition for shops that had their share of campaigns this week: they are not reminded."""
    if course.is_for_staff:
        return false()
    theirs = select(Enrolment.retailer_id).where(among(session, Enrolment.id, ids))
    enough = caps.had_enough(session, context, lambda shop: shop.in_(theirs))
    return false() if enough is None else enough


def _is_barred(session: Session, course: Course, now: datetime) -> ColumnElement[bool]:
    """Return the condition for learners who have not begun and cannot yet."""
    newest = _definitions(session, course, [None])[None]
    if not newest.requires:
        return false()
    barred = requirements.is_barred(newest.requires, is_for_staff=course.is_for_staff, now=now)
    return Enrolment.started_at.is_(None) & barred


def _definitions(session: Session, course: Course, ids: Iterable[int | None]) -> dict[int | None, CourseDefinition]:
    """Return the definitions of these versions; for who has not begun, of the newest."""
    wanted = {each or course.version_id for each in ids}
    rows = session.execute(select(CourseVersion.id, CourseVersion.digest).where(CourseVersion.id.in_(wanted)))
    found: dict[int | None, CourseDefinition] = {
        row.id: versions.definition(session, row.id, row.digest) for row in rows.all()
    }
    return {each: found[each or course.version_id] for each in ids}


def _replace(session: Session, course: Course, ids: Sequence[int], now: datetime) -> None:
    """Withdraw earlier messages of courses that are held for the next contact of these learners."""
    if ids:
        theirs = Delivery.openid.in_(_openids(session, course, ids))
        queueing.withdraw_free(session, theirs, Delivery.key.startswith(KEY), now=now)


def _openids(session: Session, course: Course, ids: Sequence[int], *more: Any) -> Any:
    """Select the openids of these learners, and more columns."""
    person: Any = Manager if course.is_for_staff else Retailer
    mine = Enrolment.staff_id if course.is_for_staff else Enrolment.retailer_id
    to = select(person.openid, *more).join(Enrolment, mine == person.id)
    return to.where(among(session, Enrolment.id, ids))


def _queue(
    session: Session,
    course: Course,
    definition: CourseDefinition,
    said: ToldOf,
    number: int,
    ids: Sequence[int],
    context: CampaignContext,
) -> None:
    """Queue one message to these learners: of the lesson with this number, or to who finished so many."""
    account, count, path = context.account, len(definition.lessons), f"/m/courses/{course.id}"
    if said is ToldOf.LESSON:
        lesson = definition.lessons[number - 1]
        words, path = texts.lesson(number, count, lesson.title, screens.minutes(lesson)), f"/m/lessons/{lesson.id}"
    elif said is ToldOf.COURSE:
        words = texts.course(course.title, count)
    else:
        words = texts.reminder(course.title, number, count)
    lines = [words, texts.way_on(reply.link(path, "点这里打开") if account.has_pages else "")]
    if said is ToldOf.REMINDER:
        lines.append(texts.NO_MORE)
    template = notices.notice(NOTICE, path, when=context.now, who=account.name, what=words)
    which = [cast(each, String) for each in (Enrolment.id, Enrolment.released, Enrolment.lessons, Enrolment.reminded)]
    parts = which[:2] if said is not ToldOf.REMINDER else which
    key = literal(KEY) + parts[0]
    for part in parts[1:]:
        key = key + ":" + part
    queueing.queue_all(
        session,
        _openids(session, course, ids, key).order_by(Enrolment.id),
        reply.text_message("\n".join(lines)),
        template=template if NOTICE in account.notices else None,
        now=context.now,
        about=f"course:{course.id}",
        not_after=course.closes_at,
        heeds_quiet=True,
    )


#: The names of a `Learner`; what follows the fourth are columns of the enrolment.
_FACTS = (
    "is_reachable",
    "has_heard_today",
    "has_had_enough",
    "is_barred",
    "enrolled_at",
    "started_at",
    "released",
    "released_at",
    "lessons",
    "last_at",
    "told",
    "told_at",
    "reminded",
)
