"""Orders of a customer manager in the chat: an answer to a request by its number, or an action on it.

An order is a verb and a number, in either order, and nothing else but courtesy. A text that resembles an order without
being one `is_doubtful`: the manager is asked, and no shop gets it.
"""

import re
import unicodedata
from dataclasses import dataclass, replace
from enum import StrEnum

from foundation.text import is_visible, visible
from visits.models.requests import FIRST_NUMBER
from visits.rules import order_numbers
from visits.rules.names import differs_once


class Verb(StrEnum):
    """Action on a request."""

    ANSWER = "answer"
    CHOOSE = "choose"
    CLOSE = "close"
    NO_REPLY_NEEDED = "no_reply_needed"
    REOPEN = "reopen"
    TRANSFER = "transfer"
    NOTE = "note"
    SNOOZE = "snooze"
    CALLED = "called"
    LISTEN = "listen"


@dataclass(frozen=True, slots=True)
class ManagerOrder:
    """Order as it is meant. Without a number it is about the request chosen before."""

    verb: Verb
    number: int | None = None
    #: The answer, the note, the colleague's name, or when to come back.
    rest: str = ""
    #: Whether the number certainly is a request's: written with # or 号, or with nothing behind it.
    is_marked: bool = False
    #: A second number behind the first, as if one answer were meant for both.
    also: int | None = None
    #: Whether it only resembles an order: it may as well be meant for the shop, so the manager is asked.
    is_doubtful: bool = False


