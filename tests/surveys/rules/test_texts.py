"""The account speaks of a survey as in the model dialogues."""

from datetime import date

from surveys.texts import chat


def test_the_ends_of_a_survey_are_said_as_in_the_dialogues():
    assert chat.intro("三季度服务满意度调查", 6, 2) == (
        "《三季度服务满意度调查》共 6 题，约 2 分钟。随时回复“退出”，下次接着填。"
    )
    assert chat.submitted("王建国", date(2026, 10, 8)) == "已提交，谢谢王老板。10 月 8 日公布结果，届时告诉您。"
    assert chat.already_done(date(2026, 9, 12)) == "您在 9 月 12 日已填写过这份调查，谢谢。"
    assert chat.closed(date(2026, 9, 30), "陈志强") == (
        "这份调查已于 9 月 30 日结束，谢谢您。想提意见可直接留言，陈经理会收到。"
    )
    assert chat.left_over(3) == "刚才的调查还剩 3 题，"


def test_no_sentence_shouts_or_says_system_error():
    said = [value for value in vars(chat).values() if isinstance(value, str)]
    said += [chat.paused(3)]
    assert not [
        sentence for sentence in said if "!" in sentence or "！" in sentence or "你" in sentence or "错误" in sentence
    ]
