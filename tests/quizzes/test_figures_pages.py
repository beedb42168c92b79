"""The results of a quiz and the page of a question: the command's figures, to the digit a page has."""

import json
import re
from html import unescape

import pytest
from sqlalchemy import select, update

from questions.authoring import files as of_questions
from quizzes.actions import storing
from quizzes.models.attempts import Attempt
from quizzes.models.bank import BANK, BankQuestion
from quizzes.models.figures import ItemCell
from quizzes.models.quizzes import Quiz, QuizVersion
from quizzes.rules import files, review
from tests.office import Office
from tests.quizzes.examined import examine, paper_of
from tests.quizzes.rules.test_statistics import MOODLE, MOODLE_ITEMS, hundredths
from tests.quizzes.rules.test_statistics import UNIT as NINE_DIGITS
from tests.quizzes.test_figures import LIKERT, MILLION, figures, take, worth

HEADS = ("答对率", "区分度", "区分效率", "权重")
NAMES = ("facility", "index", "efficiency", "weight")
#: Twelve shops, one question with four options and a fill-in: the better they are, the more chose C, which is wrong.
CHOICE = """
title: 选了什么
questions:
  - {code: c1, type: single, text: 提前多少日申请？, options: [10 日, 15 日, 30 日, 60 日], answer: 2, points: 40}
  - {code: c2, type: fill, text: 一共几位数字？, answer: [三十二位], points: 60}
"""


@pytest.fixture
def desk(school) -> Office:
    office = Office(school.house)
    office.staff()
    return office


def look(desk: Office, path: str, name: str = "market") -> str:
    answer = desk.browser(name).get(f"/console/quizzes/{path}")
    assert answer.status_code == 200
    return unescape(answer.text)


def words(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html)).strip()


def table(page: str) -> list[list[str]]:
    """The figures of the questions, row by row."""
    inside = page[page.index("一题一题看") :].partition("<tbody>")[2].partition("</tbody>")[0]
    return [
        [words(found) for head in HEADS for found in re.findall(rf'data-label="{head}">(.*?)</td>', row, re.DOTALL)]
        for row in inside.split("<tr>")[1:]
    ]


def keys(page: str) -> dict[str, str]:
    """The key figures by their words, each with its unit."""
    found = re.findall(r"<dt>([^<]*)</dt><dd[^>]*>(.*?)</dd>", page[: page.index("一题一题看")], re.DOTALL)
    return {word: words(figure).replace(" ", "") for word, figure in found}


def as_page(found: dict) -> list[list[str]]:
    """What the command printed, as a page writes it."""
    return [
        [
            "—" if one[name] is None else f"{one[name]:.1f}".replace("-", "−") + "%" * (name == "facility")
            for name in NAMES
        ]
        for one in found["questions"]
    ]


def test_the_page_shows_moodles_figures_as_the_command_prints_them(school, desk):
    quiz_id = school.published(paper_of(*["1"] * 7))
    worth(school, quiz_id, *[100 * MILLION] * 7)
    examine(school, quiz_id, [[round(mark * 100 * MILLION / NINE_DIGITS) for mark in row] for row in MOODLE])
    found = figures(school, quiz_id)
    page = look(desk, f"{quiz_id}?order=given")
    assert table(page) == as_page(found)
    assert table(page)[0][:3] == ["70.4%", "−7.1", "−9.5"]
    assert [row[0] for row in table(page)] == [f"{100 * each[0]:.1f}%" for each in MOODLE_ITEMS]
    shown = keys(page)
    assert (shown["考完"], shown["可信"]) == ("25家", "−87.2%")
    assert "信度 α；靠不住；先检查区分度是负数的题" in page
    assert shown["平均"] == f"{found['mean']:,.1f}分" and shown["高低差别"] == f"{found['sd']:,.1f}分"
    assert shown["一个人的分"] == f"±{found['standard_error']:,.1f}分"
    # What needs a hand comes first, and is named above the figures.
    urgent = look(desk, str(quiz_id))
    assert [row[1][:1] for row in table(urgent)][:2] == ["−", "−"]
    assert "第 1 题高分的人反而答错，请检查答案。" in words(urgent)


@pytest.mark.on_sqlite
def test_a_scale_has_the_alpha_of_the_oracle_on_its_page(school, desk):
    quiz_id = school.published(paper_of(*["10"] * len(LIKERT[0])))
    examine(school, quiz_id, hundredths(*LIKERT))
    found = figures(school, quiz_id)
    page = look(desk, f"{quiz_id}?order=given")
    assert keys(page)["可信"] == "59.2%"
    assert "人数少，仅供参考。" in page
    assert table(page) == as_page(found)


