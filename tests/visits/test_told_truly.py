"""What managers are told is true when they read it, and an answer that came to nothing was no answer."""

import re
from datetime import date, timedelta

import pytest
from sqlalchemy import select, update

from people.models import Area, ShopClass
from tests.h5 import Browser
from visits.actions import settings
from visits.models.deadlines import Deadline, Promise
from visits.rules.promises import HOUR as SECONDS
from visits.rules.promises import Terms
from wechat_bot.models import Follower

HOUR = timedelta(hours=1)
SENDS = "/cgi-bin/message/custom/send"


def deadline(town, promise: Promise) -> Deadline:
    with town.house.look() as session:
        newest = select(Deadline).where(Deadline.promise == promise).order_by(Deadline.round.desc())
        return session.scalars(newest).first()


def sweep(town) -> None:
    town.run("escalate requests")


def to_night(town) -> None:
    """Half past four: four fifths of a day are over since nine o'clock, and telephones are quiet."""
    town.house.later(hours=13)
    sweep(town)
    town.news(town.chen)
    town.house.later(hours=6.5)
    sweep(town)


@pytest.mark.parametrize(
    "code", [40003, *(pytest.param(n, marks=pytest.mark.on_sqlite) for n in (43004, 43019, 48002))]
)
def test_an_answer_wechat_refuses_was_no_answer_and_its_writer_is_told_to_call(asked, code) -> None:
    due = asked.request().due_at
    asked.house.later(hours=1)
    asked.house.sim.faults.add(SENDS, "errcode", value=code)
    asked.chen.say(f"{asked.n} 明早带两条")
    asked.house.work()
    assert asked.request().unanswered_since is None
    asked.run("look after answers")
    request, first = asked.request(), deadline(asked, Promise.FIRST_ANSWER)
    assert (request.due_at, request.first_answered_at, request.first_answered_by) == (due, None, None)
    assert (request.unanswered_since, first.due_at, first.ended_at) == (first.started_at, due, None)
    notice = asked.news(asked.chen)[-1]
    assert notice.startswith(f"【没有送达 #{asked.n}】城南便利店没有收到您的答复“明早带两条”：")
    asked.run("look after answers")
    assert asked.news(asked.chen) == []
    # The steps go on where they were, and the call settles it.
    asked.house.later(hours=11)
    sweep(asked)
    assert "【截止" in asked.news(asked.chen)[-1]
    assert "已记下电话联系" in asked.chen.say(f"{asked.n} 已电话 他知道了").text


def test_of_two_answers_the_one_that_arrived_counts(asked) -> None:
    asked.house.sim.faults.add(SENDS, "errcode", value=45002, times=1)
    asked.chen.say(f"{asked.n} 明早带两条")
    asked.house.work()
    asked.house.later(minutes=5)
    asked.chen.say(f"{asked.n} 明早十点带两条")
    asked.house.work()
    asked.run("look after answers")
    request, first = asked.request(), deadline(asked, Promise.FIRST_ANSWER)
    assert request.unanswered_since is None
    assert request.first_answered_at == first.met_at == first.started_at + timedelta(minutes=5)


@pytest.mark.on_sqlite
def test_the_window_that_something_else_renewed_is_followed_and_nobody_warned_of_the_old_one(asked) -> None:
    with asked.house.services.transaction() as session:
        settings.save_policy(session, None, Terms(first_answer=72 * SECONDS), now=asked.house.clock())
    asked.house.later(hours=30)
    asked.wang.say("帮助")
    asked.chen.say("在吗")
    asked.house.later(hours=13)
    sweep(asked)
    assert [text for text in asked.news(asked.chen) if "回复期" in text] == []
    window = deadline(asked, Promise.REPLY_WINDOW)
    assert (window.round, window.due_at) == (1, asked.house.clock() + 35 * HOUR)
    asked.house.later(hours=6)
    asked.chen.say(f"{asked.n} 明早带两条")
    window = deadline(asked, Promise.REPLY_WINDOW)
    assert window.met_at < window.due_at


@pytest.mark.on_sqlite
def test_the_mornings_notice_goes_to_whoever_has_it_by_then(asked) -> None:
    lin = asked.manager("林小燕")
    to_night(asked)
    asked.chen.say(f"{asked.n} 转 林小燕")
    asked.news(lin)
    asked.house.later(hours=4)
    assert [text for text in asked.news(asked.chen) if "还没" in text] == []
    # A breach in the night is still the supervisor's to know.
    zhou = asked.manager("周主任")
    asked.house.later(hours=1)
    sweep(asked)
    assert f"【已超时】#{asked.n}" in asked.news(zhou)[-1]