#: Larger numbers do not fit into the columns, and no request has one.
_LARGEST = 10**9 - 1
#: A number ends at the next sign that is not a digit: 13800008899 is a telephone number, but after # it is meant as a
#: request's. 104国道 and 128条 mean something else, unless there is a #. \d matches full-width digits too.
_NUMBER = re.compile(
    r"(?<!\d)([#＃])?\s*((?(1)\d{3,}|\d{3,9}))(?!\d|[.．]\d|[%％])"
    r"(?(1)|(?!\s*[国省县乡]道|路|弄|室|栋|楼|[元块角万千百多条箱包盒件个斤吨瓶支袋户家名位次米度折年月日天点分只批套]))"
    r"\s*(号(?!码))?"
)
_BETWEEN = r"\s*[:：;；,，、。.—–~～/>→)）\]】-]{0,2}\s*"
_SEPARATED = re.compile(_BETWEEN)
_LEAD = re.compile(
    r"\s*(?:请|麻烦|帮我|帮忙|把|将)*\s*(?:回复|答复|回)?\s*[“\"「『\[【（(]?\s*(?:编号|留言|第|[Nn][Oo][.．]?)?\s*[:：]?\s*"
)
_ALSO = re.compile(r"[、,，/和跟及&+\s]*[#＃]?(\d{3,9})(?=[\s:：,，、号]|$)")
#: A quoted message as WeChat pastes it: the quotation, a line of dashes, the text.
_QUOTING = re.compile(r"[「“\"](.*?)[」”\"]\s*\n[\s\-—–－_]{3,}\n(.*)", re.DOTALL)
_NUMBER_QUOTED = re.compile(r"[#＃](\d{3,9})")
#: Quotation marks around our example that were typed along with it.
_AROUND = re.compile(r"[\"“「『](.*)[\"”」』]", re.DOTALL)
_WORDS = {
    Verb.CLOSE: "完结 结束 关闭 办结 已完结 已办结 完结了 办结了 已完结了 已办结了",
    Verb.NO_REPLY_NEEDED: "不用回复 无需回复 不必回复 不用回 不需要回复 不用回复了 不用回了",
    Verb.REOPEN: "重开 重新打开 再打开",
    Verb.LISTEN: "听 听语音 听一下 语音",
}
_BY_WORD = {word: verb for verb, words in _WORDS.items() for word in words.split()}
#: Words resembling a verb: the manager is asked, since they may be meant for the shop.
_RESEMBLING = {
    Verb.CLOSE: "完 结 关 wj wanjie 结案 结单 结了 结掉 完成 完毕 完了 办完 办好 办妥 搞定 处理完 处理好 已处理 关单 "
    "销单 撤单 撤销 作废 删除 取消 归档 完事 结束了 关闭了 关掉 关了 好了 ok 解决 解决了 已解决 "
    "处理完了 处理好了 已办 已办理 办完了 了结 删了 删掉 结案归档 close done end over",
    Verb.NO_REPLY_NEEDED: "不回 不回复 不回了 不用答复 无需答复 别回",
    Verb.REOPEN: "打开 重启 恢复 再开",
    Verb.SNOOZE: "稍后提醒 稍后处理 稍后再说 晚点提醒 推迟 推后 延后 待会 待会儿 等会 提醒我",
    Verb.CALLED: "电话了 电话过了 打过电话 打过电话了 打了电话 联系过了 已联系 已经联系",
    Verb.ANSWER: "帮助 帮忙 help 撤回 看 看看 查 查看 详情 什么情况 啥情况 谁 谁的 谁的店 哪家 哪家店 转办 转发",
}
_ALIKE = {word: verb for verb, words in _RESEMBLING.items() for word in words.split()}
#: Words that may have one wrong character: none of them resembles what people write to shops.
_MISSPELT = tuple((word, verb) for word, verb in _BY_WORD.items() if verb in (Verb.CLOSE, Verb.REOPEN))
#: 轉 is 转: a telephone may be set to traditional characters.
_SIMPLE = str.maketrans("結關閉辦開轉備註聽語電話後復無處", "结关闭办开转备注听语电话后复无处")
#: Courtesy around a verb, such as 请完结一下，谢谢.
_COURTESY = re.compile(
    r"^(?:请|麻烦|帮我|帮忙|先|可以|回复|[“\"「『])+|(?:一下|吧|谢谢|多谢|辛苦|辛苦了|哦|啊|[\s,，。.!！~～:：;；”\"」』—-])+$"
)
#: 转告您爱人, 转账, 转天 do not mean handing on, and 转给您 is said to the shop.
_HANDS_ON = re.compile(
    r"转(?:给|交给|交|到)?(?![给交到告达述账帐款卡发天让身眼念变正运季载播入出了过])(?![您你他她它我])\s*[:：]?\s*([^\s\d]{2,12})"
)
_HAND_ON = ("转", "转给", "转交", "转交给")
_HANDS_ON_LIKE = re.compile(r"(?:交给|移交给|移交|转派|派给|分给|给|[赚专传]给?)(?![您你他她它我])\s*(\S{2,6})")
_BEHIND_NAME = re.compile(r"(?:处理|跟进|办理|负责|接手|来办|谢谢|一下|吧|了|[\s,，。.!！])+$")
_WITH_REST = (
    (Verb.NOTE, re.compile(r"(?:备注|备註|備註|内部备注)[\s:：,，]*(.*)", re.DOTALL)),
    (Verb.CALLED, re.compile(r"(?:已电话联系|已电话答复|已打电话|已电话)\s*[:：,，]?\s*(.*)", re.DOTALL)),
    (Verb.SNOOZE, re.compile(r"稍[后後]\s*(\d{1,2}\s*(?:个)?(?:小时|天)|明天)?")),
)
#: Words meant for colleagues, wherever they stand: no shop must read them.
_AMONG_US = re.compile(
    r"备注|内部|批注|备忘|保密|悄悄|外传|私下|自己看|存档|^(?:note|ps)\b|^记录一下|^记住|^(?:帮我?|请)?(?:标记|记一下|记下|记个|记)(?:[\s:：,，]|$)|"
    r"(?:别|不要|不能|先不|勿|莫)(?:告诉|跟|和|让|对)(?:店|他|她|老板|客户|对方|零售户)"
)
#: 和105完结, 全部完结: these mean closing, and no shop is sent them.
_ENDS_IT = re.compile(r"[^，,。!?]{0,8}(?:完结|办结)了?|完结(?:所有|全部)")
_NAMES_ONE = re.compile(r"[@请让找交给发转叫由派去\s]*([^\s\d@，,。!?]{2,4}?)(?:去|来)?")
_NOTES_LIKE = re.compile(r"(?:[备被背贝倍][注住主柱著]|备忘|批注|附注|记录|标注)(?:\s|[:：]).*|注[:：].*", re.DOTALL)
#: A verb that needs a text, without one.
_NEEDS_REST = re.compile(r"内部备注|备注|已电话联系|已电话答复|已打电话|已电话|稍后|转交给|转给|转交|转")
#: Text before a number that is too short to be an answer.
_SHORT = re.compile(r"[^\W\d_]{1,4}|[A-Za-z]{2,10}")
_BEGINS = re.compile(r"完结|办结|结束|关闭|不用回|无需回复|重开|重新打开|转|备注|稍后|已电话|已打电话|听|语音")
_SPOKEN = re.compile(r"[一二两三四五六七八九]百[零〇一二三四五六七八九十]{0,3}|[零〇幺一二三四五六七八九]{3,6}")


