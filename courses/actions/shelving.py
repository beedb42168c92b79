"""Shelving: what the search finds of a course's lessons, in the transaction that publishes or ends it."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from blocks import markdown, rendering
from blocks.blocks import Block, HeadingBlock
from courses.models.courses import LESSON, Lesson
from courses.rules.definition import CourseDefinition, LessonDefinition
from finding import indexing


def put(session: Session, course_id: int, content: CourseDefinition) -> None:
    """Let the lessons of a version be found, and those that it no longer has be found no more."""
    kept = {each.id for each in content.lessons}
    every = session.scalars(select(Lesson.id).where(Lesson.course_id == course_id).order_by(Lesson.id))
    for lesson_id in every:
        if lesson_id not in kept:
            indexing.remove(session, LESSON, lesson_id)
    for lesson in content.lessons:
        indexing.put(session, LESSON, lesson.id, lesson.title, passages(lesson))


def remove(session: Session, course_id: int) -> None:
    """Let none of a course's lessons be found any more."""
    for lesson_id in session.scalars(select(Lesson.id).where(Lesson.course_id == course_id).order_by(Lesson.id)):
        indexing.remove(session, LESSON, lesson_id)


def passages(lesson: LessonDefinition) -> list[str]:
    """The passages by which a lesson is found beside its title: the words of its screens. At least one, which may be
    empty.

    >>> from courses.rules.definition import Screen
    >>> passages(LessonDefinition("l1", "看封签", (Screen("## 看哪里\\n封签在**顶部**。"), Screen(picture="a" * 64))))
    ['看哪里\\n封签在顶部。']
    """
    found = [words for each in lesson.screens for words in rendering.passages(_blocks(each.text))]
    return [words for words in found if words] or [""]


def _blocks(text: str) -> tuple[Block, ...]:
    """The blocks of a screen, its first heading among them, which the reader takes for the title of the whole."""
    read = markdown.read(text)
    if not read.title:
        return read.blocks
    return (*read.blocks[: read.title_at], HeadingBlock(read.title), *read.blocks[read.title_at :])
