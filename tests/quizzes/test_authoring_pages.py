"""A quiz authored in the console, through the door: begun, its rules, its paper, published, shared, ended."""

import io
import re
from html import unescape

import pytest
from sqlalchemy import select

from quizzes.models.attempts import Attempt
from tests.office import Office
from tests.quizzes.conftest import PAPER
from tests.quizzes.test_bank import line, sheet
from tests.surveys.test_sharing import held

RULES = {
    "title": "冬季小测试",
    "minutes": "15",
    "attempts": "2",
    "counts": "best",
    "pass": "66.5",
    "reveal": "at_once",
    "shuffle": "on",
    "ranking": "on",
    "whom": "all",
}
HERE = "/console/quizzes/1"


@pytest.fixture
def office(school) -> Office:
    office = Office(school.house)
    office.staff()
    return office


def begin(office: Office):
    market = office.browser("market")
    market.get("/console/quizzes/new")
    done = market.post("/console/quizzes/start", {"title": "冬季小测试"})
    assert done.location == f"{HERE}/settings", done.text
    return market


def put_into_bank(office: Office) -> None:
    """Three questions of the bank, by the command."""
    path = office.house.settings.media_path.parent / "bank.xlsx"
    path.write_bytes(
        sheet(
            line("b1", "单选", "封签应贴在哪一面？", "正面|背面|顶部", "C", 分值="10", 标签="封签"),
            line("b2", "判断", "许可证可以转借。", "", "错", 分值="5", 标签="许可证"),
            line("b3", "填空", "许可证延续应提前几天申请？", "", "30天", 分值="10", 标签="许可证"),
        )
    )
    done = office.house.flask("quizzes", "bank", "import", str(path))
    assert done.exit_code == 0, done.output


def press(browser, page: str, form: dict):
    browser.get(f"{page}?how=drawn" if "how" in form else page)
    return browser.post(page, form)


@pytest.mark.on_sqlite
def test_a_quiz_is_begun_with_a_title_its_rules_are_written_and_faults_stand_beside_their_fields(office) -> None:
    market = begin(office)
    wrong = press(market, f"{HERE}/settings", RULES | {"minutes": "一刻钟", "pass": "120"})
    assert wrong.status_code == 422
    assert 'id="wrong-minutes"' in wrong.text and 'id="wrong-pass"' in wrong.text
    assert 'value="一刻钟"' in wrong.text, "what was written is not lost"
    assert press(market, f"{HERE}/settings", RULES).location == f"{HERE}/paper"
    again = market.get(f"{HERE}/settings").text
    assert 'value="66.5"' in again and 'value="15"' in again
    assert "限 15 分钟 · 可考 2 次，取最高分 · 66.5% 合格" in again
    nobody = press(market, f"{HERE}/settings", {**RULES, "whom": "some"})
    assert nobody.status_code == 422 and 'id="wrong-audience"' in nobody.text, "an empty choice is not everyone"
    assert "还是草稿" in market.get(HERE).text, "no empty page"
    assert "还没有题" in market.get(f"{HERE}/publish").text
    assert press(market, f"{HERE}/publish", {}).status_code == 422
    deleted = press(market, f"{HERE}/settings", RULES)  # a change, so that the stamp is a new one
    assert deleted.status_code == 303
    market.get(f"{HERE}/settings")
    assert market.post(f"{HERE}/discard", {"stamp": "1"}).status_code != 303
    market.get(f"{HERE}/settings")
    assert market.post(f"{HERE}/discard").location == "/console/quizzes"
    assert market.get(HERE).status_code == 404
    assert office.browser("zhou").get("/console/quizzes/new").status_code == 403


