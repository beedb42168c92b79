"""Inviting, through the console and the clock: who is told when and how, that it stops, and whom it brought."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from campaigns.invitations import preview
from campaigns.models import Campaign, Recipient
from people import audiences
from people.models import Audience
from surveys.actions.waves import INVITATIONS
from surveys.queries.tally import tally
from tests import h5
from tests.office import Browser, Office
from tests.surveys.test_pages import bind, figures, published, upload
from wechat_bot.models import Delivery

ZONE = timedelta(hours=8)
CLOSING = """
title: 服务满意度调查
closes: 2026-03-31T20:00+08:00
results: after
questions:
  - {code: q1, type: single, text: 您对服务满意吗?, options: [满意, 一般, 不满意]}
"""


def jobs(house):
    return [each for each in house.app.extensions["jobs"] if "survey" in each.name]


def queue(house):
    """What a wave does before its messages are sent."""
    next(each for each in jobs(house) if each.name == "campaigns of survey").run(house.services)


@pytest.fixture
def office(build) -> Office:
    """Three shops, all bound; ten in the morning, and all of their reply windows open."""
    office = Office(build())
    morning(office)
    office.house.lay_out("three shops with a phone", lambda: settle(office))
    return office


def morning(office: Office) -> None:
    """Go on to ten in the morning of the company's clock."""
    clock = office.house.clock
    here = clock() + ZONE
    clock.advance(here.replace(hour=10, minute=0, second=0, microsecond=0) + timedelta(days=1) - here)


def settle(office: Office) -> None:
    office.settle()
    for name, licence, ending in (
        ("王建国", "350802100001", "8899"),
        ("李福生", "350802100002", "1234"),
        ("王丽芳", "350802100003", "5678"),
    ):
        bind(office, name, licence, ending)
    office.house.work()
    for name in ("王建国", "李福生", "王丽芳"):
        office.house.phone(name).unread()


def plan(browser: Browser, page: str, seen: int = 0, **form):
    browser.get(f"{page}/invitations")
    given = {"said": "请您填写调查", "when": "now", "seen": str(seen), "every_days": "3", "whom": "all"}
    return browser.post(f"{page}/invitations", {**given, **form})


def only(audience: str) -> dict[str, str]:
    """The picker with a saved audience chosen."""
    return {"whom": "some", "whom-audience-": audience}


def fill(office: Office, name: str, *replies: str) -> None:
    for reply in ("调查", *(replies or ("2", "5"))):
        office.house.phone(name).say(reply)


def rows(office: Office, model):
    with office.house.look() as session:
        return list(session.scalars(select(model).order_by(model.id)))


def outcomes(office: Office) -> list[tuple[int, str]]:
    with office.house.look() as session:
        meant = select(Campaign.number, Recipient.outcome).join(Campaign, Campaign.id == Recipient.campaign_id)
        return sorted(tuple(row) for row in session.execute(meant.where(Recipient.outcome.is_not(None))))


def invited(office: Office) -> list[Recipient]:
    with office.house.look() as session:
        meant = select(Recipient).where(Recipient.outcome.is_not(None))
        return list(session.scalars(meant.order_by(Recipient.campaign_id, Recipient.retailer_id)))


def totals(office: Office) -> dict[str, int]:
    with office.house.look() as session:
        found = tally(session, 1)
    return {name: found[name] for name in ("sent", "reached", "opened", "returned")}


def agree(office: Office) -> None:
    """The counters say what the rows say."""
    assert office.house.flask("surveys", "recount", "1").stdout == "一致\n"


