"""The question bank on the command line: imported with every fault by cell, exported so that it imports unchanged."""

from dataclasses import replace

import pytest
from sqlalchemy import func, select

from foundation.workbooks import reading
from questions.authoring.excel_file import LIMITS
from questions.keyed.items import Key, KeyEffect, key_to_json
from questions.question import Illustration
from quizzes.actions import storing
from quizzes.models.bank import AnswerKey, BankQuestion, QuestionVersion
from quizzes.queries import bank as queries
from tests.documents import document
from tests.workbooks import rows, workbook

HEAD = ["编码", "类型", "题目", "选项", "答案", "计分", "难度", "分值", "标签", "解析", "学习", "出处", "选项乱序"]
FOUR = "正面\n背面\n顶部\n底部"


def line(code, kind="单选", text="", options="", answer="", **more):
    cells = dict(zip(HEAD, [code, kind, text or f"题目{code}？", options, answer], strict=False)) | more
    return [cells.get(name, "") for name in HEAD]


def sheet(*lines):
    return workbook({"题目": rows([HEAD, *lines])})


@pytest.fixture
def bank(house, tmp_path):
    return Bank(house, tmp_path)


class Bank:
    def __init__(self, house, folder):
        self.house, self.folder = house, folder

    def do(self, content, *more, name="bank.xlsx"):
        path = self.folder / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return self.house.flask("quizzes", "bank", "import", str(path), *more)

    def take(self, content, *more, name="bank.xlsx"):
        done = self.do(content, *more, name=name)
        assert done.exit_code == 0, done.output
        return done.output

    def refused(self, content, name="bank.xlsx"):
        done = self.do(content, name=name)
        assert done.exit_code == 1
        assert self.count() == self.before
        return done.output.strip()

    before = 0

    def count(self):
        with self.house.look() as session:
            return session.scalar(select(func.count()).select_from(BankQuestion))

    def questions(self):
        with self.house.look() as session:
            return {each.code: each for each in session.scalars(select(BankQuestion))}

    def bodies(self):
        with self.house.look() as session:
            found = select(BankQuestion.code, QuestionVersion.body).join(
                QuestionVersion, QuestionVersion.id == BankQuestion.version_id
            )
            return {row.code: row.body for row in session.execute(found)}

    def exported(self):
        path = self.folder / "out.xlsx"
        done = self.house.flask("quizzes", "bank", "export", "--out", str(path))
        assert done.exit_code == 0, done.output
        return path.read_bytes()


GOOD = (
    line("k1", "单选", "封签应贴在哪一面？", FOUR, "C", 难度="易", 分值="5", 标签="真假鉴别、封签", 解析="在顶部。"),
    line(
        "k2",
        "多选",
        "选哪几样？",
        "甲\n乙\n丙\n以上都对",
        "A、C",
        计分="按选对的比例得分",
        分值="3.33",
        学习="article:9",
    ),
    line("k3", "判断", "许可证可以转借。", "", "×", 出处="《烟草专卖许可证管理办法》第三十一条"),
    line("", "填空", "许可证延续应提前几天申请？", "", "三十天\n30天"),
    line("k5", "单选", "哪些正确？", "甲\n乙\nA和B都对", "3", 选项乱序="否"),
    line("k6", "单选", "=1+1 等于几？", "1\n2\n3", "B", 解析='=HYPERLINK("http://x")'),
)


