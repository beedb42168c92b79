"""The front page: what needs whoever is signed in today, and nothing that is not theirs."""

import re
from datetime import timedelta
from html import unescape

import pytest
from sqlalchemy import select, update

from console.models import Task, TaskState
from console.pages import dashboard
from people.models import Area, Retailer
from tests.office import Office
from wechat_bot.models import Beat, Delivery, DeliveryState

SURVEY = """
title: {title}
anonymous: {anonymous}
closes: {closes:%Y-%m-%dT%H:%M%z}
questions:
  - {{code: q1, type: single, text: 您对服务满意吗?, options: [满意, 一般, 不满意]}}
"""


def read(markup: str) -> str:
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", "", markup))).strip()


def needs(office: Office, name: str) -> list[str]:
    """The lines under 等我处理, as they are read, without small print; a worker that was at work still is."""
    return [line.partition(" | ")[0] for line in told(office, name)]


def told(office: Office, name: str) -> list[str]:
    """The same with their small print and the word of their button."""
    with office.house.services.transaction() as session:
        session.execute(update(Beat).values(beat_at=office.house.clock()))
    page = office.browser(name).get("/console/").text
    part = page.split('id="needs"')[1].split("</section>")[0]
    lines = [
        line.replace('<div class="muted small', ' | <div class="') for line in re.findall(r"(?s)<li>(.*?)</li>", part)
    ]
    return [read(line.replace('<a class="btn', ' | <a class="')) for line in lines]


@pytest.fixture
def quiet(office) -> Office:
    """An office in which nothing waits: a worker is at work, every shop is bound, every area has its manager."""
    with office.house.services.transaction() as session:
        now = office.house.clock()
        session.add(Beat(worker="one", started_at=now, beat_at=now))
        for number, shop in enumerate(session.scalars(select(Retailer))):
            shop.openid = f"openid-{number}"
    return office


def load(office: Office, *, closes_in: timedelta, title: str = "满意度", anonymous: str = "false") -> str:
    path = office.house.settings.media_path.parent / "survey.yaml"
    closes = (office.house.clock() + closes_in).astimezone(office.house.settings.zone)
    path.write_text(SURVEY.format(title=title, closes=closes, anonymous=anonymous), encoding="utf-8")
    loaded = office.house.flask("surveys", "load", str(path))
    assert loaded.exit_code == 0, loaded.output
    return loaded.stdout.strip()


@pytest.mark.on_sqlite
def test_where_nothing_waits_it_is_said(quiet) -> None:
    assert needs(quiet, "admin") == []
    assert "没有等您处理的" in quiet.browser("admin").get("/console/").text


@pytest.mark.on_sqlite
def test_a_draft_waits_for_whoever_may_publish_it(quiet) -> None:
    load(quiet, closes_in=timedelta(days=30))
    assert needs(quiet, "market") == ["《满意度》还是草稿，没有发布"]
    assert needs(quiet, "zhou") == needs(quiet, "intern") == []


def test_a_survey_that_ends_tomorrow_asks_for_the_shops_each_looks_after(quiet) -> None:
    number = load(quiet, closes_in=timedelta(days=1))
    assert quiet.house.flask("surveys", "publish", number).exit_code == 0
    assert needs(quiet, "market")[0].startswith("3 家店还没有填《满意度》，明天")
    assert needs(quiet, "zhou")[0].startswith("2 家店还没有填")
    assert needs(quiet, "chen")[0].startswith("2 家店还没有填")
    quiet.house.clock.advance(timedelta(hours=20))
    assert needs(quiet, "chen")[0].endswith("结束（急）")
    quiet.house.clock.advance(timedelta(days=1))
    assert needs(quiet, "market") == needs(quiet, "chen") == []


@pytest.mark.on_sqlite
def test_who_is_missing_in_an_anonymous_survey_is_told_of_no_part(quiet) -> None:
    number = load(quiet, closes_in=timedelta(days=1), anonymous="true")
    assert quiet.house.flask("surveys", "publish", number).exit_code == 0
    assert len(needs(quiet, "market")) == 1
    assert needs(quiet, "zhou") == needs(quiet, "chen") == []


