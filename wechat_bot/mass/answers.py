"""WeChat's answers to a mass message, and what follows from each (wechat-platform.md §6)."""

import re
from datetime import timedelta
from enum import Enum

from wechat_bot.client.codes import NO_SUCH_MEDIA, Act, SendError

#: WeChat refuses the same client id within a minute, and knows it for 24 hours.
APART, KNOWN_FOR = timedelta(seconds=61), timedelta(hours=23)
#: The longest time until it is asked again: each time counts as one of the day's calls.
LONGEST = timedelta(hours=1)
TOO_SOON, DAY_SPENT, NO_QUOTA, NO_SUCH_OPENID = 45066, 45009, 45028, 40031
#: How often strangers are looked for in the receivers of one job: all are found the first time.
SEARCHES = 4
#: Until they are looked for again where WeChat did not answer who they are.
SEARCH_AGAIN = timedelta(minutes=30)
#: Receivers too few or too many: a bug of ours, which somebody must see.
BUGS = (40130, 40032)
#: What the message says or shows is what WeChat does not take: no other part of it will go either.
OF_CONTENT = (40004, 40005, 40006, 40009, 45002, 45003, 45004, 45005, 45008, 45110)
FINISHED = "send success"
#: What a job is told as that WeChat never reported the end of.
UNREPORTED = "结果未回传"
_REASONS = {
    10001: "涉嫌广告",
    20001: "涉嫌政治",
    20002: "涉嫌色情",
    20004: "涉嫌社会问题",
    20006: "涉嫌违法犯罪",
    20008: "涉嫌欺诈",
    20013: "涉嫌侵犯版权",
    21000: "内容违规",
    22000: "涉嫌互推",
    30001: "微信的原创检查出错",
    30002: "原创文章，不许转载",
    30003: "原创检查认为是转载",
    40001: "管理员没有同意这次群发",
    40002: "管理员 30 分钟内没有确认这次群发",
}


class NextStep(Enum):
    """Next step after WeChat did not take a mass message."""

    #: It may have been taken: ask again under the same client id.
    ASK_AGAIN = "ask again"
    #: It may have been taken, and no answer will tell.
    UNSURE = "unsure"
    #: It was not taken, and may be later.
    LATER = "later"
    #: It was not taken, nor will any other be until a person has mended something, or the day is over.
    PAUSE = "pause"
    REDRAFT = "put another draft into the account"
    FIND_STRANGERS = "find whom WeChat does not know"
    REFUSE = "refuse"


def next_step(error: SendError, *, is_first: bool, attempts: int) -> NextStep:
    """The next step after an error; `is_first`: WeChat surely has not taken an earlier attempt.

    >>> def step(code, **given): return next_step(SendError("", code=code), **{"is_first": True, "attempts": 1} | given)
    >>> [step(code).name for code in (45066, 45011, 45009, 48001, 40031, 45002)]
    ['ASK_AGAIN', 'LATER', 'PAUSE', 'PAUSE', 'FIND_STRANGERS', 'REFUSE']
    >>> step(40007).name, step(40007, attempts=2).name, step(40007, is_first=False, attempts=2).name
    ('REDRAFT', 'REFUSE', 'UNSURE')
    >>> step(48001, is_first=False, attempts=2).name
    'ASK_AGAIN'
    >>> next_step(SendError("a time-out", uncertain=True), is_first=True, attempts=1).name
    'ASK_AGAIN'
    """
    if error.uncertain or error.code == TOO_SOON:
        return NextStep.ASK_AGAIN
    if not is_first:
        # Whatever it refuses now, it may have taken before: only another try under the same id can tell.
        return NextStep.UNSURE if error.act is Act.NO else NextStep.ASK_AGAIN
    if error.code == NO_SUCH_MEDIA:
        # Somebody sent or deleted the draft by hand, which happens once.
        return NextStep.REDRAFT if attempts == 1 else NextStep.REFUSE
    if error.code == NO_SUCH_OPENID and attempts < SEARCHES:
        return NextStep.FIND_STRANGERS
    return {Act.STOP: NextStep.PAUSE, Act.NO: NextStep.REFUSE}.get(error.act, NextStep.LATER)


def ask_again_after(attempts: int) -> timedelta:
    """The time until WeChat is asked again whether it took a message.

    >>> [int(ask_again_after(attempts).total_seconds()) for attempts in (1, 2, 3, 9)]
    [61, 122, 244, 3600]
    """
    return min(APART * int(2 ** min(attempts - 1, 10)), LONGEST)


def is_finished(status: str) -> bool:
    """Whether a reported status says that the message was sent.

    >>> is_finished("send success"), is_finished("sendsuccess"), is_finished("send fail")
    (True, True, False)
    """
    return status.strip().lower().replace(" ", "") == FINISHED.replace(" ", "")


def code_of(status: str) -> int | None:
    """The number in a reported status: `err(20013)`."""
    found = re.fullmatch(r"\s*err\((\d{1,9})\)\s*", status)
    return int(found[1]) if found else None


def remedy(code: int | None) -> str:
    """What staff can do about a message that WeChat let go to nobody, by its code; None for one that just failed.

    >>> remedy(20013), remedy(40002)[:8], remedy(None) == remedy(30001)
    ('请改了内容，另写一份再发。', '请管理员在微信里', True)
    """
    if code in (None, 30001):
        return "微信那边出了错，内容不用改：可以另写一份，发给没有收到的。"
    if code in (40001, 40002):
        return "请管理员在微信里看到确认时点同意；再另写一份，发给没有收到的。"
    if code in _REASONS or code in OF_CONTENT:
        return "请改了内容，另写一份再发。"
    return "请到公众平台“发表记录”看看说的是什么，再另写一份。"


def reason(status: str) -> str:
    """Why WeChat's review let a message go to nobody, in words.

    >>> reason("err(20013)"), reason("err(20431)"), reason("send fail")
    ('微信审核没有通过：涉嫌侵犯版权', '微信审核没有通过（err(20431)）', '微信没有发送成功（send fail）')
    """
    code = code_of(status)
    if code is None:
        return f"微信没有发送成功（{status.strip()[:40]}）"
    if code not in _REASONS:
        return f"微信审核没有通过（err({code})）"
    return _REASONS[code] if code in (40001, 40002) else f"微信审核没有通过：{_REASONS[code]}"
