"""One talkative shop does not silence its manager; of who cannot be reached now the next in line hears at once."""

import pytest
from sqlalchemy import update

from tests.h5 import Browser
from tests.office import Office
from tests.visits.conftest import NEED
from wechat_bot.models import Follower


def chatter(town, count: int) -> list[str]:
    """The shop goes on writing, a message every five minutes; gives what its manager is told."""
    told = []
    for n in range(count):
        town.wang.say(f"还有一件事要说,第 {n} 件")
        town.house.later(minutes=5)
        told += town.news(town.chen)
    return told


def left(town, phone, sends: int) -> None:
    """So many sends are left in this phone's window."""
    with town.house.services.transaction() as session:
        session.execute(update(Follower).where(Follower.openid == phone.openid).values(message_left=sends))


def look_in_chat(town) -> None:
    town.chen.say(str(town.n))
    town.chen.say("退出")


def look_on_the_phone(town) -> None:
    Browser(town.house, town.chen).open(f"/m/visits/{town.n}")


def look_in_the_console(town) -> None:
    office = Office(town.house)
    office.staff()
    assert office.browser("chen").get(f"/console/visits/{town.n}").status_code == 200


@pytest.mark.on_sqlite
def test_what_a_shop_adds_is_one_notice_until_its_manager_looks(asked) -> None:
    told = chatter(asked, 12)
    assert len(told) == 1 and told[0].startswith(f"【补充 #{asked.n}】城南便利店：")
    for look in (look_in_chat, look_on_the_phone, look_in_the_console):
        look(asked)
        asked.news(asked.chen)
        assert len(chatter(asked, 3)) == 1, look.__name__


@pytest.mark.on_sqlite
def test_what_the_manager_was_not_told_of_is_shown_before_an_answer_goes_out(asked) -> None:
    chatter(asked, 3)
    said = asked.chen.say(f"{asked.n} 明早带两条").text
    assert "您写的时候有了新消息" in said and "第 2 件" in said and "第 0 件" not in said
    assert "已发给城南便利店" in asked.chen.say("1").text
    asked.news(asked.wang)


@pytest.mark.on_sqlite
def test_the_last_sends_are_kept_for_new_requests_and_deadlines(asked) -> None:
    li = asked.shop("老李")
    left(asked, asked.chen, 2)
    assert chatter(asked, 3) == []
    li.say("打火机能不能换一批")
    assert [each.partition(" ")[0] for each in asked.news(asked.chen)] == ["【新留言"]
    asked.house.later(hours=12)
    asked.run("escalate requests")
    assert any("还没答复" in each or "截止" in each for each in asked.news(asked.chen))
    # What was left to others comes with the manager's next word.
    asked.chen.say("在吗")
    assert any(each.startswith(f"【补充 #{asked.n}】") for each in asked.news(asked.chen))


@pytest.mark.on_sqlite
def test_of_a_new_request_the_next_in_line_hears_at_once_where_the_manager_cannot_be_told(town) -> None:
    town.chen, town.wang = town.manager("陈志强"), town.shop("王建国")
    town.house.later(hours=49)
    zhou = town.manager("周主任")
    town.news(zhou)
    town.wang.say(NEED)
    number = town.request().number
    town.house.work()
    town.run("look after notices")
    [told] = town.news(zhou)
    assert told.startswith(f"【通知不到 #{number}】城南便利店的留言，负责人陈志强的微信现在收不到通知。")
    town.run("look after notices")
    assert town.news(zhou) == []
    town.chen.say("在吗")
    assert any(f"#{number}" in each for each in town.news(town.chen))


@pytest.mark.on_sqlite
def test_of_many_requests_the_next_in_line_hears_in_one_line_and_of_each_that_is_new(town) -> None:
    town.manager("陈志强")
    town.house.later(hours=49)
    zhou = town.manager("周主任")
    town.news(zhou)
    town.fill("城区一片", 5)
    town.house.work()
    town.run("look after notices")
    assert [each.partition("\n")[0] for each in town.news(zhou)] == [
        "【通知不到】陈志强的微信现在收不到通知，名下 5 条留言等着答复。请转告。"
    ]
    # The one line that stands for many waits already: it is added to, and nothing becomes of it.
    town.shop("王建国").say(NEED)
    assert any(f"#{town.requests()[-1].number}" in each for each in town.news(zhou))


@pytest.mark.on_sqlite
def test_with_a_template_nobody_else_is_told(build, raise_town) -> None:
    house = build(wechat_templates={"request": {"id": "T", "fields": {"thing1": "{what}"}}})
    house.sim.add_template("新留言", "内容:{{thing1.DATA}}", template_id="T")
    town = raise_town(house)
    chen, wang = town.manager("陈志强"), town.shop("王建国")
    house.later(hours=49)
    zhou = town.manager("周主任")
    town.news(zhou)
    wang.say(NEED)
    house.work()
    town.run("look after notices")
    assert town.news(zhou) == [] and "红七匹狼" in town.news(chen)[-1]


@pytest.mark.on_sqlite
def test_a_manager_who_left_and_comes_back_hears_what_waits_and_what_is_added_then(town) -> None:
    chen, wang, zhou = town.manager("陈志强"), town.shop("王建国"), town.manager("周主任")
    town.news(zhou)
    chen.unfollow()
    wang.say(NEED)
    number = town.request().number
    assert [each.partition("城南")[0] for each in town.news(zhou)] == [f"【通知不到 #{number}】"]
    wang.say("另外还要一条")
    assert town.news(zhou) == []
    town.house.later(minutes=5)
    assert chen.follow().text.endswith("有 1 条留言等着您答复，回复“待办”就能看到。")
    assert f"#{number}" in chen.say("待办").text
    wang.say("还在等，今天能到吗")
    town.house.later(minutes=2)
    assert any(each.startswith(f"【补充 #{number}】") for each in town.news(chen)) and town.news(zhou) == []
