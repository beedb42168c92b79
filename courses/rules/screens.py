"""Screens of a lesson as the doors need them: their blocks, and the time they take; read once in a process."""

from functools import lru_cache

from blocks import markdown
from blocks.blocks import Block, HeadingBlock, words
from courses.rules import progress
from courses.rules.definition import LessonDefinition, Screen

READ_A_MINUTE = 250
"""Characters that somebody over fifty reads."""


@lru_cache(maxsize=2_000)
def blocks(screen: Screen) -> tuple[Block, ...]:
    """Return the blocks of a screen's text.

    >>> [type(each).__name__ for each in blocks(Screen("先看证。\\n\\n## 怎么说\\n\\n请出示。"))]
    ['TextBlock', 'HeadingBlock', 'TextBlock']
    """
    found = markdown.read(screen.text)
    if not found.title:
        return found.blocks
    # The first heading of an article is its title, wherever it stands; a screen's title is the lesson's.
    return (*found.blocks[: found.title_at], HeadingBlock(found.title), *found.blocks[found.title_at :])


@lru_cache(maxsize=10_000)
def characters(screen: Screen) -> int:
    """Return how many characters of a screen are read: neither marks nor blanks."""
    return sum(len("".join(words(block).split())) for block in blocks(screen))


def least_seconds(screen: Screen) -> int:
    """Return in how many seconds a screen can be read and heard at the soonest. A video on another page is nobody's to
    measure: there the end question asks.

    >>> [least_seconds(Screen(text)) for text in ("字" * 120, f"**{'字' * 120}**", "看。")]
    [10, 10, 3]
    >>> least_seconds(Screen("看。", video="a" * 64, seconds=50))
    40
    """
    return progress.least_seconds(characters(screen), screen.seconds)


def least(lesson: LessonDefinition) -> tuple[int, ...]:
    """Return the least seconds of each screen of a lesson, in order."""
    return tuple(map(least_seconds, lesson.screens))


def minutes(lesson: LessonDefinition) -> int:
    """Return how many minutes a lesson takes, at least one. A sound says what stands below it, so the longer counts.

    >>> minutes(LessonDefinition("l1", "看封签", (Screen("字" * 250), Screen("看。", video="a" * 64, seconds=50))))
    2
    """
    each = (max(characters(one) / READ_A_MINUTE, one.seconds / 60) for one in lesson.screens)
    return max(1, round(sum(each)))
