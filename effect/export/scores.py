"""List of the scorecard, for its page and its file: no score stands without its number of events."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from console.lists.listing import Asked, Column, Filter, Listing
from console.rules.visitors import Visitor
from effect.models.months import EffectMonth
from effect.permissions import SCORES_EXPORT, SCORES_SEE
from effect.queries import scores as queries
from effect.queries.scores import Scorecard, ScoreLine
from effect.rules import months
from effect.texts import scores as texts
from foundation.errors import Refused
from foundation.paging import Count, Cursor, Page
from foundation.workbooks.writing import Heading, OneDecimal, SheetTitle, Workbook
from people.pages import filters

#: The usual number of shops of a customer manager in this trade: managers with more and with fewer are compared apart.
USUAL_SHOPS = 165
MORE, FEWER = "more", "fewer"
LINES = 50


def month_of(session: Session, given: str) -> int | None:
    """Return the month an address asks for, or the last that was closed, or else filed; None where none was filed.
    Raises Refused for what is no month, and one that was not filed."""
    if given:
        wanted = months.read(given)
        if session.get(EffectMonth, wanted) is None:
            raise Refused(texts.NOT_FILED.format(texts.month(wanted)))
        return wanted
    closed_first = (EffectMonth.closed_at.is_(None), EffectMonth.month.desc())
    return session.scalar(select(EffectMonth.month).order_by(*closed_first).limit(1))


def filed(session: Session, month: int) -> set[int]:
    """Return which of the months before and after one were filed."""
    beside = (months.before(month), months.before(month, -1))
    return set(session.scalars(select(EffectMonth.month).where(EffectMonth.month.in_(beside))))


def narrowed(asked: Asked) -> tuple[Scorecard | None, list[ScoreLine]]:
    """Return the scorecard an address asks for, and those of its lines that the visitor may see and compares: places of
    those who are chosen by tier, area or number of shops are places among them."""
    session, given = asked.session, asked.given
    month = month_of(session, given.get("month", ""))
    if month is None:
        return None, []
    found = queries.scorecard(session, month)
    lines = visible(session, asked.visitor, found)
    chosen = lines
    if (tier := given.get("tier", "")) in texts.TIERS:
        chosen = [line for line in chosen if line.tier == tier]
    if (area_id := asked.number(filters.AREA.name)) is not None:
        heads = queries.heads(session, area_id)
        chosen = [line for line in chosen if line.manager_id in heads]
    if (load := given.get("load", "")) in (MORE, FEWER):
        chosen = [line for line in chosen if line.shops is not None and (line.shops >= USUAL_SHOPS) == (load == MORE)]
    if len(chosen) < len(lines):
        chosen = queries.compared(chosen)
    by = given.get("by", "")
    return found, list(queries.ordered(chosen, by if by in texts.NAMES else queries.FIRST))


def visible(session: Session, visitor: Visitor, found: Scorecard) -> list[ScoreLine]:
    """Return the lines a visitor may see: a customer manager sees their own."""
    whose = queries.seen(session, visitor)
    return [line for line in found.lines if whose is None or line.manager_id in whose]


def _find(asked: Asked, cursor: Cursor, limit: int) -> Page[ScoreLine]:
    """A page of the lines, found by their place in the list: a month's are few, and all are there already."""
    _, lines = narrowed(asked)
    at = int(cursor.place) if cursor.place.isdecimal() and len(cursor.place) < 9 else 0
    start = max(0, at - limit) if cursor.is_back else at
    shown = queries.with_areas(asked.session, lines[start : start + limit])
    return Page(
        tuple(shown),
        before=str(start) if start else None,
        after=str(start + limit) if start + limit < len(lines) else None,
        is_first=start == 0,
        counted=Count(len(lines)),
    )


def _tiers(asked: Asked) -> list[tuple[str, str]]:
    return list(texts.TIERS.items())


def _loads(asked: Asked) -> list[tuple[str, str]]:
    return [(MORE, f"{USUAL_SHOPS} 家及以上"), (FEWER, f"不到 {USUAL_SHOPS} 家")]