@pytest.mark.on_sqlite
def test_the_mornings_notice_tells_the_deadline_as_it_is_by_then(asked) -> None:
    to_night(asked)
    with asked.house.services.transaction() as session:
        settings.save_policy(session, None, Terms(first_answer=22 * SECONDS), now=asked.house.clock())
    asked.house.later(hours=3)
    [notice] = asked.news(asked.chen)
    assert notice.startswith(f"有 1 条留言等着处理：\n【已超时】#{asked.n} 城南便利店")


@pytest.mark.on_sqlite
def test_a_notice_read_days_later_says_its_moments_with_their_day(town) -> None:
    chen, wang = town.manager("陈志强"), town.shop("王建国")
    town.house.later(hours=49)
    due = (town.house.clock() + 24 * HOUR).astimezone(town.house.services.zone)
    wang.say("断货了")
    town.house.later(hours=12)
    sweep(town)
    assert town.news(chen) == []
    town.house.later(hours=80)
    chen.say("在吗")
    told = "\n".join(town.news(chen))
    day = f"{due.month} 月 {due.day} 日 {due:%H:%M}"
    assert (
        f"24 小时内答复，截止 {day}。" in told
        and f"【截止 {day}】#{town.request().number} 城南便利店还没有答复" in told
    )
    assert not re.search("剩|今天|明天|后天", told)


def test_who_was_out_of_reach_is_not_told_of_what_was_answered_meanwhile(town) -> None:
    chen, zhou = town.manager("陈志强"), town.manager("周主任")
    town.house.later(hours=49)
    town.news(chen)
    zhou.say("在吗")
    town.fill("城区一片", 6)
    first, *_ = [each.number for each in town.requests()]
    town.house.later(hours=12)
    sweep(town)
    for each in town.requests()[:5]:
        zhou.say(f"{each.number} 我来办")
    town.news(chen)
    chen.say("在吗")
    told = "\n".join(town.news(chen))
    assert f"#{first}" not in told and "#106" in told
    assert "1 条留言等" in told


@pytest.mark.on_sqlite
def test_what_the_shop_adds_is_shown_before_an_answer_in_the_chat_goes_out(asked) -> None:
    asked.wang.say("不用两条,一条就行")
    said = asked.chen.say(f"{asked.n} 明早带两条").text
    assert "您写的时候有了新消息" in said and "一条就行" in said
    assert asked.news(asked.wang) == []
    assert "已发给城南便利店" in asked.chen.say("1").text


@pytest.mark.on_sqlite
def test_nothing_is_closed_over_what_the_shop_wrote_meanwhile(asked) -> None:
    asked.chen.say(f"{asked.n} 明早带两条")
    page = Browser(asked.house, asked.chen)
    page.open(f"/m/visits/{asked.n}")
    asked.wang.say("再加一盒打火机")
    form = page.form() | {"do": "close", "seen": re.search(r'name="seen" value="(\d+)"', page.page.text)[1]}
    answer = page.post(f"/m/visits/{asked.n}", form)
    assert answer.status_code == 409 and "再加一盒打火机" in answer.text
    assert asked.request().closed_at is None


def test_a_change_for_one_class_renews_its_clocks_though_another_has_the_old_terms(asked) -> None:
    services, now = asked.house.services, asked.house.clock()
    with services.transaction() as session:
        for name in ("现代终端", "普通终端"):
            of = session.scalars(select(ShopClass.id).where(ShopClass.name == name)).one()
            settings.save_policy(session, of, Terms(first_answer=12 * SECONDS), now=now)
    assert asked.request().due_at == now + 12 * HOUR
    with services.transaction() as session:
        of = session.scalars(select(ShopClass.id).where(ShopClass.name == "现代终端")).one()
        settings.save_policy(session, of, Terms(first_answer=6 * SECONDS), now=now)
    assert asked.request().due_at == now + 6 * HOUR


@pytest.mark.on_sqlite
def test_what_was_closed_unanswered_by_mistake_waits_as_before_once_it_is_opened_again(asked) -> None:
    due = asked.request().due_at
    asked.chen.say(f"{asked.n} 不用回复")
    asked.house.later(hours=2)
    asked.chen.say(f"{asked.n} 重开")
    request = asked.request()
    assert (request.due_at, request.unanswered_since) == (due, request.opened_at)


@pytest.mark.on_sqlite
def test_nobody_on_leave_is_handed_anything_and_what_was_put_off_is_not_put_off_for_the_next(asked) -> None:
    lin = asked.manager("林小燕")
    today = asked.house.clock().astimezone(asked.house.services.zone).date()
    asked.leave("江山片", "周主任", today, date(2030, 1, 1))
    assert "林小燕正在请假" in asked.chen.say(f"{asked.n} 转 林小燕").text
    with asked.house.services.transaction() as session:
        session.execute(update(Area).values(deputy_from_on=None, deputy_until_on=None))
    asked.chen.say(f"{asked.n} 稍后 2天")
    asked.chen.say(f"{asked.n} 转 林小燕")
    assert f"#{asked.n}" in lin.say("待办").text


