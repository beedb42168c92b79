"""Texts about identity and binding: short, one thing at a time, with the next step in the last line."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Protocol
from zoneinfo import ZoneInfo

from people.models import ERASED


class Offered(Protocol):
    """Menu entry, as far as texts need it."""

    @property
    def label(self) -> str: ...
    @property
    def word(self) -> str: ...


class Named(Protocol):
    """Customer manager with name and phone."""

    @property
    def name(self) -> str: ...
    @property
    def phone(self) -> str: ...


#: Word of the menu entry that takes a message for the manager, where a feature offers one.
LEAVE = "留言"
HOW_TO_BIND = "回复“绑定 许可证号 手机后四位”，例如：绑定 350802100001 8899"
#: The same text whether the pair is right or not.
TRIES_LOCKED = (
    "为了您店铺的安全，用许可证号绑定先停一停。不是您的错，请扫客户经理给您的二维码，一步就好，"
    "或回复“人工”请客户经理帮您绑定。"
)
NOT_LOCKED = "已经解锁了，不用再解。"
NO_MORE_TRIES = "今天试错的次数已用完，请明天再试，或回复“人工”请客户经理帮您绑定。"
QR_GONE = f"这个二维码已经不能用了，请向客户经理要一张新的。\n也可以{HOW_TO_BIND}"
MANAGER_HAS_NO_SHOP = "您已绑定为客户经理，不能再绑店铺。请让店主用自己的微信扫码或回复。"
NOT_BOUND = f"您还没有绑定店铺。\n请{HOW_TO_BIND}"
STILL_BOUND = "好的，没有解绑。"
UNBOUND_MANAGER = "已解绑，您不再是客户经理。"
THANKS = "不客气，有需要随时说。"
GREETING = "您好，请说。"

ROSTER_COMES_IN = "名单正在导入，请等导入完再删除这家店。"
#: Replaces the name of an erased shop.
ERASED_SHOP = "已删除的店"

MANAGERS_WAY_ON = "店主留言会在这里通知您，回复“帮助”看怎么答复。"

#: Text on a printed binding card, beside the code.
CARD = ("① 用微信扫一扫这个码", "② 点“关注”就绑定好了")

_KINDS = {"Image": "图片", "Voice": "语音", "Video": "视频", "Location": "位置", "Link": "链接"}


def licence(kept: str) -> str:
    """A shop's licence for a page.

    >>> licence("350802100001"), licence("erased:ab12")
    ('350802100001', '已删除')
    """
    return "已删除" if kept.startswith(ERASED) else kept


def menu(entries: Sequence[Offered], *, short: bool = False) -> str:
    """The account's numbers in one line: "1 填写调查 2 留言给经理", or by their words where it has to be short."""
    return " ".join(f"{n} {entry.word if short else entry.label}" for n, entry in enumerate(entries, 1))


def manager(person: Named | None) -> str:
    """The clause that names a shop's manager, for the end of a sentence."""
    return f"您的客户经理是{person.name} {person.phone}。" if person else "您的客户经理还没有定下来。"


def welcome(account: str) -> str:
    by_qr = "也可以扫客户经理给您的二维码，一步完成。回复“人工”可直接留言。"
    return f"您好，这里是{account}。\n请先绑定您的店：{HOW_TO_BIND}\n{by_qr}"


def welcome_back(salutation: str, shop: str, person: Named | None) -> str:
    return f"{salutation}，欢迎回来。您绑定的店是{shop}。{manager(person)}"


def welcome_manager(name: str, account: str) -> str:
    return f"{name}，您好，这里是{account}。您已绑定为客户经理。{MANAGERS_WAY_ON}"


def bound_by_licence(shop: str, keeper: str, person: Named | None) -> str:
    return f"已绑定：{shop}（{keeper}）。{manager(person)}"


def bound_by_qr(salutation: str, shop: str, person: Named | None) -> str:
    served = f"客户经理{person.name} {person.phone} 为您服务。" if person else manager(None)
    return f"您好{salutation}，{shop}已绑定成功，{served}"


def already_bound(salutation: str, shop: str, person: Named | None) -> str:
    return f"{salutation}，您已经绑定了{shop}，不用再绑。{manager(person)}"


def bound_manager(name: str, shops: int) -> str:
    return f"{name}，您好。您已绑定为客户经理，名下有 {shops} 家店。{MANAGERS_WAY_ON}"


def already_manager(name: str) -> str:
    return f"{name}，您已经绑定为客户经理，不用再绑。"


def with_menu(sentence: str, waiting: Iterable[str], entries: Sequence[Offered]) -> str:
    """A sentence, followed by this person's pending items and the menu."""
    lines = [sentence, *waiting]
    if entries:
        lines.append(f"现在可以：{menu(entries)}。回复数字即可。")
    return "\n".join(lines)


def wrong_pair(left: int) -> str:
    if not left:
        return NO_MORE_TRIES
    return f"许可证号和手机后四位对不上，请核对后再试（还可试 {left} 次），或回复“人工”请客户经理帮您绑定。"


