"""Release of lessons by the hand clock: case 39 with its moments, quiet hours, outages, versions, closing."""

from contextlib import suppress
from dataclasses import replace
from datetime import time, timedelta

import pytest
from sqlalchemy import insert, select, update

from courses import jobs
from courses.actions import authoring, releasing, telling
from courses.models.figures import FiledEnrolment
from courses.models.learning import Enrolment
from people.models import Retailer
from tests.courses.pacing import PACED, at, begin, enrolment, finish, here, openid, told
from wechat_bot import clock_steadiness

MONDAY, FRIDAY = "2026-03-09", "2026-03-13"


def released(school, course_id: int) -> int:
    school.house.tick()
    return int(enrolment(school, course_id).released)


@pytest.mark.on_sqlite
def test_39_begun_on_monday_the_second_lesson_comes_on_wednesday_at_ten(school) -> None:
    course_id = school.published(replace(PACED, is_ordered=False))
    assert enrolment(school, course_id).released == 0, "nothing is released before the beginning"
    at(school, f"{MONDAY} 15:00")
    begin(school, course_id)
    begin(school, course_id)  # twice is once
    assert released(school, course_id) == 1
    assert here(school, enrolment(school, course_id).next_at) == "2026-03-11 10:00"
    at(school, "2026-03-11 09:59:59")
    assert released(school, course_id) == 1
    school.wang.say("您好")  # opens the reply window
    at(school, "2026-03-11 10:00:00")
    assert released(school, course_id) == 2
    assert told(school) == ["今日一课（2/3）：看喷码（2 分钟）"]
    assert "看喷码" in school.wang.unread().text
    assert released(school, course_id) == 2 and len(told(school)) == 1, "told once"
    at(school, "2026-03-13 10:00:05")
    assert released(school, course_id) == 3
    assert enrolment(school, course_id).next_at is None, "nothing follows the last"
    assert enrolment(school, course_id, "o-li").released == 0, "whoever has not begun waits"


@pytest.mark.on_sqlite
def test_39_of_ordered_lessons_the_next_waits_for_the_finish_and_then_for_its_hour(school) -> None:
    course_id = school.published(PACED)
    at(school, f"{MONDAY} 15:00")
    begin(school, course_id)
    at(school, "2026-03-12 12:00")
    assert released(school, course_id) == 1 and enrolment(school, course_id).next_at is None
    at(school, f"{FRIDAY} 15:00")
    finish(school, course_id, 1)
    assert here(school, enrolment(school, course_id).next_at) == "2026-03-14 10:00"
    at(school, "2026-03-14 10:00:00")
    assert released(school, course_id) == 2
    # Finished at once, its days are still waited for: two of them.
    at(school, "2026-03-14 10:30")
    finish(school, course_id, 2)
    assert here(school, enrolment(school, course_id).next_at) == "2026-03-16 10:00"


@pytest.mark.on_sqlite
def test_39_on_the_hour_itself_a_finish_brings_the_next_lesson_the_same_day(school) -> None:
    course_id = school.published(PACED)
    at(school, f"{MONDAY} 15:00")
    begin(school, course_id)
    at(school, f"{FRIDAY} 09:58")
    finish(school, course_id, 1)
    assert here(school, enrolment(school, course_id).next_at) == f"{FRIDAY} 10:00"


@pytest.mark.on_sqlite
def test_39_an_hour_in_the_quiet_hours_waits_for_their_end_and_loses_no_day(school) -> None:
    course_id = school.published(replace(PACED, every_days=1, at=time(22), is_ordered=False))
    at(school, f"{MONDAY} 15:00")
    begin(school, course_id)
    at(school, "2026-03-10 22:30")
    assert released(school, course_id) == 1
    at(school, "2026-03-11 07:59")
    assert released(school, course_id) == 1
    at(school, "2026-03-11 08:00:05")
    assert released(school, course_id) == 2
    at(school, "2026-03-12 08:00:05")
    assert released(school, course_id) == 3, "one a day, not one every second"


