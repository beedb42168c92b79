"""What shopkeepers type is read as they mean it, or answered with what to send instead."""

from decimal import Decimal

import pytest

from questions import texts
from questions.answers import FreeText, Multiple, Number, Photo, Score, Single, Skipped, describe
from questions.question import Option, Question, QuestionType
from questions.reading.replies import Command, NotUnderstood, command, skip, understand


def listed(*labels: str, type=QuestionType.SINGLE, **more) -> Question:
    return Question("q", type, "?", tuple(Option(n, label) for n, label in enumerate(labels, 1)), **more)


SATISFIED = listed("非常满意", "满意", "一般", "不满意")
IMPROVE = listed("送货时间", "货源信息", "上门拜访", type=QuestionType.MULTIPLE, other=True, max=2)
WHO = listed("张三", "李四", other=True)
MANY = listed(*(f"品牌{letter}" for letter in "甲乙丙丁戊己庚辛壬癸子丑寅卯"), type=QuestionType.MULTIPLE, other=True)
RATING = Question("q", QuestionType.RATING, "?")
NPS = Question("q", QuestionType.NPS, "?")


def heard(question: Question, reply: str):
    return understand(question, reply)


@pytest.mark.parametrize(
    ("reply", "option"),
    [
        *[
            (reply, 3)
            for reply in ("3", "３", " 3 ", "三", "叁", "③", "❸", "3️⃣", "3.", "3、", "３。", "(3)", "3)", "选3", "我选3")
        ],
        *[
            (reply, 3)
            for reply in ("我选三", "选择:3", "第三个", "第3项", "3号", "c", "C", "Ｃ", "3吧", "选第三个吧", "答案是3")
        ],
        *[(reply, 3) for reply in ("一般", "一般。", " 一 般 ", "3、一般", "3 一般", "3.一般", "3一般")],
        ("满意", 2),
        ("非常满意", 1),
        ("非常", 1),
        ("不满", 4),
        ("不满意！", 4),
    ],
)
def test_one_option_can_be_said_in_many_ways(reply, option):
    assert heard(SATISFIED, reply) == Single(option)


@pytest.mark.parametrize(
    "reply",
    [
        "5",
        "0",
        "13",
        "3.5",
        "1,2",
        "12",
        "-1",
        "很好",
        "不",
        "意",
        "还满意吧",
        "3楼",
        "",
        " ",
        "。",
        "E",
        "[微笑]",
        "0 别的",
    ],
)
def test_what_points_at_no_option_is_answered_with_the_way_on(reply):
    assert heard(SATISFIED, reply) == NotUnderstood("请回复选项前的一个数字，1 到 4。也可以回复“上一题”“退出”“人工”。")


def test_a_number_and_another_options_words_are_not_guessed_between():
    assert heard(SATISFIED, "1 满意") == NotUnderstood("编号和文字对不上：1 是非常满意。请只回复编号。")


@pytest.mark.parametrize(
    ("reply", "words"),
    [
        ("0 王五", "王五"),
        ("0王五", "王五"),
        ("０：王五", "王五"),
        ("0、王五，和赵六", "王五，和赵六"),
        ("其他 王五", "王五"),
        ("其它：王五", "王五"),
        ("⓪ 王五", "王五"),
        ("选0 王五", "王五"),
        ("0 5", "5"),
    ],
)
def test_other_keeps_the_persons_own_words(reply, words):
    assert heard(WHO, reply) == Single(0, words)


@pytest.mark.parametrize("reply", ["0", "０", "0。", "其他", "其它", "0 \x00"])
def test_other_without_words_asks_for_them(reply):
    assert heard(WHO, reply) == NotUnderstood(texts.OTHER_NEEDS_WORDS)


def test_other_too_long_is_asked_shorter():
    assert heard(WHO, "0 " + "长" * 501) == NotUnderstood(texts.too_long(501))


def test_numbers_are_places_in_the_list_shown_and_codes_are_stored():
    edited = Question("q", QuestionType.SINGLE, "?", (Option(4, "很好"), Option(1, "满意"), Option(7, "差")))
    assert [heard(edited, reply) for reply in ("1", "2", "3")] == [Single(4), Single(1), Single(7)]
    assert isinstance(heard(edited, "4"), NotUnderstood)