def test_areas_and_leaves_are_told_to_whoever_they_are_about(quiet) -> None:
    today = quiet.house.clock().date()
    with quiet.house.services.transaction() as session:
        area = session.get_one(Area, quiet.area("江山片"))
        area.deputy_id = quiet.manager("陈志强")
        area.deputy_from_on, area.deputy_until_on = today, today + timedelta(days=1)
        session.get_one(Area, quiet.area("城区一片")).manager_id = None
        session.execute(update(Retailer).values(manager_id=None))
    begins, ends = "1 个片区的代班今天开始：江山片（陈志强）", "1 个片区的代班明天结束：江山片（陈志强）"
    assert needs(quiet, "market") == [begins, ends, "1 个片区没有客户经理：城区一片"]
    assert needs(quiet, "zhou") == ["1 个片区没有客户经理：城区一片"]
    assert needs(quiet, "chen") == [begins, ends]
    assert needs(quiet, "intern") == [begins, ends]


@pytest.mark.on_sqlite
def test_shops_not_bound_are_counted_in_each_ones_part(office) -> None:
    assert "3 家店还没有绑定微信" in needs(office, "market")
    assert "2 家店还没有绑定微信" in needs(office, "zhou")


def test_what_failed_is_shown_to_whoever_can_do_something_about_it(quiet) -> None:
    now = quiet.house.clock()
    with quiet.house.services.transaction() as session:
        for state, error in ((DeliveryState.UNSURE, "read timed out"), (DeliveryState.FAILED, "no longer follows")):
            session.add(
                Delivery(openid="a", message={}, state=state, error=error, due_at=now, created_at=now, settled_at=now)
            )
    assert quiet.browser("zhou").post("/console/people/export").status_code == 303
    assert needs(quiet, "market") == [
        "1 条消息不确定是否送达，要人决定重发还是算了（急）",
        "1 条消息这两天没有发出去",
    ]
    with quiet.house.services.transaction() as session:
        session.execute(update(Task).values(state=TaskState.FAILED, settled_at=now))
    assert needs(quiet, "zhou") == ["1 项任务没有完成，看看原因再试"]
    quiet.house.clock.advance(timedelta(days=2))
    assert needs(quiet, "zhou") == []


@pytest.mark.on_sqlite
def test_a_refused_token_and_a_missing_worker_are_the_admins(office) -> None:
    quiet_line = "后台进程没有在运行，消息和任务都停着：请启动 flask worker（急）"
    assert needs(office, "admin")[0] == quiet_line
    assert quiet_line not in needs(office, "market")
    office.house.sim.faults.add("/cgi-bin/stable_token", "errcode", value=40164, times=1)
    assert office.house.flask("menu", "publish").exit_code != 0
    assert any("IP 白名单" in line for line in needs(office, "admin"))


@pytest.mark.on_sqlite
def test_an_installation_that_is_no_real_account_says_so_on_every_page_and_to_the_load_balancer(build) -> None:
    said = "这是开发环境（DEVELOPMENT=1），不是正式的公众号"
    office = Office(build())
    office.user("admin", "admin")
    admin, desk = office.browser("admin"), office.browser().client
    for page in (
        admin.get("/console/"),
        admin.get("/console/none"),
        desk.get("/console/sign-in"),
        desk.post("/console/sign-in"),
    ):
        assert said in page.text
    assert desk.get("/healthz").get_json()["development"] is True
    real = {
        "development": False,
        "secret_key": "9f2c41d07be85a3614c8f07d2be96a51",
        "public_url": "https://wx.example.com",
    }
    desk = build(**real).app.test_client()
    assert said not in desk.get("/console/sign-in").text
    assert desk.get("/healthz").get_json()["development"] is False


def ask(office: Office, *shops: tuple[str, str, str]) -> None:
    """Let shops bind themselves and write."""
    for name, bound, words in shops:
        phone = office.house.phone(name)
        phone.follow()
        phone.say(f"绑定 {bound}")
        assert "已转给" in phone.say(words).text


