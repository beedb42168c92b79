"""Texts of pushes: what people read on them, and why one cannot be submitted or approved."""

from collections.abc import Sequence
from datetime import date, datetime

KINDS = {"promo": "品牌宣传", "service": "业务通知", "greeting": "节日祝福"}
PLANS = {
    "auto": "先发消息，其余群发",
    "mass": "只群发",
    "message": "只发消息（48 小时内聊过的店）",
    "tag": "按标签群发",
}
SHOWS = {"article": "文章", "text": "文字", "picture": "图片", "card": "图文卡片"}

NO_SUCH = "没有这条推送。"
NO_PHONE = "请选一位客户经理，或写微信号。"
NOT_SHOWABLE = "还没有内容或封面，写好再预览。"
NO_SUCH_ARTICLE = "没有编号为 {} 的文章。"
NO_DAY = "请写挪到哪一天。"
NO_MOMENT = "请写什么时候发。"
NO_KIND = "请选择推送的性质。"
NO_PLAN = "请选择怎么发。"
NO_SHOWS = "请选择推送的内容。"
NO_TITLE = "还没有写标题。"
NO_WORDS = "还没有写内容。"
WITHDRAWN = "文章已撤下，这条推送不能发。请先放出文章，或换一篇。"
NO_PICTURE = "还没有放图片。"
NO_ARTICLE = "还没有选文章，或文章还没有发布。"
BRAND_IS_PROMO = "品牌栏目的文章只能作为“品牌宣传”推送。"
NOBODY = "还没有选发给谁。"
IS_PAST = "发送时间已经过了，请改一个以后的时间。"
ENDS_BEFORE = "“过了这个时间不再发”要晚于发送时间。"
TAG_ONLY = "订阅号只能按标签群发，请把“怎么发”改成按标签。"
ONE_TAG = "按标签群发，对象要正好是一个标签、片区或客户类型，不能再加别的条件。"
NOT_MIRRORED = "“{}”还没有同步成微信标签，请先同步标签，再按标签群发。"
HAS_BELOW = "片区“{}”下面还有片区，微信标签里只有它自己的店。请换一种发法。"
IS_OVER = "这条推送已经开始发送或结束，不能再改。"
NOT_DRAFT = "这条推送不是草稿，不能提交。"
LATE_APPROVAL = "发送的那一天已经过了，请退回，改好时间再提交。"
#: The last line of a promotion to a shop.
FOOT_PROMO = "回复“2”留言订货，回复“9”不再接收促销"
LAW = (
    "《广告法》（2021 年修正）第二十二条：禁止在大众传播媒介或者公共场所、公共交通工具、户外发布烟草广告；"
    "《互联网广告管理办法》（2023 年）：禁止利用互联网发布烟草广告。"
)


def long_title(length: int, most: int) -> str:
    return f"标题有 {length} 个字，微信最多 {most} 个。"


def long_words(length: int, most: int) -> str:
    return f"内容有 {length} 个字，最多 {most} 个。"


def closed(day: date, why: str) -> str:
    return f"{day.month} 月 {day.day} 日公司休息（{why}），不发。请改到上班的日子。"


def day_taken(title: str, at: datetime) -> str:
    return f"订阅号一天只能群发一次：{at.month} 月 {at.day} 日已经有《{title}》，请改到别的日子。"


def shut(words: str, link: str, why: str) -> str:
    """The sentence on a button that leads nowhere.

    >>> shut("学一学", "lesson:5", "系统里没有“lesson”这种内容")
    '按钮“学一学”通到“lesson:5”，系统里没有“lesson”这种内容，请换一个链接。'
    """
    return f"按钮“{words}”通到“{link}”，{why}，请换一个链接。"


def numbered(number: int, words: str) -> str:
    return f"{number} {words}"


def advertises(around: Sequence[str]) -> str:
    """The sentence on words that read as advertising."""
    said = "、".join(f"“{each}”" for each in around)
    return f"这些话读起来像烟草广告：{said}。{LAW}请改掉，或勾选“已核对，不是烟草广告”再提交。"


def carriers(names: Sequence[str], number: int) -> str:
    """The sentence on shops that carry the tag and must not get the push."""
    more = f"等 {number} 家" if number > len(names) else f" {number} 家"
    return (
        f"按标签群发会发到全部有这个标签的人，里面有不该收到的：{'、'.join(names)}{more}。请换一种发法，或先去掉标签。"
    )


def changed(what: Sequence[str]) -> str:
    """Why a push needs a new approval.

    >>> changed(["标题", "对象"])
    '标题、对象已改动，需重新审批。'
    """
    return f"{'、'.join(what)}已改动，需重新审批。"


def in_flight(parts: int, people: int, mails: int) -> str:
    """What a stopped push still sends.

    >>> in_flight(0, 0, 0), in_flight(2, 20000, 0), in_flight(0, 0, 1)
    ('', '2 批（20,000 人）已在途，会发出去。', '1 封邮件已在途，会发出去。')
    """
    flying = [f"{parts} 批（{people:,} 人）"] if parts else []
    flying += [f"{mails} 封邮件"] if mails else []
    return f"{'、'.join(flying)}已在途，会发出去。" if flying else ""