def _bys(asked: Asked) -> list[tuple[str, str]]:
    return [(name, f"名次按{word}") for name, word in texts.NAMES.items() if name != queries.FIRST]


def _points(share: float | None) -> OneDecimal | None:
    return None if share is None else OneDecimal(100 * share)


def _of(name: str) -> tuple[Column[ScoreLine], ...]:
    """The columns of a score: on the page with how many it is of; in a file also the ends of its interval."""
    label = texts.NAMES[name]

    def column(what: str, said: str, value: Callable[[Any], Any], width: int = 10) -> Column[ScoreLine]:
        def read(line: ScoreLine) -> Any:
            return value(line.scores[name])

        return Column(f"{name}_{what}", said, read, is_number=True, is_for_page=False, width=width)

    return (
        Column(
            name,
            label,
            lambda line: _points(line.scores[name].shrunk) if line.scores[name].is_enough else None,
            is_number=True,
            on_phone=label,
            width=10,
        ),
        column("n", f"{label}：几{texts.UNITS[name]}", lambda score: score.n),
        column("share", f"{label}：原始比率", lambda score: _points(score.share) if score.is_enough else None),
        column("low", f"{label}：误差范围从", lambda score: _points(score.low) if score.is_enough else None),
        column("high", f"{label}：到", lambda score: _points(score.high) if score.is_enough else None),
        column("place", f"{label}：名次", lambda score: texts.place(score)),
    )


def _total(line: ScoreLine) -> OneDecimal | None:
    return _points(line.total)


def _explain(asked: Asked, book: Workbook) -> None:
    """Write the sheet that says of when and of whom the file is, the company's means and the weights."""
    found, lines = narrowed(asked)
    sheet = book.sheet("说明", (24, 60))
    if found is None:
        return
    sheet.write([SheetTitle(f"{texts.month(found.month)}客户经理评分表")])
    sheet.write([Heading("导出时间"), f"{asked.now.astimezone(asked.services.zone):%Y-%m-%d %H:%M}"])
    sheet.write([Heading("筛选"), SCORES.said(asked)])
    sheet.write([Heading("人数"), len(lines)])
    for name, mean in found.means.items():
        sheet.write([Heading(f"公司平均：{texts.NAMES[name]}"), texts.points(mean)])
    for tier, weights in found.weights.items():
        sheet.write([Heading(f"权重：{texts.TIERS[tier]}"), texts.approved(weights)])
    for sentence in texts.EXPLAINED:
        sheet.write([sentence])


SCORES: Listing[ScoreLine] = Listing(
    name="effect.scores",
    title="客户经理评分表",
    see=SCORES_SEE,
    unit="位",
    size=LINES,
    keeps=("month",),
    means=lambda asked: asked.given.get("month", ""),
    filters=(
        Filter("tier", "级别", "全部级别", _tiers),
        filters.AREA,
        Filter("load", "负责的店", "店多店少都看", _loads),
        Filter(
            "by", "名次按", "名次按满意", lambda asked: [(k, f"名次按{word}") for k, word in texts.NAMES.items()][1:]
        ),
    ),
    columns=(
        Column("place", "名次", lambda line: 0, is_number=True, is_for_file=False),
        Column("manager", "客户经理", lambda line: line.name, style="full", width=14),
        Column("areas", "片区", lambda line: line.areas, is_for_page=False, width=20),
        Column("tier", "级别", lambda line: texts.TIERS[line.tier], is_for_page=False, width=8),
        Column("shops", "负责的店", lambda line: line.shops, is_for_page=False, width=10),
        Column("span", "误差范围", lambda line: "", is_for_file=False, style="ci-cell"),
        *(column for name in texts.NAMES for column in _of(name)),
        Column("total", "总分", _total, is_number=True, on_phone="总分", width=8),
        Column("remark", "说明", lambda line: line.remark, is_for_page=False, width=40),
    ),
    find=_find,
    before=_explain,
    nothing=("还没有评分", "第一个月统计出来以后，会列在这里。"),
    nothing_left=("没有这样的客户经理", "换一个条件，或清除筛选再看。"),
    export=SCORES_EXPORT,
    did="effect.scores.export",
)
