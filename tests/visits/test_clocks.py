"""Promises: when they run, when they rest, whether they were kept; and who hears of it when one is in danger."""

import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from people.models import Area
from tests.office import Office, file_of
from tests.visits.conftest import NEED, Town
from visits.actions import alerts, clocks, notices, routing, settings
from visits.actions.notices import ManagerNotice
from visits.actions.open_request import OpenRequest
from visits.models.deadlines import Deadline, Escalation, Promise
from visits.queries import deadlines
from visits.rules.promises import PromiseOutcome, Terms, outcome
from wechat_bot.models import Follower

HOUR = timedelta(hours=1)


@pytest.fixture
def high(town: Town) -> Town:
    """The town, with 林小燕 over 周主任, who is over 陈志强."""
    with town.house.services.transaction() as session:
        top = Area(name="龙岩", manager_id=town.id_of("林小燕"))
        session.add(top)
        session.flush()
        session.execute(update(Area).where(Area.name == "新罗区").values(parent_id=top.id))
    return town


def change(town: Town, what: Callable[..., None], number: int = 1) -> None:
    """Something happens to a request, now."""
    with town.house.services.transaction() as session:
        [request] = clocks.locked(session, [number])
        what(OpenRequest(session, request, town.house.clock(), town.house.services.zone))


def clock_of(town: Town, promise: Promise, number: int = 1) -> Deadline:
    """The newest clock of a promise."""
    with town.house.look() as session:
        return session.scalars(
            select(Deadline)
            .where(Deadline.request_id == number, Deadline.promise == promise)
            .order_by(Deadline.round.desc())
        ).first()


def became(town: Town, promise: Promise) -> PromiseOutcome:
    deadline = clock_of(town, promise)
    return outcome(deadline.due_at, deadline.met_at, deadline.ended_at, town.house.clock())


def explained(town: Town, promise: Promise) -> str:
    with town.house.look() as session:
        clock, now = clock_of(town, promise), town.house.clock()
        found = deadlines.of_request(session, clock.request_id, now=now, zone=town.house.services.zone)
    return "\n".join(line for each in found if each.id == clock.id for line in each.lines)


def day_of(town: Town, moment: datetime) -> str:
    there = moment.astimezone(town.house.services.zone)
    return f"{there.month} 月 {there.day} 日"


def steps(town: Town) -> list[str]:
    with town.house.look() as session:
        return list(session.scalars(select(Escalation.step).order_by(Escalation.id)))


def until(town: Town, hour: int, minute: int = 0) -> None:
    """Let time pass to the next time the company's clock shows this."""
    there = town.house.clock().astimezone(town.house.services.zone)
    then = there.replace(hour=hour, minute=minute)
    town.house.later(seconds=((then - there) % timedelta(days=1)).total_seconds())


def escalate(town: Town) -> None:
    town.run("escalate requests")


@pytest.mark.pooled
def test_each_step_is_taken_once_at_its_time_and_told_to_whom_it_concerns(high) -> None:
    chen, zhou, lin, wang = *map(high.manager, ("陈志强", "周主任", "林小燕")), high.shop("王建国")
    wang.say(NEED)
    number, day = high.request().number, day_of(high, high.request().due_at)
    assert len(high.news(chen)) == 1

    def news() -> list[list[str]]:
        escalate(high)
        escalate(high)
        return [[text.partition("\n")[0] for text in high.news(phone)] for phone in (chen, zhou, lin)]

    news()
    high.house.later(hours=12)
    half = near = f"【截止 {day} 09:00】#{number} 城南便利店还没有答复。直接回复“{number} 内容”即可。"
    assert news() == [[half], [], []]
    high.house.later(hours=7.5)
    assert news() == [[], [], []]  # half past four at night: the step is taken, its notice waits
    assert steps(high) == ["half", "near"]
    until(high, 7, 30)
    assert news() == [[near], [], []]
    until(high, 9)
    overdue = f"【已超时】#{number} 城南便利店，应于 {day} 09:00 前答复"
    assert news() == [[f"{overdue}。直接回复“{number} 内容”即可。"], [f"{overdue}，负责人陈志强，请帮忙催办。"], []]
    high.house.later(hours=4)
    assert news() == [[], [], [f"{overdue}，负责人陈志强，请帮忙催办。"]]
    assert steps(high) == ["half", "near", "due", "late"]


