"""Messages to learners: one a day, inside the reply window or by a notice, reminders that end, managers."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from campaigns.models import Campaign, CampaignState, Outcome, Recipient
from config.demo import templates
from courses.actions import authoring
from courses.models.learning import Enrolment
from tests.courses.conftest import opened
from tests.courses.learners import lesson_ids
from tests.courses.pacing import PACED, at, begin, enrolment, finish, openid, told
from tests.office import Office
from tests.quizzes.test_managers import chen
from wechat_bot.models import Delivery, DeliveryState

MONDAY = "2026-03-09"
LESSON = "今日一课（2/3）：看喷码（2 分钟）"
REMINDER = "《怎么辨别真假烟》共 3 课，一课几分钟，有空接着学。"


@pytest.mark.on_sqlite
def test_outside_of_the_window_a_lesson_waits_for_the_next_contact_and_a_newer_one_takes_its_place(school) -> None:
    course_id = school.published(replace(PACED, is_ordered=False))
    at(school, f"{MONDAY} 15:00")
    begin(school, course_id)
    at(school, "2026-03-11 10:00:05")
    school.house.tick()
    assert _states(school) == [DeliveryState.HELD]
    at(school, "2026-03-13 10:00:05")
    school.house.tick()
    assert _states(school) == [DeliveryState.CANCELLED, DeliveryState.HELD]
    school.wang.say("您好")
    school.house.tick()
    (said,) = [each for each in school.wang.unread().texts if "今日一课" in each]
    assert said.startswith("今日一课（3/3）：看钢印（2 分钟）\n")
    assert f'<a href="{school.house.services.public_url}/m/lessons/' in said


@pytest.mark.on_sqlite
def test_where_the_account_has_a_template_lessons_reminders_and_invitations_go_by_it(build) -> None:
    title, lines, fields = templates.CHOSEN["course"]
    house = build(wechat_templates={"course": {"id": "T-course", "fields": fields}})
    house.sim.add_template(title, lines, kind="template", template_id="T-course")
    school, site = opened(house), house.services.public_url
    course_id = school.published(replace(PACED, is_ordered=False))
    ids = lesson_ids(school, course_id)
    at(school, f"{MONDAY} 15:00")
    begin(school, course_id)
    school.wang.unread()
    at(school, "2026-03-11 10:00:05")
    house.tick()
    seen = school.wang.unread()[-1]
    assert (seen.text.splitlines()[-2:], seen.detail["url"]) == (
        ["课程：今日一课（2/3）：看喷码（2 分钟）", "时间：2026-03-11 10:00"],
        f"{site}/m/lessons/{ids['l2']}",
    )
    assert _states(school) == ["delivered"]
    at(school, "2026-03-13 10:00:05")
    house.tick()
    at(school, "2026-03-16 10:00:05")
    house.tick()
    seen = school.wang.unread()[-1]
    assert "课程：《怎么辨别真假烟》共 3 课" in seen.text and seen.detail["url"] == f"{site}/m/courses/{course_id}"
    office = Office(house)
    office.staff()
    market, page = office.browser("market"), f"/console/courses/{course_id}/invitations"
    market.get(page)
    invited = {"whom": "all", "said": "请您学一学。", "when": "now", "seen": "0"}
    assert market.post(page, invited).status_code == 303
    house.tick()
    seen = school.li.unread()[-1]
    assert "课程：怎么辨别真假烟" in seen.text and seen.detail["url"] == f"{site}/m/courses/{course_id}"


def test_two_courses_of_a_shop_are_told_on_two_days(school) -> None:
    first, second = (school.published(replace(PACED, title=title, is_ordered=False)) for title in ("甲", "乙"))
    at(school, f"{MONDAY} 15:00")
    begin(school, first)
    begin(school, second)
    at(school, "2026-03-11 10:00:05")
    school.house.tick()
    school.house.tick()
    assert told(school) == [LESSON]
    assert enrolment(school, second).released == 2, "it is there all the same"
    at(school, "2026-03-12 10:00:05")
    school.house.tick()
    assert told(school) == [LESSON, LESSON]


def test_who_stops_is_reminded_twice_and_whoever_goes_on_is_not(school) -> None:
    course_id = school.published(replace(PACED, every_days=None))
    at(school, f"{MONDAY} 15:00")
    begin(school, course_id)
    begin(school, course_id, "o-li")
    at(school, "2026-03-11 20:00")
    finish(school, course_id, 1, "o-li")
    at(school, "2026-03-12 09:59")
    school.house.tick()
    assert told(school) == []
    at(school, "2026-03-12 10:00:05")
    school.house.tick()
    assert told(school) == [REMINDER] and told(school, "o-li") == []
    at(school, "2026-03-14 10:00:05")
    school.house.tick()
    assert told(school, "o-li") == ["《怎么辨别真假烟》学了 1 课，还剩 2 课，有空接着学。"]
    for day in ("15", "18", "21", "30"):
        at(school, f"2026-03-{day} 10:00:05")
        school.house.tick()
    assert told(school) == [REMINDER, REMINDER]
    # A step begins anew; the end of the course ends it, and what waits is not said any more.
    finish(school, course_id, 1)
    finish(school, course_id, 2)
    school.house.later(days=3)
    school.house.tick()
    assert len(told(school)) == 3
    finish(school, course_id, 3)
    assert set(_states(school)) == {DeliveryState.CANCELLED}
    school.house.later(days=9)
    assert len(told(school)) == 3 and enrolment(school, course_id).tell_at is None


@pytest.mark.on_sqlite
def test_a_shop_that_says_stop_and_one_that_left_are_written_to_no_more(school) -> None:
    course_id = school.published(replace(PACED, is_ordered=False))
    at(school, f"{MONDAY} 15:00")
    begin(school, course_id)
    begin(school, course_id, "o-li")
    house = school.house
    assert school.wang.say("停").text.startswith("好的，不再发这些课的提醒了。")
    school.li.unfollow()
    at(school, "2026-03-11 10:00:05")
    house.tick()
    at(school, "2026-03-20 10:00:05")
    house.tick()
    assert told(school) == [] and told(school, "o-li") == []
    assert enrolment(school, course_id).released == 3


@pytest.mark.on_sqlite
def test_a_shop_that_had_its_campaigns_of_the_week_is_not_reminded_but_told_of_its_lesson(school) -> None:
    course_id, house = school.published(PACED), school.house
    at(school, f"{MONDAY} 15:00")
    begin(school, course_id)
    begin(school, course_id, "o-li")
    finish(school, course_id, 1, "o-li")
    rows = [enrolment(school, course_id, whose) for whose in ("o-wang", "o-li")]
    with house.services.transaction() as session:
        for number in (1, 2):
            days = timedelta(days=number)
            campaign = Campaign(
                kind="survey",
                reference=1,
                about="survey:1",
                number=number,
                said="请您",
                due_at=house.clock() + days,
                frozen_at=house.clock() + days,
                state=CampaignState.SENT,
                created_by="",
                created_at=house.clock(),
            )
            session.add(campaign)
            session.flush()
            for row in rows:
                one = Recipient(campaign_id=campaign.id, retailer_id=row.retailer_id, area_id=1)
                one.outcome = Outcome.CUSTOM
                session.add(one)
    for day in ("11", "12"):
        at(school, f"2026-03-{day} 10:00:05")
        house.tick()
    assert told(school, "o-li") == [LESSON], "a lesson was asked for"
    assert told(school) == [], "a reminder was not"
    at(school, "2026-03-17 10:00:05")
    house.tick()
    assert told(school) == [REMINDER]


@pytest.mark.on_sqlite
def test_customer_managers_are_told_of_a_course_of_theirs_and_of_its_lessons(school) -> None:
    phone, house = chen(school), school.house
    at(school, f"{MONDAY} 22:00")
    course_id = school.published(replace(PACED, title="怎么走访", is_for_staff=True, is_ordered=False))
    house.tick()
    assert phone.unread().text == "", "not at night"
    at(school, "2026-03-10 08:00:05")
    house.tick()
    assert _staff(school) == ["有一门课请您学：《怎么走访》，共 3 课。"]
    at(school, "2026-03-13 10:00:05")
    house.tick()
    assert _staff(school)[1:] == ["《怎么走访》共 3 课，一课几分钟，有空接着学。"]
    with house.look() as session:
        assert session.scalars(
            select(Enrolment.retailer_id).where(Enrolment.course_id == course_id)
        ).unique().all() == [None]


@pytest.mark.on_sqlite
def test_the_end_of_a_course_withdraws_what_waits(school) -> None:
    course_id, house = school.published(replace(PACED, is_ordered=False)), school.house
    at(school, f"{MONDAY} 15:00")
    begin(school, course_id)
    at(school, "2026-03-11 10:00:05")
    house.tick()
    assert _states(school) == [DeliveryState.HELD]
    with house.services.transaction() as session:
        authoring.close(session, course_id, now=house.clock())
    house.tick()
    assert _states(school) == [DeliveryState.CANCELLED]


def _states(school, whose: str = "o-wang") -> list[str]:
    with school.house.look() as session:
        mine = select(Delivery.state).where(Delivery.key.startswith("course-told:"))
        return list(session.scalars(mine.where(Delivery.openid == openid(school, whose)).order_by(Delivery.id)))


def _staff(school) -> list[str]:
    return told(school, "陈志强")
