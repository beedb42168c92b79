"""The inbox and the threads as pages: a manager's and a shop's inside WeChat, and the console's."""

import io
import re
import threading
from datetime import timedelta
from html import unescape
from pathlib import Path

import pytest
from sqlalchemy import select

from people.models import Retailer, names_of
from simulator.phone import PIXEL
from tests import pictures
from tests.h5 import Browser
from tests.office import Browser as Desktop
from tests.office import Office
from tests.visits.conftest import NEED
from visits.models.answers import Canned
from visits.models.requests import Message
from wechat_bot import chat


@pytest.fixture
def asked(asked):
    """The same; the manager and the shop have a browser in their phones."""
    asked.page, asked.own = Browser(asked.house, asked.chen), Browser(asked.house, asked.wang)
    return asked


@pytest.fixture
def desk(asked):
    """Somebody in every role at the console."""
    office = Office(asked.house)
    office.staff()
    asked.office = office
    return asked


def send(browser: Browser, **fields) -> str:
    """Fill in the thread's form for an answer."""
    return browser.send("answer", **{"content": "", **fields})


def answers(town) -> list[str]:
    with town.house.look() as session:
        return list(session.scalars(select(Message.content).where(Message.author != "shop").order_by(Message.id)))


# Inside WeChat, a manager


@pytest.mark.pooled
def test_the_inbox_leads_to_a_thread_that_is_answered_and_says_what_became_of_it(asked) -> None:
    inbox = asked.page.open("/m/visits")
    assert "城南便利店" in inbox and NEED[:12] in inbox and "明天" in inbox
    thread = asked.page.open(f"/m/visits/{asked.n}")
    assert "还能发 5 条" in thread and "打电话 13600008899" in thread
    assert "已发出" in send(asked.page, content="明早带两条")
    assert "发送中" in asked.page.text
    assert asked.news(asked.wang) == ["陈志强：明早带两条"]
    assert "已发送" in asked.page.open(f"/m/visits/{asked.n}")


@pytest.mark.pooled
def test_the_same_form_posted_twice_answers_once(asked) -> None:
    asked.page.open(f"/m/visits/{asked.n}")
    form = asked.page.form() | {"do": "answer", "content": "明早带两条"}
    for _ in range(2):
        assert asked.page.post(f"/m/visits/{asked.n}", form).status_code == 303
    assert answers(asked) == ["明早带两条"]
    assert asked.news(asked.wang) == ["陈志强：明早带两条"]


@pytest.mark.on_sqlite
def test_who_writes_second_sees_what_came_between_with_the_draft_kept_and_one_more_press_sends(asked) -> None:
    asked.page.open(f"/m/visits/{asked.n}")
    asked.wang.say("不用两条,一条就行")
    shown = send(asked.page, content="明早带两条")
    assert asked.page.page.status_code == 409
    assert "您写的时候有了新消息" in shown and "不用两条,一条就行" in shown and "明早带两条" in shown
    assert answers(asked) == []
    send(asked.page, content="明早带一条")
    assert answers(asked) == ["明早带一条"]


def test_a_photo_goes_out_as_a_picture_and_is_seen_by_nobody_else(asked) -> None:
    asked.page.open(f"/m/visits/{asked.n}")
    send(asked.page, content="看这个", photo=(io.BytesIO(PIXEL), "a.png"))
    asked.house.work()
    assert [entry.kind for entry in asked.wang.unread()] == ["text", "image"]
    with asked.house.look() as session:
        key = session.scalars(select(Message.id).where(Message.kind == "image")).one()
    assert asked.page.get(f"/m/visits/{asked.n}/media/{key}").data == PIXEL
    asked.own.open("/m/visits/mine")
    assert asked.own.get(f"/m/visits/mine/{asked.n}/media/{key}").data == PIXEL
    other = Browser(asked.house, asked.shop("老李"))
    other.open("/m/visits/mine")
    for address in (f"/m/visits/{asked.n}/media/{key}", f"/m/visits/mine/{asked.n}/media/{key}"):
        assert other.get(address).status_code == 404
    send(asked.page, content="", photo=(io.BytesIO(b"<svg onload=alert(1)>"), "a.png"))
    assert asked.page.page.status_code == 422