def test_every_fault_is_named_by_its_cell_at_once_and_nothing_is_written(bank):
    lines = [line(f"k{n}", "单选", "", FOUR, "C") for n in range(2, 21)]
    lines[1] = line("k3", "单选", "封签应贴在哪一面？", FOUR, "C")
    lines[2][1] = "多选题目"
    lines[5][4] = "F"
    lines[7][4] = ""
    lines[10][4] = "AB"
    lines[13] = line("k15", "单选", "封签 应贴在哪一面?", FOUR, "C")
    lines[16][7] = "0"
    said = bank.refused(sheet(*lines)).splitlines()
    assert said == [
        "题库有 6 处要改：",
        "1. 第 3 题 k4（题目!B4）：类型“多选题目”不认识，可用 单选、多选、判断、填空，是不是“多选”",
        "2. 第 6 题 k7（题目!E7）：答案“F”但只有 4 个选项",
        "3. 第 8 题 k9（题目!E9）：缺少答案 answer",
        "4. 第 11 题 k12（题目!E12）：答案“AB”有 2 个，单选题只能有一个",
        "5. 第 14 题 k15（题目!C15）：题目和第 2 题（题目!C3）相同",
        "6. 第 17 题 k18（题目!H18）：分值“0”应大于 0，最多 1000",
    ]
    many = [line("", "判断", f"第 {n} 句对不对？", "", "对") for n in range(5000)]
    assert "5,000 行" in bank.refused(sheet(*many))


@pytest.mark.on_sqlite
def test_what_is_exported_imports_unchanged_and_text_stays_text(bank):
    said = bank.take(sheet(*GOOD), "--dry-run")
    assert said.splitlines()[0] == "新增 k1 封签应贴在哪一面？"
    assert said.splitlines()[-1] == "6 新增 0 修改 0 不变（只看，没有写入）"
    assert bank.count() == 0
    assert bank.take(sheet(*GOOD)) == "6 新增 0 修改 0 不变\n"
    out = bank.exported()
    assert bank.take(out) == "0 新增 0 修改 6 不变\n"
    assert bank.exported() == out
    asked, _ = reading.workbook(out, LIMITS)
    found = {cells[0]: cells for _, cells in asked.rows()}
    assert found["编码"] == dict(enumerate(HEAD))
    assert (found["k6"][2], found["k6"][9]) == ("=1+1 等于几？", '=HYPERLINK("http://x")')
    assert (found["k1"][4], found["k1"][7], found["k1"][8]) == ("C", "5", "封签、真假鉴别")
    assert (found["k2"][4], found["k2"][7], found["k3"][4]) == ("AC", "3.33", "错")
    assert found["z0001"][4] == "三十天\n30天"
    changed = list(GOOD[0])
    changed[4], changed[7] = "B", "6"
    said = bank.take(sheet(changed, line("", "判断", "另一题。", "", "对")), "--dry-run").splitlines()
    assert said == ["新增 z0002 另一题。", "修改 k1：答案、分值", "1 新增 1 修改 0 不变（只看，没有写入）"]
    bank.before = 6
    assert bank.refused(sheet(line("k9", "单选", "封签 应贴在哪一面", FOUR, "A"))) == (
        "第 1 题 k9（题目!C2）：题目和题库里的 k1 相同"
    )


@pytest.mark.on_sqlite
def test_the_template_can_be_imported_as_it_is(bank):
    path = bank.folder / "template.xlsx"
    assert bank.house.flask("quizzes", "bank", "template", str(path)).exit_code == 0
    assert bank.take(path.read_bytes()) == "4 新增 0 修改 0 不变\n"


TEXT = """鉴别真假要看哪几样？
A. 封签
B. 喷码
C. 气味
答案：AB
解析：气味因人而异。
还要对着光看。

封签贴在哪一面？
Ａ．正面
Ｂ．顶部
答案：Ｂ

许可证可以转借。
答案：错
"""


@pytest.mark.on_sqlite
@pytest.mark.parametrize("numbered", [False, True])
@pytest.mark.parametrize("kind", ["txt", "docx"])
def test_text_as_trainers_have_it_in_word_is_read(bank, numbered, kind):
    text = TEXT
    if numbered:
        for n, stem in enumerate(("鉴别", "封签贴", "许可证"), start=1):
            text = text.replace(f"\n{stem}" if n > 1 else stem, f"\n{n}. {stem}" if n > 1 else f"{n}. {stem}")
    content = document(*text.splitlines()) if kind == "docx" else text.encode("gb18030")
    assert bank.take(content, name=f"bank.{kind}") == "3 新增 0 修改 0 不变\n"
    kinds = {code: question.kind for code, question in bank.questions().items()}
    assert kinds == {"z0001": "multiple", "z0002": "single", "z0003": "truth"}
    bodies = bank.bodies()
    assert bodies["z0001"]["explanation"] == "气味因人而异。 还要对着光看。"
    assert [each["label"] for each in bodies["z0002"]["question"]["options"]] == ["正面", "顶部"]
    assert bank.take(bank.exported()) == "0 新增 0 修改 3 不变\n"


