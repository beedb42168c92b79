"""Console report of a course: its key figures, lesson by lesson, where learners stop, and groups side by side."""

from typing import Any

from flask import request
from sqlalchemy.orm import Session

from console import access
from console.charts import Chart, ChartKind, Series, Shade, figure
from courses.models.figures import LearnersBy
from courses.queries import report
from courses.queries.detail import CourseDetail
from courses.queries.report import CourseFigures
from courses.texts import report as texts
from foundation.clock import day_in
from wechat_bot.services import current_services

#: Groupings that are compared, as the address has them, and in words; the first is meant where it says nothing.
GROUPINGS = {LearnersBy.AREA: "片区", LearnersBy.MANAGER: "客户经理", LearnersBy.CLASS: "客户类型"}
#: Places where learners stop that are drawn: those with the most.
STOPS = 20


def shown(session: Session, found: CourseDetail) -> dict[str, Any]:
    """Return what the page shows of a published course to this visitor; of a part of the shops it is of those."""
    visitor, services = access.visitor(), current_services()
    by = next((each for each in GROUPINGS if each == request.args.get("by")), LearnersBy.AREA)
    is_whole, is_for_staff = visitor.is_company_wide, found.rules.is_for_staff
    if is_whole:
        figures = report.whole(session, found, by)
    else:
        figures = report.of_part(session, found, visitor, by, today=day_in(services.clock(), services.zone))
    unit = texts.UNITS[is_for_staff]
    return {
        "figures": figures,
        "notes": _notes(figures, is_whole=is_whole, is_for_staff=is_for_staff),
        "unit": unit,
        "saved": report.saved_yuan(session, found.id) if is_whole and not is_for_staff else None,
        "chart": lesson_chart(figures, unit),
        "stops": (drawn := stops(figures, unit)),
        "stop_rows": [(label, said) for label, _, said, _ in drawn],
        "by": by,
        "groupings": {} if is_for_staff else GROUPINGS,
        "texts": texts,
    }


def _notes(figures: CourseFigures, *, is_whole: bool, is_for_staff: bool) -> list[str]:
    """Return the sentences above the figures: whose they are, and why there are none."""
    if is_whole:
        return [] if figures.enrolled else [texts.NOBODY]
    if is_for_staff:
        return [texts.PART_OF_STAFF]
    return [texts.PART] if figures.enrolled else [texts.PART, texts.NOBODY_OF_PART]


def lesson_chart(figures: CourseFigures, unit: str) -> Chart | None:
    """Return the chart of who began and finished each lesson; None before anybody has begun."""
    if not figures.started:
        return None
    labels = tuple(f"第 {each.number} 课" for each in figures.lessons)
    said = "，".join(
        f"第 {each.number} 课开始 {figure(each.started)} {unit}、学完 {figure(each.finished)} {unit}"
        for each in figures.lessons
    )
    series = (
        Series("开始", tuple(each.started for each in figures.lessons), shade=Shade.GOOD),
        Series("学完", tuple(each.finished for each in figures.lessons), shade=Shade.BEST),
    )
    return Chart(ChartKind.HISTOGRAM, "lessons", f"每一课：{said}。", "课", labels, series)


def stops(figures: CourseFigures, unit: str) -> list[tuple[str, int, str, Shade]]:
    """Return the screens at which the most learners have stopped, in the order of the course, as rows of bars."""
    every = [
        (each.number, screen, count)
        for each in figures.lessons
        for screen, count in sorted(each.stopped.items(), key=lambda stop: (stop[0] == 0, stop[0]))
    ]
    drawn = {each[:2] for each in sorted(every, key=lambda each: -each[2])[:STOPS]}
    return [
        (texts.stop(lesson, screen), count, f"{figure(count)} {unit}", Shade.POOR)
        for lesson, screen, count in every
        if (lesson, screen) in drawn
    ]