SAID_FOR_1_AND_3 = """
1,3|1，3|1 3|1、3|1和3|13|31|１３|①③|一三|一、三|1.3|1;3|1/3|1 3 3|3,1,|1+3|ac|A C|a、c|选1和3|第一个和第三个|1号 3号
送货时间 上门拜访|送货时间和上门拜访|1、送货时间 3、上门拜访|送货、上门
"""


@pytest.mark.parametrize("reply", SAID_FOR_1_AND_3.strip().replace("\n", "|").split("|"))
def test_several_options_can_be_said_in_many_ways(reply):
    assert heard(IMPROVE, reply) == Multiple((1, 3))


@pytest.mark.parametrize("reply", ["2", "二", "22", "货源信息", "2、货源信息", "b", "第二个"])
def test_one_of_several_is_enough(reply):
    assert heard(IMPROVE, reply) == Multiple((2,))


@pytest.mark.parametrize(
    ("reply", "answer"),
    [
        ("1 0 价格牌", Multiple((1, 0), "价格牌")),
        ("0 价格牌", Multiple((0,), "价格牌")),
        ("10 价格牌", Multiple((1, 0), "价格牌")),
        ("1、0、价格牌，1 3", Multiple((1, 0), "价格牌，1 3")),
        ("1，其他：价格牌", Multiple((1, 0), "价格牌")),
        ("送货时间 0 价格牌", Multiple((1, 0), "价格牌")),
        ("0价格牌", Multiple((0,), "价格牌")),
        ("1和其他：服务", Multiple((1, 0), "服务")),
    ],
)
def test_other_joins_the_options_chosen(reply, answer):
    assert heard(IMPROVE, reply) == answer


@pytest.mark.parametrize("reply", ["4", "14", "1,4", "1-3", "很多", "", "20元", "1,000", "1.5.0", "价格牌", "1 价格牌"])
def test_what_fits_no_several_is_answered_with_the_way_on(reply):
    assert heard(IMPROVE, reply) == NotUnderstood(texts.not_understood(IMPROVE))


def test_numbers_behind_other_are_choices_and_its_words_are_asked_for():
    question = listed("甲", "乙", "丙", type=QuestionType.MULTIPLE, other=True)
    assert heard(question, "0 1 3") == NotUnderstood(texts.OTHER_NEEDS_WORDS)
    assert heard(question, "0 5元一包") == Multiple((0,), "5元一包")


def test_how_many_is_not_which():
    question = listed("甲", "乙", "丙", type=QuestionType.MULTIPLE)
    assert heard(question, "第三个") == Multiple((3,))
    for reply in ("三个", "两个", "3种", "选两个"):
        assert isinstance(heard(question, reply), NotUnderstood)


def test_more_than_allowed_is_counted_for_the_person():
    assert heard(IMPROVE, "123") == NotUnderstood("最多选 2 项，您选了 3 项，请重新选。")
    assert heard(IMPROVE, "1 3 0 价格牌") == NotUnderstood("最多选 2 项，您选了 3 项，请重新选。")
    assert heard(IMPROVE, "全选") == NotUnderstood("最多选 2 项，您选了 3 项，请重新选。")


def test_fewer_than_asked_is_counted_for_the_person():
    question = listed("甲", "乙", "丙", type=QuestionType.MULTIPLE, min=2)
    assert heard(question, "1") == NotUnderstood("至少选 2 项，您选了 1 项，请重新选。")


def test_digits_that_could_be_two_answers_are_asked_about():
    assert heard(MANY, "13") == NotUnderstood("没分清是 13 还是 1 和 3。是前一种请回复“第13”，后一种请回复“1 3”。")
    assert heard(MANY, "123") == NotUnderstood(
        "没分清是 1、2 和 3 还是 12 和 3。是前一种请回复“1 2 3”，后一种请回复“12 3”。"
    )
    assert heard(MANY, "第13") == Multiple((13,))
    assert heard(MANY, "1 3") == Multiple((1, 3))
    assert heard(MANY, "12 3") == Multiple((3, 12))
    assert heard(MANY, "13,") == heard(MANY, "13")
    assert heard(MANY, "十三") == Multiple((13,))
    assert heard(MANY, "第13个") == Multiple((13,))
    assert heard(MANY, "1,13") == Multiple((1, 13))
    assert heard(MANY, "19") == Multiple((1, 9))
    assert heard(MANY, "11") == Multiple((11,))
    assert heard(MANY, "10") == Multiple((10,))
    assert heard(MANY, "10 3") == Multiple((3, 10))