@pytest.mark.on_sqlite
def test_39_days_are_counted_over_the_end_of_a_month_and_a_year_from_any_moment_of_a_day(school) -> None:
    ends = {
        "2026-03-09 09:59:59": ("2026-03-10", "2026-03-11", "2026-03-16", "2026-04-08"),
        "2026-03-09 10:00:00": ("2026-03-10", "2026-03-11", "2026-03-16", "2026-04-08"),
        "2026-04-30 00:30:00": ("2026-05-01", "2026-05-02", "2026-05-07", "2026-05-30"),
        "2026-12-30 23:59:59": ("2026-12-31", "2027-01-01", "2027-01-06", "2027-01-29"),
        "2028-02-27 15:00:00": ("2028-02-28", "2028-02-29", "2028-03-05", "2028-03-28"),
    }
    for begun_at, days in ends.items():
        at(school, begun_at)
        for every_days, day in zip((1, 2, 7, 30), days, strict=True):
            course_id = school.published(replace(PACED, every_days=every_days, is_ordered=False))
            begin(school, course_id)
            assert here(school, enrolment(school, course_id).next_at) == f"{day} 10:00", (begun_at, every_days)


@pytest.mark.on_sqlite
def test_what_a_clock_ahead_wrote_holds_nobody_up_once_it_is_right(school) -> None:
    course_id = school.published(replace(PACED, is_ordered=False))
    at(school, f"{MONDAY} 15:00")
    for wrong_by in (timedelta(days=90), timedelta()):
        school.house.server.wrong_by = wrong_by
        with school.house.services.transaction() as session:
            clock_steadiness.note(session, now=school.house.server())
        if wrong_by:
            begin(school, course_id)
        school.house.tick()
    mine = enrolment(school, course_id)
    assert (here(school, mine.next_at), here(school, mine.tell_at)) == ("2026-03-11 10:00", "2026-03-12 10:00")
    assert max(mine.started_at, mine.released_at, mine.last_at) <= school.house.clock()
    finish(school, course_id, 1)  # the screen was shown in June


@pytest.mark.on_sqlite
def test_after_an_outage_lessons_do_not_come_two_on_a_day(school) -> None:
    course_id = school.published(replace(PACED, every_days=1, is_ordered=False))
    at(school, f"{MONDAY} 15:00")
    begin(school, course_id)
    at(school, "2026-03-13 09:00")  # no worker ran since
    assert released(school, course_id) == 2
    assert here(school, enrolment(school, course_id).next_at) == "2026-03-14 10:00"


@pytest.mark.on_sqlite
def test_without_days_all_lessons_are_there_at_once_or_one_after_the_other_where_they_are_ordered(school) -> None:
    free = school.published(replace(PACED, every_days=None, is_ordered=False))
    begin(school, free)
    assert enrolment(school, free).released == 3
    ordered = school.published(replace(PACED, every_days=None))
    begin(school, ordered)
    for number in (1, 2, 3):
        assert enrolment(school, ordered).released == number
        finish(school, ordered, number)
    assert enrolment(school, ordered).released == 3
    assert enrolment(school, ordered).tell_at is None, "nothing is left to remind of"


def test_a_new_version_leaves_who_began_with_theirs_and_an_end_stops_the_release(school) -> None:
    course_id = school.published(replace(PACED, is_ordered=False))
    at(school, f"{MONDAY} 15:00")
    begin(school, course_id)
    school.again(course_id, replace(PACED, every_days=9, is_ordered=False, lessons=PACED.lessons[::-1]))
    begin(school, course_id, "o-li", first="l3")
    assert enrolment(school, course_id).version_id != enrolment(school, course_id, "o-li").version_id
    at(school, "2026-03-11 10:00:05")
    assert released(school, course_id) == 2
    assert told(school) == ["今日一课（2/3）：看喷码（2 分钟）"]
    assert here(school, enrolment(school, course_id, "o-li").next_at) == "2026-03-18 10:00"
    with school.house.services.transaction() as session:
        authoring.close(session, course_id, now=school.house.clock())
    at(school, "2026-03-20 10:00:05")
    assert released(school, course_id) == 2
    school.again(course_id, replace(PACED, closes_at=None))
    assert released(school, course_id) == 3, "opened again, it goes on where it stood"


