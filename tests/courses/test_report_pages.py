"""Sentences on the report of a course in the console: who sees what, who has not finished, what is saved."""

import json
import secrets
from datetime import timedelta

import pytest
from sqlalchemy import select

from courses.models.courses import Course
from courses.models.learning import Enrolment
from foundation.errors import Refused
from people import audiences
from people.models import Errand, Retailer, ShopClass
from tests.courses.learners import ask, lesson_ids
from tests.courses.test_report import finish, report
from tests.effect.test_month_page import chapter
from tests.office import Office, file_of

SHOPS = 1_000


@pytest.fixture
def office(school) -> Office:
    office = Office(school.house)
    office.staff()
    office.user("lin", "manager", manager_id=office.manager("林小燕"))
    return office


@pytest.fixture
def course_id(school) -> int:
    """Wang has finished, Li has stopped at the first screen."""
    course_id = school.published()
    ask(school, school.li, lesson_ids(school, course_id)["l1"], 1)
    finish(school, school.wang, course_id)
    school.house.tick()
    return course_id


def test_the_overview_shows_the_figures_and_a_manager_those_of_own_shops(school, office, course_id) -> None:
    address = f"/console/courses/{course_id}"
    page = office.browser("market").get(address).text
    assert "¥3,330" in page and "按公司原标准估算" in page
    assert "第 1 课第 1 屏" in page and "第 1 课开始 2 家、学完 1 家" in page and "城区一片" in page
    heads, line = file_of(office, office.browser("market"), "/console/courses/export")
    figures = dict(zip(heads, line, strict=True))
    assert (figures["加入"], figures["学完"], figures["证书"]) == (2, 1, 0)
    own_list = office.browser("chen").get("/console/courses").text
    assert "怎么辨别真假烟" in own_list and "学完" not in own_list
    by_manager = office.browser("market").get(f"{address}?by=manager").text
    assert "陈志强" in by_manager
    own = office.browser("chen").get(address).text
    assert "下面只是您负责的店" in own and "第 1 课第 1 屏" in own and "¥" not in own
    nobodys = office.browser("lin").get(address).text
    assert "您负责的店里还没有人加入" in nobodys and "第 1 课第 1 屏" not in nobodys
    # Of a course for managers there are no shops, and none to choose by.
    staffs = f"/console/courses/{school.published(title='走访', is_for_staff=True)}/learners?search=陈"
    line = office.browser("market").get(staffs).text
    assert "姓名</th>" in line and "陈志强" in line and "林小燕" not in line
    assert "许可证号" not in line and "全部片区" not in line


def test_who_has_not_finished_is_a_list_a_file_and_errands_that_end_with_the_finish(school, office, course_id) -> None:
    market, address = office.browser("market"), f"/console/courses/{course_id}/learners"
    every = market.get(address).text
    assert "城南便利店" in every and "老李食杂店" in every
    left = market.get(f"{address}?state=begun").text
    assert "老李食杂店" in left and "城南便利店" not in left
    assert "城南便利店" not in market.get(f"{address}?state=not_begun").text
    assert "城南便利店" not in office.browser("lin").get(address).text
    heads, *rows = file_of(office, market, f"{address}/export")
    line = dict(zip(heads, next(row for row in rows if "城南便利店" in row), strict=True))
    assert (line["学到哪里"], line["学完几课"], line["用时（秒）"]) == ("学完了", 2, 60)
    assert office.browser("chen").post(f"{address}/export").status_code == 403
    market.get(address)
    for made in ("1 件", "都已经交过了"):
        shown = market.post(f"/console/courses/{course_id}/hand-over", follow_redirects=True).text
        assert made in shown
    with school.house.look() as session:
        assert [(each.source, each.done_at) for each in session.scalars(select(Errand))] == [
            (f"course:{course_id}", None)
        ]
    school.house.clock.advance(timedelta(seconds=30))
    finish(school, school.li, course_id)
    with school.house.look() as session:
        assert session.scalars(select(Errand.done_how)).all() == ["opened"]


def test_a_thousand_shops_save_their_gathering_once_a_year_whatever_they_finish(school) -> None:
    house = school.house
    first, second = school.published(), school.published(title="第二门")
    now = house.clock()
    with house.services.transaction() as session:
        like = session.scalars(select(Retailer).where(Retailer.openid == school.wang.openid)).one()
        shops = [
            Retailer(
                licence=f"35080220{n:04}",
                shop=f"店{n}",
                keeper="某",
                phone="13600000000",
                area_id=like.area_id,
                class_id=like.class_id,
                bind_token=secrets.token_hex(8),
                updated_at=now,
            )
            for n in range(SHOPS)
        ]
        session.add_all(shops)
        session.flush()
        ids = [each.id for each in shops]
    for course_id in (first, second):
        with house.services.transaction() as session:
            version_id = session.get_one(Course, course_id).version_id
            session.add_all(
                Enrolment(
                    course_id=course_id,
                    retailer_id=each,
                    version_id=version_id,
                    enrolled_at=now,
                    started_at=now,
                    released=2,
                    lessons=7,
                    finished_at=now,
                )
                for each in ids
            )
        house.tick()
    assert report(school, first)["saved_yuan"] == 33_300
    assert report(school, second)["saved_yuan"] == 0
    shown = house.flask("effect", "month", f"{now.astimezone(house.services.zone):%Y-%m}", "--json").output
    saved = [json.loads(shown)["measures"][f"saved_{what}"] for what in ("gatherings", "venues")]
    assert [(each["n"], each["of"]) for each in saved] == [(30_000, 1000), (3_300, 11)]
    # Recounting and looking again change nothing; the next year saves again.
    assert report(school, first)["finished"] == SHOPS