def test_the_number_allowed_can_settle_which_was_meant():
    question = listed(*MANY.labels, type=QuestionType.MULTIPLE, max=1)
    assert heard(question, "13") == Multiple((13,))
    question = listed(*MANY.labels, type=QuestionType.MULTIPLE, min=2)
    assert heard(question, "13") == Multiple((1, 3))


def test_a_label_with_a_gap_word_in_it_is_still_a_label():
    question = listed("烟和酒", "茶、糖", "A/B", type=QuestionType.MULTIPLE)
    assert heard(question, "烟和酒") == Multiple((1,))
    assert heard(question, "烟和酒 3") == Multiple((1, 3))
    assert heard(question, "茶、糖") == Multiple((2,))


@pytest.mark.parametrize(
    ("reply", "point"), [("5", 5), ("５", 5), ("五", 5), ("5分", 5), ("五分。", 5), ("打4分", 4), ("⑤", 5), ("4星", 4)]
)
def test_a_rating_is_read(reply, point):
    assert heard(RATING, reply) == Score(point)


@pytest.mark.parametrize(
    "reply", ["0", "6", "4.5", "很好", "⭐⭐⭐", "4-5", "4 5", "10", "十分", "", "五五", "-1", "05"]
)
def test_what_is_no_rating_is_answered_with_the_scale(reply):
    assert heard(RATING, reply) == NotUnderstood("请回复 1 到 5 的数字。也可以回复“上一题”“退出”“人工”。")


@pytest.mark.parametrize(
    ("reply", "point"), [("10", 10), ("十", 10), ("十分", 10), ("0", 0), ("零", 0), ("０分", 0), ("⑩", 10), ("7", 7)]
)
def test_an_nps_is_read(reply, point):
    assert heard(NPS, reply) == Score(point)


@pytest.mark.parametrize("reply", ["11", "-1", "1 0", "100", "9.5", "愿意"])
def test_what_is_no_nps_is_answered_with_the_scale(reply):
    assert heard(NPS, reply) == NotUnderstood("请回复 0 到 10 的数字。也可以回复“上一题”“退出”“人工”。")


def number(**more) -> Question:
    return Question("q", QuestionType.NUMBER, "?", **more)


NUMBERS = """
30=30 ３０=30 三十五=35 1,200=1200 １，２００位=1200 30人=30 约30人=30 大概三十个=30 30左右=30 两百=200 一百二=120
一千零五=1005 1万=10000 1.5万=15000 两万三=23000 12.0=12 007=7 -5=-5 负五=-5 －５=-5 0=0 -0=0 50元。=50
"""


@pytest.mark.parametrize(("reply", "value"), [("30 位", "30"), *(pair.split("=") for pair in NUMBERS.split())])
def test_a_number_is_read(reply, value):
    assert heard(number(), reply) == Number(value)


@pytest.mark.parametrize(
    "reply",
    [
        "很多",
        "30多",
        "20-30",
        "二三十",
        "十几个",
        "1,20",
        "1 2",
        "30 40",
        "一天30个",
        "1e5",
        "nan",
        "∞",
        "½",
        "",
        ".",
        "-",
        "9" * 30,
    ],
)
def test_a_vague_number_is_not_guessed(reply):
    assert isinstance(heard(number(), reply), NotUnderstood)


def test_decimals_are_kept_exactly_and_only_where_asked():
    assert heard(number(decimals=2), "12.50元") == Number("12.5")
    assert heard(number(decimals=1), "三点五") == Number("3.5")
    assert heard(number(), "12.5") == NotUnderstood("请回复整数，不带小数。也可以回复“上一题”“退出”“人工”。")
    assert heard(number(decimals=1), "1.25") == NotUnderstood(
        "请回复数字，最多 1 位小数。也可以回复“上一题”“退出”“人工”。"
    )


def test_bounds_hold_and_are_said():
    question = number(min=Decimal(0), max=Decimal(5000))
    assert heard(question, "0") == Number("0")
    assert heard(question, "5000") == Number("5000")
    for reply in ("-5", "5001"):
        assert heard(question, reply) == NotUnderstood("请回复 0 到 5000 的整数。也可以回复“上一题”“退出”“人工”。")


