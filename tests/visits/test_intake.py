"""A shop leaves a message: it becomes a request, somebody answers for it, and nothing is lost or doubled."""

import threading
from contextlib import contextmanager
from datetime import date, timedelta

import pytest
from sqlalchemy import event, func, select, update
from sqlalchemy.orm.attributes import set_committed_value

from config.app import create_app
from foundation.errors import Refused
from people import actions, identity
from people.models import Area, Manager
from tests import pictures
from tests.office import Office
from tests.visits.conftest import NEED
from visits.actions import routing
from visits.actions.open_request import OpenRequest
from visits.models.deadlines import Deadline
from visits.models.requests import Message, Request


@contextmanager
def counted(services):
    """The statements that are sent meanwhile."""
    statements: list[str] = []

    def note(connection, cursor, statement, *rest) -> None:
        statements.append(statement)

    event.listen(services.database.engine, "before_cursor_execute", note)
    yield statements
    event.remove(services.database.engine, "before_cursor_execute", note)


@pytest.mark.pooled
def test_a_need_is_taken_acknowledged_and_told_to_the_manager(town) -> None:
    chen, wang = town.manager("陈志强"), town.shop("王建国")
    town.news(chen)
    at = town.house.clock().astimezone(town.house.services.zone)
    due = at + timedelta(days=1)
    assert wang.say(NEED).text == f"已转给客户经理陈志强，明天 {at:%H:%M} 前答复您。着急请打 13900002201。"
    [notice] = town.news(chen)
    number = town.request().number
    assert notice == (
        f"【新留言 #{number}】城南便利店（现代终端，城区一片）：“{NEED}”\n"
        f"24 小时内答复，截止 {due.month} 月 {due.day} 日 {at:%H:%M}。直接回复“{number} 内容”。\n"
        f'<a href="{town.house.settings.public_url}/m/visits/{number}">点这里查看</a>'
    )
    request = town.request()
    assert number > 100 and request.handed_over_at == town.house.clock()
    assert town.reasons() == ["城区一片的客户经理陈志强"]
    with town.house.look() as session:
        assert session.get_one(Request, request.id).category_id == 1


@pytest.mark.on_sqlite
def test_a_need_asks_the_database_for_nothing_twice(town) -> None:
    town.manager("陈志强")
    wang = town.shop("王建国")
    # SQLite begins with a statement, and takes the four clocks one by one.
    more = 4 if town.house.services.database.is_sqlite else 0
    # A need is looked for in what is written, of which there is nothing here: one question more.
    # Whatever is added is looked through for a complaint: one question more. What was said last: another.
    for later, words, most in ((120, NEED, 23 + more), (3, "两条", 16 + bool(more)), (3, "谢谢", 5 + bool(more))):
        town.house.later(minutes=later)
        with counted(town.house.services) as statements:
            wang.say(words)
        assert len(statements) <= most, "\n".join(statements)
        asked = [each for each in statements if each.startswith("SELECT")]
        assert len(asked) == len(set(asked))


@pytest.mark.on_sqlite
def test_every_kind_of_message_joins_the_one_open_request(town) -> None:
    town.manager("陈志强")
    li = town.shop("老李")
    assert "已转给" in li.send_image().text
    town.house.later(minutes=2)
    assert li.send_voice().text == "已补充。"
    assert li.send_video().text == ""
    assert li.send_location(25.1, 117.0, "南环路 8 号").text == ""
    assert li.send_link("新品", "https://example.com").text == ""
    assert li.say("两条").text == "已补充。"
    town.house.work()
    town.request()
    assert [kind for kind, _ in town.said()] == ["image", "voice", "video", "location", "link", "text"]
    with town.house.look() as session:
        assert session.query(Message).filter(Message.media_key.is_not(None)).count() == 3


@pytest.mark.on_sqlite
def test_five_pictures_in_one_breath_are_one_request_one_line_and_two_notices(town) -> None:
    chen, wang = town.manager("陈志强"), town.shop("王建国")
    town.news(chen)
    answers = [wang.send_image(content=pictures.png(n)).text for n in range(5)]
    assert [bool(each) for each in answers] == [True, False, False, False, False]
    assert len(town.news(chen)) == 1
    town.house.later(seconds=30)
    [more] = town.news(chen)
    assert more.startswith(f"【补充 #{town.request().number}】城南便利店：[图片] 等 4 条")


