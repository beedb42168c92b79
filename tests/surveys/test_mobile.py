"""A survey on its page inside WeChat, through the door: the same sheet as in the chat."""

import io
import json
import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from simulator.phone import PIXEL
from surveys.models import Submission
from tests.h5 import Browser
from wechat_bot.models import Media

ROSTER = "许可证号,店名,店主,手机,地址,片区,客户类型,客户经理,经理手机\n" + "".join(
    f"35080210000{n},{keeper}便利店,{keeper},1360000110{n},新罗区,城区一片,{kind},陈志强,13900002201\n"
    for n, keeper, kind in (
        (1, "王建国", "现代终端"), (2, "李福生", "普通终端"), (3, "赵一", "普通终端"), (4, "钱二", "普通终端"),
        (5, "孙三", "普通终端"), (6, "周四", "普通终端"), (7, "吴五", "普通终端"),
    )
)  # fmt: skip
SURVEY = """
title: 三季度服务满意度调查
questions:
  - {code: q1, type: single, text: 您对客户经理的服务满意吗?, options: [非常满意, 满意, 一般], other: true}
  - {code: q2, type: multiple, text: 您最希望改进哪些?, options: [送货时间, 货源信息, 上门拜访], other: true, max: 2}
  - {code: q3, type: rating, text: 请给本季度服务打分}
  - {code: q4, type: nps, text: 您愿意向同行推荐我们的服务吗?, required: false}
  - {code: q5, type: number, text: 您店里平均每天来多少位顾客?, min: 0, max: 5000, required: false}
  - {code: q6, type: text, text: 不满意的原因是?, show_if: {q1: [一般]}}
  - {code: q7, type: photo, text: 请拍一张陈列照片, required: false}
"""
ONE = "title: 一题\nquestions: [{code: q1, type: single, text: 好吗?, options: [好, 不好]}]\n"
PHOTO = "title: 照片\nquestions: [{code: q1, type: photo, text: 陈列?}]\n"


@pytest.fixture
def town(build, tmp_path):
    house = build()
    path = tmp_path / "roster.csv"
    path.write_text(ROSTER, encoding="utf-8")

    def settle() -> None:
        assert house.flask("people", "import", str(path)).exit_code == 0

    house.lay_out("seven shops", settle)
    return house


@pytest.fixture
def publish(town, tmp_path):
    def load(text: str = SURVEY, survey: str = "") -> str:
        path = tmp_path / "survey.yaml"
        path.write_text(text, encoding="utf-8")
        loaded = town.flask("surveys", "load", str(path), *(["--survey", survey] if survey else []))
        assert loaded.exit_code == 0, loaded.output
        assert town.flask("surveys", "publish", loaded.stdout.strip()).exit_code == 0
        return loaded.stdout.strip()

    return load


def bound(town, n: int = 1) -> Browser:
    phone = town.phone(f"店{n}")
    phone.follow()
    assert "已绑定" in phone.say(f"绑定 35080210000{n} 110{n}").text
    return Browser(town, phone)


@pytest.fixture
def wang(town):
    return bound(town)


def tally(town, number: str) -> dict:
    return json.loads(town.flask("surveys", "tally", number, "--json").stdout)


def submissions(town) -> list[Submission]:
    with town.look() as session:
        return list(session.scalars(select(Submission)))


def picture(content: bytes, name: str = "photo.jpg"):
    return (io.BytesIO(content), name)