@pytest.mark.on_sqlite
def test_of_few_shops_a_page_shows_the_facility_alone_and_says_so(school, desk):
    quiz_id = school.published(paper_of("1", "1", "1"))
    examine(school, quiz_id, hundredths("111", "110", "100", "000"))
    found = figures(school, quiz_id)
    assert found["questions"][0]["index"] == pytest.approx(52.223297, abs=1e-6)
    page = look(desk, str(quiz_id))
    assert table(page) == [["75.0%"], ["50.0%"], ["25.0%"]]
    assert "不到 10 人，只看得分率。" in page
    assert set(keys(page)) == {"考完", "合格"}
    assert "分数分布" not in page and "52.2" not in page
    question = look(desk, f"{quiz_id}/questions/{ids(school)[0]}")
    assert "75.0%" in question and "52.2" not in question and "低分三分之一" not in question


@pytest.mark.on_sqlite
def test_one_attempt_is_a_page_with_a_facility(school, desk):
    quiz_id = school.published(paper_of("1", "1"))
    assert "还没有店考完" in look(desk, str(quiz_id))
    examine(school, quiz_id, hundredths("10"))
    figures(school, quiz_id)
    assert table(look(desk, str(quiz_id))) == [["100.0%"], ["0.0%"]]


@pytest.mark.on_sqlite
def test_where_nothing_is_defined_a_page_has_a_dash(school, desk):
    alike = school.published(paper_of("1", "1"))
    examine(school, alike, hundredths(*["11"] * 12))
    figures(school, alike)
    page = look(desk, str(alike))
    assert table(page) == [["100.0%", "—", "—", "—"]] * 2
    assert "信度 α；算不出：题太少，或分数都一样" in page
    assert "分数挤在一起" in page


@pytest.mark.on_sqlite
def test_a_question_worth_nothing_has_dashes(school, desk):
    quiz_id = school.published(paper_of(*["1"] * 4))
    worth(school, quiz_id, 100, 100, 100, 0)
    examine(school, quiz_id, hundredths(*["1110", "1100", "1000", "0000"] * 3))
    found = figures(school, quiz_id)
    page = look(desk, f"{quiz_id}?order=given")
    assert table(page) == as_page(found)
    assert table(page)[3][:3] == ["—"] * 3
    # The class three times over has the same alpha but for the sample's n - 1, which falls out of it.
    assert keys(page)["可信"] == "75.0%"


@pytest.mark.on_sqlite
def test_a_wrong_key_is_named_on_its_question_and_on_no_other(school, desk):
    quiz_id = school.published(paper_of(*["1"] * 4))
    rows = ("0111", "0111", "0110", "0101", "1000", "1010", "1000", "0111")
    examine(school, quiz_id, hundredths(*rows * 2))
    found = figures(school, quiz_id)
    assert found["questions"][0]["index"] == pytest.approx(-91.5249, abs=1e-4)
    page = look(desk, str(quiz_id))
    assert table(page)[0] == as_page(found)[0] and table(page)[0][1::2] == ["−91.5", "—"]
    assert words(page).count("请检查答案") == 2  # above the figures, and beside the question
    first, second = ids(school)[:2]
    assert "高分的人反而答错，请检查答案。" in look(desk, f"{quiz_id}/questions/{first}")
    assert "请检查答案" not in look(desk, f"{quiz_id}/questions/{second}")


def ids(school) -> list[int]:
    with school.house.look() as session:
        return session.scalars(select(BankQuestion.id).order_by(BankQuestion.id)).all()


def answered(option: int, text: str) -> dict:
    return {"c1": {"o": option}, "c2": {"t": text}}