class Killed(Exception):
    pass


@pytest.mark.pooled
def test_killed_in_the_middle_each_lesson_is_released_and_told_once_and_each_reminder_too(school, monkeypatch) -> None:
    course_id, house = school.published(replace(PACED, is_ordered=False)), school.house
    services, count = house.services, 25
    monkeypatch.setattr(releasing, "BATCH", 10)
    monkeypatch.setattr(telling, "BATCH", 10)
    at(school, f"{MONDAY} 15:00")
    begin(school, course_id)
    with services.transaction() as session:
        known = session.get_one(Enrolment, enrolment(school, course_id).id)
        shop = session.get_one(Retailer, known.retailer_id)
        same = {name: getattr(known, name) for name in ("course_id", "version_id", "enrolled_at", "started_at")}
        same |= {name: getattr(known, name) for name in ("released", "released_at", "next_at", "told")}
        for n in range(count):
            of_shop = {"area_id": shop.area_id, "class_id": shop.class_id, "updated_at": house.clock()}
            row = Retailer(licence=f"35080299{n:04}", shop="店", keeper="人", phone="", bind_token=f"t{n}", **of_shop)
            row.openid = openid(school, f"o-more-{n}")
            session.add(row)
            session.flush()
            session.execute(insert(Enrolment).values(retailer_id=row.id, **same))
    for n in range(count):
        house.phone(f"o-more-{n}").follow()
    at(school, "2026-03-11 10:00:05")
    (version,) = list(_due(house))
    step = {"version": version, "context": jobs.context(services, house.clock()), "quiet": services.quiet}
    with suppress(Killed), services.transaction() as session:
        releasing.release_some(session, **step)
        raise Killed
    with services.transaction() as session:
        assert releasing.release_some(session, **step) == 10
    jobs.release(services)
    jobs.release(services)
    with house.look() as session:
        assert set(session.scalars(select(Enrolment.released).where(Enrolment.version_id == version.id))) == {2}
    at(school, "2026-03-13 10:00:05")
    jobs.release(services)
    at(school, "2026-03-16 10:00:05")
    with suppress(Killed), services.transaction() as session:
        assert telling.tell_some(session, course_id, jobs.context(services, house.clock())) == 10
        raise Killed
    jobs.release(services)
    jobs.release(services)
    lessons = ["今日一课（2/3）：看喷码（2 分钟）", "今日一课（3/3）：看钢印（2 分钟）"]
    for n in range(count):
        assert told(school, f"o-more-{n}") == [*lessons, "《怎么辨别真假烟》共 3 课，一课几分钟，有空接着学。"]


def _due(house):
    with house.look() as session:
        return releasing.due_versions(session, now=house.clock())


@pytest.mark.on_sqlite
def test_a_shop_bound_later_is_enrolled_and_one_with_another_keeper_goes_on(school) -> None:
    course_id = school.published(replace(PACED, is_ordered=False))
    at(school, f"{MONDAY} 15:00")
    begin(school, course_id)
    school.house.later(hours=50)  # the window closes: what is said waits
    at(school, "2026-03-13 10:00:05")
    released(school, course_id)
    school.house.flask("people", "unbind", "350802100001")
    new = school.house.phone("o-new")
    new.follow()
    assert "已绑定" in new.say("绑定 350802100001 8899").text
    assert enrolment(school, course_id, "o-new").released >= 2
    school.wang.say("您好")
    school.house.tick()
    assert "今日一课" not in school.wang.unread().text, "who kept the shop before hears no more of it"
    with school.house.services.transaction() as session:
        session.execute(update(Retailer).where(Retailer.openid == openid(school, "o-li")).values(openid=None))
        session.execute(FiledEnrolment.__table__.delete())
        session.execute(Enrolment.__table__.delete().where(Enrolment.started_at.is_(None)))
    school.house.clock.advance(timedelta(days=1))
    assert "已绑定" in school.li.say("绑定 350802100002 1234").text
    assert enrolment(school, course_id, "o-li").started_at is None
