"""The export of a quiz, opened again and looked at cell by cell; it agrees with the command's figures and the pages."""

import csv
import json
import re
from datetime import datetime
from statistics import mean

import openpyxl
import pytest

from tests.office import Office
from tests.quizzes.conftest import PAPER, School

LEADING = [
    "序号",
    "许可证号",
    "店名",
    "片区",
    "客户类型",
    "客户经理",
    "第几次",
    "开始时间",
    "交卷时间",
    "用时（秒）",
    "怎么结束",
    "来源",
    "版本",
    "得分",
    "满分",
    "得分率（%）",
    "合格",
    "计入成绩",
    "宽限时间内答的题",
    "迟到的题（晚几秒，不计分）",
]
ANSWERS = [
    "k1 封签应贴在哪一面？",
    "k1 编码",
    "k1 得分",
    "k1 答案版本",
    "k2 选哪几样？",
    "k2 编码",
    "k2_1 甲",
    "k2_2 乙",
    "k2_3 丙",
    "k2_4 丁",
    "k2 得分",
    "k2 答案版本",
    "k3 许可证可以转借。",
    "k3 编码",
    "k3 得分",
    "k3 答案版本",
    "k4 许可证延续应提前几天申请？",
    "k4 得分",
    "k4 答案版本",
]


@pytest.fixture
def quiz_id(school: School) -> int:
    """Wang took it twice, Li's time ran out; one answer came late."""
    quiz_id = school.published(PAPER)
    for said in ("测试", "开始", "1", "AB", "错", "=1+1", "测试", "再考", "开始", "3", "A", "错", "30天"):
        school.wang.say(said)
        school.house.clock.advance(seconds=10)
    for said in ("测试", "开始", "3", "跳过"):
        school.li.say(said)
    school.house.clock.advance(minutes=16)
    school.li.say("错")
    return quiz_id


def exported(school: School, quiz_id: int, path, form: str):
    done = school.house.flask("quizzes", "export", str(quiz_id), "--format", form, "--out", str(path))
    assert done.exit_code == 0, done.output
    assert done.output.strip() == str(path)
    return path


def sheet(book, name: str) -> list[list]:
    return [list(row) for row in book[name].iter_rows(values_only=True)]


@pytest.mark.on_sqlite
def test_every_cell_of_a_workbook_and_the_same_in_csv(school, quiz_id, tmp_path) -> None:
    book = openpyxl.load_workbook(exported(school, quiz_id, tmp_path / "out.xlsx", "xlsx"))
    assert book.sheetnames == ["数据", "编码表", "汇总"]
    heading, first, second, third = sheet(book, "数据")
    assert heading == LEADING + ANSWERS
    wang = ["350802100001", "城南便利店", "城区一片", "现代终端", "陈志强"]
    assert first[1:7] == [*wang, 1] and isinstance(first[7], datetime)
    assert first[9:] == [
        *(40, "店主交卷", "微信对话", 1, 5, 30, 16.66, "否", "否", None, None),
        *("正面", 1, 0, 1),
        *("甲、乙", "1,2", 1, 1, 0, 0, 0, 1),
        *("错", 2, 5, 1),
        *("=1+1", 0, 1),
    ]
    assert book["数据"].cell(2, len(heading) - 2).data_type == "s"
    assert second[1:7] == [*wang, 2] and second[13:18] == [27.5, 30, 91.66, "是", "是"]
    assert (
        third[2] == "老李食杂店"
        and third[10] == "到时收卷"
        and third[13:20] == [*(10, 30, 33.33, "否", "是", None, "k3（60 秒）")]
    )
    assert third[24:] == ["跳过", -1, None, None, None, None, 0, 1, "未答", -3, 0, 1, "未答", 0, 1]
    with exported(school, quiz_id, tmp_path / "out.csv", "csv").open(encoding="utf-8-sig", newline="") as file:
        lines = list(csv.reader(file))
    assert lines[0] == heading and len(lines) == 4
    assert lines[1][-3] == "'=1+1"
    assert [line[13:18] for line in lines[1:]] == [
        ["5", "30", "16.66", "否", "否"],
        ["27.5", "30", "91.66", "是", "是"],
        ["10", "30", "33.33", "否", "是"],
    ]