def test_after_an_outage_of_a_day_and_more_everybody_gets_one_notice(high) -> None:
    chen, zhou, lin = map(high.manager, ("陈志强", "周主任", "林小燕"))
    high.fill("城区一片", 12)
    for phone in (chen, zhou, lin):
        high.news(phone)
    high.house.clock.advance(30 * HOUR)
    high.house.work()
    for phone in (chen, zhou, lin):
        phone.say("你好")
        high.news(phone)
    escalate(high)
    assert len(steps(high)) == 12 * 4
    for phone in (chen, zhou, lin):
        [notice] = high.news(phone)
        assert notice.startswith("有 12 条留言等着处理：\n【已超时】#101 第0家店\n")
        assert "…还有 6 条。" in notice


def test_whether_it_was_in_time_is_decided_by_its_moments_not_by_the_scan(town) -> None:
    chen = town.manager("陈志强")
    town.shop("王建国").say(NEED)
    town.house.clock.advance(24 * HOUR + timedelta(seconds=1))
    change(town, clocks.answered)
    assert became(town, Promise.FIRST_ANSWER) is PromiseOutcome.MISSED
    town.house.work()
    town.news(chen)
    escalate(town)
    assert (steps(town), town.news(chen)) == ([], [])
    town.shop("老李").say(NEED)
    town.house.clock.advance(24 * HOUR)
    change(town, clocks.answered, 2)
    town.house.clock.advance(HOUR)
    assert clock_of(town, Promise.FIRST_ANSWER, 2).met_at == clock_of(town, Promise.FIRST_ANSWER, 2).due_at
    with town.house.look() as session:
        found = deadlines.of_request(session, 2, now=town.house.clock(), zone=town.house.services.zone)
    assert {each.label: each.outcome for each in found}["首次答复"] == "按时"


@pytest.mark.on_sqlite
def test_an_answer_at_night_takes_back_the_notice_that_waits_for_the_morning(town) -> None:
    chen = town.manager("陈志强")
    town.shop("王建国").say(NEED)
    town.house.later(hours=19.5)
    escalate(town)
    town.news(chen)
    change(town, clocks.answered)
    until(town, 8)
    escalate(town)
    assert town.news(chen) == []


@pytest.mark.on_sqlite
def test_what_falls_into_quiet_hours_is_one_notice_in_the_morning(town) -> None:
    chen = town.manager("陈志强")
    town.shop("王建国").say(NEED)
    town.house.later(hours=2)
    town.shop("老李").say(NEED)
    until(town, 21)
    escalate(town)
    assert "还没有答复" in town.news(chen)[-1]
    for hour, minute in ((23, 0), (4, 12), (6, 12)):
        until(town, hour, minute)
        escalate(town)
        assert town.news(chen) == []
    assert steps(town) == ["half", "half", "near", "near"]
    until(town, 7, 30)
    [notice] = town.news(chen)
    assert notice.startswith(
        "有 2 条留言等着处理：\n【还没答复】#101 城南便利店\n【还没答复】#102 老李食杂店\n回复“待办”看全部。"
    )


@pytest.mark.on_sqlite
def test_the_next_answer_is_promised_from_the_first_unanswered_message_and_closing_rests_meanwhile(town) -> None:
    town.manager("陈志强")
    wang = town.shop("王建国")
    begun = town.house.clock()
    wang.say(NEED)
    closing = clock_of(town, Promise.CLOSING).due_at
    town.house.later(hours=2)
    change(town, clocks.answered)
    assert town.request().due_at is None
    assert became(town, Promise.CLOSING) is PromiseOutcome.PAUSED
    assert "已用 2 小时，正在等店主回复" in explained(town, Promise.CLOSING)
    town.house.later(hours=3)
    wang.say("还是没有送到")
    town.house.later(hours=1)
    wang.say("什么时候能到")
    assert clock_of(town, Promise.NEXT_ANSWER).due_at == begun + 29 * HOUR == town.request().due_at
    assert clock_of(town, Promise.CLOSING).due_at == closing + 3 * HOUR
    assert explained(town, Promise.CLOSING).splitlines() == [
        "从 3 月 2 日 09:00 起，7 天。",
        "等店主回复时暂停 3 小时，3 月 2 日 14:00 继续。",
        "应于 3 月 9 日 12:00 前。",
    ]
    change(town, clocks.closed)
    assert became(town, Promise.NEXT_ANSWER) is PromiseOutcome.VOID
    assert became(town, Promise.CLOSING) is PromiseOutcome.KEPT


