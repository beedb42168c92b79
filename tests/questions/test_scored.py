"""A scored test stands on the kit: it adds a right answer to a question, a column to the workbook, its own words."""

from dataclasses import dataclass

import pytest

from foundation.errors import Refused
from questions import stepping
from questions.answers import Single
from questions.authoring import excel_file, excel_template, files
from questions.authoring.layout import COLUMNS, FileLayout
from questions.authoring.question_reader import read_questions
from questions.authoring.spelling import Mistaken, Notes
from questions.question import Question
from questions.stepping import Position, StepOutcome
from tests.documents import document, table
from tests.workbooks import rows, workbook

PAPER = FileLayout("试卷", {"标题": "title", "及格分": "pass"}, columns={**COLUMNS, "正确答案": "right"})
YAML = """
title: 新品知识
questions:
  - {code: q1, type: single, text: 哪款是新品, options: [甲, 乙, 丙], right: 乙}
  - {code: q2, type: single, text: 多少钱一条, options: [一百, 两百], right: 两百}
"""


@dataclass(frozen=True)
class Quiz:
    """What a test keeps beside the questions."""

    questions: tuple[Question, ...]
    right: dict[str, str]

    def score(self, position: Position) -> int:
        return sum(
            question.label(position.answers[question.code]["o"]) == self.right[question.code]
            for question in self.questions
        )


def read(written) -> Quiz:
    notes = Notes(written.places)
    questions = read_questions(written.data["questions"], notes=notes, more=PAPER.columns.values())
    if notes.mistakes:
        raise Mistaken(notes.mistakes, PAPER.called)
    return Quiz(questions, {each["code"]: each["right"] for each in written.data["questions"]})


def talk(quiz: Quiz, *replies: str) -> stepping.Step:
    position = Position(quiz.questions)
    for reply in replies:
        last = stepping.step(position, reply)
        position = last.position
    return last


def test_a_test_is_taken_and_scored_in_the_chat():
    quiz = read(files.parse(YAML.encode(), "新品.yaml", PAPER))
    done = talk(quiz, "乙", "１")
    assert (done.outcome, done.position.asked, quiz.score(done.position)) == (StepOutcome.GOES_ON, None, 1)
    assert quiz.score(talk(quiz, "2", "二").position) == 2


def test_its_workbook_has_its_own_rows_and_columns():
    asked = [["编码", "类型", "题目", "选项", "正确答案"], ["q1", "单选", "哪款是新品", "甲|乙", "乙"]]
    found = excel_file.parse(
        workbook({"试卷": rows([["标题", "新品知识"], ["及格分", "60"]]), "题目": rows(asked)}), PAPER
    )
    assert (found.data["title"], found.data["pass"]) == ("新品知识", "60")
    assert read(found).right == {"q1": "乙"}
    handed_out = excel_template.packed(PAPER, [("新品知识", ""), ("60", "")], [])
    assert excel_file.parse(handed_out, PAPER).data == {"title": "新品知识", "pass": "60", "questions": []}


def test_its_document_has_answers_points_and_explanations():
    paper = FileLayout(
        "试卷", {"标题": "title"}, columns=COLUMNS | {"正确答案": "right", "分值": "points", "解析": "why"}
    )
    content = document(
        *(
            "新品知识",
            "一、单选题（每题2分，共4分）",
            "1. 新品是（ b ）。".replace("b", "B"),
            "A. 甲",
            "B. 乙",
            "2. 哪款？（5分）",
            "A. 甲 B. 乙",
        ),
        *(
            "【答案】A",
            "【解析】甲是新品，",
            "乙不是。",
            "二、多选题",
            "1. 有几款",
            "A. 甲",
            "B. 乙",
            "答案：A、B　分值：3",
        ),
        *("三、判断题", "1. 甲是新品（√）"),
        table(["题目", "题型", "A", "B", "答案"], ["哪款贵？", "单选题", "甲", "乙", "B"]),
    )
    found = files.parse(content, "新品.docx", paper).data["questions"]
    assert [(each["type"], each["text"], each.get("right"), each.get("points"), each.get("why")) for each in found] == [
        ("single", "新品是（ ）。", "B", "2", None),
        ("single", "哪款？", "A", "5", "甲是新品，\n乙不是。"),
        ("multiple", "有几款", "A、B", "3", None),
        ("single", "甲是新品（ ）", "√", None, None),
        ("single", "哪款贵？", "B", None, None),
    ]
    assert found[3]["options"] == ["对", "错"]
    with pytest.raises(Refused, match="答案请写在各题下面"):
        files.parse(document("新品", "1. 哪款？", "A. 甲", "B. 乙", "参考答案：1.B"), "a.docx", paper)
    with pytest.raises(Refused, match="“答案”写了两次"):
        files.parse(document("新品", "1. 哪款（A）", "A. 甲", "B. 乙", "答案：B"), "a.docx", paper)


def test_what_is_wrong_is_said_in_its_own_words():
    broken = YAML.replace("code: q2", "code: q1").replace("text: 哪款", "txt: 哪款")
    with pytest.raises(Mistaken, match=r"^试卷有 3 处要改") as refusal:
        read(files.parse(broken.encode(), "a.yaml", PAPER))
    assert "调查" not in str(refusal.value)


def test_one_answer_is_one_answer_in_every_door():
    quiz = read(files.parse(YAML.encode(), "新品.yaml", PAPER))
    tapped = stepping.tap(Position(quiz.questions), "answer", "q1", {"option": ["2"]})
    assert (
        tapped.position == talk(quiz, "2").position == Position(quiz.questions).answered(quiz.questions[0], Single(2))
    )
