"""The account talks as in the model dialogues."""

from decimal import Decimal

from questions import texts
from questions.question import Option, Question, QuestionType

IMPROVE = Question(
    "q2",
    QuestionType.MULTIPLE,
    "您最希望改进哪些?",
    (Option(1, "送货时间"), Option(2, "货源信息"), Option(3, "上门拜访")),
    other=True,
    max=2,
)


def test_a_multiple_choice_shows_its_numbers_and_how_to_reply():
    assert texts.question(IMPROVE, 2, 6).splitlines() == [
        "2/6 您最希望改进哪些?（最多选 2 项，如：1 3）",
        "1 送货时间",
        "2 货源信息",
        "3 上门拜访",
        "0 其他（如：0 价格牌）",
    ]


def test_coming_back_shows_what_was_chosen():
    first = texts.question(IMPROVE, 2, 6, previous="送货时间、上门拜访").splitlines()[0]
    assert first == "2/6 您最希望改进哪些?（原来选了：送货时间、上门拜访；重新回复即可更改）"


def test_numbers_shown_are_places_not_codes():
    question = Question("q1", QuestionType.SINGLE, "满意吗?", (Option(7, "好"), Option(2, "差")))
    assert texts.question(question, 1, 1).splitlines()[1:] == ["1 好", "2 差"]


def test_an_optional_question_says_so_in_its_last_line():
    question = Question("q7", QuestionType.PHOTO, "请拍一张陈列照片", required=False)
    assert texts.question(question, 7, 7).splitlines() == ["7/7 请拍一张陈列照片（请直接发一张照片）", "可回复“跳过”"]


def test_every_kind_says_how_to_reply():
    def hint(**question) -> str:
        return texts.hints(Question("q", text=question.pop("text", "?"), **question))

    assert hint(type=QuestionType.RATING, text="请打分") == "1-5，5 分最好"
    assert hint(type=QuestionType.RATING, text="请打分（1-5）") == ""
    assert hint(type=QuestionType.NPS) == "0-10，10 分最愿意"
    assert hint(type=QuestionType.NUMBER, min=Decimal(0), max=Decimal(5000)) == "回复 0 到 5000 的整数"
    assert hint(type=QuestionType.NUMBER, min=Decimal(0), decimals=2) == "回复不小于 0 的数字，最多 2 位小数"
    assert hint(type=QuestionType.NUMBER, max=Decimal("9.5"), decimals=1) == "回复不大于 9.5 的数字，最多 1 位小数"
    assert hint(type=QuestionType.NUMBER) == "回复整数"
    assert hint(type=QuestionType.MULTIPLE, options=IMPROVE.options) == "可选多项，如：1 3"
    assert hint(type=QuestionType.MULTIPLE, options=IMPROVE.options, min=2, max=2) == "选 2 项，如：1 3"
    assert hint(type=QuestionType.MULTIPLE, options=IMPROVE.options, min=1, max=2) == "选 1 到 2 项，如：1 3"
    assert hint(type=QuestionType.SINGLE) == ""


def test_no_sentence_shouts_or_says_system_error():
    said = [value for value in vars(texts).values() if isinstance(value, str)]
    said += [texts.not_understood(Question("q", kind, "?", IMPROVE.options)) for kind in QuestionType]
    said += [texts.after_three_tries(IMPROVE)]
    assert not [
        sentence for sentence in said if "!" in sentence or "！" in sentence or "你" in sentence or "错误" in sentence
    ]
