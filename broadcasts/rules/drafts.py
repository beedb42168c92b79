"""Draft of a push: what its form or a command says, and what is wrong with it before it can be submitted."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from broadcasts.models.pushes import Plan, PushKind, Shows
from broadcasts.rules.buttons import PushButton
from broadcasts.texts import own_rows as own_texts
from broadcasts.texts import pushes as texts
from foundation.calendar import Calendar
from wechat_bot.reply import TEXT_LIMIT

#: WeChat's limit of an article's title, in characters (wechat-platform.md §7), and ours of a text.
LONGEST_TITLE = 32
LONGEST_WORDS = 600


@dataclass(frozen=True, slots=True)
class PushDraft:
    """Draft of a push, complete or not."""

    kind: PushKind
    plan: Plan
    shows: Shows
    due_at: datetime
    title: str = ""
    article_id: int | None = None
    picture: str | None = None
    words: str = ""
    buttons: Sequence[PushButton] = ()
    brands: Sequence[int] = ()
    #: None for every shop; empty where nobody was chosen yet.
    audience: Mapping[str, Any] | None = field(default_factory=dict)
    not_after: datetime | None = None


@dataclass(frozen=True, slots=True)
class PushContent:
    """What a push shows, as it stands in the database."""

    shows: Shows
    title: str
    words: str = ""
    has_picture: bool = False
    #: Whether its article is published, and stands in a column about brands.
    is_published: bool = True
    is_brand: bool = False


def faults_of_content(shown: PushContent, kind: PushKind) -> list[str]:
    """What is missing or too long in the content of a push.

    >>> faults_of_content(PushContent(Shows.TEXT, "到货", "周二到货"), PushKind.SERVICE)
    []
    >>> faults_of_content(PushContent(Shows.CARD, "", "", has_picture=False), PushKind.PROMO)
    ['还没有写标题。', '还没有写内容。', '还没有放图片。']
    """
    found = []
    if not shown.title:
        found.append(texts.NO_TITLE)
    if len(shown.title) > LONGEST_TITLE:
        found.append(texts.long_title(len(shown.title), LONGEST_TITLE))
    if shown.shows in (Shows.TEXT, Shows.CARD) and not shown.words:
        found.append(texts.NO_WORDS)
    if len(shown.words) > LONGEST_WORDS or len(shown.words.encode()) > TEXT_LIMIT:
        found.append(texts.long_words(len(shown.words), LONGEST_WORDS))
    if shown.shows in (Shows.PICTURE, Shows.CARD) and not shown.has_picture:
        found.append(texts.NO_PICTURE)
    if shown.shows is Shows.ARTICLE and not shown.is_published:
        found.append(texts.NO_ARTICLE)
    if shown.is_brand and kind is not PushKind.PROMO:
        found.append(texts.BRAND_IS_PROMO)
    return found


def faults_of_time(
    kind: PushKind, due_at: datetime, not_after: datetime | None, now: datetime, company: Calendar
) -> list[str]:
    """What is wrong with the moment of a push; `due_at` and the others in the company's time zone.

    >>> from datetime import timedelta
    >>> from zoneinfo import ZoneInfo
    >>> now = datetime(2026, 9, 30, 10, 0, 40, tzinfo=ZoneInfo("Asia/Shanghai"))
    >>> company = Calendar(now.tzinfo, ((),) * 7)
    >>> faults_of_time(PushKind.PROMO, now.replace(second=0), None, now, company)
    []
    >>> faults_of_time(PushKind.PROMO, now - timedelta(minutes=1), None, now, company)
    ['发送时间已经过了，请改一个以后的时间。']
    >>> faults_of_time(PushKind.PROMO, now + timedelta(days=2), now + timedelta(days=1), now, company)
    ['10 月 2 日公司休息（国庆节），不发。请改到上班的日子。', '“过了这个时间不再发”要晚于发送时间。']
    >>> faults_of_time(PushKind.GREETING, now + timedelta(days=1), None, now, company)
    []
    """
    found = []
    # A moment is written to the minute, so this very minute is not over.
    if due_at < now.replace(second=0, microsecond=0):
        found.append(texts.IS_PAST)
    if why := closure(kind, due_at.date(), company):
        found.append(texts.closed(due_at.date(), why))
    if not_after is not None and not_after <= max(due_at, now):
        found.append(texts.ENDS_BEFORE)
    return found


def closure(kind: PushKind, day: date, company: Calendar) -> str:
    """Why nothing is sent on a day, in a word; empty where it is. Greetings are for the holidays themselves."""
    return "" if kind is PushKind.GREETING else company.closure(day)


def faults_of_plan(plan: Plan, kind: PushKind, audience: Mapping[str, Any] | None, *, is_service: bool) -> list[str]:
    """What an account cannot do of a channel plan; `is_service`: whether it is a service account (服务号).

    >>> faults_of_plan(Plan.AUTO, PushKind.PROMO, None, is_service=False)
    ['订阅号只能按标签群发，请把“怎么发”改成按标签。']
    >>> faults_of_plan(Plan.TAG, PushKind.PROMO, {"tag": ["老店"]}, is_service=False)
    []
    >>> faults_of_plan(Plan.TAG, PushKind.PROMO, {"tag": ["老店", "新店"]}, is_service=True)
    ['按标签群发，对象要正好是一个标签、片区或客户类型，不能再加别的条件。']
    """
    if not is_service and plan is not Plan.TAG:
        return [texts.TAG_ONLY]
    if plan is Plan.TAG and group_of(audience) is None:
        return [texts.ONE_TAG]
    return []


def faults_of_rows(
    push_id: int, kind: PushKind, plan: Plan, shows: Shows, audience: Mapping[str, Any] | None
) -> list[str]:
    """What is wrong with a push that has a table with a row for each shop.

    >>> faults_of_rows(7, PushKind.SERVICE, Plan.MESSAGE, Shows.TEXT, {"own_row": 7})
    []
    >>> faults_of_rows(7, PushKind.SERVICE, Plan.AUTO, Shows.TEXT, None)
    ['各店收到的不一样，不能群发，“怎么发”请选“只发消息”。', '有各店表格的推送，对象就是表格里的店，请不要另选。']
    """
    wrong = (
        (kind is not PushKind.SERVICE, own_texts.ONLY_SERVICE),
        (shows is not Shows.TEXT, own_texts.ONLY_TEXT),
        (plan is not Plan.MESSAGE, own_texts.ONLY_MESSAGE),
        (audience != {"own_row": push_id}, own_texts.ONLY_ROWS),
    )
    return [said for is_wrong, said in wrong if is_wrong]


def group_of(audience: Mapping[str, Any] | None) -> tuple[str, str] | None:
    """The one tag, area or class that an audience is, as criterion and name; None for any other audience.

    >>> group_of({"tag": ["老店"]}), group_of({"all": [{"area": "城区"}]})
    (('tag', '老店'), ('area', '城区'))
    >>> group_of({"tag": ["老店", "新店"]}), group_of(None)
    (None, None)
    """
    if audience is None or len(audience) != 1:
        return None
    ((name, value),) = audience.items()
    if name in ("all", "any"):
        return group_of(value[0]) if isinstance(value, list) and len(value) == 1 else None
    one = value[0] if isinstance(value, list) and len(value) == 1 else value
    return (name, one) if name in ("tag", "area", "class") and isinstance(one, str) else None