def read(text: str) -> ManagerOrder:
    """Read what a manager's text asks for. Text meant for the shop stays as it was written.

    >>> read("128 明早配送车带两条") == ManagerOrder(Verb.ANSWER, 128, "明早配送车带两条")
    True
    >>> read("＃１２８：明早，带两条") == ManagerOrder(Verb.ANSWER, 128, "明早，带两条", is_marked=True)
    True
    >>> read("128明天送到").rest, read("128").verb, read("128完结").verb, read("128 转 林小燕").rest
    ('明天送到', <Verb.CHOOSE: 'choose'>, <Verb.CLOSE: 'close'>, '林小燕')
    >>> read("明天送到").number, read("13800008899").number, read("128.5 元一条").number, read("99 好").number
    (None, None, None, None)
    >>> read("128 转给你的货款今天到了吗").verb, read("不用回复").verb
    (<Verb.ANSWER: 'answer'>, <Verb.NO_REPLY_NEEDED: 'no_reply_needed'>)
    >>> read("#99999999999 好").number, read("99999999999 好").number
    (999999999, None)
    >>> [(each.number, each.rest) for each in map(read, ("回复128 明天送到", "“128 明天送到”", "128。明天送到"))]
    [(128, '明天送到'), (128, '明天送到'), (128, '明天送到')]
    >>> quoted = read("「【新留言 #128】城南便利店:断货了」\\n- - - - - -\\n明天送到")
    >>> quoted.number, quoted.rest, read("128、129 明天送到").also, read("128 300条明天到").also
    (128, '明天送到', 129, None)
    """
    text = visible(text)
    quoting = _QUOTING.fullmatch(text)
    if quoting is not None and (named := _NUMBER_QUOTED.search(quoting[1])):
        return _order(quoting[2].strip(), int(named[1]), True)
    around = _AROUND.fullmatch(text)
    return _numbered(around[1].strip() if around else text) or _spoken(text) or _order(text, None, False)


def begins_like_one(text: str) -> bool:
    """Whether a text to a shop begins like an order: its writer may have meant one.

    >>> begins_like_one("完结了请告诉我"), begins_like_one("明天送到")
    (True, False)
    """
    return bool(_BEGINS.match(text.strip().translate(_SIMPLE)))


def perhaps_name(text: str) -> str:
    """Return the name in a text that is only a name with courtesy around it; empty where it is more.

    >>> perhaps_name("请林小燕处理"), perhaps_name("@林小燕"), perhaps_name("明天林小燕给您送过去")
    ('林小燕', '林小燕', '')
    """
    found = _NAMES_ONE.fullmatch(_BEHIND_NAME.sub("", text.strip()))
    return found[1] if found else ""


def noted(text: str) -> str:
    """Return the text of a note that begins with another word than 备注.

    >>> noted("背注 上月断过"), noted("记录:上月断过")
    ('上月断过', '上月断过')
    """
    if _NOTES_LIKE.fullmatch(text):
        return re.sub(r"^\w+?[\s:：]+", "", text)
    return text


