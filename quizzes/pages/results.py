"""Console results of a quiz: its key figures, how the totals lie, and its questions with what to do about each."""

from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from flask import request
from sqlalchemy.orm import Session

from console import access
from console.charts import Chart, ChartKind, Series, Shade, figure
from foundation.clock import day_in
from questions.keyed.items import HUNDREDTHS
from quizzes.queries import figures, papers, regrades, turnout
from quizzes.queries.detail import QuizDetail
from quizzes.queries.figures import QuestionFigures, QuizFigures
from quizzes.queries.turnout import UnfiledAttempts
from quizzes.rules import advice, spread, statistics
from quizzes.rules.advice import AdviceMark
from quizzes.rules.definition import FULL_SHARE
from quizzes.rules.spread import Totals
from quizzes.texts import chat
from quizzes.texts import figures as texts
from quizzes.texts import regrades as of_regrades
from wechat_bot.services import current_services

#: The orders of the questions as the address has them, and in words; the first is meant where it says nothing.
ORDERS = {"urgent": "要管的在前", "given": "题目顺序"}


#: Behind all that have an advice.
_LAST = 99


class QuestionLine(NamedTuple):
    """Line of a question: its number in the paper, or its code where each shop has a paper of its own."""

    name: str
    of: QuestionFigures
    mark: AdviceMark | None


def shown(session: Session, found: QuizDetail) -> dict[str, Any]:
    """Return what the page shows of a published quiz's results to this visitor; of a part of the shops their totals."""
    visitor, services = access.visitor(), current_services()
    if not visitor.is_company_wide:
        return _part(session, found)
    whole = figures.figures(session, found.id)
    came, waits = turnout.whole(session, found.id, whole.version_id), turnout.unfiled(session, found.id)
    lines = named(whole)
    notes = [
        _waiting(waits, services.zone) if waits else "",
        texts.earlier(came.others),
        (advice.of_number(whole.paper.attempts) or "") if whole.paper.attempts else texts.NOBODY,
        whole.advice or "",
    ]
    order = request.args.get("order")
    order = order if order in ORDERS and whole.is_shown else "urgent" if whole.is_shown else "given"
    if order == "urgent":
        lines.sort(key=_urgency)
    pass_mark = whole.definition.pass_mark
    tags, did = _tags(session, whole), spread.passed(whole.totals, pass_mark)
    return {
        "whole": whole,
        "notes": [each for each in notes if each],
        "keys": [
            texts.turnout(came.asked, came.begun, whole.paper.attempts),
            *([texts.passed(did, whole.paper.attempts)] if pass_mark else []),
            *(texts.of_totals(whole.paper, whole.maximum) if whole.is_shown else []),
            *(
                texts.of_paper(whole.paper, len(whole.questions), is_drawn=whole.definition.is_drawn)
                if whole.is_shown
                else []
            ),
        ],
        **_drawn(whole.totals, pass_mark, did, is_shown=whole.is_shown),
        "lines": lines,
        "changing": _changing(session, found.id, whole),
        "wrong": [line for line in named(whole) if line.mark and line.mark.urgency == 0],
        "order": order,
        "orders": ORDERS if whole.is_shown else {},
        "tags": tags,
        "told": [(tag, said) for tag, _, said, _ in tags],
        "percent": texts.percent,
    }


def named(whole: QuizFigures) -> list[QuestionLine]:
    """Return the questions with their names, and the marks of their advice where enough were asked."""
    return [
        QuestionLine(
            each.item.code if whole.definition.is_drawn else str(number),
            each,
            advice.mark(each.advice) if each.is_shown else None,
        )
        for number, each in enumerate(whole.questions, start=1)
    ]