def test_reminders_go_to_who_has_not_answered_and_each_wave_says_whom_it_brought(office) -> None:
    browser, page = published(office)
    early = browser.get(f"{page}/invitations").text
    assert (figures(early), f'hx-get="{page}/invitations?whom=all"' in early) == ({}, True)
    before = browser.get(f"{page}/invitations?whom=all").text
    assert figures(before) == {"会邀请": "3", "现在能发客服消息": "3", "用模板消息": "0", "等店主下次联系": "0"}
    assert plan(browser, page, reminders="2").status_code == 303
    assert "刚刚已经安排过" in plan(browser, page, reminders="2").text
    house = office.house
    house.tick()
    assert "请您填写调查" in house.phone("王建国").unread().text
    fill(office, "王建国")
    house.tick()
    assert totals(office) == {"sent": 3, "reached": 3, "opened": 1, "returned": 1}
    house.clock.advance(timedelta(days=3))
    for name in ("李福生", "王丽芳"):
        house.phone(name).say("您好")
        house.phone(name).unread()
    house.phone("王建国").unread()
    house.tick()
    assert "请您填写调查" in house.phone("李福生").unread().text
    assert house.phone("王建国").unread().texts == []
    # Of three that were planned two went out: only those were invitations.
    assert "邀请过 2 次，共安排 3 次" in office.browser("market").get(page).text
    fill(office, "李福生")
    house.clock.advance(timedelta(days=3))
    house.phone("王丽芳").say("您好")
    house.tick()
    assert outcomes(office) == [(1, "custom")] * 3 + [(2, "custom")] * 2 + [(3, "custom")]
    browser = office.browser("market")
    shown = browser.get(f"{page}/invitations").text
    brought = re.findall(r"第 (\d) 次</a>.*?</td>.*?(\d+)</td><td class=\"number\">(\d+)", shown, re.DOTALL)
    assert [number for number, *_ in brought] == ["1", "2", "3"]
    drill = browser.get(f"{page}/invitations/1?outcome=answered").text
    assert "350802100001" in drill
    assert "350802100002" not in drill
    assert "350802100002" in browser.get(f"{page}/invitations/2?outcome=answered").text
    assert "350802100003" in browser.get(f"{page}/invitations/3").text
    assert "已发完" in shown
    agree(office)


@pytest.mark.on_sqlite
def test_the_quiet_hours_delay_and_never_drop(office) -> None:
    browser, page = published(office)
    house = office.house
    house.clock.advance(timedelta(hours=10, minutes=59, seconds=58))  # 20:59:58
    browser = office.browser("market")
    plan(browser, page)
    for job in jobs(office.house):
        job.run(house.services)
    house.clock.advance(timedelta(seconds=3))
    house.tick()  # queued a moment too early: the outbox itself holds it
    assert house.phone("王建国").unread().texts == []
    assert {each.state for each in rows(office, Delivery) if each.watch} == {"pending"}
    again = {"said": "再说一次", "when": "now", "seen": "1", "whom": "all"}
    assert browser.post(f"{page}/invitations", again).status_code == 303
    house.tick()
    assert len([each for each in rows(office, Delivery) if each.watch]) == 3
    fill(office, "王建国")  # awake, and done: spared in the morning
    house.phone("王建国").unread()
    house.clock.advance(timedelta(hours=11))
    house.tick()
    assert house.phone("王建国").unread().texts == []
    assert "请您填写调查" in house.phone("李福生").unread().text
    assert (1, "spared") in outcomes(office)
    agree(office)


@pytest.mark.on_sqlite
def test_a_closed_window_takes_the_template_or_waits_for_the_next_contact(build) -> None:
    office = Office(build())
    morning(office)
    settle(office)
    browser, page = published(office)
    house = office.house
    house.clock.advance(timedelta(days=3))
    assert figures(browser_again(office, page))["等店主下次联系"] == "3"
    browser = office.browser("market")
    plan(browser, page)
    house.tick()
    assert {outcome for _, outcome in outcomes(office)} == {"held"}
    assert "等店主下次联系 3" in browser.get(f"{page}/invitations").text
    house.phone("李福生").say("在吗")
    house.tick()
    assert "请您填写调查" in house.phone("李福生").unread().text
    assert sorted(outcomes(office)) == [(1, "custom"), (1, "held"), (1, "held")]
    fill(office, "王建国")
    house.phone("王建国").unread()
    house.phone("王建国").say("在吗")
    house.tick()
    assert "请您填写调查" not in house.phone("王建国").unread().text
    assert sorted(outcome for _, outcome in outcomes(office)) == ["custom", "held", "spared"]
    agree(office)