def test_a_paper_is_put_together_from_the_bank_and_own_questions_in_any_order_published_and_taken(
    office, school
) -> None:
    put_into_bank(office)
    market = begin(office)
    press(market, f"{HERE}/settings", {name: value for name, value in RULES.items() if name != "shuffle"})
    shown = market.get(f"{HERE}/paper/pick?tag=许可证").text
    assert "许可证可以转借" in shown and "封签应贴在哪一面" not in shown
    assert press(market, f"{HERE}/paper/pick", {}).status_code == 422
    assert press(market, f"{HERE}/paper/pick", {"code": ["b2", "b1"]}).location == f"{HERE}/paper"
    own = {
        "item.kind": "fill",
        "item.text": "一条烟有几包？",
        "item.variants": "10\n十",
        "item.points": "5",
        "do": "save",
    }
    framed = market.get(f"{HERE}/paper/new").headers["Content-Security-Policy"]
    assert "frame-src 'self'" in framed, "or its preview stays empty"
    assert press(market, f"{HERE}/paper/new", {**own, "item.variants": ""}).status_code == 422
    assert press(market, f"{HERE}/paper/new", own).location == f"{HERE}/paper"
    paper = market.get(f"{HERE}/paper").text
    assert "3 题，共" in paper and ">20<" in paper and "一条烟有几包？" in paper
    press(market, f"{HERE}/paper", {"do": "up:k1", "points:b1": "7.5"})
    moved = market.get(f"{HERE}/paper").text
    assert moved.index("一条烟有几包") < moved.index("封签应贴在哪一面") and 'value="7.5"' in moved
    press(market, f"{HERE}/paper", {"do": "remove:b2"})
    assert "许可证可以转借" not in market.get(f"{HERE}/paper").text
    press(market, f"{HERE}/paper", {"do": "undo"})
    assert "许可证可以转借" in market.get(f"{HERE}/paper").text
    assert press(market, f"{HERE}/paper", {"do": "save", "points:b1": "很多"}).status_code == 422
    assert press(market, f"{HERE}/paper/k1", {**own, "item.text": "一条卷烟有几包？"}).status_code == 303
    other = office.browser("admin")
    other.get(f"{HERE}/paper")
    press(market, f"{HERE}/paper", {"do": "save", "points:b1": "10"})
    assert other.post(f"{HERE}/paper", {"do": "remove:b2"}).status_code == 409, "not over another's draft unseen"
    assert other.post(f"{HERE}/paper", {"do": "remove:b2"}).status_code == 303, "seen, and pressed again"
    press(market, f"{HERE}/paper", {"do": "undo"})
    framed = market.get(f"{HERE}/paper/new")
    assert "frame-src 'self'" in framed.headers["Content-Security-Policy"], "the preview beside the form"
    forecast = market.get(f"{HERE}/publish").text
    assert "没有发现要改的地方" in forecast and ">2</b> 家" in forecast
    assert market.post(f"{HERE}/publish").location == f"{HERE}/share"
    assert "发布新的一版" not in market.get(f"{HERE}/paper").text + market.get(HERE).text
    assert "草稿和正在考的一样" in market.get(f"{HERE}/publish").text
    press(market, f"{HERE}/paper", {"do": "save", "points:b1": "9"})
    assert "发布新的一版" in market.get(f"{HERE}/paper").text and "发布新的一版" in market.get(HERE).text
    press(market, f"{HERE}/paper", {"do": "undo"})
    assert "发布新的一版" not in market.get(f"{HERE}/paper").text, "as it was when it was published"
    asked = school.wang.say("测试").text
    assert "冬季小测试" in asked
    assert "许可证可以转借" in school.wang.say("开始").text
    assert "一条卷烟有几包" in school.wang.say("错").text, "the order of the paper"
    assert office.audited("quiz.publish")[0].about == "quiz:1"
    market.get(HERE)
    assert market.post(f"{HERE}/close").status_code == 303
    assert "已结束" in market.get(HERE).text


@pytest.mark.on_sqlite
def test_a_drawn_paper_says_how_many_match_and_is_not_published_where_there_are_too_few(office) -> None:
    put_into_bank(office)
    market = begin(office)
    drawn = {"how": "drawn", "do": "strata", "tag.0": "许可证", "count.0": "3", "points.0": "", "difficulty.0": ""}
    assert press(market, f"{HERE}/paper", {**drawn, "count.0": ""}).status_code == 422
    assert press(market, f"{HERE}/paper", {**drawn, "difficulty.0": "很难"}).status_code == 422, "no such difficulty"
    assert press(market, f"{HERE}/paper", drawn).status_code == 303
    page = market.get(f"{HERE}/paper").text
    assert "2 题" in page and "要 3 题，还差 1 题" in page
    assert press(market, f"{HERE}/publish", {}).status_code == 422
    press(market, f"{HERE}/paper", {**drawn, "count.0": "2", "points.0": "50"})
    page = market.get(f"{HERE}/paper").text
    assert "每家店 2 题，共" in page and ">100<" in page and "还差" not in page
    assert press(market, f"{HERE}/publish", {}).location == f"{HERE}/share"
    # Of a paper that is asked already a new draft is another version.
    press(market, f"{HERE}/paper", {"how": "drawn", "do": "unstratum:0", **drawn, "tag.1": "封签", "count.1": "1"})
    assert "发布新的一版" in market.get(HERE).text