@pytest.mark.on_sqlite
def test_a_photo_stays_with_a_form_that_comes_back_and_is_sent_with_it(asked) -> None:
    asked.page.open(f"/m/visits/{asked.n}")
    asked.wang.say("不用两条,一条就行")
    shown = send(asked.page, content="明早带两条", photo=(io.BytesIO(PIXEL), "a.png"))
    assert asked.page.page.status_code == 409 and "您写的和照片都还在" in shown
    address = re.findall(r'src="(/m/visits/kept/[^"]+)"', asked.page.page.text)[0]
    assert asked.page.get(address).data == PIXEL
    asked.own.open("/m/visits/mine")
    assert asked.own.get(address).status_code == 404
    send(asked.page, content="明早带一条")
    asked.house.work()
    assert [entry.kind for entry in asked.wang.unread()][-2:] == ["text", "image"]
    assert asked.page.get(address).status_code == 404, "it is sent once"
    send(asked.page, content="{截止}", photo=(io.BytesIO(PIXEL), "a.png"))
    assert "还没有填上" in asked.page.text and "照片还在" in asked.page.text
    assert "照片还在" not in asked.page.send("drop_photo", content="算了")


@pytest.mark.on_sqlite
def test_a_photo_of_a_form_nobody_sends_is_deleted_after_some_days_and_one_that_was_sent_stays(asked) -> None:
    for content in ("{截止}", "明早带一条"):
        asked.page.open(f"/m/visits/{asked.n}")
        send(asked.page, content="{截止}", photo=(io.BytesIO(pictures.png(len(content))), "a.png"))
    asked.page.send("answer", content="明早带一条")
    left = len(files(asked))
    asked.page.open(f"/m/visits/{asked.n}")
    send(asked.page, content="{截止}", photo=(io.BytesIO(pictures.png(9)), "a.png"))
    asked.house.clock.advance(timedelta(days=1, minutes=1))
    for job in (chat.discard_unsent, chat.delete_discarded):
        job(asked.house.services)
    assert (left, len(files(asked))) == (2, 1)


def files(asked) -> list[Path]:
    return [path for path in asked.house.services.media_folder.rglob("*") if path.is_file()]


@pytest.mark.on_sqlite
def test_what_was_written_while_a_colleague_closed_it_waits_for_the_reopening(asked) -> None:
    asked.page.open(f"/m/visits/{asked.n}")
    asked.chen.say(f"{asked.n} 明早带两条")
    asked.chen.say(f"{asked.n} 完结")
    assert "您写的还在" in send(asked.page, content="后天才有") and "后天才有" in asked.page.text
    assert "后天才有" in asked.page.send("reopen", content="后天才有") and "已重开" in asked.page.text
    assert "已发出" in send(asked.page, content="后天才有")


@pytest.mark.on_sqlite
def test_the_inbox_says_first_what_presses_and_when_the_window_shuts(asked) -> None:
    asked.house.clock.advance(timedelta(hours=23, minutes=30))
    assert "1 小时内到期 1 条" in asked.page.open("/m/visits")
    asked.house.clock.advance(timedelta(hours=20))
    shown = asked.page.open("/m/visits")
    assert "已超时 1 条" in shown and "微信只能回复到" in shown
    asked.house.clock.advance(timedelta(hours=9))
    assert "已过微信 48 小时回复期" in asked.page.open("/m/visits")
    asked.wang.unfollow()
    assert "请打电话" in asked.page.open("/m/visits")
    shown = asked.page.open(f"/m/visits/{asked.n}")
    assert "电话里说了什么" in shown and 'value="answer"' not in asked.page.page.text
    assert "已记下电话联系" in asked.page.send("wait", content="他说不用了")