def test_an_overdue_clock_cannot_be_rested_away(town) -> None:
    town.manager("陈志强")
    wang = town.shop("王建国")
    wang.say(NEED)
    town.house.clock.advance(timedelta(days=8))
    change(town, clocks.answered)
    assert became(town, Promise.CLOSING) is PromiseOutcome.MISSED
    wang.say("还是没有货")
    assert became(town, Promise.CLOSING) is PromiseOutcome.MISSED


@pytest.mark.on_sqlite
def test_another_owner_resets_no_clock(town) -> None:
    town.manager("陈志强")
    town.shop("王建国").say(NEED)
    before = clock_of(town, Promise.FIRST_ANSWER)
    town.house.later(hours=5)
    with town.house.services.transaction() as session:
        [request] = clocks.locked(session, [1])
        current = OpenRequest(session, request, town.house.clock(), town.house.services.zone)
        routing.transfer(current, town.id_of("林小燕"), by="陈志强")
    after = clock_of(town, Promise.FIRST_ANSWER)
    assert (after.id, after.started_at, after.due_at) == (before.id, before.started_at, before.due_at)
    assert clock_of(town, Promise.HANDING_OVER).round == 1


def promise(town: Town, **changes: Any) -> None:
    with town.house.services.transaction() as session:
        settings.save_policy(session, None, Terms(**changes), now=town.house.clock())


def test_the_owner_is_warned_six_hours_before_wechats_window_closes_and_the_inbox_minds_it(town) -> None:
    promise(town, first_answer=72 * 3600, next_answer=72 * 3600)
    chen, wang = town.manager("陈志强"), town.shop("王建国")
    begun = town.house.clock()
    wang.say(NEED)
    assert town.request().due_at == begun + 46 * HOUR
    town.house.later(hours=41)
    chen.say("在吗")
    escalate(town)
    town.news(chen)
    town.house.later(hours=1)
    assert steps(town) == ["half"]
    escalate(town)
    town.house.later(hours=5)
    assert steps(town) == ["half", "window"]
    until(town, 7, 30)
    [notice] = town.news(chen)
    number = town.request().number
    assert notice.startswith(
        f"【回复期到 {day_of(town, begun + 48 * HOUR)} 09:00】#{number} 城南便利店：过了微信回复期只能改发服务通知。"
    )
    wang.say("还在吗")  # a new window, and a warning of its own
    assert (clock_of(town, Promise.REPLY_WINDOW).round, clock_of(town, Promise.REPLY_WINDOW).step) == (2, "window")
    assert "微信允许在 48 小时内回复" in explained(town, Promise.REPLY_WINDOW)


def test_sends_that_run_out_while_an_answer_is_awaited_are_told_at_once_and_truly(town) -> None:
    promise(town, first_answer=72 * 3600, next_answer=72 * 3600)
    chen, wang = town.manager("陈志强"), town.shop("王建国")
    begun = town.house.clock()
    wang.say(NEED)
    town.news(chen)
    assert town.request().due_at == begun + 46 * HOUR
    # What else was sent to the shop used up what WeChat lets us send.
    with town.house.services.transaction() as session:
        session.execute(update(Follower).where(Follower.openid == town.request().openid).values(message_left=0))
    for _ in range(2):
        escalate(town)
    assert town.news(chen)[0].partition("\n")[0] == (
        "【回复条数用完】#101 城南便利店：微信允许的条数已用完，答复会改发服务通知，或等对方下次来消息时送达。"
        "直接回复“101 内容”即可。"
    )
    assert (steps(town), town.news(chen)) == (["spent"], [])
    assert town.request().due_at == begun + 72 * HOUR  # the window is nothing to hurry for any more
    wang.say("还在吗")  # and may be used again
    assert (clock_of(town, Promise.REPLY_WINDOW).round, clock_of(town, Promise.REPLY_WINDOW).step) == (2, "window")