@pytest.mark.on_sqlite
def test_the_word_before_a_question_is_no_part_of_it(bank):
    bank.take(
        "题干：选哪几样？\nＡ．甲\nＢ．乙\nＣ．丙\n答案:AC\n解析:甲和丙。\n学习：article:9\n题干：对吗？\n答案：√\n",
        name="a.txt",
    )
    assert [(each.kind, each.text) for each in bank.questions().values()] == [
        ("multiple", "选哪几样？"),
        ("truth", "对吗？"),
    ]
    assert bank.bodies()["z0001"]["lesson"] == "article:9"


@pytest.mark.on_sqlite
def test_faults_of_a_text_are_named_by_their_lines(bank):
    said = bank.refused(
        "封签贴在哪一面？\nA. 正面\nB. 顶部\n答案：D\n\n哪个对？\nA. 甲\nB. 乙\n答案：A\n分值：-1\n", name="a.txt"
    )
    assert said.splitlines()[1:] == [
        "1. 第 1 题 z0001（第 4 行“答案：D”）：答案“D”但只有 2 个选项",
        "2. 第 2 题 z0002（第 10 行“分值：-1”）：分值“-1”应大于 0，最多 1000",
    ]


@pytest.mark.on_sqlite
def test_answers_are_read_in_every_usual_spelling_also_behind_a_question(bank):
    spelt = ("标准答案 （B）", "答：B", "答案为：B", "答案是B", "正确答案是：B。", "答案(B)", "【答案】B")
    asked = "\n".join(f"{n}. 第 {n} 题选哪个？\nA. 一\nB. 二\n{answer}" for n, answer in enumerate(spelt, 1))
    behind = "\n8. 证可以转借。 答案：错\n9. 选哪些？\nA. 一 B. 二 C. 三（答案：AC）"
    behind += "\n10. 一条重几斤？\n答案：1.5\n11. 提前几天？\n答案：30天或三十天"
    bank.take(asked + behind, name="a.txt")
    sheet, _ = reading.workbook(bank.exported(), LIMITS)
    lines = [(cells[2], cells[3].split("\n") if 3 in cells else [], cells[4]) for _, cells in sheet.rows()][1:]
    assert [answer for _, _, answer in lines] == ["B"] * 7 + ["错", "AC", "1.5", "30天\n三十天"]
    assert lines[7][0] == "证可以转借。" and lines[8][1] == ["一", "二", "三"]


@pytest.mark.on_sqlite
def test_a_workbook_of_ones_own_is_read_with_an_option_in_each_column(bank):
    head = ["序号", "题型", "题干", "选项A", "选项B", "C", "正确答案"]
    lines = (
        ["1", "单选题", "封签贴在哪一面？", "正面", "背面", "顶部", "Ｃ"],
        ["2", "判断题", "证可以转借。", "", "", "", "×"],
    )
    assert bank.take(workbook({"Sheet1": rows([head, *lines])})) == "2 新增 0 修改 0 不变\n"
    one_cell = line("k9", options="A. 甲\nB. 乙", answer="B")
    assert bank.take(sheet(one_cell)) == "1 新增 0 修改 0 不变\n"
    assert [each["label"] for each in bank.bodies()["k9"]["question"]["options"]] == ["甲", "乙"]
    bank.before = 3
    gap = ["3", "单选", "哪个？", "甲", "", "丙", "B"]
    assert "Sheet1!F2：选项 C 前面有空的选项" in bank.refused(workbook({"Sheet1": rows([head, gap])}))
    titled = workbook({"题目": rows([["营销科题库"], HEAD, line("k1", options="甲|乙", answer="A")])}, merged=["A1:M1"])
    assert bank.refused(titled).startswith("题目!A1：这一行应是表头（编码、类型、"), "one fault, not one for each cell"


