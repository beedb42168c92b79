"""Steps in which the lessons of a draft are put together: each takes a definition and gives another."""

from collections.abc import Iterable
from dataclasses import replace

from courses.rules.definition import MOST_LESSONS, CourseDefinition, LessonDefinition
from foundation.errors import Refused


def moved(definition: CourseDefinition, code: str, by: int) -> CourseDefinition:
    """Return the definition with a lesson further down, or up; at an end it stays.

    >>> one = CourseDefinition("辨别", lessons=(LessonDefinition("l1", "一"), LessonDefinition("l2", "二")))
    >>> [[each.code for each in moved(one, "l2", by).lessons] for by in (-1, 1)]
    [['l2', 'l1'], ['l1', 'l2']]
    """
    listed = list(definition.lessons)
    at = next((n for n, each in enumerate(listed) if each.code == code), None)
    if at is not None and 0 <= at + by < len(listed):
        listed.insert(at + by, listed.pop(at))
    return replace(definition, lessons=tuple(listed))


def without(definition: CourseDefinition, code: str) -> CourseDefinition:
    """Return the definition without a lesson, which no other requires any more.

    >>> second = LessonDefinition("l2", "二", requires=("l1",))
    >>> without(CourseDefinition("辨别", lessons=(LessonDefinition("l1", "一"), second)), "l1").lessons[0].requires
    ()
    """
    left = [each for each in definition.lessons if each.code != code]
    lessons = [replace(each, requires=tuple(one for one in each.requires if one != code)) for each in left]
    return replace(definition, lessons=tuple(lessons))


def changed(definition: CourseDefinition, lesson: LessonDefinition) -> CourseDefinition:
    """Return the definition with a lesson as it is now."""
    return replace(
        definition, lessons=tuple(lesson if each.code == lesson.code else each for each in definition.lessons)
    )


def added(definition: CourseDefinition, lessons: Iterable[LessonDefinition]) -> CourseDefinition:
    """Return the definition with lessons behind its own. Raises Refused where there are too many."""
    listed = (*definition.lessons, *lessons)
    if len(listed) > MOST_LESSONS:
        raise Refused(f"一门课最多 {MOST_LESSONS} 课，这样就有 {len(listed)} 课了。")
    return replace(definition, lessons=listed)