def _numbered(body: str) -> ManagerOrder | None:
    """Read a text with a request's number before or after a verb."""
    lead = _LEAD.match(body)
    found = _NUMBER.match(body, lead.end() if lead else 0)
    in_front = found is not None
    found = found or _NUMBER.search(body)
    if found is None or int(found[2]) <= FIRST_NUMBER:
        return None
    number, behind = min(int(found[2]), _LARGEST), body[found.end() :]
    rest = _SEPARATED.sub("", behind, count=1)
    if not in_front:
        before = body[: found.start()].translate(_SIMPLE)
        is_apart = rest != behind or bool(found[1]) or found[0][-1:].isspace()
        return _verb_first(_COURTESY.sub("", before), number, rest, is_apart=is_apart)
    also = _ALSO.match(rest)
    rest = re.sub(r"^(?:回复|答复|回)\s*[\s:：]\s*", "", rest)
    if not is_visible(re.sub(r"[\W_]+", "", rest)):
        rest = ""  # 104？ asks us for the request
    order = _order(visible(rest), number, bool(found[1] or found[3]) or not rest.strip())
    if also is None or (order.verb is not Verb.ANSWER and not order.is_doubtful):
        return order
    is_order = _order(rest[also.end() :].strip(), None, False).verb not in (Verb.ANSWER, Verb.CHOOSE)
    return replace(order, also=int(also[1]), is_doubtful=is_order)


def _verb_first(verb: str, number: int, rest: str, *, is_apart: bool) -> ManagerOrder | None:
    """Read a verb followed by a number, whatever is between the two, and by the verb's own text, courtesy, or neither.

    >>> {(str(each.verb), each.number) for each in map(read, ("完结 104", "完结：#１０４", "把104完结", "請完結104"))}
    {('close', 104)}
    >>> closing = ("104号完结", "104，完结", "一百零四完结", "完结一零四")
    >>> {(str(each.verb), each.number) for each in map(read, closing)}
    {('close', 104)}
    >>> handing = ("转林小燕 106", "106 转林小燕", "转106给林小燕", "106转给林小燕处理", "把106转给林小燕")
    >>> {read(each) for each in handing}
    {ManagerOrder(verb=<Verb.TRANSFER: 'transfer'>, number=106, rest='林小燕', is_marked=True, also=None,
     is_doubtful=False)}
    >>> wordy = ("备注 104 上月断过", "已电话104：说好了", "稍后 104 3小时")
    >>> [(str(each.verb), each.rest) for each in map(read, wordy)]
    [('note', '上月断过'), ('called', '说好了'), ('snooze', '3小时')]
    >>> [(str(each.verb), each.number) for each in map(read, ("不用回复104", "重开 104", "听#104"))]
    [('no_reply_needed', 104), ('reopen', 104), ('listen', 104)]
    """
    if _NEEDS_REST.fullmatch(verb):
        order = _order(f"{verb} {re.sub('^[给到至]', '', rest)}".strip(), number, True)
        if order.verb is Verb.ANSWER:
            return None
        return order
    is_alone = not _COURTESY.sub("", rest.removeprefix("了"))
    if verb in _BY_WORD and not is_alone:
        also = _ALSO.match(rest)
        if also:
            return ManagerOrder(Verb.ANSWER, number, f"{verb} {rest}", True, also=int(also[1]), is_doubtful=True)
        # 结束104国道的施工: the number is part of a longer word.
        return ManagerOrder(_BY_WORD[verb], number, f"{verb} {rest}", True, is_doubtful=True) if is_apart else None
    if not is_alone:
        return None
    order = _order(verb, number, True)
    if order.verb is not Verb.ANSWER:
        return order
    return replace(order, is_doubtful=True) if _SHORT.fullmatch(verb) else None


def _spoken(text: str) -> ManagerOrder | None:
    """Read an order with its number in Chinese numerals: only where nothing else is said, because 一百条 is an
    answer."""
    for found in _SPOKEN.finditer(text):
        value = order_numbers.spoken(found[0])
        if value is None or value <= FIRST_NUMBER:
            continue
        order = _numbered(f"{text[: found.start()]} {value} {text[found.end() :]}".strip())
        if order and order.verb not in (Verb.ANSWER, Verb.CHOOSE) and not order.is_doubtful:
            return order
    return None


