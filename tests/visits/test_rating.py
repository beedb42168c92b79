"""Why a shop was not content: asked for in the chat and on its page, kept with the rating, read by whoever answers."""

import re

import openpyxl
import pytest
from sqlalchemy import select

from people import actions as people
from tests.h5 import Browser
from tests.office import Office
from visits.models.answers import Rating

NEED = "红七匹狼这周断货了能不能先补两条"
SLOW = "=送货太慢了,打 13600008899 也没人"
REPORT = "/console/visits/reports"
ASKED_WHY = "谢谢您直说。哪里不满意，写一句就行。"


@pytest.fixture
def done(town):
    """A shop's need was met, and it is asked how content it is."""

    def meet() -> None:
        chen = town.manager("陈志强")
        town.shop("王建国").say(NEED)
        number = town.request().number
        chen.say(f"{number} 明早带两条")
        chen.say(f"{number} 完结")

    town.house.lay_out("a need was met", meet)
    town.chen, town.wang = town.house.phone("陈志强"), town.house.phone("王建国")
    town.n = town.request().number
    town.asked = [entry for entry in (town.house.work(), *town.wang.unread())[1:] if "这次答复您满意吗" in entry.text]
    return town


def tap(town, score: int) -> str:
    return town.wang.tap(town.asked[-1].detail["list"][score - 1]["id"]).text


def comments(town) -> list[str]:
    with town.house.look() as session:
        return list(session.scalars(select(Rating.comment).order_by(Rating.request_id, Rating.closing)))


def is_closed(town) -> bool:
    return town.request().closed_at is not None


def test_who_was_not_content_says_why_once_and_what_comes_then_is_a_need(done) -> None:
    assert tap(done, 3) == ASKED_WHY
    done.house.later(minutes=20)
    assert done.wang.say(SLOW).text == "已记下，谢谢您。还有事没办好，请接着写。"
    assert (comments(done), is_closed(done), len(done.said())) == ([SLOW], True, 2)
    done.house.later(minutes=2)
    assert "已转给客户经理" in done.wang.say("送货的数量也不对").text
    assert (comments(done), is_closed(done)) == ([SLOW], False)


@pytest.mark.on_sqlite
def test_three_characters_are_enough_and_content_shops_are_asked_nothing(done) -> None:
    assert done.wang.say("2").text == "谢谢您的评价。哪里可以更好，写一句就行。"
    assert done.wang.say("一般").text == "您已评价过，谢谢。"
    assert "已记下" in done.wang.say("太慢了").text
    assert comments(done) == ["太慢了"]


@pytest.mark.on_sqlite
def test_a_content_shop_is_only_thanked(done) -> None:
    assert tap(done, 1) == "谢谢您的评价。"
    assert "没看懂" in done.wang.say("太慢了").text
    assert comments(done) == [""]


@pytest.mark.on_sqlite
@pytest.mark.parametrize(
    ("said", "answer"),
    [("帮助", "留言"), ("谢谢", "不客气"), ("2", "请直接写"), ("人工", "13900002201"), ("留言 价签要换", "已转给")],
)
def test_what_is_no_reason_goes_its_usual_way(done, said, answer) -> None:
    tap(done, 3)
    assert answer in done.wang.say(said).text
    assert comments(done) == [""]


@pytest.mark.on_sqlite
def test_a_picture_goes_on_with_the_request_and_so_does_what_is_written_under_it(done) -> None:
    tap(done, 3)
    assert "已转给客户经理" in done.wang.send_image().text
    done.wang.say("就是这个")
    assert (comments(done), is_closed(done), done.said()[-1]) == ([""], False, ("text", "就是这个"))


@pytest.mark.on_sqlite
def test_what_is_written_later_or_after_something_else_is_no_reason(done) -> None:
    tap(done, 3)
    done.house.later(minutes=2)
    done.wang.say("帮助")
    done.house.later(minutes=2)
    assert "已转给" in done.wang.say("送货的数量也不对").text
    done.news(done.chen)
    done.chen.say(f"{done.n} 我看看")
    done.chen.say(f"{done.n} 完结")
    done.house.work()
    assert done.wang.say("3").text == ASKED_WHY
    done.house.later(minutes=31)
    assert "已转给" in done.wang.say("还是没有解决").text
    assert comments(done) == ["", ""]


@pytest.mark.on_sqlite
def test_a_survey_and_a_rating_never_take_each_others_reply(done, tmp_path) -> None:
    path = tmp_path / "survey.yaml"
    path.write_text("title: 满意度\nquestions: [{code: q1, type: text, text: 为什么?}]\n", encoding="utf-8")
    for arguments in (("load", str(path)), ("publish", "1")):
        assert done.house.flask("surveys", *arguments).exit_code == 0
    done.wang.say("调查")
    assert tap(done, 3).startswith("谢谢您直说，我们会改进"), "the next text is the survey's"
    assert "已提交" in done.wang.say("太慢了").text
    done.house.later(minutes=2)
    assert "已转给" in done.wang.say("送货的数量也不对").text
    assert comments(done) == [""]