@pytest.mark.on_sqlite
def test_what_is_put_off_does_not_hold_up_the_next_notice(town) -> None:
    chen, wang, li = town.manager("陈志强"), town.shop("王建国"), town.shop("老李")
    town.news(chen)
    wang.say(NEED)
    wang.say("再带一箱水")
    li.say("店里的价签要换新的")
    assert [each.partition(" ")[0] for each in town.news(chen)] == ["【新留言", "【新留言"]


@pytest.mark.on_sqlite
def test_the_same_message_three_times_is_one(town) -> None:
    town.manager("陈志强")
    wang = town.shop("王建国")
    first = wang.say(NEED)
    for _ in range(2):
        assert town.house.sim.redeliver(wang.transcript[-2]).text == first.text
    assert town.said() == [("text", NEED)]


@pytest.mark.on_sqlite
@pytest.mark.parametrize("said", ["谢谢", "好的", "你好", "嗯嗯", "1", "???"])
def test_small_talk_opens_nothing(town, said) -> None:
    wang = town.shop("王建国")
    wang.say(said)
    assert town.requests() == []


@pytest.mark.on_sqlite
def test_a_need_is_taken_while_a_survey_is_being_chosen_and_the_choice_goes_on(town, tmp_path) -> None:
    for number, title in enumerate(("满意度", "到货日"), 1):
        path = tmp_path / "survey.yaml"
        path.write_text(f"title: {title}\nquestions: [{{code: q1, type: rating, text: 打分}}]\n", encoding="utf-8")
        assert town.house.flask("surveys", "load", str(path)).stdout.strip() == f"{number}"
        assert town.house.flask("surveys", "publish", f"{number}").exit_code == 0
    wang = town.shop("王建国")
    assert "1 满意度" in wang.say("调查").text
    assert "请回复上面的一个数字" in wang.say("嗯嗯").text
    assert "已转给客户经理" in wang.say(NEED).text
    assert town.said() == [("text", NEED)]
    assert "满意度" in wang.say("继续").text
    assert "1/1" in wang.say("1").text


@pytest.mark.on_sqlite
@pytest.mark.parametrize("asked", ["断货了", "有货吗", "要10条", "多少钱"])
def test_a_word_about_goods_is_enough_and_the_menu_offers_the_rest(town, asked) -> None:
    town.manager("陈志强")
    wang = town.shop("王建国")
    assert wang.say("嗯嗯").text == (
        "没看懂您的意思。回复 1 调查 2 留言 3 资料 4 学习 5 测试，或直接说您的需要并在前面加“留言”，找人请回复“人工”。"
    )
    assert "已转给" in wang.say(asked).text


@pytest.mark.on_sqlite
def test_the_menus_entry_asks_and_takes_whatever_comes_next(town) -> None:
    town.manager("陈志强")
    wang = town.shop("王建国")
    assert "请直接写" in wang.say("2").text
    assert "已转给" in wang.say("好的").text
    assert "已补充" in wang.say("留言:明天 能来吗").text
    assert town.said() == [("text", "好的"), ("text", "明天 能来吗")]


@pytest.mark.on_sqlite
def test_a_person_is_named_and_a_message_offered(town) -> None:
    wang = town.shop("王建国")
    assert wang.say("人工").text == (
        "您的客户经理是陈志强，电话 13900002201，着急请直接打。也可以回复“留言”加上要说的话。"
    )


@pytest.mark.on_sqlite
def test_at_night_it_is_taken_as_well(town) -> None:
    chen, wang = town.manager("陈志强"), town.shop("王建国")
    town.house.later(hours=13)
    town.news(chen)
    assert "前答复您" in wang.say(NEED).text
    assert len(town.news(chen)) == 1


@pytest.mark.on_sqlite
def test_who_is_unknown_is_asked_and_the_manager_gets_it_once_they_are_bound(town) -> None:
    zhou, chen, passer = town.manager("周主任"), town.manager("陈志强"), town.house.phone("路人")
    passer.follow()
    town.news(zhou), town.news(chen)
    assert passer.say(NEED).text == "已收到。请告诉我们店名或许可证号，方便找到您的客户经理。"
    [alarm] = town.news(zhou)
    assert alarm.startswith(f"【无人负责 #{town.request().number}】未绑定的关注者：“{NEED}”")
    assert town.owners() == [""]
    bound = passer.say("绑定 350802100001 8899").text
    assert "您之前的留言已转给客户经理陈志强。" in bound
    assert town.owners() == ["陈志强"]
    [notice] = town.news(chen)
    assert notice.startswith(f"【新留言 #{town.request().number}】城南便利店（现代终端，城区一片）")


