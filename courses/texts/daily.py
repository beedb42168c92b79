"""Texts of the daily question (每天一题), in the chat."""

from __future__ import annotations

from dataclasses import replace

from questions import stepping
from questions import texts as of_questions
from questions.keyed.items import KeyedItem, Kind
from questions.stepping import Position
from wechat_bot import reply

WORD, STOP = "每天一题", "停"
BIND_FIRST = "每天一题只给绑定的店。您是店主的话，请先绑定：回复“绑定”。"
NONE = "现在没有要练的题。测试和课后题里答错的，以后每天来问您一道。"
DONE_TODAY = "今天的题答过了，明天再来。"
STOPPED = "好的，不再每天问您。想接着练，回复“每天一题”。"
LEFT = "好的，先放着。想答时回复“每天一题”。"
GONE = "这道题已经停用，不用答了。"
AWAITS = "今天有一道题等您答，回复“每天一题”。"
WHICH_HOUR = "请选 8 点到 20 点的整点，如：每天9点。"
PUT_OFF = "好的，这道题明天再问您。"
TELLS = "想再学一遍，点这里"


def sent(item: KeyedItem, page: str) -> str:
    """The question as the clock sends it.

    >>> from questions.keyed.items import Key
    >>> from questions.question import Option, Question, QuestionType
    >>> options = Option(1, "正面"), Option(2, "顶部")
    >>> asked = Question("k1", QuestionType.SINGLE, "封签贴在哪里？", options)
    >>> sent(KeyedItem(asked, Kind.SINGLE, Key(frozenset({2})), 0), "")
    '每天一题：封签贴在哪里？\\n1 正面\\n2 顶部\\n回复数字就行。不想每天收，回复“停”。'
    """
    how = "回复“答”加您的答案，如：答 30天。" if item.kind is Kind.FILL else "回复数字就行。"
    pictures = [reply.link(page, of_questions.PICTURES)] if item.question.pictures and page else []
    return "\n".join([f"{WORD}：{_words(item)}", *pictures, f"{how}不想每天收，回复“停”。"])


def asked(item: KeyedItem, url: str) -> str:
    """The question in answer to 每天一题; `url` is where its pictures are seen."""
    pictures = [of_questions.pictures_on(url)] if item.question.pictures and url else []
    return "\n".join([f"{WORD}：{_words(item)}", *pictures])


def right(days: int | None) -> str:
    """After a right answer; with the days until the question comes again, None where it is learnt.

    >>> right(3), right(None)
    ('对了，3 天后再问您一次。', '对了，这道题学会了。')
    """
    return "对了，这道题学会了。" if days is None else f"对了，{days} 天后再问您一次。"


def wrong(key: str) -> str:
    return f"不对，应答：{key}。明天再问您一次。"


def again(url: str) -> str:
    """The way to the lesson that teaches it."""
    return f'<a href="{url}">{TELLS}</a>'


def hour(at: int) -> str:
    return f"好的，以后每天 {at} 点问您一道题。"


def _words(item: KeyedItem) -> str:
    """The question alone: not as one of several, and without the way to skip it."""
    question = replace(item.question, required=True)
    if item.kind is Kind.FILL:
        return question.text
    return stepping.ask(Position((question,))).removeprefix("1/1 ")
