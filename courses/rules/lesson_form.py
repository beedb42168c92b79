"""Form of one lesson: a card for each of its screens, every value the text of its field."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from courses.rules import review, review_screens
from courses.rules.definition import MOST_SCREENS, LessonDefinition, Screen
from courses.rules.review_screens import FoundMedium
from foundation.errors import Refused
from questions.authoring.spelling import Misspelt
from questions.editor.form import Fields, legible, one

LONGEST_CODE = 9
"""Signs of a card's code; a longer one is none of ours."""


class KnownMedium(NamedTuple):
    """Medium that is kept: its kind, how long a sound or a video is, and whether no page plays it."""

    kind: str
    seconds: float = 0
    is_for_chat: bool = False


@dataclass(frozen=True, slots=True)
class ScreenCard:
    """Card of a screen; `medium` is the SHA-256 of its picture, sound or video."""

    code: str
    text: str = ""
    medium: str = ""
    link: str = ""
    link_title: str = ""


@dataclass(frozen=True, slots=True)
class LessonForm:
    """Form of one lesson; nothing is checked. `quiz` is the link of the quiz it leads to."""

    title: str
    cards: tuple[ScreenCard, ...]
    quiz: str = ""
    #: Codes of the lessons to finish first.
    requires: tuple[str, ...] = ()

    @property
    def media(self) -> frozenset[str]:
        return frozenset(each.medium for each in self.cards if each.medium)


@dataclass(frozen=True, slots=True)
class LessonReview:
    """Review of a form: the lesson it means, whole or not, with the mistakes by the id of their field."""

    lesson: LessonDefinition
    faults: Mapping[str, Sequence[str]] = field(default_factory=dict)


def of_lesson(lesson: LessonDefinition) -> LessonForm:
    """Return the form that shows a lesson; one without screens has an empty one.

    >>> of_lesson(LessonDefinition("l1", "看封签", (Screen("先看。", audio="a"),))).cards
    (ScreenCard(code='s1', text='先看。', medium='a', link='', link_title=''),)
    """
    cards = [
        ScreenCard(f"s{n}", each.text, next(iter(each.media), ""), each.link, each.link_title)
        for n, each in enumerate(lesson.screens or (Screen(),), 1)
    ]
    return LessonForm(lesson.title, tuple(cards), lesson.quiz, lesson.requires)


def read(fields: Fields) -> LessonForm:
    """Read the form as it was posted; cards stand in the order in which they were sent."""
    fields = legible(fields)
    cards = tuple(
        ScreenCard(code, *(one(fields, f"{code}.{name}") for name in ("text", "medium", "link", "link_title")))
        for code in dict.fromkeys(fields.get("s", ()))
        if code[:1] == "s" and code[1:].isdecimal() and len(code) <= LONGEST_CODE
    )
    first = tuple(fields.get("requires", ()))
    return LessonForm(one(fields, "title"), cards[: MOST_SCREENS + 1], one(fields, "quiz"), first)


def pressed(form: LessonForm, do: str) -> LessonForm:
    """Return the form after a button: a screen added behind another, moved, deleted, its medium taken away. Raises
    Refused where there are too many.

    >>> form = LessonForm("看", (ScreenCard("s1", "一"), ScreenCard("s2", "二")))
    >>> [each.code for each in pressed(form, "add:s1").cards], [each.code for each in pressed(form, "up:s2").cards]
    (['s1', 's3', 's2'], ['s2', 's1'])
    """
    verb, _, code = do.partition(":")
    cards = list(form.cards)
    at = next((n for n, each in enumerate(cards) if each.code == code), None)
    if verb == "add":
        if len(cards) >= MOST_SCREENS:
            raise Refused(f"一课最多 {MOST_SCREENS} 屏，请另加一课。")
        new = max((int(each.code[1:]) for each in cards), default=0) + 1
        cards.insert(len(cards) if at is None else at + 1, ScreenCard(f"s{new}"))
    elif at is not None and verb in ("up", "down"):
        cards.insert(max(at - 1 if verb == "up" else at + 1, 0), cards.pop(at))
    elif at is not None and verb == "delete":
        del cards[at]
    elif at is not None and verb == "unmedium":
        cards[at] = replace(cards[at], medium="")
    return replace(form, cards=tuple(cards))


def with_medium(form: LessonForm, code: str, sha256: str) -> LessonForm:
    """Return the form with a medium on one of its screens."""
    return replace(
        form, cards=tuple(replace(each, medium=sha256) if each.code == code else each for each in form.cards)
    )


def reviewed(
    form: LessonForm, before: LessonDefinition, known: Mapping[str, KnownMedium], earlier: Collection[str] = ()
) -> LessonReview:
    """Return the lesson that a form means, with its mistakes; its question stays as it is kept. Of what it requires
    only `earlier` lessons are kept.

    >>> found = reviewed(LessonForm("", (ScreenCard("s1", link="v.qq.com"),)), LessonDefinition("l1", "看"), {})
    >>> dict(found.faults)
    {'title': ['不能为空'], 's1.link': ['要以 https:// 开头，请从浏览器的地址栏里复制']}
    """
    faults: dict[str, list[str]] = {}

    def find(name: str, kind: str) -> FoundMedium:
        return FoundMedium(name, known[name].seconds, known[name].is_for_chat)

    title = ""
    try:
        title = review.lesson_title(form.title)
    except Misspelt as problem:
        faults["title"] = [str(problem)]
    screens = []
    for card in form.cards:
        data = {"text": card.text, "link": card.link, "link_title": card.link_title}
        if card.medium in known:
            data[known[card.medium].kind] = card.medium
        elif card.medium:
            faults[f"{card.code}.medium"] = ["文件放得太久，已经不在了，请再选一次"]
        found = review_screens.review_screen(data, find)
        screens.append(found.definition)
        for each in found.problems:
            at = str(each.path[0]) if each.path else "text"
            faults.setdefault(f"{card.code}.{at}", []).append(each.words)
    if not screens:
        faults["screens"] = ["至少要有一屏"]
    if form.quiz and before.question:
        faults["quiz"] = ["课后一题和测试只能留一样，请先去掉课后一题"]
    first = tuple(code for code in earlier if code in form.requires)
    return LessonReview(replace(before, title=title, screens=tuple(screens), quiz=form.quiz, requires=first), faults)