def wrong_code(left: int) -> str:
    if not left:
        return NO_MORE_TRIES
    return f"这个绑定码不对或已过期，请核对后再试（还可试 {left} 次），或请同事重新发一个。"


def ask_for_ending(licence: str) -> str:
    return f"许可证号 {licence} 收到了。请再回复店主手机的后四位，例如：8899"


def shop_taken(shop: str, person: Named | None) -> str:
    whom = f"客户经理{person.name} {person.phone}" if person else "客户经理"
    return f"{shop}已绑定了另一个微信。要换绑，请联系{whom}。"


def bound_elsewhere(shop: str) -> str:
    return f"您的微信已绑定{shop}。要换一家店，请先回复“解绑”。"


def manager_elsewhere(name: str) -> str:
    return f"您的微信已绑定为客户经理{name}。要换，请先回复“解绑”。"


def confirm_unbinding(shop: str) -> str:
    return f"要解绑{shop}吗？解绑后收不到这家店的消息。\n回复 1 解绑，回复其他不解绑。"


def confirm_unbinding_manager(name: str) -> str:
    return f"要解绑客户经理{name}吗？解绑后收不到零售户的消息。\n回复 1 解绑，回复其他不解绑。"


def unbound(shop: str) -> str:
    return f"已解绑{shop}。以后要绑定，{HOW_TO_BIND}"


def help_lines(entries: Sequence[Offered], *, is_talking: bool, is_known: bool) -> str:
    """The help text: the short menu, how to continue what is running, and how to reach a person."""
    lines = []
    if is_talking:
        lines.append("您有一件事还没做完，回复“继续”接着来。")
    if entries:
        lines.append(f"回复数字即可：{menu(entries)}")
    if not is_known:
        lines.append(f"绑定您的店：{HOW_TO_BIND}")
    return "\n".join([*lines, "找人帮忙请回复“人工”。"])


def person(found: Named | None, entries: Sequence[Offered] = ()) -> str:
    """The text with whom to call, and how to leave a message where that is offered."""
    leave = f"也可以回复“{LEAVE}”加上要说的话。" if _takes_messages(entries) else ""
    if found is None:
        return f"您的客户经理还没有定下来。{leave or '请在下次送货或拜访时告诉我们的同事。'}"
    return f"您的客户经理是{found.name}，电话 {found.phone}，着急请直接打。{leave}"


PERSON_FOR_NOBODY = (
    "要说的话请直接写在这里，我们会转给客户经理。\n"
    f"您还没有绑定店铺：请写上店名或许可证号，或{HOW_TO_BIND}，也可以扫客户经理给您的二维码。"
)
PERSON_FOR_MANAGER = (
    "零售户回复“人工”，找的就是您。您自己有绑定、名单上的问题，请找内勤同事。\n回复“帮助”看您能做什么。"
)


def unknown(entries: Sequence[Offered], *, is_known: bool) -> str:
    return f"没看懂您的意思。{_ways_on(entries, is_known)}"


def not_read(kind: str, entries: Sequence[Offered], *, is_known: bool) -> str:
    """The answer to a picture, a voice, … that nothing is waiting for."""
    return (
        f"{_KINDS.get(kind, '消息')}收到了，不过现在没有要用它的地方，请用文字告诉我们。{_ways_on(entries, is_known)}"
    )


def invitation(name: str, code: str, until: datetime, zone: ZoneInfo) -> str:
    """The invitation that staff pass on to the customer manager."""
    last = until.astimezone(zone)
    return f"请{name}关注后发送：绑定 {code}（只能用一次，{last.month} 月 {last.day} 日 {last:%H:%M} 前有效）"


def _takes_messages(entries: Sequence[Offered]) -> bool:
    return any(entry.word == LEAVE for entry in entries)


def _ways_on(entries: Sequence[Offered], is_known: bool) -> str:
    first = f"回复 {menu(entries, short=True)}" if entries else "回复“帮助”看能做什么"
    if _takes_messages(entries):
        first += f"，或直接说您的需要并在前面加“{LEAVE}”"
    if is_known:
        return f"{first}，找人请回复“人工”。"
    return f"{first}，找人请回复“人工”。\n还没绑定店铺的，{HOW_TO_BIND}"


def taken_back(kinds: Iterable[str]) -> str:
    """The text about what a revocation of consent in WeChat has deleted.

    >>> print(taken_back(["image", "voice"]))
    您在微信里收回了授权，您发过的图片、语音已经删除。
    绑定和别的内容都在，有事请继续留言。
    """
    gone = [word for kind, word in _KINDS.items() if kind.lower() in set(kinds)]
    said = f"您发过的{'、'.join(gone)}已经删除。" if gone else "这类信息我们没有保存。"
    return f"您在微信里收回了授权，{said}\n绑定和别的内容都在，有事请继续留言。"