def distribution(totals: Totals, pass_mark: int) -> Chart | None:
    """Return the chart of totals by tenths of the maximum, the failed ones in another colour; None without any."""
    if not totals:
        return None
    columns = spread.bins(totals, pass_mark)
    is_hundred = {maximum for maximum, _ in totals} == {100 * HUNDREDTHS}
    labels = tuple(
        f"{chat.points(each.low)}–{chat.points(each.high) if each.high == FULL_SHARE else ''}" for each in columns
    )
    shades = tuple(Shade.BEST if each.is_passed else Shade.POOR for each in columns)
    heading = "分数" if is_hundred else "得分率（%）"
    said = f"{heading}分布：" + "，".join(
        f"{label} {figure(each.number)} 家" for label, each in zip(labels, columns, strict=True)
    )
    counts = Series("家数", tuple(each.number for each in columns), shades=shades)
    return Chart(ChartKind.HISTOGRAM, "totals", f"{said}。", heading, labels, (counts,))


def _urgency(line: QuestionLine) -> tuple[int, float]:
    return (line.mark.urgency if line.mark else _LAST, line.of.figures.index or 0)


def _changing(session: Session, quiz_id: int, whole: QuizFigures) -> list[dict[str, Any]]:
    """Return the questions whose key is being changed, with how far the change is."""
    names = {line.of.question_id: line.name for line in named(whole)}
    return [
        {
            "name": names[each.question_id],
            "question_id": each.question_id,
            "state": of_regrades.STATES[each.state],
        }
        for each in regrades.pending(session, quiz_id)
        if each.question_id in names
    ]


def _waiting(waits: UnfiledAttempts, zone: ZoneInfo) -> str:
    time = f"{waits.since.astimezone(zone):%H:%M}"
    return texts.waiting(min(waits.number, turnout.WAITING), time, is_more=waits.number > turnout.WAITING)


def _part(session: Session, found: QuizDetail) -> dict[str, Any]:
    services = current_services()
    today = day_in(services.clock(), services.zone)
    part = turnout.of_part(session, access.visitor(), found.id, today=today)
    ended, pass_mark = sum(part.totals.values()), found.rules.pass_mark
    is_shown = ended >= advice.LEAST_SHOWN
    paper = statistics.paper(spread.by_total(part.totals), None, (), unit=HUNDREDTHS)
    few = f"不到 {advice.LEAST_SHOWN} 家考完，平均分和分布先不显示。" if ended and not is_shown else ""
    return {
        "notes": ["下面只是您负责的店；一题一题的统计是全公司的，这里不显示。", *([few] if few else [])],
        "keys": [
            texts.turnout(part.asked, part.begun, ended, is_least=part.is_least),
            *([texts.passed(part.passed, ended)] if pass_mark else []),
            *(texts.of_totals(paper, spread.maximum(part.totals)) if is_shown else []),
        ],
        **_drawn(part.totals, pass_mark, part.passed, is_shown=is_shown),
    }


def _drawn(totals: Totals, pass_mark: int, passed: int, *, is_shown: bool) -> dict[str, Any]:
    legend = [
        (f"合格 {figure(passed)} 家", Shade.BEST),
        (f"不合格 {figure(sum(totals.values()) - passed)} 家", Shade.POOR),
    ]
    return {
        "distribution": distribution(totals, pass_mark) if is_shown else None,
        "legend": legend if pass_mark else (),
    }


def _tags(session: Session, whole: QuizFigures) -> list[tuple[str, float, str, Shade]]:
    """Return the mean facility of each tag's questions, the weakest first, as rows of bars."""
    tags = papers.tags(session, [each.version_id for each in whole.questions])
    got: dict[str, float] = {}
    asked: dict[str, int] = {}
    for each in whole.questions:
        for tag in tags.get(each.version_id, ()) if each.figures.facility is not None else ():
            got[tag] = got.get(tag, 0) + each.figures.n * (each.figures.facility or 0)
            asked[tag] = asked.get(tag, 0) + each.figures.n
    means = sorted((got[tag] / asked[tag], tag) for tag in got)
    return [(tag, mean, f"{mean:.1f}%", Shade.POOR if mean < 60 else Shade.BEST) for mean, tag in means]