@pytest.mark.on_sqlite
def test_a_question_page_says_what_each_third_of_the_totals_chose(school, desk):
    quiz_id = school.published(CHOICE)
    # Totals of 0, 40 and 60 points, four shops each.
    rows = [(0, 0)] * 4 + [(4000, 0)] * 4 + [(0, 6000)] * 4
    told = [answered(1, "16位")] * 3 + [answered(4, "不知道")] + [answered(2, "16位")] * 4 + [answered(3, "32位")] * 4
    examine(school, quiz_id, rows, told)
    figures(school, quiz_id)
    choice, fill = ids(school)
    page = look(desk, f"{quiz_id}/questions/{choice}")
    counted = page[page.index("各三分之一选了什么") :].partition("</table>")[0]
    assert [re.findall(r">([^<>]+)</t[hd]>", row) for row in counted.split("<tr>")[2:]] == [
        ["A. 10 日", "3", "0", "0", "3"],
        ["B. 15 日（答案）", "0", "4", "0", "4"],
        ["C. 30 日", "0", "0", "4", "4"],
        ["D. 60 日", "1", "0", "0", "1"],
    ]
    assert "低分 4 家、中间 4 家、高分 4 家" in page
    assert "75.0% 0.0% 0.0%" in words(page).replace("　", " ")
    filled = words(look(desk, f"{quiz_id}/questions/{fill}"))
    assert filled.index("16位") < filled.index("32位") < filled.index("不知道")
    assert "16位 7 家 32位 4 家 不知道 1 家" in filled and "32位（算对） 4" in filled
    assert "三十二位" in filled
    assert (
        "下一题" in page and desk.browser("market").get(f"/console/quizzes/{quiz_id}/questions/99").status_code == 404
    )


@pytest.mark.on_sqlite
def test_an_option_that_nobody_chose_is_named(school, desk):
    quiz_id = school.published(CHOICE)
    rows = [(0, 0)] * 4 + [(4000, 6000)] * 8
    examine(school, quiz_id, rows, [answered(1, "16位")] * 4 + [answered(2, "32位")] * 8)
    figures(school, quiz_id)
    assert "改一改选项 选项 C、D 没人选" in words(look(desk, str(quiz_id)))
    page = words(look(desk, f"{quiz_id}/questions/{ids(school)[0]}"))
    assert "选项 C、D 没人选，可换掉。" in page and page.count(" 没人选 ") == 2


@pytest.mark.on_sqlite
def test_the_distribution_is_by_tenths_and_parted_by_the_pass_mark(school, desk):
    quiz_id = school.published(paper_of(*["10"] * 10))
    examine(school, quiz_id, [[1000] * n + [0] * (10 - n) for n in (0, 3, 5, 6, 6, 7, 8, 9, 10, 10)])
    figures(school, quiz_id)
    page = look(desk, str(quiz_id))
    drawn = json.loads(re.search(r'id="totals-figures">(.*?)</script>', page)[1])
    assert drawn["labels"] == ["0–", "10–", "20–", "30–", "40–", "50–", "60–", "70–", "80–", "90–100"]
    assert drawn["series"][0]["values"] == [1, 0, 0, 1, 0, 1, 2, 1, 1, 3]
    assert drawn["series"][0]["shades"] == ["c-4"] * 6 + ["c1"] * 4
    assert "合格 7 家" in page and "不合格 3 家" in page
    assert keys(page)["合格"] == "70.0%"


@pytest.mark.on_sqlite
def test_a_drawn_paper_has_no_alpha(school, desk):
    written = of_questions.parse(
        f"{paper_of('5', '5')}\n".replace("true, points", "true, tags: [守法], points").encode(), "a.yaml", files.LAYOUT
    )
    items = review.of_file(written, timezone=school.house.services.zone, before=()).questions
    with school.house.services.transaction() as session:
        places = storing.store(session, items, home_quiz_id=BANK, who="", now=school.house.clock())
    quiz_id = school.published("title: 抽题\ndraw: [{tag: 守法, count: 2}]")
    rows = [[500 * int(mark) for mark in row] for row in ("11", "10", "01", "00") * 3]
    examine(school, quiz_id, rows, drawn=[place.to_json() for place in places])
    figures(school, quiz_id)
    page = look(desk, str(quiz_id))
    assert "信度 α；每人题目不同，不计算" in page and "标准误" not in page
    assert table(page) == as_page(figures(school, quiz_id)) and ">k1<" in page


def test_a_visitor_of_a_part_sees_the_totals_of_their_own_shops(school, desk):
    quiz_id = school.published(paper_of("1", "1"))
    examine(school, quiz_id, hundredths(*["11", "10", "11"] * 4))
    figures(school, quiz_id)
    page = look(desk, str(quiz_id), "chen")
    assert "下面只是您负责的店" in page and "一题一题看" not in page
    assert "14 家该考的，85.7%；12 家开始过" in page and "66.7%" in page and "中位数 2 分" in page
    # Of another manager nobody took it.
    desk.user("lin", "manager", manager_id=desk.manager("林小燕"))
    other = look(desk, str(quiz_id), "lin")
    assert "0 家该考的" in other and "66.7%" not in other
    question = look(desk, f"{quiz_id}/questions/{ids(school)[0]}", "chen")
    assert "一题一题的统计是全公司的" in question and "区分度" not in question