@pytest.mark.on_sqlite
def test_a_licence_alone_finds_the_manager_and_binds_nobody(town) -> None:
    chen, passer = town.manager("陈志强"), town.house.phone("路人")
    passer.follow()
    town.news(chen)
    passer.say(NEED)
    assert passer.say("许可证号:350802100001").text == "已记下城南便利店。已转给客户经理陈志强。着急请打 13900002201。"
    assert len(town.news(chen)) == 1
    assert (town.owners(), town.request().retailer_id) == (["陈志强"], None)


def test_numbers_in_a_row_tell_nobody_the_names_of_shops(town) -> None:
    passer = town.house.phone("路人")
    passer.follow()
    passer.say(NEED)
    assert passer.say("350802100009").text == ("已收到。没有找到这个许可证号，请核对后再写（还可试 2 次），或写店名。")
    assert passer.say("350802100001").text.startswith("已记下城南便利店。")
    assert passer.say("350802100002").text.startswith("已记下老李食杂店。")
    no_more = "已收到。今天查许可证号的次数用完了，我们会按您的留言找到客户经理，请稍等。"
    assert [passer.say(f"35080210000{n}").text for n in (3, 9)] == [no_more] * 2
    # They are the tries of binding, and the request stays with whoever had it.
    assert passer.say("绑定 350802100001 8899").text.startswith("今天试错的次数已用完")
    town.house.clock.advance(timedelta(days=1))
    assert passer.say("350802100003").text.startswith("已记下小王超市。")


def test_the_keeper_bound_behind_our_back_is_found_by_the_sweep(town) -> None:
    town.manager("陈志强")
    passer = town.house.phone("路人")
    passer.follow()
    passer.say(NEED)
    with town.house.services.transaction() as session:
        token = identity.bind_token(session, "350802100002")
        actions.bind_by_token(session, passer.openid, token, now=town.house.clock())
    town.run("sweep requests of absent owners")
    assert town.owners() == ["陈志强"]


def test_a_shop_of_another_keeper_has_one_open_request_all_the_same(town) -> None:
    town.manager("陈志强")
    wang = town.shop("王建国")
    wang.say(NEED)
    wang.say("解绑")
    wang.say("1")
    heir = town.house.phone("接班人")
    heir.follow()
    heir.say("我这里也断货了,帮忙看看")
    heir.say("绑定 350802100001 8899")
    still_open = [each for each in town.requests() if each.closed_at is None]
    assert [each.openid for each in still_open] == [heir.openid]
    with town.house.look() as session:
        assert session.scalar(select(func.count()).where(Message.request_id == still_open[0].id)) == 2


