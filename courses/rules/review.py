"""Review of a course as its author wrote it: all of it is checked, and everything to change is listed at once."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import time, tzinfo
from types import MappingProxyType
from typing import Any
from unicodedata import normalize

from courses.rules import requiring
from courses.rules.definition import HOUR, MOST_LESSONS, MOST_SCREENS, CourseDefinition, LessonDefinition
from courses.rules.review_screens import MEDIA, MediaFinder, read_screen
from foundation.text import plain
from questions.authoring.head import LONGEST_TITLE, Head, Reviewed
from questions.authoring.spelling import Misspelt, Mistaken, Notes, Path, Places, integer, truth, words
from questions.keyed.item_reader import read_items
from questions.keyed.items import KeyedItem

CALLED = "微课"
KEYS = (
    "title",
    "intro",
    "every_days",
    "at",
    "ordered",
    "required",
    "certificate",
    "staff",
    "audience",
    "opens",
    "closes",
    "requires",
    "lessons",
)
LESSON_KEYS = ("code", "title", "screens", "question", "quiz", "requires")
LONGEST_PACE = 60
_NOWHERE: Places = MappingProxyType({})
_HOUR = re.compile(r"([01]?\d|2[0-3])(?::([0-5]\d)(?::00)?|点([0-5]\d)?分?)")
_QUIZ = re.compile(r"(?:quiz:)?([1-9]\d{0,8})")
CourseReview = Reviewed[CourseDefinition]


def read(
    data: Mapping[str, Any], *, timezone: tzinfo, media: MediaFinder, places: Places = _NOWHERE
) -> CourseDefinition:
    """Return the course an author wrote in a file of any kind; `places` says where each value stood.

    Raises Mistaken (a Refused) naming every mistake by its place in the author's words.

    >>> from datetime import UTC
    >>> written = {"title": "辨别", "at": "9:30", "lessons": [{"title": "看封签", "screens": ["封签贴在顶部。"]}]}
    >>> from courses.rules.review_screens import no_media
    >>> course = read(written, timezone=UTC, media=no_media)
    >>> course.at, course.lessons[0].code, course.lessons[0].screens[0].text
    (datetime.time(9, 30), 'l1', '封签贴在顶部。')
    >>> read({"title": "辨别", "lessons": [{"screens": [""]}]}, timezone=UTC, media=no_media)
    Traceback (most recent call last):
    questions.authoring.spelling.Mistaken: 微课有 2 处要改：
    1. 第 1 课：缺少标题 title
    2. 第 1 课第 1 屏：还是空的，请写上文字，或放图片、声音、视频
    """
    if not isinstance(data, Mapping):
        raise Mistaken([f"{CALLED}应由 title、lessons 等几项组成"], CALLED)
    notes = Notes(places)
    notes.unknown_keys("", (), data, KEYS)
    head = Head(data, notes)
    lessons = _lessons(data.get("lessons"), notes, media)
    if not data.get("lessons"):
        head.need("lessons", "各课") if data.get("lessons") is None else head.wrong("lessons", "各课", "还没有一课")
    return head.reviewed(_rules(head, timezone, lessons)).whole(CALLED)


def review_rules(data: Mapping[str, Any], lessons: Sequence[LessonDefinition], *, timezone: tzinfo) -> CourseReview:
    """Review the rules of a course as a form gives them, around its lessons.

    >>> from datetime import UTC
    >>> [each.words for each in review_rules({"title": "辨别", "every_days": "0"}, (), timezone=UTC).problems]
    ['“0”应是 1 到 60 的整数']
    """
    head = Head(data, Notes(_NOWHERE, keyed=False))
    return head.reviewed(_rules(head, timezone, tuple(lessons)))


def lesson_title(value: object) -> str:
    """Read the title of a lesson. Raises Misspelt."""
    return words(value, longest=LONGEST_TITLE)


def named_media(data: Mapping[str, Any]) -> frozenset[str]:
    """Return the names of all media that a course names.

    >>> sorted(named_media({"lessons": [{"screens": ["一", {"audio": "a.mp3"}, {"picture": "b.jpg", "text": 1}]}]}))
    ['a.mp3', 'b.jpg']
    """
    return frozenset(
        name.strip()
        for lesson in _each(data.get("lessons"))
        for screen in _each(lesson.get("screens"))
        for key in MEDIA
        if isinstance(name := screen.get(key), str) and name.strip()
    )


def free_code(lessons: Sequence[LessonDefinition], *more: str) -> str:
    """Return a code that no lesson has.

    >>> free_code([LessonDefinition("l1", "一"), LessonDefinition("x", "二")], "l2")
    'l3'
    """
    taken = {*(each.code for each in lessons), *more}
    return next(code for n in range(1, len(taken) + 2) if (code := f"l{n}") not in taken)


def _each(written: object) -> Iterator[Mapping[str, Any]]:
    yield from (each for each in written if isinstance(each, Mapping)) if isinstance(written, list) else ()


def _rules(head: Head, timezone: tzinfo, lessons: tuple[LessonDefinition, ...]) -> CourseDefinition:
    title = head.title()
    opens_at, closes_at = head.times(timezone)
    is_for_staff = head.take("staff", "给客户经理学", truth, False)
    audience = head.audience()
    if is_for_staff and audience is not None:
        head.wrong("audience", "对象", "给客户经理学的课由全部客户经理学，请删去这一项")
    return CourseDefinition(
        title=title,
        intro=head.intro(),
        lessons=lessons,
        every_days=head.take("every_days", "几天一课", lambda value: integer(value, 1, LONGEST_PACE), None),
        at=head.take("at", "几点放出", _hour, HOUR),
        is_ordered=head.take("ordered", "按顺序学", truth, True),
        is_required=head.take("required", "必学", truth, False),
        has_certificate=head.take("certificate", "发证书", truth, False),
        is_for_staff=is_for_staff,
        audience=audience,
        opens_at=opens_at,
        closes_at=closes_at,
        requires=head.take("requires", "先学完", requiring.read, ()),
    )


def _hour(value: object) -> time:
    """Read an hour of the day.

    A cell of a workbook that holds a time has seconds as well.

    >>> _hour("9:30"), _hour("１０：００"), _hour("8点"), _hour("09:30:00")
    (datetime.time(9, 30), datetime.time(10, 0), datetime.time(8, 0), datetime.time(9, 30))
    """
    found = _HOUR.fullmatch(normalize("NFKC", str(value)).replace(" ", ""))
    if not found:
        raise Misspelt(f"“{value}”应如 10:00")
    return time(int(found[1]), int(found[2] or found[3] or 0))


def _lessons(written: object, notes: Notes, media: MediaFinder) -> tuple[LessonDefinition, ...]:
    if not isinstance(written, list):
        if written is not None:
            notes.add("各课 lessons", ("lessons",), "应是各课的列表")
        return ()
    if len(written) > MOST_LESSONS:
        notes.add("各课 lessons", ("lessons",), f"有 {len(written)} 课，最多 {MOST_LESSONS} 课")
    lessons: list[LessonDefinition] = []
    given = [plain(str(each["code"])) for each in _each(written) if each.get("code") is not None]
    for n, each in enumerate(written[:MOST_LESSONS]):
        path, where = ("lessons", n), f"第 {n + 1} 课"
        if not isinstance(each, Mapping):
            notes.add(where, path, "应由 title、screens 等几项组成")
            continue
        notes.unknown_keys(where, path, each, LESSON_KEYS)
        code = plain(str(each["code"])) if each.get("code") is not None else free_code(lessons, *given)
        if not re.fullmatch(r"[A-Za-z][A-Za-z0-9_-]{0,39}", code):
            notes.add(where, (*path, "code"), f"编码“{code}”应由字母开头，后面是字母、数字，最多 40 个")
        elif any(one.code == code for one in lessons):
            notes.add(where, (*path, "code"), f"编码“{code}”写了两次")
        lesson = _lesson(each, code, path, where, notes, media)
        lessons.append(replace(lesson, requires=_required(each, lessons, path, where, notes)))
    return tuple(lessons)


def _required(
    data: Mapping[str, Any], earlier: Sequence[LessonDefinition], path: Path, where: str, notes: Notes
) -> tuple[str, ...]:
    if data.get("requires") is None:
        return ()
    try:
        return requiring.read_lessons(data["requires"], [each.code for each in earlier])
    except Misspelt as problem:
        notes.add(where, (*path, "requires"), f"先学{problem}")
        return ()


def _lesson(
    data: Mapping[str, Any], code: str, path: Path, where: str, notes: Notes, media: MediaFinder
) -> LessonDefinition:
    title, quiz = "", ""
    if data.get("title") is None:
        notes.add(where, path, "缺少标题 title")
    else:
        try:
            title = lesson_title(data["title"])
        except Misspelt as problem:
            notes.add(where, (*path, "title"), f"标题{problem}")
    screens = data.get("screens")
    listed = screens if isinstance(screens, list) else [] if screens is None else [screens]
    if not listed:
        notes.add(where, path, "还没有一屏 screens")
    if len(listed) > MOST_SCREENS:
        notes.add(where, (*path, "screens"), f"有 {len(listed)} 屏，最多 {MOST_SCREENS} 屏，请分成几课")
    read = []
    for n, each in enumerate(listed[:MOST_SCREENS]):
        read.append(read_screen(each, (*path, "screens", n), f"{where}第 {n + 1} 屏", notes, media))
    if data.get("quiz") is not None:
        found = _QUIZ.fullmatch(plain(str(data["quiz"])))
        quiz = f"quiz:{found[1]}" if found else ""
        if not found:
            notes.add(where, (*path, "quiz"), f"测试“{data['quiz']}”应是测试的编号，如 3")
        elif data.get("question") is not None:
            notes.add(where, (*path, "quiz"), "课后一题和测试只能留一样")
    question = None
    if data.get("question") is not None:
        question = _question(data["question"], (*path, "question"), where, notes)
    return LessonDefinition(code, title, tuple(read), question, quiz)


def _question(written: object, path: Path, where: str, notes: Notes) -> KeyedItem | None:
    if not isinstance(written, Mapping):
        notes.add(where, path, "课后一题应由 type、text、options、answer 几项组成")
        return None
    of_list: Path = ("questions", 0)
    places = {(*of_list, *at[len(path) :]): line for at, line in notes.places.items() if at[: len(path)] == path}
    inner = Notes(places, keyed=notes.keyed)
    items = read_items([{"code": "q1", **written}], before=(), notes=inner, most=1)
    for problem, mistake in zip(inner.problems, inner.mistakes, strict=True):
        notes.problems.append(problem._replace(path=(*path, *problem.path[2:])))
        notes.mistakes.append(re.sub(r"^第 1 题( [^\s（：]+)?", f"{where}的课后一题", mistake))
    return items[0] if items else None