def browser_again(office: Office, page: str) -> str:
    return office.browser("market").get(f"{page}/invitations?whom=all").text


@pytest.mark.on_sqlite
def test_the_template_goes_where_the_window_is_closed_and_its_receipt_is_the_arrival(build) -> None:
    office = Office(build(wechat_templates={"survey": {"id": "template-1", "fields": {"thing1": "{what}"}}}))
    office.house.sim.add_template("问卷邀请", "问卷:{{thing1.DATA}}", template_id="template-1")
    morning(office)
    settle(office)
    browser, page = published(office)
    office.house.clock.advance(timedelta(days=3))
    browser = office.browser("market")
    assert figures(browser.get(f"{page}/invitations?whom=all").text)["用模板消息"] == "3"
    plan(browser, page)
    office.house.tick()
    heard = office.house.phone("王建国").unread()
    assert "服务满意度" in heard.text
    assert heard[0].detail["url"].endswith("/m/surveys/1")
    assert {outcome for _, outcome in outcomes(office)} == {"arrived"}
    assert totals(office)["reached"] == 3
    agree(office)


@pytest.mark.on_sqlite
def test_a_wave_is_paused_resumed_and_cancelled(office) -> None:
    browser, page = published(office)
    house = office.house
    plan(browser, page, reminders="1")
    queue(house)  # queued, not sent
    assert browser.post(f"{page}/invitations/1/steer", {"do": "pause"}).status_code == 303
    house.tick()
    assert house.phone("王建国").unread().texts == []
    assert "已暂停" in browser.get(f"{page}/invitations").text
    browser.post(f"{page}/invitations/1/steer", {"do": "resume"})
    house.tick()
    assert house.phone("王建国").unread().texts
    assert "不用继续" in browser.post(f"{page}/invitations/1/steer", {"do": "resume"}).text
    browser.post(f"{page}/invitations/2/steer", {"do": "cancel"})
    house.clock.advance(timedelta(days=4))
    house.tick()
    assert {number for number, _ in outcomes(office)} == {1}
    assert [entry.detail for entry in office.audited("survey.steer")] == ["暂停第 1 次", "继续第 1 次", "取消第 2 次"]
    agree(office)


@pytest.mark.on_sqlite
def test_the_end_of_the_survey_stops_what_is_on_its_way(office) -> None:
    browser, page = published(office)
    house = office.house
    plan(browser, page, reminders="1")
    queue(house)
    assert browser.post(f"{page}/close").status_code == 303
    house.tick()
    house.clock.advance(timedelta(days=4))
    house.tick()
    assert house.phone("王建国").unread().texts == []
    assert browser_again(office, page).count("已结束") >= 2
    assert "没有在进行" in plan(office.browser("market"), page, seen=2).text


def test_an_audience_narrows_and_one_that_is_gone_invites_nobody(office) -> None:
    browser, page = published(office)
    house = office.house
    for name, spec in (("现代", "{class: [现代终端]}"), ("空的", "{class: [弱势客户]}")):
        with house.services.transaction() as session:
            session.add(Audience(name=name, spec=audiences.read(spec), created_at=house.clock()))
    assert figures(browser.get(f"{page}/invitations?whom=some&whom-audience-=现代").text)["会邀请"] == "1"
    assert "没有零售户" in plan(browser, page, **only("空的")).text
    assert "没有保存过" in plan(browser, page, **only("没有的")).text
    plan(browser, page, **only("现代"), when="later", first_at="2026-04-05T10:00")
    plan(browser, page, **only("现代"), seen=1)
    house.tick()
    assert [each.retailer_id for each in invited(office)] == [1]
    with house.services.transaction() as session:
        session.delete(session.scalars(select(Audience).where(Audience.name == "现代")).one())
    house.clock.advance(timedelta(days=90))
    house.tick()
    assert len(invited(office)) == 1
    assert "没有发" in browser_again(office, page)