@pytest.mark.on_sqlite
def test_what_waits_to_be_filed_is_said(school, desk):
    quiz_id = school.published()
    take(school.wang, "1", "AC", "√", "30天")
    page = look(desk, str(quiz_id))
    assert re.search(r"有 1 份刚交的卷子还在计入，下面是 \d\d:\d\d 的成绩。", page)
    assert keys(page)["考完"] == "0家" and "2 家该考的，0.0%；1 家开始过" in page
    school.house.tick()
    assert "刚交的卷子" not in look(desk, str(quiz_id))
    assert keys(look(desk, str(quiz_id)))["考完"] == "1家"


def test_until_it_is_regraded_pages_show_the_key_that_gave_the_marks_and_that_a_change_is_pending(school, desk):
    desk.user("zhang", "marketing", name="张营销")
    quiz_id = school.published(CHOICE)
    rows = [(0, 0)] * 4 + [(4000, 0)] * 4 + [(0, 6000)] * 4
    examine(school, quiz_id, rows, [answered(1, "16")] * 4 + [answered(2, "16")] * 4 + [answered(3, "32位")] * 4)
    before = agreed(school, desk, quiz_id)
    choice = ids(school)[0]
    planned = school.house.flask("quizzes", "rekey", str(quiz_id), "c1", "--answer", "3", "--by", "zhang")
    assert planned.exit_code == 0, planned.output
    page = look(desk, f"{quiz_id}/questions/{choice}")
    assert "这道题的答案正在更正：等批准。" in words(page) and "批准以前，都按原来的答案判。" in page
    assert "B. 15 日 判分用的答案" in words(page) and "C. 30 日 更正后的答案" in words(page)
    assert "第 1 题的答案正在更正：等批准。" in look(desk, str(quiz_id))
    assert agreed(school, desk, quiz_id) == before
    regrade = str(json.loads(planned.stdout)["regrade"])
    assert school.house.flask("quizzes", "regrade", regrade, "approve", "--by", "market").exit_code == 0
    school.house.work()
    after = agreed(school, desk, quiz_id)
    assert after != before
    page = words(look(desk, f"{quiz_id}/questions/{choice}"))
    assert "正在更正" not in page and "C. 30 日 现在的答案" in page


def agreed(school, desk: Office, quiz_id: int) -> list[list[str]]:
    """The figures of the questions, which the overview, the page of each question and the command agree about."""
    found = as_page(figures(school, quiz_id))
    assert table(look(desk, f"{quiz_id}?order=given")) == found
    for question_id, row in zip(ids(school), found, strict=True):
        page = look(desk, f"{quiz_id}/questions/{question_id}")
        shown = {word: words(figure) for word, figure in re.findall(r"<dt>([^<]*)</dt><dd><b[^>]*>(.*?)</b>", page)}
        assert [shown[head].rstrip("%") for head in HEADS] == [each.rstrip("%") for each in row]
    return found


@pytest.mark.on_sqlite
def test_no_page_reads_attempts_however_many_there_are(school, desk):
    quiz_id = school.published(paper_of("1", "1"))
    examine(school, quiz_id, hundredths(*["11", "10", "01"] * 4))
    figures(school, quiz_id)
    before = table(look(desk, str(quiz_id)))
    with school.house.services.transaction() as session:
        session.execute(update(Attempt).values(marks="not,read", total=0, answers={}))
        assert session.scalar(select(ItemCell.count).limit(1))
    assert table(look(desk, str(quiz_id))) == before


@pytest.mark.on_sqlite
def test_who_took_another_version_is_said_and_not_mixed_in(school, desk):
    quiz_id = school.published()
    take(school.wang, "1", "AC", "√", "30天")
    with school.house.services.transaction() as session:
        first = session.scalars(select(QuizVersion)).one()
        more = {"definition": first.definition, "digest": "another", "published_at": first.published_at}
        second = QuizVersion(quiz_id=quiz_id, number=2, **more)
        session.add(second)
        session.flush()
        session.execute(update(Quiz).values(version_id=second.id))
    take(school.li, "3", "AC", "×", "30天")
    school.house.tick()
    page = look(desk, str(quiz_id))
    assert "另有 1 家考的是另一版试卷，不在下面的统计里。" in page
    assert keys(page)["考完"] == "1家" and [row[0] for row in table(page)] == ["100.0%"] * 4