@pytest.mark.on_sqlite
def test_a_quiz_comes_from_a_file_or_from_another_one_and_the_template_is_such_a_file(office) -> None:
    market = office.browser("market")
    market.get("/console/quizzes/new")
    template = market.get("/console/quizzes/template").data
    done = market.post("/console/quizzes/new", {"file": (io.BytesIO(template), "测试.xlsx")})
    assert done.location == f"{HERE}/paper", done.text
    market.get("/console/quizzes/new")
    refused = market.post("/console/quizzes/new", {"file": (io.BytesIO(b"title: x\nquestions: []"), "x.yaml")})
    assert refused.status_code == 422 and "至少要有一题" in refused.text
    market.get("/console/quizzes/new")
    assert market.post("/console/quizzes/new", {"file": (io.BytesIO(PAPER.encode()), "x.yaml")}).status_code == 303
    market.get("/console/quizzes/new?earlier=鉴别")
    copied = market.post("/console/quizzes/2/copy")
    assert copied.location == "/console/quizzes/3/settings"
    assert "真假鉴别小测试（副本）" in market.get("/console/quizzes/3/paper").text


@pytest.mark.on_sqlite
def test_a_published_quiz_is_shared_by_link_code_and_poster_and_offered_to_pushes(office, school) -> None:
    quiz_id = school.published()
    market = office.browser("market")
    page = market.get(f"{HERE}/share").text
    assert f'value="{office.house.settings.public_url}/m/quizzes/{quiz_id}"' in page and "quiz:1" in page
    assert "4 道题，限时 15 分钟，可考 2 次" in page
    assert market.get(f"{HERE}/share/poster.pdf").data.startswith(b"%PDF")
    assert "扫一扫" in market.get(f"{HERE}/share/screen").text
    market.get(f"{HERE}/share")
    assert market.post(f"{HERE}/share/code").location == f"{HERE}/share"
    made = held(market.get(f"{HERE}/share/code.png").data)
    assert made != f"{office.house.settings.public_url}/m/quizzes/{quiz_id}"
    assert "测试《真假鉴别小测试》4 题" in school.wang.scan(made).text
    # A push that leads here is begun with one press; one for a time when the quiz is over would be refused.
    composer = market.get(unescape(re.search(r'href="([^"]+)"\s[^>]*>写进一条推送', page)[1])).text
    assert re.search(r'<option value="quiz:1" selected>测试《真假鉴别小测试》', composer)
    market.get(HERE)
    market.post(f"{HERE}/close")
    with office.house.look() as session:
        why = office.house.services.switchboard.shut(session, f"quiz:{quiz_id}", office.house.clock())
    assert why == "测试《真假鉴别小测试》那时已经结束"
    assert "写进一条推送" not in market.get(f"{HERE}/share").text


@pytest.mark.on_sqlite
def test_the_whole_paper_is_tried_on_the_page_and_in_the_chat_and_another_sample_by_a_press(office, school) -> None:
    put_into_bank(office)
    market = begin(office)
    trial = f"{HERE}/paper/preview"
    assert "还没有题可以试" in market.get(trial).text
    assert "frame-src 'self'" in market.get(f"{HERE}/paper").headers["Content-Security-Policy"]
    press(market, f"{HERE}/settings", {name: value for name, value in RULES.items() if name != "shuffle"})
    press(market, f"{HERE}/paper/pick", {"code": ["b1", "b3"]})
    first = market.get(trial).text
    assert "封签应贴在哪一面？" in first and "换一份试" not in first, "each shop is asked the same"
    step = {"sample": "0", "of": "draft", "view": "page", "question": "b1", "option": "3"}
    second = market.post(trial, step).text
    assert "许可证延续应提前几天申请？" in second and 'name="a.b1.option" value="3"' in second
    typed = {"sample": "0", "of": "draft", "question": "b3", "a.b1.option": "3"}
    ended = market.post(trial, {**typed, "view": "page", "text": "3天", "do": "answer"}).text
    assert "您得了 10 分（满分 20 分），没有合格。" in ended and "答案：30天" in ended
    talk = market.post(trial, {**typed, "view": "chat", "said": "三十天", "do": "say"}).text
    assert "测试《冬季小测试》2 题，限时 15 分钟" in talk and "您得了 20 分（满分 20 分），合格。" in talk
    with office.house.look() as session:
        assert not session.scalars(select(Attempt)).all(), "nothing is saved"
    drawn = {"how": "drawn", "do": "strata", "tag.0": "许可证", "count.0": "1"}
    press(market, f"{HERE}/paper", drawn)
    papers = [market.post(trial, {"sample": str(n), "view": "page", "do": "another"}).text for n in range(12)]
    assert {"许可证可以转借。" in paper for paper in papers} == {True, False} and "换一份试" in papers[0]
    press(market, f"{HERE}/paper", {**drawn, "count.0": "3"})
    assert "还没有题可以试" in market.get(trial).text, "the bank lacks questions"