@pytest.mark.pooled
def test_five_processes_at_once_open_one_request(town) -> None:
    town.manager("陈志强")
    wang = town.shop("王建国")
    others = [town.house.another_process() for _ in range(5)]
    sealed = town.house.sim.prepare([wang] * 5, [f"断货了,第 {n} 样" for n in range(5)])
    answers = []

    def deliver(app, letter) -> None:
        answers.append(app.test_client().post("/wechat", query_string=letter.query, data=letter.body).status_code)

    apps = [create_app(town.house.settings, services=each) for each in others]
    threads = [threading.Thread(target=deliver, args=pair) for pair in zip(apps, sealed, strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [200] * 5
    assert (len(town.requests()), len(town.said())) == (1, 5)
    for each in others:
        each.database.dispose()


@pytest.mark.on_sqlite
def test_on_leave_the_deputy_gets_it_and_the_shop_is_told_so(town) -> None:
    lin, li = town.manager("林小燕"), town.shop("老李")
    town.news(lin)
    today = town.house.clock().date()
    town.leave("城区一片", "林小燕", today, date(2030, 1, 1))
    assert li.say(NEED).text.startswith("已转给代班经理林小燕，")
    assert len(town.news(lin)) == 1
    assert town.reasons() == ["陈志强请假到 1 月 1 日，代班林小燕"]


@pytest.mark.on_sqlite
def test_who_cannot_be_told_keeps_the_request_and_the_supervisor_hears_of_it(town) -> None:
    zhou, wang = town.manager("周主任"), town.shop("王建国")
    town.news(zhou)
    wang.say(NEED)
    [alarm] = town.news(zhou)
    assert alarm.startswith(
        f"【通知不到 #{town.request().number}】城南便利店的留言，负责人陈志强还没有绑定微信。请转告。"
    )
    assert (town.owners(), town.request().handed_over_at) == (["陈志强"], None)


@pytest.mark.pooled
def test_a_disabled_managers_165_requests_move_in_a_few_statements_and_one_notice(town) -> None:
    town.manager("陈志强")
    zhou = town.manager("周主任")
    town.fill("城区一片", 165)
    with town.house.look() as session:
        before = dict(session.execute(select(Deadline.id, Deadline.due_at)).all())
        assert len(before) >= 165
    town.news(zhou)
    town.disable("陈志强")
    with counted(town.house.services) as statements:
        town.run("sweep requests of absent owners")
    assert len(statements) < 30
    assert set(town.owners()) == {"周主任"}
    [notice] = town.news(zhou)
    assert notice.startswith("【转来 165 条留言】城区一片的陈志强已停用；上级片区新罗区的周主任。")
    with town.house.look() as session:
        assert dict(session.execute(select(Deadline.id, Deadline.due_at)).all()) == before
    town.run("sweep requests of absent owners")
    assert town.news(zhou) == []


@pytest.mark.on_sqlite
def test_leave_that_begins_takes_what_is_open_along(town) -> None:
    town.manager("陈志强")
    lin, wang = town.manager("林小燕"), town.shop("王建国")
    wang.say(NEED)
    town.news(lin)
    today = town.house.clock().astimezone(town.house.services.zone).date()
    town.leave("城区一片", "林小燕", today, today)
    town.run("sweep requests of absent owners")
    [notice] = town.news(lin)
    assert notice.startswith(f"【转来 #{town.request().number}】城南便利店")
    assert town.owners() == ["林小燕"]


def test_nobody_left_is_the_pool_and_whoever_comes_gets_it(town) -> None:
    town.disable("陈志强", "周主任", "林小燕")
    wang = town.shop("王建国")
    assert wang.say(NEED).text.startswith("已收到，明天")
    assert town.owners() == [""]
    lin = town.id_of("林小燕")
    with town.house.services.transaction() as session:
        session.execute(update(Manager).where(Manager.name == "林小燕").values(disabled_at=None))
        session.execute(update(Area).where(Area.name == "城区一片").values(manager_id=lin))
    town.run("sweep requests of absent owners")
    assert town.owners() == ["林小燕"]


@pytest.mark.pooled
def test_a_transfer_resets_no_clock_and_of_two_at_once_one_wins(town) -> None:
    town.manager("陈志强")
    lin, wang = town.manager("林小燕"), town.shop("王建国")
    wang.say(NEED)
    seen = town.request()
    due = seen.due_at
    town.news(lin)
    services = town.house.services
    with services.transaction() as session:
        request = session.get_one(Request, town.request().id)
        now = town.house.clock()
        current = OpenRequest(session, request, now, services.zone)
        routing.transfer(current, town.id_of("林小燕"), by="陈志强")
    assert town.owners() == ["林小燕"] and town.request().due_at == due
    [notice] = town.news(lin)
    assert "陈志强转给林小燕" in notice
    zhou = town.id_of("周主任")
    with services.transaction() as session:
        request = session.get_one(Request, seen.id)
        set_committed_value(request, "version", seen.version)  # as whoever looked before the other's hand
        with pytest.raises(Refused, match="刚刚被别人转走"):
            routing.transfer(OpenRequest(session, request, now, services.zone), zhou, by="周主任")
    assert town.owners() == ["林小燕"]


@pytest.mark.on_sqlite
def test_the_console_shows_whom_no_notice_reached(town) -> None:
    wang = town.shop("王建国")
    wang.say(NEED)
    office = Office(town.house)
    office.user("admin", "admin")
    office.user("lin", "manager", manager_id=town.id_of("林小燕"))
    seen = office.browser("admin").get("/console/").text
    assert "没通知到的客户经理" in seen and "还没有绑定微信" in seen
    assert "没通知到的客户经理" not in office.browser("lin").get("/console/").text


@pytest.mark.on_sqlite
def test_a_manager_out_of_reach_gets_one_line_for_all_that_waits(town) -> None:
    chen = town.manager("陈志强")
    town.house.later(days=3)
    town.fill("城区一片", 8)
    assert town.news(chen) == []
    chen.say("帮助")
    told = town.news(chen)
    assert len(told) == 4
    assert told[-1].startswith("【8 条留言等您答复】等得最久的是 #101、#102、#103。")