@pytest.mark.on_sqlite
def test_a_survey_is_filled_on_its_page_one_question_at_a_time(town, publish, wang) -> None:
    number = publish()
    page = f"/m/surveys/{number}"
    assert "约 6–7 题，2 分钟" in wang.open(page)
    assert "第 1 题，共 6–7 题 您对客户经理的服务满意吗? 点一下就到下一题" in wang.send("begin")
    assert "第 2 题，共 7 题 第 1 题已记下：一般 改 您最希望改进哪些?" in wang.send(option="3")
    assert "第 3 题，共 7 题 请给本季度服务打分" in wang.send(option=["1", "0"], other="价格牌")
    assert "第 4 题，共 7 题 第 3 题已记下：5 分 改" in wang.send(option="5")
    assert "第 5 题，共 7 题 第 4 题跳过了 改" in wang.send("skip")
    assert "第 6 题，共 7 题" in wang.send(text="约３０人")
    assert "第 7 题，共 7 题" in wang.send(text="送货太慢")
    assert "看一遍，没问题就提交" in wang.send(photo=picture(PIXEL))
    assert submissions(town) == []
    assert "已提交，谢谢王老板" in wang.send("finish")
    assert "已收到您的答案" in wang.open(page)
    (kept,) = submissions(town)
    assert kept.source == "page"
    photos = kept.answers.pop("q7")["m"]
    assert kept.answers == {
        "q1": {"o": 3}, "q2": {"o": [1, 0], "t": "价格牌"}, "q3": {"v": 5}, "q4": {"s": True}, "q5": {"v": "30"},
        "q6": {"t": "送货太慢"},
    }  # fmt: skip
    with town.look() as session:
        media = session.scalars(select(Media).where(Media.key == photos[0])).one()
    assert (media.content_type, media.size, media.openid) == ("image/png", len(PIXEL), wang.phone.openid)
    assert (town.settings.media_path / media.sha256[:2] / media.sha256).read_bytes() == PIXEL
    assert tally(town, number)["returned"] == 1


@pytest.mark.on_sqlite
def test_half_in_the_chat_and_half_on_the_page_either_way_round(town, publish, wang) -> None:
    number = publish()
    page = f"/m/surveys/{number}"
    said = wang.phone.say("调查").text
    assert f"点开网页填：{town.settings.public_url}{page}\n1/6" in said
    assert "2/6" in wang.phone.say("2").text
    assert "第 2 题，共 6 题 您最希望改进哪些?" in wang.open(page)
    wang.send(option="2")
    assert "4/6" in wang.phone.say("5").text
    assert "第 4 题，共 6 题" in wang.open(page)
    wang.send(option="10")
    assert "6/6" in wang.phone.say("跳过").text
    assert "已提交" in wang.phone.say("跳过").text
    assert "已提交" in wang.open(page)
    other = bound(town, 2)
    other.open(page)
    other.send("begin")
    other.send(option="1")
    assert "2/6" in other.phone.say("调查").text
    assert len(submissions(town)) == 1


@pytest.mark.on_sqlite
def test_one_goes_back_by_a_link_sees_what_was_answered_and_changes_it(town, publish, wang) -> None:
    page = f"/m/surveys/{publish()}"
    wang.open(page)
    wang.send("begin")
    assert f'href="{page}?question=' not in wang.page.text
    assert "第 1 题已记下：其他（说不清） 改" in wang.send(option="0", other="说不清")
    assert wang.page.text.count(f'href="{page}?question=q1"') == 2, "改, and 上一题"
    assert "第 1 题" in wang.open(f"{page}?question=q1")
    assert 'value="0" data-needs="other" aria-pressed="true"' in wang.page.text
    assert 'value="说不清"' in wang.page.text
    assert "不改了" in wang.text
    assert "2/6" in wang.phone.say("调查").text, "looking back moves nothing"
    wang.open(f"{page}?question=q1")
    assert "第 2 题，共 6 题 第 1 题已记下：非常满意" in wang.send(option="1")
    assert "第 2 题" in wang.open(f"{page}?question=q3"), "nobody gets ahead of the questions"
    assert "第 2 题" in wang.open(f"{page}?question=no%20such")


def test_one_tap_is_one_answer_and_enter_in_the_words_of_other_never_chooses_the_first(publish, wang) -> None:
    """What a browser posts without any script: the pressed button alone, and for Enter the first one of the form."""
    page = f"/m/surveys/{publish()}"
    wang.open(page)
    wang.send("begin")
    buttons = re.findall(r'<button[^>]*name="(\w+)" value="(\w+)"', wang.page.text)
    assert buttons == [("option", each) for each in "0123"] + [("option", "0")] * 2
    fields = wang.form() | {"other": "说不清"}
    wang.post(page, fields | {"option": "0"})
    assert "第 1 题已记下：其他（说不清）" in wang.open(f"{page}?done=q1")
    wang.open(f"{page}?question=q1")
    wang.post(page, wang.form() | {"option": "2", "other": ""})
    assert "第 1 题已记下：满意" in wang.open(f"{page}?done=q1")