@pytest.mark.on_sqlite
def test_options_that_another_order_would_make_false_are_refused_by_their_cell(bank):
    said = bank.refused(
        sheet(
            line("k1", "单选", "哪个对？", "甲\n乙\nA和B都对", "C", 选项乱序="是"),
            line("k2", "单选", "几面？", "1\n2\n3", "C", 选项乱序="是"),
            *(
                line(f"k{n}", options=f"甲\n乙\n{label}", answer="C", 选项乱序="是")
                for n, label in enumerate(("AB都对", "1和2都对", "前两项"), start=3)
            ),
        )
    )
    assert said.splitlines()[1:] == [
        "1. 第 1 题 k1（题目!D2）：选项“A和B都对”换了位置就不对了，请改写，或不要打乱这一题",
        "2. 第 2 题 k2（题目!D3）：选项“1”换了位置就不对了，请改写，或不要打乱这一题",
        "3. 第 3 题 k3（题目!D4）：选项“AB都对”换了位置就不对了，请改写，或不要打乱这一题",
        "4. 第 4 题 k4（题目!D5）：选项“1和2都对”换了位置就不对了，请改写，或不要打乱这一题",
        "5. 第 5 题 k5（题目!D6）：选项“前两项”换了位置就不对了，请改写，或不要打乱这一题",
    ]


def test_what_a_cell_cannot_say_is_kept_and_a_key_of_which_each_answer_is_enough_is_written(bank):
    bank.take(sheet(*GOOD[:2]))
    with bank.house.services.transaction() as session:
        stored = queries.items(session, ["k1"])["k1"].item
        shown = replace(stored, question=replace(stored.question, picture=Illustration("a" * 32, "一包烟")))
        (place,) = storing.store(session, [shown], home_quiz_id=0, who="周", now=bank.house.clock())
        corrected = key_to_json(Key(frozenset({2, 3}), effect=KeyEffect.FULL))
        now = bank.house.clock()
        version_id = place.version_id
        session.add(
            AnswerKey(version_id=version_id, number=2, quiz_id=0, key=corrected, reason="", made_at=now, made_by="周")
        )
    out = bank.exported()
    asked, _ = reading.workbook(out, LIMITS)
    assert {cells[0]: cells[4] for _, cells in asked.rows()}["k1"] == "B或C"
    assert bank.take(out) == "0 新增 0 修改 2 不变\n"
    assert bank.bodies()["k1"]["question"]["picture"]


def test_what_was_retired_is_not_exported_and_a_file_does_not_bring_it_back(bank):
    bank.take(sheet(*GOOD[:3]))
    with bank.house.services.transaction() as session:
        session.scalars(select(BankQuestion).where(BankQuestion.code == "k1")).one().is_retired = True
    asked, _ = reading.workbook(bank.exported(), LIMITS)
    assert [cells[0] for _, cells in asked.rows()] == ["编码", "k2", "k3"]
    bank.before = 3
    assert bank.refused(sheet(GOOD[0])) == (
        "第 1 题 k1（题目!A2）：编码“k1”的题已停用，请换一个编码，或先在题库里恢复它"
    )


def test_what_was_never_changed_gets_no_new_version_and_a_correction_gets_one(bank):
    bank.take(sheet(*GOOD))
    changed = list(GOOD[0])
    changed[2] = "封签应该贴在哪一面？"
    assert bank.take(sheet(changed, *GOOD[1:3])) == "0 新增 1 修改 2 不变\n"
    with bank.house.look() as session:
        numbers = session.execute(
            select(BankQuestion.code, func.max(QuestionVersion.number))
            .join(QuestionVersion, QuestionVersion.question_id == BankQuestion.id)
            .group_by(BankQuestion.code)
        )
        assert {code: number for code, number in numbers if number > 1} == {"k1": 2}