def test_text_is_taken_as_written_but_clean():
    question = Question("q", QuestionType.TEXT, "?", required=False)
    assert heard(question, "  送货，太晚\x00了！ ") == FreeText("送货，太晚了！")
    assert heard(question, "字" * 500) == FreeText("字" * 500)
    assert heard(question, "字" * 501) == NotUnderstood("写得有点长，请控制在 500 字以内（现在 501 字）。")
    assert heard(question, " \u0001 ") == NotUnderstood("这一题请回复文字。也可以回复“上一题”“跳过”“退出”“人工”。")


def test_a_photo_is_taken_only_from_a_picture():
    question = Question("q", QuestionType.PHOTO, "?")
    assert understand(question, "", media="media-1") == Photo(("media-1",))
    assert understand(question, "在路上") == NotUnderstood(texts.not_understood(question))
    assert understand(SATISFIED, "1", media="media-1") == NotUnderstood(
        "图片收到了，不过这一题要回复文字或数字。也可以回复“上一题”“退出”“人工”。"
    )


def test_only_an_optional_question_can_be_skipped():
    assert skip(Question("q", QuestionType.TEXT, "?", required=False)) == Skipped()
    assert skip(RATING) == NotUnderstood("这一题需要您回答，不能跳过。")


@pytest.mark.parametrize(
    ("meant", "replies"),
    [
        (Command.PREVIOUS, ["上一题", " 上一题。", "“上一题”", "返回"]),
        (Command.SKIP, ["跳过", "下一题", "跳过!"]),
        (Command.EXIT, ["退出", "0 退出", "0退出", "q", "Q", "Ｑ", "退出。"]),
        (Command.RESUME, ["继续"]),
        (Command.HELP, ["帮助", "?", "？", "Help"]),
        (Command.PROGRESS, ["进度"]),
        (None, ["满意", "我想退出江湖", "", "跳过这个问题不是办法", "…", "。"]),
    ],
)
def test_words_that_steer_the_talk(replies, meant):
    assert [command(reply) for reply in replies] == [meant] * len(replies)


def test_a_bare_0_leaves_only_where_it_can_mean_nothing_else():
    assert command("0") is Command.EXIT
    assert command("０", SATISFIED) is Command.EXIT
    assert command("0", Question("q", QuestionType.PHOTO, "?")) is Command.EXIT
    for question in (WHO, IMPROVE, RATING, NPS, number(), Question("q", QuestionType.TEXT, "?")):
        assert command("0", question) is None


def test_an_options_own_label_is_the_answer_not_a_command():
    question = listed("继续", "退出")
    assert command("继续", question) is None
    assert heard(question, "继续") == Single(1)


def test_q_is_the_17th_letter_where_there_are_so_many():
    question = listed(*(f"第{n}种烟" for n in "甲乙丙丁戊己庚辛壬癸子丑寅卯辰巳午"))
    assert command("q", question) is None
    assert heard(question, "q") == Single(17)


@pytest.mark.parametrize(
    ("question", "answer", "words"),
    [
        (IMPROVE, Multiple((1, 3)), "送货时间、上门拜访"),
        (IMPROVE, Multiple((3, 0), "价格牌"), "上门拜访、其他（价格牌）"),
        (SATISFIED, Single(2), "满意"),
        (SATISFIED, Single(9), "选项 9"),
        (RATING, Score(4), "4 分"),
        (number(), Number("12.5"), "12.5"),
        (Question("q", QuestionType.TEXT, "?"), FreeText("太晚"), "太晚"),
        (Question("q", QuestionType.PHOTO, "?"), Photo(("a", "b")), "2 张照片"),
        (RATING, Skipped(), "跳过"),
    ],
)
def test_an_answer_is_said_in_words(question, answer, words):
    assert describe(question, answer.to_json()) == words


def test_the_stored_forms_are_those_agreed():
    assert Single(2).to_json() == {"o": 2}
    assert Single(0, "价格牌").to_json() == {"o": 0, "t": "价格牌"}
    assert Multiple((1, 3, 0), "价格牌").to_json() == {"o": [1, 3, 0], "t": "价格牌"}
    assert Score(4).to_json() == {"v": 4}
    assert Number("12.5").to_json() == {"v": "12.5"}
    assert FreeText("好").to_json() == {"t": "好"}
    assert Photo(("media",)).to_json() == {"m": ["media"]}
    assert Skipped().to_json() == {"s": True}