@pytest.mark.on_sqlite
def test_the_file_the_figures_and_the_pages_agree_to_the_digit(school, quiz_id, tmp_path) -> None:
    book = openpyxl.load_workbook(exported(school, quiz_id, tmp_path / "out.xlsx", "xlsx"))
    figures = json.loads(school.house.flask("quizzes", "figures", str(quiz_id), "--json").output)
    heading, *rows = sheet(book, "数据")
    counted = [dict(zip(heading, row, strict=True)) for row in rows if row[17] == "是"]
    assert len(counted) == figures["attempts"] == 2
    assert mean(row["得分"] for row in counted) == figures["mean"] == 18.75
    for each, points in zip(figures["questions"], (10, 5, 5, 10), strict=True):
        got = [row[f"{each['code']} 得分"] for row in counted]
        assert mean(got) / points * 100 == pytest.approx(each["facility"])
    summed = sheet(book, "汇总")
    assert summed[0][0] == "真假鉴别小测试" and summed[3][:3] == [2, 18.75, 18.75]
    told = {row[0]: row for row in summed[6:] if row[0] in ("k1", "k2", "k3", "k4")}
    assert {code: row[3] for code, row in told.items()} == {
        each["code"]: pytest.approx(each["facility"]) for each in figures["questions"]
    }
    codes = [row for row in sheet(book, "编码表") if row[0] == "k1 编码"]
    assert [row[4:] for row in codes[:3]] == [[1, "正面", None, 0], [2, "背面", None, 0], [3, "顶部", "对", 2]]
    counts = {option["code"]: option["count"] for option in figures["questions"][0]["options"]}
    assert {row[4]: row[7] for row in codes[:3]} == counts
    # The list and its file say the same of each attempt.
    office = Office(school.house)
    office.staff()
    page = office.browser("market").get(f"/console/quizzes/{quiz_id}/attempts").text
    assert all(f"{score} / 30" in page for score in ("5", "27.5", "10"))


def test_a_change_of_a_key_is_said_while_it_waits_and_then_stands_in_every_figure(school, quiz_id, tmp_path) -> None:
    office = Office(school.house)
    office.staff()
    market, page = office.browser("market"), f"/console/quizzes/{quiz_id}/attempts/2"

    def told() -> tuple[float, float, set[int], bool, bool]:
        shown, quizzes = market.get(page).text, school.house.flask
        book = openpyxl.load_workbook(exported(school, quiz_id, tmp_path / "out.xlsx", "xlsx"))
        heading, *rows = sheet(book, "数据")
        each = [dict(zip(heading, row, strict=True)) for row in rows]
        got = mean(row["得分"] for row in each if row["计入成绩"] == "是")
        figures = json.loads(quizzes("quizzes", "figures", str(quiz_id), "--json").output)
        assert figures["mean"] == got == sheet(book, "汇总")[3][1]
        return (
            got,
            float(re.search(r"得分</dt><dd>([\d.]+)", shown)[1]),
            {row["k2 答案版本"] for row in each},
            "正在更正" in shown,
            "按更正后的第 2 版答案计分" in shown,
        )

    assert told() == (18.75, 27.5, {1}, False, False)
    done = school.house.flask("quizzes", "rekey", str(quiz_id), "k2", "full", "--by", "market")
    assert done.exit_code == 0, done.output
    assert told() == (18.75, 27.5, {1}, True, False)
    done = school.house.flask("quizzes", "regrade", "1", "approve", "--by", "admin")
    assert done.exit_code == 0, done.output
    school.house.tick()
    assert told() == (22.5, 30, {2}, False, True)


@pytest.mark.on_sqlite
def test_a_page_asks_for_the_file_and_whoever_may_no_more_does_not_get_it(school, quiz_id) -> None:
    office = Office(school.house)
    office.staff()
    market = office.browser("market")
    for form in ("xlsx", "csv"):
        task = market.post(f"/console/quizzes/{quiz_id}/export", {"format": form}).location
        office.work()
        file = market.get(f"{task}/file")
        assert file.status_code == 200 and f".{form}" in file.headers["Content-Disposition"]
        assert "共 3 份答卷" in market.get(task).text
    assert market.post(f"/console/quizzes/{quiz_id}/export", {"format": "exe"}).status_code == 422
    assert "导出成绩" in office.browser("admin").get("/console/audit").text
    assert office.browser("zhou").post(f"/console/quizzes/{quiz_id}/export").status_code == 403
    done = school.house.flask("quizzes", "export", "99", "--out", "nowhere.xlsx")
    assert done.exit_code == 1 and "没有编号为 99" in done.output


def test_drawn_papers_have_a_column_for_every_question_that_was_given(school, tmp_path) -> None:
    bank = tmp_path / "bank.txt"
    bank.write_text(
        "\n\n".join(f"{n}. 第 {n} 题？\nA. 甲{n}\nB. 乙{n}\n答案：A\n标签：真假" for n in range(1, 5)), encoding="utf-8"
    )
    done = school.house.flask("quizzes", "bank", "import", str(bank))
    assert done.exit_code == 0, done.output
    quiz_id = school.published("title: 抽题\ndraw: [{tag: 真假, count: 2}]\n")
    for phone in (school.wang, school.li):
        for said in ("测试", "开始", "1", "1"):
            phone.say(said)
    book = openpyxl.load_workbook(exported(school, quiz_id, tmp_path / "out.xlsx", "xlsx"))
    heading, *rows = sheet(book, "数据")
    words = [place for place, each in enumerate(heading) if each.endswith("？")]
    assert 2 <= len(words) <= 4
    for row in rows:
        given = [row[place] for place in words]
        assert sum(each != "未显示" for each in given) == 2
        assert all(row[place + 2] is None for place in words if row[place] == "未显示")