@pytest.mark.on_sqlite
def test_all_answers_are_looked_over_before_they_are_handed_in_and_each_can_be_changed(town, publish, wang) -> None:
    page = f"/m/surveys/{publish()}"
    wang.open(page)
    wang.send("begin")
    for fields in ({"option": "1"}, {"option": ["1", "3"]}, {"option": "5"}, {"option": "10"}, {"text": ""}, {}):
        wang.send(**fields)
    assert wang.text.startswith(
        "三季度服务满意度调查 看一遍，没问题就提交 点一行可以改。 1 您对客户经理的服务满意吗? 非常满意 改"
        " 2 您最希望改进哪些? 送货时间、上门拜访 改 3 请给本季度服务打分 5 分 改"
    )
    assert "5 您店里平均每天来多少位顾客? 没填 补上 6 请拍一张陈列照片 没填 补上 提交后不能再改。 提交" in wang.text
    assert "还没有提交" in wang.open("/m/me")
    assert "第 3 题" in wang.open(f"{page}?question=q3")
    assert "3 请给本季度服务打分 4 分 改" in wang.send(option="4"), "and back to the look over"
    assert "改好了" in wang.open(f"{page}?question=q2")
    assert "最多选 2 项" in wang.send(option=["1", "2", "3"])
    assert "看一遍" in wang.open(f"{page}?on=1")
    wang.open(f"{page}?question=q1")
    assert "第 6 题，共 7 题 第 1 题已记下：一般" in wang.send(option="3"), "another branch asks its question first"
    wang.send(text="送货太慢")
    assert submissions(town) == []
    assert "已提交" in wang.send("finish")
    (kept,) = submissions(town)
    assert (kept.answers["q1"], kept.answers["q3"]) == ({"o": 3}, {"v": 4})


@pytest.mark.on_sqlite
def test_who_stopped_at_the_look_over_hands_in_with_a_word_in_the_chat(town, publish, wang) -> None:
    page = f"/m/surveys/{publish()}"
    wang.open(page)
    wang.send("begin")
    for fields in ({"option": "1"}, {"option": "1"}, {"option": "5"}, {"option": "10"}, {"text": ""}, {}):
        wang.send(**fields)
    assert "已提交" in wang.phone.say("调查").text
    assert len(submissions(town)) == 1


@pytest.mark.on_sqlite
def test_the_last_skip_says_that_it_hands_in_where_nothing_is_looked_over(town, publish, wang) -> None:
    one = "title: 一题\nquestions: [{code: q1, type: rating, text: 几分?, required: false}]\n"
    page = f"/m/surveys/{publish(one)}"
    wang.open(page)
    assert "跳过并提交" in wang.send("begin")
    assert "已提交" in wang.send("skip")
    more = one.replace("}]", "}, {code: q2, type: rating, text: 再几分?, required: false}]").replace("一题", "两题")
    page = f"/m/surveys/{publish(more)}"
    wang.open(page)
    wang.send("begin")
    assert "跳过并提交" not in wang.send("skip")
    assert "跳过" in wang.text
    assert "看一遍" in wang.send("skip")


@pytest.mark.on_sqlite
def test_a_poll_shows_at_once_which_bar_is_ones_own_and_what_else_waits(town, publish, wang) -> None:
    publish()
    poll = f"/m/surveys/{publish('results: live' + chr(10) + ONE)}"
    assert "答完就能看到大家的结果" in wang.open(poll)
    wang.send("begin")
    assert "好 您选的 100% 不好 0%" in wang.send(option="1")
    assert "还有 1 件事等您 三季度服务满意度调查 还剩 6 题" in wang.text


@pytest.mark.on_sqlite
@pytest.mark.parametrize(
    ("before", "fields", "sentence"),
    [
        ([], {}, "请选一项"),
        ([], {"option": "9"}, "请选一项"),
        ([], {"option": "0"}, "请写上内容"),
        ([{"option": "1"}], {"option": ["1", "2", "3"]}, "最多选 2 项"),
        ([{"option": "1"}, {"option": "1"}], {"option": "6"}, "请选一项"),
        ([{"option": "1"}, {"option": "1"}, {"option": "5"}, {"option": "5"}], {"text": "很多"}, "请填 0 到 5000"),
        ([{"option": "1"}, {"option": "1"}, {"option": "5"}, {"option": "5"}], {"text": "9999"}, "请填 0 到 5000"),
    ],
)  # fmt: skip
def test_what_a_question_does_not_take_is_said_kindly_and_nothing_is_lost(
    town, publish, wang, before, fields, sentence
) -> None:
    wang.open(f"/m/surveys/{publish()}")
    wang.send("begin")
    for each in before:
        wang.send(**each)
    assert sentence in wang.send(**fields)
    assert wang.page.status_code == 422
    assert "回复" not in wang.text
    for value in fields.values() if "option" not in fields else ():
        assert f'value="{value}"' in wang.page.text