@pytest.mark.on_sqlite
def test_a_manager_keeps_phrases_on_the_phone(asked) -> None:
    lin = Browser(asked.house, asked.manager("林小燕"))
    asked.page.open(f"/m/visits/{asked.n}")
    kept = asked.page.send("phrase", content="{称呼}，货在路上了")
    assert "已存进您的常用语" in kept and "{称呼}，货在路上了" in kept, "what stands in the box stays there"
    with asked.house.look() as session:
        key = str(session.scalars(select(Canned.id)).one())
    assert "王老板，货在路上了" in asked.page.send("", content="", canned=key)
    asked.page.open("/m/visits/phrases")
    assert "货下午到" in asked.page.send("keep", id=key, content="货下午到")
    assert "没有变量{店}" in asked.page.send("keep", content="{店}好")
    lin.open("/m/visits/phrases")
    assert "货下午到" not in lin.text and "没有这条常用语" in lin.send("drop", id=key)
    assert "货下午到" not in asked.page.send("drop", id=key, content="")


@pytest.mark.on_sqlite
def test_a_photo_that_wechat_would_not_take_costs_no_send(asked) -> None:
    asked.house.later(minutes=2)
    asked.house.sim.faults.add("/cgi-bin/media/upload", "errcode", value=45009, times=1)
    asked.page.open(f"/m/visits/{asked.n}")
    send(asked.page, photo=(io.BytesIO(PIXEL), "a.png"))
    asked.house.work()
    assert asked.wang.unread().texts == []
    asked.house.later(minutes=10)
    assert [entry.kind for entry in asked.wang.unread()] == ["image"]
    assert "还能发 4 条" in asked.page.open(f"/m/visits/{asked.n}")
    assert asked.house.sim.sends_left(asked.wang) == 4


@pytest.mark.on_sqlite
def test_a_voice_is_sent_to_the_managers_own_chat_to_listen_to(asked) -> None:
    asked.wang.send_voice(b"#!AMR\nhello")
    asked.news(asked.chen)
    asked.page.open(f"/m/visits/{asked.n}")
    with asked.house.look() as session:
        voice = session.scalars(select(Message.id).where(Message.kind == "voice")).one()
    file = asked.page.get(f"/m/visits/{asked.n}/media/{voice}")
    assert file.data == b"#!AMR\nhello" and "attachment" in file.headers["Content-Disposition"]
    asked.page.send("listen", message=str(voice))
    asked.house.work()
    [heard] = asked.chen.unread()
    assert heard.kind == "voice" and asked.chen.picture_of(heard) == b"#!AMR\nhello"


@pytest.mark.on_sqlite
def test_a_video_is_fetched_from_where_wechat_says_it_is(asked) -> None:
    film = b"\0\0\0\x18ftypmp42" * 20
    asked.wang.send_video(film)
    asked.house.work()
    asked.page.open(f"/m/visits/{asked.n}")
    with asked.house.look() as session:
        message = session.scalars(select(Message.id).where(Message.kind == "video")).one()
    assert asked.page.get(f"/m/visits/{asked.n}/media/{message}").data == film


@pytest.mark.on_sqlite
def test_a_canned_answer_is_filled_in_before_it_is_sent(asked) -> None:
    with asked.house.services.transaction() as session:
        session.add(Canned(title="到货", content="{称呼}，{店名}的货{截止}前到，{经理}{电话}"))
    with asked.house.look() as session:
        key = session.scalars(select(Canned.id)).one()
    asked.page.open(f"/m/visits/{asked.n}")
    shown = asked.page.send("", content="您好", canned=str(key))
    assert "您好 王老板，城南便利店的货明天" in shown and "前到，陈志强13900002201" in shown


@pytest.mark.on_sqlite
def test_a_canned_answer_to_an_overdue_request_names_the_moment_that_was_missed(asked) -> None:
    with asked.house.services.transaction() as session:
        session.add(Canned(title="致歉", content="本该{截止}前答复您，抱歉"))
    with asked.house.look() as session:
        key = session.scalars(select(Canned.id)).one()
    promised = asked.request().opened_at + timedelta(hours=24)
    asked.house.clock.advance(timedelta(hours=26))
    asked.wang.say("还在吗？那两条烟什么时候能补")  # WeChat's window moves, the promise does not
    asked.house.clock.advance(timedelta(hours=1))
    asked.page.open(f"/m/visits/{asked.n}")
    shown = asked.page.send("", content="您好", canned=str(key))
    local = promised.astimezone(asked.house.services.zone)
    assert f"{local:%H:%M}（已过）前答复您" in shown and "明天" not in shown.partition("本该")[2][:20]


