"""Readiness of a draft: what keeps it from being published, in words."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from courses.queries.detail import CourseDetail
from courses.rules.definition import CourseDefinition, with_ids
from wechat_bot import delivery_titles
from wechat_bot.feature import About, Feature


def faults(definition: CourseDefinition, *, now: datetime) -> list[str]:
    """Return why a draft cannot be published now, each by its place."""
    found = [] if definition.lessons else ["还没有一课，请先加一课。"]
    if definition.closes_at is not None and definition.closes_at <= now:
        found.append("结束时间已经过了，请先改结束时间。")
    earlier: set[str] = set()
    for n, lesson in enumerate(definition.lessons, 1):
        where = f"第 {n} 课《{lesson.title}》"
        if not lesson.screens:
            found.append(f"{where}还没有一屏。")
        if not earlier.issuperset(lesson.requires):
            found.append(f"{where}要先学的课排在它后面了，请把它往后移，或不要求先学。")
        earlier.add(lesson.code)
        if any(screen.link for screen in lesson.screens) and lesson.question is None:
            found.append(f"{where}用了外面的视频，看没看完我们不知道，请在课后出一题。")
    return found


def dead_ends(session: Session, features: Sequence[Feature], definition: CourseDefinition) -> list[str]:
    """Return which lessons lead to a quiz that is not there."""
    led = {n: About(lesson.quiz, None) for n, lesson in enumerate(definition.lessons, 1) if lesson.quiz}
    found = delivery_titles.find(session, features, led.values())
    return [
        f"第 {n} 课《{definition.lessons[n - 1].title}》课后的测试（{about.link}）不在了，请另选一份。"
        for n, about in led.items()
        if found.get(about, delivery_titles.UNKNOWN) is delivery_titles.UNKNOWN
    ]


def is_new(found: CourseDetail) -> bool:
    """Tell whether publishing the draft would change what is learnt, or for whom."""
    if found.learnt is None:
        return True
    nowhere = {each.code: 0 for each in (*found.draft.lessons, *found.learnt.lessons)}
    return with_ids(found.draft, nowhere) != with_ids(found.learnt, nowhere)
