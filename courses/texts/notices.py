"""Sentences of messages about courses: a new lesson, a new course, a reminder, an invitation."""

from collections.abc import Collection

from courses.texts import chat

#: On an account whose pages cannot tell who opens them, lessons are read in the chat.
IN_CHAT = "回复“学习”就能看。"
STOP = "停"
NO_MORE = "不想再收到提醒，回复“停”。"
STOPPED = "好的，不再发这些课的提醒了。想学的时候，回复“学习”就行。"


def lesson(number: int, of: int, title: str, minutes: int) -> str:
    """To a learner whose next lesson is there.

    >>> lesson(3, 7, "怎么一眼看出假烟的封签", 2)
    '今日一课（3/7）：怎么一眼看出假烟的封签（2 分钟）'
    """
    return f"今日一课（{number}/{of}）：{title}（{minutes} 分钟）"


def course(title: str, lessons: int) -> str:
    """To a customer manager for whom a course was laid out."""
    return f"有一门课请您学：《{title}》，共 {lessons} 课。"


def reminder(title: str, finished: int, lessons: int) -> str:
    """To a learner who stopped on the way, or did not begin."""
    left = f"学了 {finished} 课，还剩 {lessons - finished} 课" if finished else f"共 {lessons} 课，一课几分钟"
    return f"《{title}》{left}，有空接着学。"


def way_on(link: str) -> str:
    """How to go on, in the last line; `link` opens the page, and is empty where there is none."""
    return f"{link}，或{IN_CHAT}" if link else IN_CHAT


def invitation(title: str, first: Collection[str] = ()) -> str:
    """To a shop that may take a course, with the courses to finish before it; staff may rewrite it."""
    said = f"请您学一学微课《{title}》，一课几分钟，回复“学习”就开始。"
    return f"{said}{chat.requires(title, first)}" if first else said


def on_a_page(url: str) -> str:
    """The same course, for people who prefer tapping to typing."""
    return f"也可以点开网页学：{url}"