def test_the_page_closes_hands_on_notes_and_puts_off(asked) -> None:
    lin = asked.manager("林小燕")
    asked.page.open(f"/m/visits/{asked.n}")
    assert "备注，店主看不到" in asked.page.send("note", content="上月也断过")
    assert "再放回待办" in asked.page.send("snooze", hours="2")
    assert "没有待办的留言" in asked.page.open("/m/visits")
    assert "城南便利店" in asked.page.open("/m/visits?shelf=snoozed")
    assert "城南便利店" in asked.page.open(f"/m/visits?search={asked.n}")
    asked.page.open(f"/m/visits/{asked.n}")
    assert "还没有答复过" in asked.page.send("close")
    send(asked.page, content="明早带两条")
    assert "已完结" in asked.page.send("close")
    assert "重开" in asked.page.send("reopen")
    assert "林小燕" in asked.page.send("transfer", to=str(asked.id_of("林小燕")))
    theirs = Browser(asked.house, lin)
    assert "城南便利店" in theirs.open("/m/visits")
    # Those whose shop it is still see it.
    assert "负责人 林小燕" in asked.page.open(f"/m/visits/{asked.n}")


@pytest.mark.on_sqlite
def test_who_hands_a_request_on_second_inside_wechat_is_told_whose_it_is_by_now(asked) -> None:
    lin, zhou = asked.manager("林小燕"), Browser(asked.house, asked.manager("周主任"))
    for browser in (asked.page, zhou):
        browser.open(f"/m/visits/{asked.n}")
    assert "林小燕" in zhou.send("transfer", to=str(asked.id_of("林小燕")))
    told = asked.page.send("transfer", to=str(asked.id_of("周主任")))
    assert "刚刚转给了林小燕，还没有按您的转" in told
    assert asked.owners() == ["林小燕"] and "城南便利店" in Browser(asked.house, lin).open("/m/visits")


@pytest.mark.on_sqlite
def test_nobody_else_opens_a_thread(asked) -> None:
    lin = Browser(asked.house, asked.manager("林小燕"))
    assert "没有这条留言，或者现在由别的同事负责" in lin.open(f"/m/visits/{asked.n}")
    other = Browser(asked.house, asked.shop("老李"))
    assert "没有这条留言" in other.open(f"/m/visits/{asked.n}")
    assert "没有这条留言" in other.open(f"/m/visits/mine/{asked.n}")
    assert 'href="/m/visits"' in other.page.text, "there is a way on"
    passer = Browser(asked.house, asked.house.phone("路人"))
    assert "没有这条留言" in passer.open(f"/m/visits/{asked.n}")


@pytest.mark.pooled
def test_two_managers_answer_at_once_and_one_of_them_is_shown_the_other(asked) -> None:
    zhou = Browser(asked.house, asked.manager("周主任"))
    together, codes = threading.Barrier(2), []

    def press(browser: Browser, words: str) -> None:
        form = browser.form() | {"do": "answer", "content": words}
        together.wait()
        codes.append(browser.post(f"/m/visits/{asked.n}", form).status_code)

    threads = []
    for browser, words in ((asked.page, "后天才有"), (zhou, "明早就到")):
        browser.open(f"/m/visits/{asked.n}")
        threads.append(threading.Thread(target=press, args=(browser, words)))
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(codes) == [303, 409]
    assert len(answers(asked)) == len(asked.news(asked.wang)) == 1


# Inside WeChat, a shop


@pytest.mark.on_sqlite
def test_the_shop_reads_the_answer_on_its_page_and_writes_more_there(asked) -> None:
    asked.chen.say(f"{asked.n} 明早带两条")
    asked.chen.say(f"{asked.n} 备注 这家店总断货")
    assert "给客户经理留言" in asked.own.open("/m/me")
    shown = asked.own.open("/m/visits/mine")
    assert NEED in shown and "陈志强" in shown and "明早带两条" in shown and "总断货" not in shown
    asked.own.send("write", content="好,几点到")
    asked.own.page = asked.own.get("/m/visits/mine")
    assert "好,几点到" in asked.own.text
    assert any("好,几点到" in text for text in asked.news(asked.chen))
    assert asked.request().unanswered_since is not None
    assert asked.page.open("/m/visits/mine").startswith("留言 我的"), "a manager has an inbox in its place"
    assert "待办 1 条" in asked.page.open("/m/me")