def test_the_page_opened_from_the_invitation_is_counted_once(office) -> None:
    browser, page = published(office)
    house = office.house
    plan(browser, page)
    house.tick()
    pocket = h5.Browser(house, house.phone("王建国"))
    for _ in range(2):
        assert "开始填写" in pocket.open("/m/surveys/1")
    assert totals(office)["opened"] == 1
    assert [each.is_opened for each in invited(office)] == [True, False, False]
    agree(office)


@pytest.mark.on_sqlite
def test_an_anonymous_survey_counts_its_waves_and_never_says_who(office) -> None:
    browser, page = published(office, "true")
    house = office.house
    plan(browser, page, reminders="1")
    house.tick()
    fill(office, "王建国")
    house.clock.advance(timedelta(days=3))
    house.tick()
    fill(office, "李福生")
    drill = browser_again(office, page)
    assert "填写" in drill
    list_page = office.browser("market").get(f"{page}/invitations/1").text
    assert "匿名调查不列名单" in list_page
    assert "350802100001" not in list_page
    assert {each.acted_at for each in invited(office)} == {None}
    assert [each.settled_at for each in rows(office, Delivery) if each.error == "answered"] == [None]
    agree(office)


def test_who_answered_is_told_of_the_results_on_the_day_that_was_promised(office) -> None:
    browser = office.browser("market")
    page = upload(browser, CLOSING).location
    browser.post(f"{page}/publish")
    house = office.house
    browser.get(f"{page}/invitations")
    early = browser.post(f"{page}/invitations/results", {"results_at": "2026-03-30T10:00"})
    assert "调查结束以后" in early.text
    assert browser.post(f"{page}/invitations/results", {"results_at": "2026-04-08T10:00"}).status_code == 303
    wang = house.phone("王建国")
    wang.say("调查")
    assert "4 月 8 日公布结果，届时告诉您" in wang.say("1").text
    house.clock.advance(timedelta(days=36, minutes=1))  # from 3 March, ten in the morning
    wang.say("您好")
    house.phone("李福生").say("您好")
    for name in ("王建国", "李福生"):
        house.phone(name).unread()
    house.tick()
    assert "结果已公布" in wang.unread().text
    assert house.phone("李福生").unread().texts == []
    house.clock.advance(timedelta(days=1))
    house.tick()
    assert len(invited(office)) == 1


def test_nobody_is_invited_for_whom_no_place_is_left(office) -> None:
    browser = office.browser("market")
    limited = (
        "title: 报名\nlimit: {}\narea_limits: {{城区一片: 1}}\nquestions: [{{code: q1, type: rating, text: 打分}}]\n"
    )
    page = upload(browser, limited.format(2)).location
    browser.post(f"{page}/publish")
    fill(office, "王建国", "5")
    assert plan(browser, page).status_code == 303
    office.house.tick()
    assert office.house.phone("李福生").unread().texts == []
    assert "请您填写调查" in office.house.phone("王丽芳").unread().text
    fill(office, "王丽芳", "4")
    refused = plan(browser, page, seen=1)
    assert (refused.status_code, "名额已经收满" in refused.text) == (422, True)


@pytest.mark.on_sqlite
def test_the_look_at_whom_it_would_reach_stops_counting_and_says_so(office) -> None:
    browser, page = published(office)
    services = office.house.services
    with services.reading() as session:
        all_of_them, first = (
            preview(
                INVITATIONS, session, 1, None, services.criteria, has_template=True, now=services.clock(), most=most
            )
            for most in (3, 2)
        )
    assert (all_of_them.listed, all_of_them.is_least) == (3, False)
    assert (first.listed, first.is_least) == (3, True)
    assert "至少" not in browser.get(f"{page}/invitations?whom=all").text


def test_another_area_sees_its_own_shops_and_who_may_not_sees_no_phone(office) -> None:
    browser, page = published(office)
    plan(browser, page)
    office.house.tick()
    chen = office.browser("chen").get(f"{page}/invitations/1").text
    assert "350802100001" in chen
    assert "350802100003" not in chen
    assert "13600008899" not in office.browser("intern").get(f"{page}/invitations/1").text
    assert "136****8899" in office.browser("intern").get(f"{page}/invitations/1").text
    assert len(office.audited("survey.people")) == 3
