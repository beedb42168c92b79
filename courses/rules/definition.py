"""Course definition: what an author writes, as immutable values, and its JSON."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime, time
from typing import Any

from questions.keyed import items as stored
from questions.keyed.items import KeyedItem

#: When lessons are released where their author says nothing.
HOUR = time(10)
MOST_LESSONS, MOST_SCREENS = 60, 30


@dataclass(frozen=True, slots=True)
class Screen:
    """Screen of a lesson: its text, and at most one picture, sound or video of our own, or a video elsewhere. A `voice`
    is a sound that the chat alone plays, for no page can; the text stands for it there.

    The text is written in the light notation that `blocks.markdown` reads.
    """

    text: str = ""
    #: SHA-256 of a medium.
    picture: str = ""
    audio: str = ""
    voice: str = ""
    video: str = ""
    #: Address of a video on another page, and its title.
    link: str = ""
    link_title: str = ""
    #: How long its own sound or video is; 0 of a voice, which nobody has to wait for.
    seconds: float = 0

    @property
    def media(self) -> tuple[str, ...]:
        return tuple(each for each in (self.picture, self.audio, self.voice, self.video) if each)


@dataclass(frozen=True, slots=True)
class LessonDefinition:
    """Lesson: a few screens, and at its end a question, or a quiz it leads to (`quiz:3`)."""

    code: str
    title: str
    screens: tuple[Screen, ...] = ()
    question: KeyedItem | None = None
    quiz: str = ""
    #: Codes of earlier lessons to finish before this one can be begun.
    requires: tuple[str, ...] = ()
    #: Of the published lesson; 0 in a draft.
    id: int = 0

    @property
    def media(self) -> tuple[str, ...]:
        shown = tuple(key for screen in self.screens for key in screen.media)
        return shown + (tuple(each.key for each in self.question.question.pictures) if self.question else ())


@dataclass(frozen=True, slots=True)
class CourseDefinition:
    """Course: its lessons, how they are released, and for whom it is."""

    title: str
    intro: str = ""
    lessons: tuple[LessonDefinition, ...] = ()
    #: A lesson every so many days; None releases all at once.
    every_days: int | None = None
    at: time = HOUR
    #: A lesson is released only once the one before is finished.
    is_ordered: bool = True
    is_required: bool = False
    has_certificate: bool = False
    #: Whether customer managers learn it; else shops do.
    is_for_staff: bool = False
    #: None: every shop, bound later too.
    audience: Mapping[str, Any] | None = None
    opens_at: datetime | None = None
    closes_at: datetime | None = None
    #: Courses that a learner finishes before they can begin this one.
    requires: tuple[int, ...] = ()

    @property
    def open_at_first(self) -> int:
        """How many lessons are open from the beginning."""
        return min(1, len(self.lessons)) if self.is_ordered or self.every_days is not None else len(self.lessons)

    @property
    def media(self) -> tuple[str, ...]:
        """The media of all screens and end questions, each once."""
        return tuple(dict.fromkeys(key for each in self.lessons for key in each.media))


def to_json(definition: CourseDefinition) -> dict[str, Any]:
    """Return a definition as plain JSON values; `from_json` reads it back unchanged."""
    return {
        "title": definition.title,
        "intro": definition.intro,
        "lessons": [_lesson_to_json(each) for each in definition.lessons],
        "every_days": definition.every_days,
        "at": definition.at.isoformat("minutes"),
        "is_ordered": definition.is_ordered,
        "is_required": definition.is_required,
        "has_certificate": definition.has_certificate,
        "is_for_staff": definition.is_for_staff,
        "audience": dict(definition.audience) if definition.audience is not None else None,
        "opens_at": definition.opens_at.isoformat() if definition.opens_at else None,
        "closes_at": definition.closes_at.isoformat() if definition.closes_at else None,
        "requires": list(definition.requires),
    }


def from_json(data: Mapping[str, Any]) -> CourseDefinition:
    """Return the definition that `to_json` wrote.

    >>> lesson = LessonDefinition("l1", "看封签", (Screen("先看这里。", audio="a" * 64, seconds=8.5),), quiz="quiz:3")
    >>> one = CourseDefinition("怎么辨别真假烟", lessons=(lesson,), every_days=1, requires=(2,))
    >>> from_json(to_json(one)) == one
    True
    """
    return CourseDefinition(
        title=data["title"],
        intro=data["intro"],
        lessons=tuple(_lesson_from_json(each) for each in data["lessons"]),
        every_days=data["every_days"],
        at=time.fromisoformat(data["at"]),
        is_ordered=data["is_ordered"],
        is_required=data["is_required"],
        has_certificate=data["has_certificate"],
        is_for_staff=data["is_for_staff"],
        audience=data["audience"],
        opens_at=datetime.fromisoformat(data["opens_at"]) if data["opens_at"] else None,
        closes_at=datetime.fromisoformat(data["closes_at"]) if data["closes_at"] else None,
        requires=tuple(data.get("requires", ())),
    )


def with_ids(definition: CourseDefinition, ids: Mapping[str, int]) -> CourseDefinition:
    """Return a definition whose lessons have their ids, by their codes: what a version freezes."""
    return replace(definition, lessons=tuple(replace(each, id=ids[each.code]) for each in definition.lessons))


def _lesson_to_json(lesson: LessonDefinition) -> dict[str, Any]:
    item = lesson.question
    return {
        "id": lesson.id,
        "code": lesson.code,
        "title": lesson.title,
        "screens": [{name: value for name, value in asdict(each).items() if value} for each in lesson.screens],
        "question": {"item": stored.to_json(item), "key": stored.key_to_json(item.key)} if item else None,
        "quiz": lesson.quiz,
        "requires": list(lesson.requires),
    }


def _lesson_from_json(data: Mapping[str, Any]) -> LessonDefinition:
    item = data["question"]
    return LessonDefinition(
        code=data["code"],
        title=data["title"],
        screens=tuple(Screen(**each) for each in data["screens"]),
        question=stored.from_json(item["item"], stored.key_from_json(item["key"]), points=0) if item else None,
        quiz=data["quiz"],
        requires=tuple(data.get("requires", ())),
        id=data["id"],
    )