def _order(said: str, number: int | None, is_marked: bool) -> ManagerOrder:
    """Read a text about a request whose number stands elsewhere. One that begins like an order but goes on is meant for
    somebody, and a number that only counts something is none.

    >>> [str(read(each).verb) for each in ("104 完结了请告诉我", "104 转告您爱人", "104 听说要涨价", "转账104元到了")]
    ['answer', 'answer', 'answer', 'answer']
    >>> read("104国道那边堵车").number, read("104条明天到").number, read("完结104国道的施工").number
    (None, None, None)
    """
    if not said:
        return ManagerOrder(Verb.CHOOSE, number, "", is_marked)
    plain = unicodedata.normalize("NFKC", said).translate(_SIMPLE)
    bare = re.sub(r"[\s。.!！]+", "", _COURTESY.sub("", plain))
    if bare in _BY_WORD:
        return ManagerOrder(_BY_WORD[bare], number, "", True)
    if bare in _HAND_ON:
        return ManagerOrder(Verb.TRANSFER, number, "", True)
    handed = _HANDS_ON.fullmatch(_BEHIND_NAME.sub("", plain))
    if handed:
        return ManagerOrder(Verb.TRANSFER, number, handed[1], True)
    for verb, pattern in _WITH_REST:
        match = pattern.fullmatch(said)
        if match:
            return ManagerOrder(verb, number, (match[1] or "").strip(), is_marked)
    alike = _resembled(plain, bare)
    return ManagerOrder(alike or Verb.ANSWER, number, said, is_marked, is_doubtful=alike is not None)


def _resembled(plain: str, bare: str) -> Verb | None:
    """Return the verb that a text resembles without being an order: the manager is asked.

    >>> doubtful = ("完節 104", "104 结案", "104 完结，明天送", "104 交给林小燕", "好了 104")
    >>> [str(each.verb) for each in map(read, doubtful) if each.is_doubtful and each.number == 104]
    ['close', 'close', 'close', 'transfer', 'close']
    >>> among_us = ("104 老板难缠（备注）", "104 内部 老板难缠", "104 记一下 他欠钱", "104 别告诉他", "104 加备注难缠")
    >>> {(str(each.verb), each.is_doubtful) for each in map(read, among_us)}
    {('note', True)}
    >>> [(str(each.verb), each.is_doubtful) for each in map(read, ("104和105完结", "全部完结", "104 帮助", "104 撤回"))]
    [('close', True), ('close', True), ('answer', True), ('answer', True)]
    >>> odd = ("（104）明天送", "编号104 明天送", "No.104 明天送", "104 回复：明天送")
    >>> {(each.number, each.rest) for each in map(read, odd)}
    {(104, '明天送')}
    >>> str(read("104？").verb), str(read("104 2条明天送").verb), read("完结 #104 已送到").number
    ('choose', 'answer', 104)
    >>> read("完结 104 105").also, read("104、105 完结").also
    (105, 105)
    """
    misspelt = next((verb for word, verb in _MISSPELT if differs_once(word, bare)), None)
    if bare.lower() in _ALIKE or misspelt:
        return _ALIKE.get(bare.lower()) or misspelt
    if _AMONG_US.search(plain.lower()):
        return Verb.NOTE
    if _ENDS_IT.fullmatch(plain.strip()):
        return Verb.CLOSE
    # 完结，明天送: an order, and then a text for the shop.
    first, _, more = re.sub(r"[\s,，。.!！;；、:：]+", " ", plain.strip()).partition(" ")
    if more and first in _BY_WORD:
        return _BY_WORD[first]
    if _HANDS_ON_LIKE.fullmatch(_BEHIND_NAME.sub("", plain)):
        return Verb.TRANSFER
    return Verb.NOTE if _NOTES_LIKE.fullmatch(plain) else None
