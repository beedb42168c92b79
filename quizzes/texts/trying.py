"""Texts of the trial of a question: for its author alone, in the words of the console."""

from questions.keyed.marking import Mark
from quizzes.texts.chat import points

LEAVES = "（店主在这里可以退出，回来时接着做。）"


def mark(got: Mark, of: int) -> str:
    """What an answer gets.

    >>> mark(500, 1000), mark(None, 1000)
    ('得 5 分，满分 10 分', '这一题不算分')
    """
    return "这一题不算分" if got is None else f"得 {points(got)} 分，满分 {points(of)} 分"


def key(answer: str) -> str:
    """What is right.

    >>> key("三十天\\n30天")
    '答案：三十天 或 30天'
    """
    return f"答案：{' 或 '.join(answer.splitlines())}"
