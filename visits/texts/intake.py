"""Texts to a shop that leaves a message, and the rating question after the answer."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from people.texts import Named
from visits.texts.times import when

WRITE = "请直接写您要说的，文字、图片、语音都可以，会转给您的客户经理。"
ADDED = "已补充。"
ASK_FOR_NAME = "已收到。请告诉我们店名或许可证号，方便找到您的客户经理。"
ASK_WHO_COMPLAINS = "已收到您的投诉。请告诉我们店名或许可证号，方便转给上级负责人。"
NOT_FOLLOWING = "您还没有关注我们，答复送不到您这里。请先关注，再留言。"
WILL_LOOK = "已收到，我们会找到负责您的客户经理，请稍等。"
GREETED = "您好，有事请直接说，客户经理会看到。"
WELCOME = "不客气，有需要随时说。"
#: After a message with thanks and more.
REMARKED = "已转告客户经理，谢谢您。有事请接着说。"
#: The same where there is nobody to notify.
NOTED = "已记下，谢谢您。有事请接着说。"
THANKS_FOR_RATING = "谢谢您的评价。"
RATED_ALREADY = "您已评价过，谢谢。"
SCORES = {1: "满意", 2: "一般", 3: "不满意"}
#: The question for the reason, by the rating given.
WHY = {2: "谢谢您的评价。哪里可以更好，写一句就行。", 3: "谢谢您直说。哪里不满意，写一句就行。"}
TOLD_WHY = "已记下，谢谢您。还有事没办好，请接着写。"
SORRY = "谢谢您直说，我们会改进。还有没解决的，请直接在这里写。"
LONG_COMMENT = "请写在 {} 个字以内。"
ASK_FOR_RATING = "这次答复您满意吗？"


def passed_on(
    person: Named | None, answer_due: datetime | None, *, is_deputy: bool, now: datetime, zone: ZoneInfo
) -> str:
    """Who got a message, and until when it is answered."""
    until = f"{when(answer_due, now=now, zone=zone)} 前答复您" if answer_due and answer_due > now else "会尽快答复您"
    if person is None:
        return f"已收到，{until}。"
    return f"已转给{'代班' if is_deputy else '客户'}经理{person.name}，{until}。着急请打 {person.phone}。"


def complained(person: Named | None, answer_due: datetime | None, *, now: datetime, zone: ZoneInfo) -> str:
    """To somebody who complains: who looks into it, until when, and who does not see it."""
    until = f"{when(answer_due, now=now, zone=zone)} 前答复您" if answer_due and answer_due > now else "会尽快答复您"
    if person is None:
        return f"已收到您的投诉，由公司办公室处理，{until}。被投诉的人看不到。"
    return f"已收到您的投诉，由上级{person.name}处理，{until}。被投诉的人看不到。着急请打 {person.phone}。"


def found_shop(shop: str, person: Named | None, *, goes_up: bool) -> str:
    """To a stranger who named their shop."""
    whom = f"已转给{'上级' if goes_up else '客户经理'}{person.name}。着急请打 {person.phone}。" if person else WILL_LOOK
    return f"已记下{shop}。{whom}"


def no_such_licence(left: int) -> str:
    """To a stranger whose licence number fits no shop, or who tried too many in a day."""
    if not left:
        return "已收到。今天查许可证号的次数用完了，我们会按您的留言找到客户经理，请稍等。"
    return f"已收到。没有找到这个许可证号，请核对后再写（还可试 {left} 次），或写店名。"


def attached(person: Named | None, *, goes_up: bool) -> str:
    """To somebody who left a message first and was then bound to a shop."""
    return (
        f"您之前的留言已转给{'上级' if goes_up else '客户经理'}{person.name}。"
        if person
        else "您之前的留言我们已收到。"
    )


def rating_menu(options: Sequence[tuple[str, int]]) -> dict[str, Any]:
    """The rating question, as a customer-service message: `options` are links and their scores."""
    return {
        "msgtype": "msgmenu",
        "msgmenu": {
            "head_content": ASK_FOR_RATING,
            "list": [{"id": link, "content": f"{score} {SCORES[score]}"} for link, score in options],
            "tail_content": "点一下，或回复数字。",
        },
    }


def rated(score: int, *, asks_why: bool = False) -> str:
    """Thanks for a rating; `asks_why` where the next text is taken as the reason."""
    return WHY[score] if asks_why else SORRY if score == max(SCORES) else THANKS_FOR_RATING