@pytest.mark.on_sqlite
def test_the_shop_sees_until_when_it_is_answered_and_rates_with_one_tap(asked) -> None:
    assert "陈志强会在明天" in asked.own.open("/m/visits/mine")
    asked.chen.say(f"{asked.n} 明早带两条")
    asked.chen.say(f"{asked.n} 完结")
    assert "这次答复您满意吗" in asked.own.open("/m/visits/mine")
    form = re.search(r'action="(/m/visits/mine/\d+/rating)"', asked.own.page.text)
    address, fields = form[1], asked.own.form() | {"do": "3"}
    for said in ("谢谢您直说", "您已评价过"):
        assert asked.own.post(address, fields).status_code == 303
        assert said in asked.own.open("/m/visits/mine")
    assert "这次答复您满意吗" not in asked.own.text
    assert asked.request().closed_at is not None


@pytest.mark.on_sqlite
def test_a_page_posted_twice_by_the_shop_is_one_message(asked) -> None:
    asked.own.open("/m/visits/mine")
    form = asked.own.form() | {"do": "write", "content": "再加一包"}
    for _ in range(2):
        assert asked.own.post("/m/visits/mine", form).status_code == 303
    assert asked.said()[1:] == [("text", "再加一包")]


# The console


@pytest.mark.on_sqlite
def test_the_console_shows_the_timeline_with_reasons_and_answers(desk) -> None:
    market = desk.office.browser("market")
    listed = market.get("/console/visits").text
    assert "城南便利店" in listed and NEED[:12] in listed
    shown = market.get(f"/console/visits/{desk.n}").text
    assert "城区一片的客户经理陈志强" in shown and "首次答复" in shown and "还能发 5 条" in shown
    assert "近 7 天来了 1 条留言" in market.get("/console/").text
    answered = act(market, desk.n, "answer", content="我们已联系配送")
    assert answered.status_code == 303
    assert desk.news(desk.wang) == ["客服：我们已联系配送"]
    for did in ("visit.see", "visit.answer"):
        assert {entry.about for entry in desk.office.audited(did)} == {f"visit:{desk.n}"}


def test_everybody_sees_their_part_and_a_reader_answers_nothing(desk) -> None:
    address = f"/console/visits/{desk.n}"
    desk.office.user("lin", "manager", manager_id=desk.id_of("林小燕"))
    assert desk.office.browser("zhou").get(address).status_code == 200
    assert desk.office.browser("chen").get(address).status_code == 200
    lin = desk.office.browser("lin")
    assert lin.get(address).status_code == 404 and "城南便利店" not in lin.get("/console/visits").text
    assert act(lin, desk.n, "answer", content="好").status_code == 404
    intern = desk.office.browser("intern")
    shown = intern.get(address).text
    assert "136****8899" in shown and "13600008899" not in shown and "发送给店主" not in shown
    assert act(intern, desk.n, "answer", content="好").status_code == 403
    assert answers(desk) == []


@pytest.mark.on_sqlite
def test_the_console_shows_the_second_writer_what_came_between(desk) -> None:
    market = desk.office.browser("market")
    hidden = fields(market, desk.n)
    desk.chen.say(f"{desk.n} 明早带两条")
    shown = market.post(f"/console/visits/{desk.n}", hidden | {"do": "answer", "content": "后天才有"})
    assert shown.status_code == 409 and "明早带两条" in shown.text and "后天才有" in shown.text
    assert answers(desk) == ["明早带两条"]