@pytest.mark.on_sqlite
def test_a_survey_begun_after_the_question_gets_the_text(done, tmp_path) -> None:
    path = tmp_path / "survey.yaml"
    path.write_text("title: 满意度\nquestions: [{code: q1, type: text, text: 为什么?}]\n", encoding="utf-8")
    for arguments in (("load", str(path)), ("publish", "1")):
        assert done.house.flask("surveys", *arguments).exit_code == 0
    assert tap(done, 3) == ASKED_WHY
    done.wang.say("调查")
    assert "已提交" in done.wang.say("太慢了").text
    assert comments(done) == [""]


@pytest.mark.on_sqlite
def test_on_its_page_a_shop_says_why_with_the_tap(done) -> None:
    own = Browser(done.house, done.wang)
    own.open("/m/visits/mine")
    address = re.search(r'action="(/m/visits/mine/\d+/rating)"', own.page.text)[1]
    assert own.post(address, own.form() | {"do": "3", "comment": "慢" * 301}).status_code == 422
    assert own.post(address, own.form() | {"do": "3", "comment": " 太慢了 "}).status_code == 303
    assert "谢谢您直说" in own.open("/m/visits/mine")
    assert "没看懂" in done.wang.say("太慢了").text, "nobody asked in the chat"
    assert (comments(done), is_closed(done)) == (["太慢了"], True)


def test_it_is_read_on_the_threads_in_the_report_and_in_its_file(done) -> None:
    tap(done, 3)
    done.wang.say(SLOW)
    page = Browser(done.house, done.chen)
    assert f"店主评价 不满意：“{SLOW}”" in page.open(f"/m/visits/{done.n}")
    office = Office(done.house)
    office.staff()
    masked = SLOW.replace("13600008899", "136****8899")
    for name, shown in (("market", SLOW), ("intern", masked)):
        browser = office.browser(name)
        assert f"不满意：“{shown}”" in browser.get(f"/console/visits/{done.n}").text
        assert shown in browser.get(f"{REPORT}/requests?figure=discontent").text
    market = office.browser("market")
    market.get(REPORT)
    asked = market.post(f"{REPORT}/export", {"by": "manager"})
    office.work()
    task = office.task(int(asked.headers["Location"].rsplit("/", 1)[1]))
    assert task.state == "done", task.error
    heading, line = openpyxl.load_workbook(done.house.services.files_folder / task.file)["留言"].iter_rows()
    assert (heading[16].value, line[16].value, line[16].data_type) == ("评价说明", masked, "s")


def test_erasing_somebody_erases_what_they_said_of_it_also_for_the_next_keeper(done) -> None:
    tap(done, 3)
    done.wang.say(SLOW)
    done.wang.say("送货的数量也不对")
    done.wang.say("解绑"), done.wang.say("1")
    heir = done.house.phone("接班人")
    heir.follow()
    heir.say("绑定 350802100001 8899")
    heir.say("打火机卖完了,麻烦送一盒")
    services = done.house.services
    with services.transaction() as session:
        people.withdraw(session, done.wang.openid, now=services.clock())
    done.run("erase who is gone")
    with done.house.look() as session:
        rating = session.scalars(select(Rating)).one()
        assert (rating.comment, rating.score, rating.openid.startswith("erased:")) == ("", 3, True)
    assert done.request().openid == heir.openid


@pytest.mark.on_sqlite
def test_what_the_shop_writes_after_an_answer_may_be_closed_with_and_without_asking_how_it_went(town) -> None:
    chen, wang = town.manager("陈志强"), town.shop("王建国")
    wang.say(NEED)
    n, page, office = town.request().number, Browser(town.house, chen), Office(town.house)
    office.staff()
    market = office.browser("market")

    def offered() -> tuple[list[str], list[str]]:
        page.open(f"/m/visits/{n}")
        pages = page.page.text, market.get(f"/console/visits/{n}").text
        return tuple(sorted(re.findall(r'value="(close|no_reply)"', page)) for page in pages)

    assert offered() == (["no_reply"], ["no_reply"])
    chen.say(f"{n} 明早带两条")
    assert offered() == (["close"], ["close"])
    wang.say("好的,上午来")
    assert offered() == (["close", "no_reply"], ["close", "no_reply"])
    assert "已完结" in page.send("no_reply")
    assert town.request().closed_how == "no_reply_needed"
