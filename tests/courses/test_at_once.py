"""Two hands at one learner in the same moment: both end, whoever comes first."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from campaigns.kinds import context
from courses.actions import asking, learning, telling
from courses.actions import weak_spots as spots
from courses.models.asking import Asker, OpenQuestion, Settled
from courses.models.learning import Enrolment
from courses.models.weak_spots import DailyQuestion, WeakSpot
from courses.queries import lesson_sheet, weak_spots
from finding import vocabulary
from people import erasing
from people.models import Retailer
from tests.courses.conftest import School
from tests.courses.learners import lesson_ids
from tests.courses.pacing import PACED, at, begin, enrolment, finish
from wechat_bot.models import Delivery, DeliveryState, Follower
from wechat_bot.outbox import queueing

Step = Callable[[Session], object]


def crossed(school: School, first: Step, then: Step, other: Step) -> None:
    """Let a transaction take its first step, another one begin and come as far as it can, then the first go on."""
    services = school.house.services

    def whole() -> None:
        with services.transaction() as session:
            other(session)

    with ThreadPoolExecutor() as pool:
        with services.transaction() as session:
            first(session)
            second = pool.submit(whole)
            until = time.monotonic() + 5
            while not second.done() and not _waits(school) and time.monotonic() < until:
                threading.Event().wait(0.005)
            then(session)
        second.result()


def _waits(school: School) -> bool:
    """Whether somebody waits for a lock; SQLite's second writer always does."""
    if school.house.services.database.is_sqlite:
        return True
    waiting = text("select count(*) from pg_stat_activity where wait_event_type = 'Lock'")
    with school.house.services.reading() as session:
        return bool(session.scalar(waiting))


def test_a_learner_who_writes_while_they_are_told_of_the_next_lesson_gets_their_step(school) -> None:
    course_id = school.published(replace(PACED, is_ordered=False))
    at(school, "2026-03-09 15:00")
    begin(school, course_id)
    at(school, "2026-03-11 10:00:05")
    school.house.tick()
    finish(school, course_id, 1)
    services, lesson_id = school.house.services, lesson_ids(school, course_id)["l2"]
    with services.transaction() as session:
        mine = session.get_one(Enrolment, enrolment(school, course_id).id)
        mine.released, mine.last_at, mine.told_at, mine.tell_at = 3, None, None, services.clock()
        said = {"openid": school.wang.openid, "message": {}, "about": f"course:{course_id}"}
        key = f"{telling.KEY}{mine.id}:1"
        queueing.queue(session, **said, key=key, now=services.clock())
        held = session.scalars(select(Delivery).where(Delivery.key == key)).one()
        held.state = DeliveryState.HELD
        session.get_one(Follower, school.wang.openid).has_held = True

    def reads_on(session: Session) -> None:
        sheet = lesson_sheet.look(session, lesson_id, school.wang.openid, now=school.house.clock())
        now = services.clock()
        learning.give(session, sheet, 1, openid=school.wang.openid, heard_at=now, now=now, zone=services.zone)

    crossed(
        school,
        lambda session: queueing.release(session, school.wang.openid, now=services.clock()),
        reads_on,
        lambda session: telling.tell_some(session, course_id, context(services, services.clock())),
    )
    assert enrolment(school, course_id).last_at == services.clock()


def test_who_answers_the_question_of_the_day_while_they_are_erased_is_erased(school) -> None:
    services = school.house.services
    now = services.clock()
    with services.transaction() as session:
        shop = session.scalars(select(Retailer.id).where(Retailer.openid == school.wang.openid)).one()
        spot = WeakSpot(retailer_id=shop, topic="quiz", reference="1", box=1, due_on=now.date(), is_queued=False)
        spot.times, spot.in_row, spot.wrong_at = 1, 1, now
        session.add_all([DailyQuestion(retailer_id=shop), spot])

    def answers(session: Session) -> None:
        held = weak_spots.hold_of(session, school.wang.openid)
        assert held is not None
        spots.answered(session, held, held.spots[0], False, now=now + timedelta(hours=1), zone=services.zone)
        session.flush()

    whom = erasing.ErasedPerson(school.wang.openid)
    crossed(
        school,
        lambda session: weak_spots.hold_of(session, school.wang.openid),
        answers,
        lambda session: erasing.erase(session, whom, now=now, forgets=services.forgets),
    )
    with school.house.look() as session:
        assert not session.scalars(select(WeakSpot)).all() and not session.scalars(select(DailyQuestion)).all()


def test_who_asks_again_while_a_shop_of_theirs_is_erased_is_noted_once_more(school) -> None:
    services, words = school.house.services, "能不能在店里放音乐？"
    now = services.clock()
    with services.transaction() as session:
        shop = session.scalars(select(Retailer.id).where(Retailer.openid == school.wang.openid)).one()
        asking.unanswered(session, words, "o-before", shop, now=now)
    crossed(
        school,
        lambda session: session.execute(select(OpenQuestion).with_for_update()),
        lambda session: asking.unanswered(session, words, "o-before", None, now=now),
        lambda session: asking.forget(session, Asker.retailer_id == shop),
    )
    with school.house.look() as session:
        assert session.scalars(select(OpenQuestion)).all() == []


def test_a_question_is_answered_and_given_words_at_one_moment(school) -> None:
    services = school.house.services
    now = services.clock()
    with services.transaction() as session:
        asking.unanswered(session, "能不能在店里放音乐？", school.wang.openid, None, now=now)
        question = session.scalars(select(OpenQuestion.id)).one()
    crossed(
        school,
        lambda session: session.execute(select(OpenQuestion).with_for_update()),
        lambda session: asking.answer(
            session, question, "放音乐", "可以。", "", path="", is_open=True, who="周", now=now
        ),
        lambda session: asking.add_words(session, question, "放音乐", who="陈", now=now),
    )
    with school.house.look() as session:
        kept = session.get_one(OpenQuestion, question)
        assert kept.settled_how == Settled.WORDS and kept.answer_id is not None
        assert "放音乐" in [word for _, word in vocabulary.trade_words(session)]
