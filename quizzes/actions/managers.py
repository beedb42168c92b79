"""What customer managers are told of their shops' results: a failed last attempt at once, and a digest of each day."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import case, func, select, text, tuple_, update
from sqlalchemy.orm import Session

from foundation.database import count_up, upsert
from foundation.dialects import among, table_of
from people import identity
from people.identity import Shop
from people.models import Manager, Retailer
from quizzes.models.attempts import Attempt
from quizzes.models.managers import EVERYBODY, ManagerDay
from quizzes.models.quizzes import Quiz, QuizVersion, Standing
from quizzes.queries import papers
from quizzes.texts import managers as texts
from wechat_bot.models import Follower
from wechat_bot.notices import notice
from wechat_bot.outbox import queueing

NOTICE = "quiz_results"
#: Attempts that are looked at, and managers who are told of their day, in one transaction.
BATCH, MANAGERS = 200, 50
#: Failed last attempts of which one manager is told at once in a day; of more the digest speaks alone. Where a quiz
#: ends for all, many fail at one moment, and WeChat lets an account send five messages between two contacts.
AT_ONCE = 3
PAGE = "/m/me"

_attempt, _standing, _day = map(table_of, (Attempt, Standing, ManagerDay))


class Failed(NamedTuple):
    """Shop that has failed its last attempt."""

    attempt_id: int
    quiz_id: int
    retailer_id: int
    title: str
    total: int
    maximum: int


def tell_failed(session: Session, *, now: datetime, today: date) -> int:
    """Tell managers of shops that have failed their last attempt since this was last done; gives how many ended
    attempts were looked at."""
    ended = session.execute(_UNTOLD.limit(BATCH)).all()
    if not ended:
        return 0
    session.execute(
        update(_attempt).where(among(session, _attempt.c.id, [row.id for row in ended])).values(is_told=True)
    )
    failed = _failed(session, ended)
    shops = _shops(session, {each.retailer_id for each in failed})
    told: list[tuple[int, Shop, Failed]] = []
    for each in failed:
        person = shops[each.retailer_id].in_charge(today) if each.retailer_id in shops else None
        if person is not None:
            told.append((person.id, shops[each.retailer_id], each))
    reachable = _openids(session, {manager_id for manager_id, _, _ in told})
    # Counters in one order, so that two workers never wait for each other.
    for manager_id, shop, one in sorted(told, key=lambda each: (each[0], each[2].attempt_id)):
        if (openid := reachable.get(manager_id)) is None:
            continue
        count = count_up(session, ManagerDay.failed, {"manager_id": manager_id, "day": today})
        if count <= AT_ONCE:
            said = texts.failed(shop.shop, shop.keeper, one.title, one.total, one.maximum, is_last=count == AT_ONCE)
            _queue(session, openid, said, shop.shop, f"quiz:{one.quiz_id}", f"quiz-failed:{one.attempt_id}", now)
    return len(ended)


def tell_day(session: Session, day: date, zone: ZoneInfo, *, now: datetime) -> int:
    """Tell the next managers what the shops of theirs got on a day that is over; gives how many were looked at, 0 once
    all were."""
    if session.get(ManagerDay, (EVERYBODY, day)) is not None:
        return 0
    last = session.scalar(select(func.max(_day.c.manager_id)).where(_day.c.day == day, _day.c.digested_at.is_not(None)))
    managers = session.scalars(
        select(Manager.id).where(Manager.id > (last or 0)).order_by(Manager.id).limit(MANAGERS)
    ).all()
    done = [*managers, *([EVERYBODY] if len(managers) < MANAGERS else [])]
    mine = _claimed(session, done, day, now)
    reachable = _openids(session, {each for each in managers if each in mine})
    since, until = (datetime.combine(each, time(), zone) for each in (day, day + timedelta(days=1)))
    results = _results(session, list(reachable), since, until)
    lacking = _lacking(session, list(results), since, until)
    for manager_id, quizzes in results.items():
        said = texts.digest(quizzes, lacking.get(manager_id, ()))
        _queue(session, reachable[manager_id], said, "", "quizzes", f"quiz-day:{manager_id}:{day}", now)
    return len(managers)


def _failed(session: Session, ended: Sequence[Any]) -> list[Failed]:
    """Return those who have failed, by the attempt that counts, and may not try again."""
    found = []
    for row in ended:
        definition = papers.definition(session, row.version_id, row.digest)
        may_again = row.used < definition.attempts
        if not row.has_passed and not may_again and row.number == row.used and definition.pass_mark:
            found.append(
                Failed(row.id, row.quiz_id, row.retailer_id, row.title, row.counted_total, row.counted_maximum)
            )
    return found


def _shops(session: Session, retailer_ids: Iterable[int]) -> dict[int, Shop]:
    rows = session.execute(identity.select_shops().where(Retailer.id.in_(sorted(retailer_ids)))).all()
    return {shop.id: shop for shop in map(identity.read_shop, rows)}


def _openids(session: Session, manager_ids: Iterable[int]) -> dict[int, str]:
    """Return the openids of managers who can be told in WeChat: bound, not disabled, and following."""
    rows = session.execute(
        select(Manager.id, Manager.openid)
        .join(Follower, Follower.openid == Manager.openid)
        .where(Manager.id.in_(sorted(manager_ids)), Manager.disabled_at.is_(None), Follower.unfollowed_at.is_(None))
        .order_by(Manager.id)
    )
    return {row.id: row.openid for row in rows}


def _claimed(session: Session, manager_ids: Sequence[int], day: date, now: datetime) -> set[int]:
    """Note that these managers are told of the day; gives those whom nobody told before."""
    claim = upsert(session, _day).values(
        [{"manager_id": each, "day": day, "failed": 0, "digested_at": now} for each in sorted(manager_ids)]
    )
    claimed = claim.on_conflict_do_update(
        index_elements=["manager_id", "day"],
        set_={"digested_at": now},
        where=_day.c.digested_at.is_(None),
    ).returning(_day.c.manager_id)
    return set(session.scalars(claimed)) if manager_ids else set()


def _results(
    session: Session, manager_ids: Sequence[int], since: datetime, until: datetime
) -> Mapping[int, list[texts.QuizDay]]:
    passed = case((_attempt.c.is_passed, _attempt.c.retailer_id))
    shops = func.count(_attempt.c.retailer_id.distinct())
    rows = session.execute(
        select(
            _attempt.c.manager_id,
            Quiz.title,
            shops.label("shops"),
            func.count(passed.distinct()).label("passed"),
            QuizVersion.id.label("version_id"),
            QuizVersion.digest,
        )
        .join(Quiz, Quiz.id == _attempt.c.quiz_id)
        .join(QuizVersion, QuizVersion.id == Quiz.version_id)
        .where(*_on(session, manager_ids, since, until))
        .group_by(_attempt.c.manager_id, Quiz.id, Quiz.title, QuizVersion.id, QuizVersion.digest)
        .order_by(_attempt.c.manager_id, shops.desc(), Quiz.id)
    )
    found: dict[int, list[texts.QuizDay]] = defaultdict(list)
    for row in rows:
        has_pass_mark = papers.definition(session, row.version_id, row.digest).pass_mark > 0
        found[row.manager_id].append(texts.QuizDay(row.title, row.shops, row.passed if has_pass_mark else None))
    return found


def _lacking(session: Session, manager_ids: Sequence[int], since: datetime, until: datetime) -> Mapping[int, list[str]]:
    """Return the shops that took a test that day and have not passed it, by manager."""
    rows = session.execute(
        select(_attempt.c.manager_id, Retailer.shop)
        .join(Retailer, Retailer.id == _attempt.c.retailer_id)
        .join(
            _standing, tuple_(_standing.c.quiz_id, _standing.c.retailer_id) == tuple_(_attempt.c.quiz_id, Retailer.id)
        )
        .where(*_on(session, manager_ids, since, until), _standing.c.is_passed.is_(False))
        .distinct()
        .order_by(_attempt.c.manager_id, Retailer.shop)
    )
    found: dict[int, list[str]] = defaultdict(list)
    for manager_id, shop in rows:
        found[manager_id].append(shop)
    return found


def _on(session: Session, manager_ids: Sequence[int], since: datetime, until: datetime) -> tuple[Any, ...]:
    return among(session, _attempt.c.manager_id, manager_ids), _attempt.c.ended_at >= since, _attempt.c.ended_at < until


def _queue(session: Session, openid: str, said: str, who: str, about: str, key: str, now: datetime) -> None:
    queueing.queue(
        session,
        openid,
        {"msgtype": "text", "text": {"content": said}},
        template=notice(NOTICE, PAGE, who=who, what=said, when=now),
        about=about,
        key=key,
        heeds_quiet=True,
        now=now,
    )


_UNTOLD = (
    select(
        _attempt.c.id,
        _attempt.c.quiz_id,
        _attempt.c.retailer_id,
        _attempt.c.number,
        Quiz.title,
        QuizVersion.id.label("version_id"),
        QuizVersion.digest,
        _standing.c.used,
        _standing.c.is_passed.label("has_passed"),
        _standing.c.total.label("counted_total"),
        _standing.c.maximum.label("counted_maximum"),
    )
    .join(Quiz, Quiz.id == _attempt.c.quiz_id)
    .join(QuizVersion, QuizVersion.id == _attempt.c.quiz_version_id)
    .join(_standing, (_standing.c.quiz_id == _attempt.c.quiz_id) & (_standing.c.retailer_id == _attempt.c.retailer_id))
    # Written as in the partial index.
    .where(text("quiz_attempt.ended_at is not null and not quiz_attempt.is_told"))
    .order_by(_attempt.c.id)
    .with_for_update(of=_attempt, skip_locked=True)
)