def test_what_a_gathering_costs_is_set_from_a_month_on_and_past_months_keep_theirs(school, office, course_id) -> None:
    house, market, address = school.house, office.browser("market"), "/console/courses/savings"
    assert "30" in market.get(address).text
    assert office.browser("chen").get(address).status_code == 403
    today = house.clock().astimezone(house.services.zone).date()
    past = today.replace(day=1) - timedelta(days=1)
    given = {"shop": "50", "venue": "400", "venues": "10"}
    assert market.post(address, given | {"from": f"{past:%Y-%m}"}).status_code == 422
    market.get(address)
    coming = (today.replace(day=1) + timedelta(days=32)).replace(day=1)
    assert market.post(address, given | {"from": f"{coming:%Y-%m}"}).status_code == 303
    assert office.audited("course.savings")
    assert report(school, course_id)["saved_yuan"] == 3_330
    market.get(address)
    assert market.post(address, given | {"from": f"{today:%Y-%m}"}).status_code == 303
    assert report(school, course_id)["saved_yuan"] == 50 + 10 * 400
    market.get(address)
    assert market.post(address, given | {"from": f"{today:%Y-%m}", "shop": "很多"}).status_code == 422


@pytest.mark.on_sqlite
def test_what_shops_save_stands_on_the_month_of_their_area_class_and_manager(school, office, course_id) -> None:
    house, market = school.house, office.browser("market")
    market.get("/console/courses/savings")
    dearer = {"shop": "50", "venue": "400", "venues": "10", "from": "2026-04"}
    assert market.post("/console/courses/savings", dearer).status_code == 303
    area, lin = f"area-{office.area('城区一片')}", f"manager-{office.manager('林小燕')}"
    with house.look() as session:
        classes = dict(session.execute(select(ShopClass.name, ShopClass.id)).all())

    def saved(month: str, of: str = "", who: str = "market") -> str:
        page = office.browser(who).get(f"/console/effect?month={month}&of={of}").text
        return chapter(page, "money").split("一家店一年")[0].strip("> ")

    def file(month: str, *options: str) -> list[tuple[int | None, int | None]]:
        told = json.loads(house.flask("effect", "month", month, "--json", *options).output)["measures"]
        return [(told[f"saved_{what}"]["n"], told[f"saved_{what}"]["of"]) for what in ("gatherings", "venues", "sms")]

    assert file("2026-03") == [(30, 1), (3300, 11), (None, None)]
    assert file("2026-03", "--area", "城区一片") == [(30, 1), (None, None), (None, None)]
    house.later(days=31)
    finish(school, school.li, course_id)
    house.tick()
    assert file("2026-04", "--manager", "13900002201") == [(50, 1), (None, None), (None, None)]
    assert saved("2026-03") == "省下的钱 ¥3,330 上课 1 家 × ¥30 = ¥30 场地 11 场 × ¥300 = ¥3,300 短信 —"
    assert saved("2026-04") == "省下的钱 ¥50 上课 1 家 × ¥50 = ¥50 场地 ¥0 短信 —", (
        "the venues of a year are saved once"
    )
    mine, nothing = "省下的钱 ¥30 上课 1 家 × ¥30 = ¥30", "省下的钱 ¥0 上课 ¥0"
    assert saved("2026-03", area) == saved("2026-03", who="chen") == saved("2026-03", who="zhou") == mine
    assert [saved("2026-03", f"class-{classes[name]}") for name in ("现代终端", "普通终端")] == [mine, nothing]
    assert [saved("2026-04", f"class-{classes[name]}") for name in ("现代终端", "普通终端")] == [
        nothing,
        "省下的钱 ¥50 上课 1 家 × ¥50 = ¥50",
    ]
    assert saved("2026-03", lin) == saved("2026-04", who="lin") == nothing
    assert office.browser("chen").get(f"/console/effect?month=2026-03&of={lin}").status_code == 404
    only = "场地、短信只按全公司算，这里不分摊。"
    assert only in office.browser("chen").get("/console/effect?month=2026-03").text
    assert only not in market.get("/console/effect?month=2026-03").text
    lines = file_of(office, office.browser("zhou"), "/console/effect/export", {"month": "2026-03"})
    place = [line[0] for line in lines].index("省下的钱")
    assert [[cell for cell in line if cell is not None] for line in lines[place + 1 : place + 3]] == [
        ["上课", 30, 1, "1 家 × ¥30 = ¥30"],
        [only],
    ]


def test_audiences_months_and_a_shop_show_who_learns(school, office, course_id) -> None:
    services, of = school.house.services, {"course": course_id}

    def keepers(spec) -> set[str]:
        with school.house.look() as session:
            ids = audiences.select_ids(session, spec, services.criteria, now=school.house.clock())
            return {session.get_one(Retailer, each).keeper for each in session.scalars(ids)}

    assert keepers({"enrolled_course": of}) == {"王建国", "李福生"}
    assert keepers({"finished_course": of}) == {"王建国"}
    assert keepers({"not_begun_course": of}) == set()
    assert keepers({"stuck_course": of | {"days": 0}}) == {"李福生"}
    assert keepers({"stuck_course": of | {"days": 1}}) == set()
    school.house.later(days=1)
    assert keepers({"stuck_course": of | {"days": 1}}) == {"李福生"}
    assert keepers({"certified_course": of}) == set()
    for wrong in ({"course": 99}, {"course": True}, 3, of | {"days": 2}):
        with pytest.raises(Refused):
            keepers({"finished_course": wrong})
    with pytest.raises(Refused, match="几天没有学"):
        keepers({"stuck_course": of})
    page = office.browser("market").get("/console/people/shops/350802100001").text
    assert "学完了《怎么辨别真假烟》" in page
    month = f"{school.house.clock():%Y-%m}"
    assert "学完的微课" in school.house.flask("measures", month).output