@pytest.mark.on_sqlite
def test_a_form_sent_again_counts_once(town, publish, wang) -> None:
    """The answer was lost on the way, and the phone sends the same again."""
    number = publish(ONE)
    wang.open(f"/m/surveys/{number}")
    wang.submit("begin")
    assert "第 1 题，共 1 题" in wang.send("begin")
    last = wang.form() | {"do": "answer", "option": "1"}
    answers = [wang.post(wang.action(), last) for _ in range(3)]
    assert {answer.status_code for answer in answers} == {303}
    assert "已提交" in wang.open(f"/m/surveys/{number}")
    assert len(submissions(town)) == 1
    assert (tally(town, number)["sent"], tally(town, number)["returned"]) == (1, 1)


@pytest.mark.on_sqlite
def test_a_photo_sent_again_is_kept_once(town, publish, wang) -> None:
    text = "title: 照片\nquestions: [{code: q1, type: photo, text: 陈列?}, {code: q2, type: rating, text: 几分?}]\n"
    page = f"/m/surveys/{publish(text)}"
    wang.open(page)
    wang.send("begin")
    form = wang.form()
    for _ in range(2):
        wang.post(page, form | {"do": "answer", "photo": picture(PIXEL)})
    with town.look() as session:
        assert len(session.scalars(select(Media)).all()) == 1
    wang.open(f"{page}?question=q1")
    shown = wang.get(re.search(r'src="(/m/surveys/[^"]+)"', wang.page.text)[1])
    assert (shown.data, shown.mimetype, shown.headers["Cache-Control"]) == (PIXEL, "image/png", "no-store")
    thief = bound(town, 2)
    thief.open(page)
    thief.send("begin")
    stolen = thief.form() | {"upload": form["upload"], "do": "answer", "photo": picture(PIXEL)}
    thief.post(page, stolen)
    with town.look() as session:
        assert {media.openid for media in session.scalars(select(Media))} == {wang.phone.openid, thief.phone.openid}


@pytest.mark.on_sqlite
@pytest.mark.parametrize(
    ("content", "sentence"),
    [(b"<svg onload='x'/>", "不是照片"), (b"", "是空的"), (b"\xff\xd8\xff" + b"0" * (10 << 20), "太大")],
)
def test_a_file_that_is_no_photo_or_too_large_is_refused(town, publish, wang, content, sentence) -> None:
    page = f"/m/surveys/{publish(PHOTO)}"
    wang.open(page)
    wang.send("begin")
    assert sentence in wang.send(photo=picture(content, "shelf.jpg"))
    assert wang.page.status_code == 422
    with town.look() as session:
        assert session.scalars(select(Media)).all() == []


@pytest.mark.on_sqlite
def test_a_photo_nobody_asked_for_is_not_kept(town, publish, wang) -> None:
    page = f"/m/surveys/{publish(ONE)}"
    wang.open(page)
    wang.send("begin")
    wang.send(photo=picture(PIXEL))
    assert not town.settings.media_path.exists()


@pytest.mark.on_sqlite
def test_a_body_beyond_all_measure_is_refused(publish, wang) -> None:
    page = f"/m/surveys/{publish(ONE)}"
    wang.open(page)
    answer = wang.post(page, wang.form() | {"do": "answer", "photo": picture(b"0" * (12 << 20))})
    assert answer.status_code == 413


def test_an_anonymous_photo_is_nobodys(town, publish, wang) -> None:
    page = f"/m/surveys/{publish('anonymous: true' + chr(10) + PHOTO)}"
    assert "不记名" in wang.open(page)
    wang.send("begin")
    assert "已提交" in wang.send(photo=picture(PIXEL))
    with town.look() as session:
        assert session.scalars(select(Media.openid)).one() == ""


def test_who_began_under_a_version_ends_under_it(town, publish, wang) -> None:
    number = publish(ONE)
    page = f"/m/surveys/{number}"
    wang.open(page)
    wang.send("begin")
    longer = ONE.replace("[好, 不好]", "[很好, 不好]").replace("}]", "}, {code: q2, type: rating, text: 几分?}]")
    publish(longer, number)
    assert "共 1 题" in wang.open(page)
    other = bound(town, 2)
    other.open(page)
    assert "第 1 题，共 2 题" in other.send("begin")
    assert "已提交" in wang.send(option="1")


