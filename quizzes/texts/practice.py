"""Texts of the wrong-answer book (错题本), in the chat and on its page."""

from __future__ import annotations

EMPTY = "错题本是空的。测试里答错的题，会放到这里来练。"
ALL_LEARNT = "错题都学会了。以后测试里答错的题，会再放进来。"
HOW = "同一道题连着答对两次，就学会了。"
HAS_LEFT = "这道题已经不在错题本里了。"
NOT_BACK = "练过的题不能退回去改，请接着练。"
LEFT = "好的，先练到这里。想练时回复“错题”。"
RIGHT = "对了。"
LEARNT = "对了，这道题学会了。"
CHECK = "看对不对"


def in_it(open_lines: int) -> str:
    return f"还有 {open_lines} 道没学会"


def so_far(times: int, right_in_row: int) -> str:
    """How often it was wrong, and right since.

    >>> so_far(2, 0), so_far(1, 1)
    ('错过 2 次', '错过 1 次 · 对了 1 次，再对一次就学会')
    """
    return f"错过 {times} 次" + (f" · 对了 {right_in_row} 次，再对一次就学会" if right_in_row else "")


def begins(open_lines: int, asked: int) -> str:
    """Before the first question of a round.

    >>> begins(3, 3)
    '错题本里有 3 道题。同一道题连着答对两次，就学会了。'
    >>> begins(25, 20)
    '错题本里有 25 道题，先练 20 道。同一道题连着答对两次，就学会了。'
    """
    first = f"，先练 {asked} 道" if asked < open_lines else ""
    return f"错题本里有 {open_lines} 道题{first}。{HOW}"


def wrong(key: str, explanation: str) -> str:
    """What was right.

    >>> wrong("三十天", "《行政许可法》第五十条。")
    '不对，应答：三十天。\\n《行政许可法》第五十条。'
    """
    return "\n".join(filter(None, (f"不对，应答：{key}。", explanation)))


def round_over(right: int, learnt: int, still: int) -> str:
    """After the last question of a round.

    >>> round_over(2, 1, 3)
    '这次练完了：答对 2 道，学会 1 道，还有 3 道。回复“错题”再练。'
    >>> round_over(2, 2, 0)
    '这次练完了：答对 2 道，学会 2 道。错题都学会了。'
    """
    known = f"，学会 {learnt} 道" if learnt else ""
    way = f"，还有 {still} 道。回复“错题”再练。" if still else "。错题都学会了。"
    return f"这次练完了：答对 {right} 道{known}{way}"


def remains(open_lines: int) -> str:
    return f"错题本里还有 {open_lines} 道题，"