def test_the_list_is_narrowed_and_paged_by_key(desk) -> None:
    desk.fill("江山片", 70)
    desk.house.clock.advance(timedelta(hours=25))
    market = desk.office.browser("market")
    seen, address = set(), "/console/visits?shelf=overdue"
    for _ in range(4):
        page = market.get(address).text
        lines = numbers(page)
        assert not seen & lines
        seen |= lines
        following = [link for link in links(page) if "after=" in link]
        if not following:
            break
        address = following[0]
    assert len(seen) == 71
    assert len(numbers(market.get(f"/console/visits?search={desk.n}").text)) == 1
    assert numbers(market.get("/console/visits?search=城南").text) == {desk.n}
    with desk.house.services.transaction() as session:
        town = session.scalars(select(Retailer).where(Retailer.shop == "城南便利店")).one()
        town.shop, town.names = "城南ＡＢＣ(东)店", names_of("城南ＡＢＣ(东)店", town.keeper)
    assert numbers(market.get("/console/visits?search=abc（东").text) == {desk.n}
    assert desk.n not in numbers(market.get(f"/console/visits?area={desk.office.area('江山片')}").text)
    assert desk.n in numbers(market.get(f"/console/visits?manager={desk.id_of('陈志强')}").text)
    for odd in ("after=x", "after=9.9.9", "search=99999999999", "area=x", "shelf=no", "manager=-1"):
        assert market.get(f"/console/visits?{odd}").status_code == 200


@pytest.mark.on_sqlite
def test_a_phrase_changed_on_another_page_is_not_written_over_unseen(asked) -> None:
    asked.page.open("/m/visits/phrases")
    asked.page.send("keep", content="货明早到")
    with asked.house.look() as session:
        key = session.scalars(select(Canned.id)).one()
    office = Office(asked.house)
    office.staff()
    chen = office.browser("chen")
    asked.page.open("/m/visits/phrases")
    old = asked.page.form()
    edit = f"/console/visits/canned/{key}"
    assert chen.post(edit, {"title": "到货", "content": "货下午到", "for": "me"}).status_code == 303
    shown = asked.page.send("keep", id=str(key), content="货后天到", stamp=old.get("stamp", ""))
    assert asked.page.page.status_code == 409
    assert "现在存着的是：“货下午到”" in shown and "货后天到" in shown
    assert "已存进您的常用语" in asked.page.send("keep", id=str(key), content="货后天到")


def test_canned_answers_are_kept_by_whoever_may(desk) -> None:
    market, chen = desk.office.browser("market"), desk.office.browser("chen")
    new = "/console/visits/canned/new"
    assert market.post(new, {"title": "到货", "content": "{店名}明天到", "for": "all"}).status_code == 303
    assert "没有变量{店铺}" in market.post(new, {"title": "错", "content": "{店铺}", "for": "all"}).text
    assert chen.post(new, {"title": "我的", "content": "{称呼},我是{经理}", "for": "me"}).status_code == 303
    assert chen.post(new, {"title": "大家的", "content": "好", "for": "all"}).status_code == 422
    lists = [browser.get("/console/visits/canned").text for browser in (chen, market)]
    assert [">我的<" in shown for shown in lists] == [True, False]
    with desk.house.look() as session:
        shared = session.scalars(select(Canned.id).where(Canned.manager_id.is_(None))).one()
    assert chen.post(f"/console/visits/canned/{shared}", {"title": "改", "content": "改"}).status_code == 422
    assert chen.post(f"/console/visits/canned/{shared}/drop").status_code == 422
    market.get(f"/console/visits/canned/{shared}")
    assert market.post(f"/console/visits/canned/{shared}/drop").status_code == 303


def fields(browser: Desktop, number: int) -> dict[str, str]:
    """The hidden fields of the answer form."""

    page = browser.get(f"/console/visits/{number}").text
    return dict(re.findall(r'<input type="hidden" name="(token|seen)" value="([^"]*)"', page))


def act(browser: Desktop, number: int, do: str, **more):
    return browser.post(f"/console/visits/{number}", fields(browser, number) | {"do": do, **more})


def numbers(page: str) -> set[int]:

    return {int(each) for each in re.findall(r'id="row-(\d+)"', page)}


def links(page: str) -> list[str]:

    return [unescape(each) for each in re.findall(r'href="([^"]+)"', page)]