@pytest.mark.on_sqlite
def test_what_climbed_while_somebody_was_away_is_theirs_again_when_the_shop_comes_back(asked) -> None:
    zhou = asked.manager("周主任")
    today = asked.house.clock().astimezone(asked.house.services.zone).date()
    with asked.house.services.transaction() as session:
        away = update(Area).where(Area.name == "城区一片")
        session.execute(away.values(deputy_id=None, deputy_from_on=today, deputy_until_on=today))
    asked.run("sweep requests of absent owners")
    assert asked.owners() == ["周主任"]
    zhou.say(f"{asked.n} 明早带两条")
    zhou.say(f"{asked.n} 完结")
    asked.house.later(days=1)
    asked.wang.say("两条不够,还要三条")
    assert asked.owners() == ["陈志强"]


def test_a_supervisor_with_requests_of_their_own_still_hears_of_each_breach(asked) -> None:
    zhou = asked.manager("周主任")
    asked.house.later(hours=49)
    asked.news(zhou)
    with asked.house.services.transaction() as session:
        session.execute(update(Follower).where(Follower.openid == zhou.openid).values(message_left=0))
    asked.fill("新罗区", 5)
    sweep(asked)
    zhou.say("在吗")
    assert any(f"#{asked.n}" in text and "超时" in text for text in asked.news(zhou))


@pytest.mark.on_sqlite
def test_an_answer_said_to_be_sent_that_has_to_wait_is_corrected_once(asked) -> None:
    asked.house.later(hours=1)
    asked.house.sim.faults.add(SENDS, "errcode", value=45015)
    assert "已发给城南便利店" in asked.chen.say(f"{asked.n} 明早带两条").text
    asked.house.work()
    asked.house.sim.faults.clear()
    asked.run("look after answers")
    [notice] = asked.news(asked.chen)
    assert notice.startswith(f"【还没送到 #{asked.n}】") and "城南便利店" in notice and "请打电话" in notice
    asked.run("look after answers")
    assert asked.news(asked.chen) == []
    # Who was told so at once is not told again.
    assert "等城南便利店下次来消息时送达" in asked.chen.say(f"{asked.n} 后天也行").text
    asked.house.work()
    asked.run("look after answers")
    assert asked.news(asked.chen) == []


@pytest.mark.on_sqlite
def test_what_was_to_be_corrected_in_the_morning_is_not_once_it_arrived_in_the_night(asked) -> None:
    asked.house.later(hours=13)
    asked.house.sim.faults.add(SENDS, "errcode", value=45015, times=1)
    asked.chen.say(f"{asked.n} 明早带两条")
    asked.house.work()
    asked.run("look after answers")
    asked.wang.say("在吗")
    assert "陈志强：明早带两条" in asked.news(asked.wang)
    asked.run("look after answers")
    asked.house.later(hours=12)
    assert [each for each in asked.news(asked.chen) if "还没送到" in each] == []


@pytest.mark.on_sqlite
def test_an_answer_that_went_as_a_notice_after_all_is_corrected(build, raise_town) -> None:
    house = build(wechat_templates={"answer": {"id": "T", "fields": {"thing1": "{who}", "thing2": "{what}"}}})
    house.sim.add_template("有新回复", "来自:{{thing1.DATA}}\n内容:{{thing2.DATA}}", template_id="T")
    town = raise_town(house)
    chen, wang = town.manager("陈志强"), town.shop("王建国")
    wang.say("断货了")
    number = town.request().number
    town.news(chen)
    house.sim.faults.add(SENDS, "errcode", value=45047, times=1)
    assert "已发给城南便利店" in chen.say(f"{number} 明早带两条").text
    house.work()
    town.run("look after answers")
    [notice] = town.news(chen)
    assert notice.startswith(f"【改发服务通知 #{number}】") and "点开才看得到" in notice


@pytest.mark.on_sqlite
def test_a_page_says_which_way_the_answer_went(asked) -> None:
    page = Browser(asked.house, asked.chen)
    asked.house.later(hours=49)
    page.open(f"/m/visits/{asked.n}")
    seen = re.search(r'name="seen" value="(\d+)"', page.page.text)[1]
    page.post(f"/m/visits/{asked.n}", page.form() | {"do": "answer", "content": "明早带两条", "seen": seen})
    page.open(f"/m/visits/{asked.n}")
    assert "已存下" in page.page.text and "已发出" not in page.page.text


@pytest.mark.on_sqlite
def test_whoever_hands_on_to_somebody_out_of_reach_is_told_to_call(asked) -> None:
    assert asked.chen.say(f"{asked.n} 转 林小燕").text.endswith("微信里通知不到林小燕，请您打电话转告。")