WANG = ("王建国", "350802100001 8899", "送货单少了一条，找13600008899")
LI = ("李福生", "350802100002 1234", "柜台坏了")


def test_the_most_overdue_request_is_named_with_what_was_said_and_leads_to_its_answer(office) -> None:
    ask(office, WANG)
    office.house.later(hours=1)
    ask(office, LI)
    office.house.later(hours=27)
    first, rest, *_ = told(office, "chen")
    assert (
        first == "城南便利店的留言已超时 27 小时（急） | “送货单少了一条，找13600008899” · 陈志强 · 城区一片 | 去答复"
    )
    assert rest == "还有 1 条留言超时：老李食杂店（急） | 其中最久的已超时 26 小时 | 看 1 条"
    assert "136****8899" in told(office, "intern")[0] and told(office, "intern")[0].endswith("去看看")
    page = office.browser("chen").get("/console/").text
    assert 'href="/console/visits/101" aria-describedby="need-1">去答复</a>' in page and "2 件急" in page


@pytest.mark.on_sqlite
def test_the_front_page_greets_by_name_and_by_the_hour(office) -> None:
    page = office.browser("chen").get("/console/").text
    assert re.findall(r"<h1>(.*?)<", page) == ["chen，上午好"]
    assert ">首页 · " in page.replace("(1) ", "")
    office.house.clock.advance(timedelta(hours=11))
    assert "chen，晚上好" in office.browser("chen").get("/console/").text


def test_seven_days_of_requests_and_answers_and_the_share_within_the_promise(office) -> None:
    ask(office, WANG)
    office.house.later(hours=30)
    ask(office, LI)
    office.browser("chen").post("/console/visits/102", {"do": "answer", "content": "好", "token": "t", "seen": 99})
    for name in ("market", "chen", "zhou"):
        page = office.browser(name).get("/console/").text
        assert "近 7 天来了 2 条留言，当天答复 1 条" in page
        assert "近 7 天按承诺答复 50.0%，共 2 条" in page
        assert re.search(r"城区一片</div>\s*<div>.{1,300}</div>\s*<div class=\"r\">50.0%", page, re.DOTALL)
    days = re.findall(r'<th scope="row">([^<]+)</th><td>(\d+)</td>\s*<td>(\d+)</td>', page)
    assert days[-2:] == [("3 月 2 日", "1", "0"), ("3 月 3 日", "1", "1")] and len(days) == 7


def test_each_open_survey_shows_its_return_of_all_shops_or_of_ones_own(office) -> None:
    ask(office, WANG)
    number = load(office, closes_in=timedelta(days=5), title="送货时间")
    for command in (("publish", number), ("invite", number)):
        assert office.house.flask("surveys", *command).exit_code == 0
    office.house.work()
    page = office.browser("market").get("/console/").text
    assert "送货时间</a>" in page and "还有 5 天" in page and re.search(r"0.0%</b> 0 / 1", page)
    assert re.search(r"0.0%</b> 0 / 1", office.browser("chen").get("/console/").text)
    office.user("lin", "manager", manager_id=office.manager("林小燕"))
    others = office.browser("lin").get("/console/").text
    assert "送货时间</a>" in others and "0 / 1" not in others


def test_what_was_counted_for_a_tile_is_counted_again_after_some_minutes_and_for_everybody_anew(office) -> None:
    kept = dashboard.kept_figures_of(office.house.app)
    kept.lasts = timedelta(minutes=5)
    kept.clear()  # the app has served another house
    assert "近 7 天来了 0 条留言" in office.browser("market").get("/console/").text
    ask(office, WANG)
    assert "近 7 天来了 0 条留言" in office.browser("market").get("/console/").text
    assert "近 7 天来了 1 条留言" in office.browser("zhou").get("/console/").text
    office.house.clock.advance(timedelta(minutes=5))
    assert "近 7 天来了 1 条留言" in office.browser("market").get("/console/").text
