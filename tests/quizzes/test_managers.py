"""What managers are told of their shops' results: a failed last attempt at once, and a digest in the morning."""

import threading
from contextlib import suppress
from datetime import date, timedelta

import pytest
from sqlalchemy import select, update

from people.models import Area, Manager
from questions.keyed.marking import written
from quizzes import jobs
from quizzes.actions import managers
from quizzes.models.attempts import Attempt
from quizzes.models.managers import ManagerDay
from quizzes.models.quizzes import Standing
from tests.quizzes.conftest import PAPER
from tests.quizzes.examined import examine
from tests.quizzes.test_attempts import ALL_RIGHT, take
from tests.quizzes.test_clock import at
from wechat_bot.models import Delivery

WRONG = ("1", "2 4", "对", "三天")
FAILED = "城南便利店（王建国）考《真假鉴别小测试》没有合格，得 0 分（满分 30 分），已经不能再考。请您抽空讲一讲。"


def chen(school, name: str = "陈志强", number: str = "13900002201"):
    """The phone of a manager: of 陈志强, who looks after both shops."""
    phone = school.house.phone(name)
    phone.follow()
    invited = school.house.flask("people", "invite-manager", number).output
    assert "客户经理" in phone.say(f"绑定 {invited.split('绑定 ')[1].split('（')[0].strip()}").text
    return phone


def told(school, about: str) -> list[str]:
    with school.house.look() as session:
        rows = session.scalars(select(Delivery).where(Delivery.key.startswith(about)).order_by(Delivery.id))
        return [each.message["text"]["content"] for each in rows]


def test_a_failed_last_attempt_is_told_at_once_and_no_other(school):
    school.published()
    phone = chen(school)
    take(school.wang, *WRONG)  # may try again
    take(school.li, *WRONG)
    take(school.li, *ALL_RIGHT)  # passed in the end
    school.house.tick()
    assert phone.unread().text == ""
    take(school.wang, *WRONG)
    school.house.tick()
    school.house.tick()
    assert phone.unread().text == FAILED


def test_at_night_it_waits_and_the_digest_of_the_day_comes_in_the_morning(school):
    school.published(PAPER.replace("minutes: 15\nattempts: 2", "attempts: 1"))
    phone = chen(school)
    at(school, "22:30:00")
    take(school.wang, *WRONG)
    take(school.li, *ALL_RIGHT)
    school.house.tick()
    assert phone.unread().text == ""
    at(school, "07:59:00")
    school.house.tick()
    assert phone.unread().text == ""
    at(school, "08:01:00")
    school.house.tick()
    school.house.tick()
    assert phone.unread().texts == [
        FAILED,
        "昨天您的店考了 1 份测试：\n《真假鉴别小测试》2 家，合格 1 家。\n还没有合格：城南便利店。",
    ]
    school.house.clock.advance(timedelta(days=1))
    school.house.tick()
    assert phone.unread().text == ""  # nothing happened that day


def test_what_ran_out_yesterday_while_no_worker_ran_is_in_the_digest(school):
    school.published()
    phone = chen(school)
    at(school, "20:00:00")
    school.wang.say("测试")
    school.wang.say("开始")
    at(school, "08:30:00")
    jobs.tell_yesterday(school.house.services)
    school.house.work()
    assert "《真假鉴别小测试》1 家，合格 0 家。" in phone.unread().text


@pytest.mark.pooled
def test_of_many_at_one_moment_three_are_told_at_once_and_each_once_whoever_works_or_dies(school):
    quiz, house = school.published(PAPER.replace("attempts: 2", "attempts: 1")), school.house
    chen(school)
    examine(school, quiz, [(0, 0, 0, 0)] * 12)
    with house.services.transaction() as session:
        manager = session.scalars(select(Manager.id).where(Manager.name == "陈志强")).one()
        session.execute(
            update(Attempt).values(
                manager_id=manager, total=0, maximum=3000, marks=written((0, 0, 0, 0)), ended_at=house.clock()
            )
        )
        session.execute(update(Standing).where(Standing.used > 0).values(is_passed=False, total=0, maximum=3000))
    day = house.clock().astimezone(house.services.zone).date()

    class Killed(Exception):
        pass

    with suppress(Killed), house.services.transaction() as session:
        managers.tell_failed(session, now=house.clock(), today=day)
        raise Killed
    _at_once(lambda: jobs.tell_managers(house.services))
    assert len(told(school, "quiz-failed")) == managers.AT_ONCE
    assert told(school, "quiz-failed")[-1].endswith("今天再有这样的店，明早一起告诉您。")
    with house.look() as session:
        assert session.scalars(select(ManagerDay.failed)).all() == [12]
    at(school, "08:05:00")
    with suppress(Killed), house.services.transaction() as session:
        managers.tell_day(session, day, house.services.zone, now=house.clock())
        raise Killed
    _at_once(lambda: jobs.tell_yesterday(house.services))
    jobs.tell_yesterday(house.services)
    (digest,) = told(school, "quiz-day")
    assert "《真假鉴别小测试》12 家，合格 0 家。" in digest and "等 12 家。" in digest


@pytest.mark.on_sqlite
def test_who_cannot_be_told_is_left_out_and_a_deputy_hears_at_once(school):
    school.published(PAPER.replace("attempts: 2", "attempts: 1"))
    take(school.wang, *WRONG)  # nobody is bound to 陈志强
    school.house.tick()
    assert told(school, "quiz-") == []
    lin = chen(school, "林小燕", "13900002202")
    with school.house.services.transaction() as session:
        deputy = session.scalars(select(Manager.id).where(Manager.name == "林小燕")).one()
        leave = {"deputy_id": deputy, "deputy_from_on": date(2026, 3, 2), "deputy_until_on": date(2026, 3, 4)}
        session.execute(update(Area).where(Area.name == "城区一片").values(leave))
    take(school.li, *WRONG)
    school.house.tick()
    assert lin.unread().text.startswith("老李食杂店（李福生）考《真假鉴别小测试》没有合格，得 0 分")


def _at_once(doing, times: int = 3) -> None:
    raised = []

    def run() -> None:
        try:
            doing()
        except Exception as error:
            raised.append(error)

    threads = [threading.Thread(target=run) for _ in range(times)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert raised == []
