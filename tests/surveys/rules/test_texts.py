"""The account talks as in the model dialogues."""

from datetime import date
from decimal import Decimal

from surveys.rules.shape import Option, Question, QuestionType
from surveys.texts import chat

IMPROVE = Question(
    "q2",
    QuestionType.MULTIPLE,
    "您最希望改进哪些?",
    (Option(1, "送货时间"), Option(2, "货源信息"), Option(3, "上门拜访")),
    other=True,
    max=2,
)


def test_a_multiple_choice_shows_its_numbers_and_how_to_reply():
    assert chat.question(IMPROVE, 2, 6).splitlines() == [
        "2/6 您最希望改进哪些?（最多选 2 项，如：1 3）",
        "1 送货时间",
        "2 货源信息",
        "3 上门拜访",
        "0 其他（如：0 价格牌）",
    ]


def test_coming_back_shows_what_was_chosen():
    first = chat.question(IMPROVE, 2, 6, previous="送货时间、上门拜访").splitlines()[0]
    assert first == "2/6 您最希望改进哪些?（原来选了：送货时间、上门拜访；重新回复即可更改）"


def test_numbers_shown_are_places_not_codes():
    question = Question("q1", QuestionType.SINGLE, "满意吗?", (Option(7, "好"), Option(2, "差")))
    assert chat.question(question, 1, 1).splitlines()[1:] == ["1 好", "2 差"]


def test_an_optional_question_says_so_in_its_last_line():
    question = Question("q7", QuestionType.PHOTO, "请拍一张陈列照片", required=False)
    assert chat.question(question, 7, 7).splitlines() == ["7/7 请拍一张陈列照片（请直接发一张照片）", "可回复“跳过”"]


def test_every_kind_says_how_to_reply():
    def hint(**question) -> str:
        return chat.hints(Question("q", text=question.pop("text", "?"), **question))

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


def test_the_ends_of_a_survey_are_said_as_in_the_dialogues():
    assert chat.intro("三季度服务满意度调查", 6, 2) == (
        "《三季度服务满意度调查》共 6 题，约 2 分钟。随时回复“退出”，下次接着填。"
    )
    assert chat.submitted("王建国", date(2026, 10, 8)) == "已提交，谢谢王老板。10 月 8 日公布结果，届时告诉您。"
    assert chat.already_done(date(2026, 9, 12)) == "您在 9 月 12 日已填写过这份调查，谢谢。"
    assert chat.closed(date(2026, 9, 30), "陈志强") == (
        "这份调查已于 9 月 30 日结束，谢谢您。想提意见可直接在这里留言，陈经理会收到。"
    )
    assert chat.left_over(3) == "刚才的调查还剩 3 题，"


def test_no_sentence_shouts_or_says_system_error():
    said = [value for value in vars(chat).values() if isinstance(value, str)]
    said += [chat.not_understood(Question("q", kind, "?", IMPROVE.options)) for kind in QuestionType]
    said += [chat.after_three_tries(IMPROVE), chat.paused(3), chat.several_open(["甲", "乙"])]
    assert not [
        sentence for sentence in said if "!" in sentence or "！" in sentence or "你" in sentence or "错误" in sentence
    ]