@pytest.mark.on_sqlite
def test_every_closed_door_says_why_and_shows_a_way_on(town, publish, wang) -> None:
    number = publish(ONE)
    page = f"/m/surveys/{number}"
    stranger = Browser(town, town.phone("路人"))
    assert "请先绑定您的店" in stranger.open(page)
    assert "没有找到这份调查" in wang.open("/m/surveys/77")
    assert wang.get("/m/surveys/99999999999").status_code == 404
    wang.open(page)
    wang.send("begin")
    town.flask("surveys", "close", number)
    assert "已于" in wang.send(option="1")
    assert "我的店" in wang.text
    assert submissions(town) == []
    bound(town, 2)
    later = publish(ONE.replace("title: 一题", "title: 还早\nopens: 2099-01-01"))
    assert "1 月 1 日开始" in wang.open(f"/m/surveys/{later}")
    others = publish(ONE.replace("title: 一题", "title: 别人\naudience: {class: [普通终端]}"))
    assert "没有选到您的店" in wang.open(f"/m/surveys/{others}")


def test_a_shop_unbound_meanwhile_answers_nothing_more(town, publish, wang) -> None:
    page = f"/m/surveys/{publish(ONE)}"
    wang.open(page)
    wang.send("begin")
    town.flask("people", "unbind", "350802100001")
    assert "请先绑定" in wang.send(option="1")
    assert submissions(town) == []


@pytest.mark.on_sqlite
def test_results_are_shown_after_the_end_and_few_are_hidden(town, publish) -> None:
    number = publish(
        "title: 不记名\nanonymous: true\nresults: after\nquestions:\n"
        "  - {code: q1, type: single, text: 好吗?, options: [好, 不好, 说不清]}\n"
        "  - {code: q2, type: text, text: 为什么?}\n"
    )
    page = f"/m/surveys/{number}"
    for n in range(1, 7):
        shop = bound(town, n)
        shop.open(page)
        shop.send("begin")
        shop.send(option="1" if n < 6 else "2")
        shop.send(text=f"因为{n}")
        assert "已提交" in shop.send("finish")
    assert "看不到" in shop.open(f"{page}/results")
    assert "看结果" not in shop.open(page)
    town.flask("surveys", "close", number)
    assert "看结果" in shop.open(page)
    said = shop.open(f"{page}/results")
    assert "共 6 家店填写" in said
    assert said.count("太少，不显示") == 2
    assert "好 83%" in said
    assert "因为" not in said
    assert "请先绑定" in Browser(town, town.phone("路人")).open(f"{page}/results")


@pytest.mark.on_sqlite
def test_an_anonymous_survey_of_a_few_shows_nothing_at_all(town, publish, wang) -> None:
    number = publish(ONE.replace("title: 一题", "title: 一题\nanonymous: true\nresults: after"))
    wang.open(f"/m/surveys/{number}")
    wang.send("begin")
    wang.send(option="1")
    town.flask("surveys", "close", number)
    assert "结果不公布" in wang.open(f"/m/surveys/{number}/results")
    assert "100%" not in wang.text


@pytest.mark.on_sqlite
def test_a_first_load_is_light(town, publish, wang) -> None:
    """All that a phone fetches for the first question, as it travels."""
    wang.open(f"/m/surveys/{publish()}")
    wang.send("begin")
    addresses = re.findall(r'(?:href|src)="(/static/[^"]+)"', wang.page.text)
    assert len(addresses) == 4
    weight = len(wang.page.data)
    for address in addresses:
        answer = wang.get(address, headers={"Accept-Encoding": "gzip"})
        assert "immutable" in answer.headers["Cache-Control"]
        weight += len(answer.data)
    assert weight < 40_000
    plain = wang.get(addresses[0])
    assert plain.headers.get("Content-Encoding") is None
    assert wang.get("/static/../config/settings.py").status_code == 404
    assert wang.get(addresses[0], headers={"If-None-Match": plain.headers["ETag"]}).status_code == 304


def test_a_sheet_is_not_lost_by_time(town, publish, wang) -> None:
    page = f"/m/surveys/{publish()}"
    wang.open(page)
    wang.send("begin")
    wang.send(option="1")
    town.clock.advance(timedelta(days=3))
    assert "第 2 题" in wang.open(page)