def test_the_mornings_notice_loses_what_was_answered_in_the_night(town) -> None:
    chen = town.manager("陈志强")
    town.shop("王建国").say(NEED)
    town.shop("老李").say(NEED)
    town.house.later(hours=13)
    escalate(town)
    town.news(chen)
    town.house.later(hours=6.5)
    escalate(town)
    assert steps(town) == ["half", "half", "near", "near"]
    change(town, clocks.answered)
    until(town, 7, 30)
    [notice] = town.news(chen)
    assert notice.startswith("有 1 条留言等着处理：\n【还没答复】#102 老李食杂店\n回复“待办”看全部。")


def test_a_breach_that_nobody_is_over_is_shown_to_the_staff(town) -> None:
    office = Office(town.house)
    office.user("admin", "admin")
    town.disable("陈志强", "林小燕", "周主任")
    wang = town.shop("王建国")
    wang.say(NEED)
    browser = office.browser("admin")
    assert "没有上级可以通知" not in browser.get("/console/").text
    town.house.later(hours=1)
    escalate(town)
    assert steps(town) == ["due"]  # it was to be handed over within the hour
    home = browser.get("/console/").text
    assert "没有上级可以通知" in home
    assert "#101" in home
    listed = browser.get("/console/visits?shelf=unheard").text
    assert 'href="/console/visits/101' in listed and "没有上级可以通知" in listed
    assert [row[0] for row in file_of(office, browser, "/console/visits/export", {"shelf": "unheard"})][1:] == ["#101"]
    wang.say("还在吗")
    town.shop("老李").say(NEED)
    assert "#102" not in browser.get("/console/visits?shelf=unheard").text


@pytest.mark.on_sqlite
def test_a_supervisor_is_told_of_each_breach_however_many_notices_wait(town) -> None:
    zhou = town.manager("周主任")
    town.house.later(hours=49)
    town.news(zhou)
    with town.house.services.transaction() as session:
        for n in range(1, 6):
            one = ManagerNotice(f"【已超时】#{n + 100} 第{n}家店", f"visit:{n}", f"breach{n}")
            notices.tell(session, town.id_of("周主任"), one, now=town.house.clock())
    town.house.work()
    zhou.say("在吗")
    assert sum("【已超时】" in text for text in town.news(zhou)) == 5


@pytest.mark.pooled
def test_workers_that_look_at_once_take_each_step_once(town) -> None:
    town.manager("陈志强")
    town.fill("城区一片", 30)
    town.house.clock.advance(12 * HOUR)
    processes = [town.house.another_process() for _ in range(3)]
    together = threading.Barrier(len(processes))
    errors: list[BaseException] = []

    def work(services: Any) -> None:
        together.wait()
        try:
            job = next(job for job in town.house.app.extensions["jobs"] if job.name == "escalate requests")
            job.run(services)
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=work, args=(services,)) for services in processes]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for services in processes:
        services.database.dispose()
    escalate(town)
    assert errors == []
    assert steps(town) == ["half"] * 30


def test_a_notice_joined_to_one_of_another_process_with_a_later_number_still_goes_out(town, monkeypatch) -> None:
    """Numbers are given out before they are committed: who commits last need not have the last number."""
    chen = town.manager("陈志强")
    town.shop("王建国").say(NEED)
    town.house.later(hours=2)
    town.shop("老李").say(NEED)
    until(town, 21)
    escalate(town)
    assert "还没有答复" in town.news(chen)[-1]
    until(town, 23)
    escalate(town)
    tell, told = alerts.tell, []

    def meanwhile(session, to, **more) -> None:
        told.append(sorted(to.values()))
        if len(told) == 1 and session.get_bind().dialect.name == "postgresql":
            until(town, 6, 12)
            other = town.house.another_process()
            jobs = {job.name: job for job in town.house.app.extensions["jobs"]}
            jobs["escalate requests"].run(other)
            other.database.dispose()
        tell(session, to, **more)

    monkeypatch.setattr(alerts, "tell", meanwhile)
    until(town, 4, 12)
    escalate(town)
    until(town, 6, 12)
    escalate(town)
    assert len(told) == 2 and steps(town) == ["half", "half", "near", "near"]
    until(town, 7, 30)
    [notice] = town.news(chen)
    assert notice.startswith("有 2 条留言等着处理：") and "#101" in notice and "#102" in notice
