"""Console pages of the month by brand, and of one brand by area: its pushes beside its target and sales; as files."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from flask import abort, render_template, request, url_for
from flask.typing import ResponseReturnValue

from broadcasts.models.library import Brand
from broadcasts.permissions import PUSHES_EXPORT, PUSHES_SEE
from broadcasts.queries import brand_months as queries
from broadcasts.queries.brand_months import BrandMonths, MonthLine
from broadcasts.rules import brand_months as rules
from broadcasts.rules.brand_months import BrandSums
from broadcasts.texts import brand_months as texts
from console import access
from console.charts import Chart, ChartKind, Series
from console.lists import looking
from console.lists.listing import Asked, Column, Listing
from console.rules.visitors import Role
from foundation.errors import Refused
from foundation.paging import Count, Cursor, Page
from foundation.workbooks.writing import Percent
from wechat_bot.services import current_services

#: Months to choose among: those before this one, and the next, whose target may be known.
BACK, AHEAD = 24, 1
#: Lines that charts show.
FEW = 12


def _month(asked: Asked) -> int:
    return rules.month(asked.given.get("month", ""), today=asked.today)


def _of_month(asked: Asked) -> BrandMonths:
    """Return what is asked for: a month by brand, or of one brand by area. Raises `Refused`."""
    session, visitor, month, zone = asked.session, asked.visitor, _month(asked), asked.services.zone
    if "brand_id" in asked.of:
        return queries.by_area(session, visitor, month, int(asked.of["brand_id"]), today=asked.today, zone=zone)
    return queries.by_brand(session, visitor, month, today=asked.today, zone=zone)


def _find(asked: Asked, cursor: Cursor, limit: int) -> Page[MonthLine]:
    found = _of_month(asked)
    # All of it stands on one page: brands and areas are few.
    return Page((*found.lines, found.total) if found.lines else (), counted=Count(len(found.lines)))


def _number(
    name: str, label: str, value: Callable[[BrandSums], Any], *, is_before: bool = False, is_for_page: bool = True
) -> Column[MonthLine]:
    return Column(
        name,
        label,
        lambda line: value(line.before if is_before else line.now),
        is_number=True,
        on_phone=label,
        is_for_page=is_for_page,
        width=10,
    )


def _before(name: str, label: str, value: Callable[[BrandSums], Any]) -> Column[MonthLine]:
    return _number(name, label, value, is_before=True, is_for_page=False)


def _percent(share: float | None) -> Percent | None:
    return None if share is None else Percent(share)


FIGURES = (
    _number("pushes", "推送", lambda sums: sums.pushes),
    _number("meant", "应发", lambda sums: sums.meant),
    replace(_number("accepted", "微信已收下", lambda sums: sums.accepted), is_shown=False),
    _number("delivered", "送达", lambda sums: sums.delivered),
    replace(_number("opened", "打开", lambda sums: sums.opened), is_for_page=False),
    replace(_number("known", "可知", lambda sums: sums.known), is_for_page=False),
    _number("open_rate", "打开 / 可知", lambda sums: _percent(sums.open_rate)),
    _number("asked", "提问", lambda sums: sums.asked),
    _number("acted", "行动", lambda sums: sums.acted),
    _number("target", "目标", lambda sums: sums.target),
    _number("sold", "销量", lambda sums: sums.sold),
    replace(
        _number("completion", "品牌完成率", lambda sums: _percent(sums.completion)), is_number=False, style="bar-cell"
    ),
    _before("pushes_before", "上月推送", lambda sums: sums.pushes),
    _before("delivered_before", "上月送达", lambda sums: sums.delivered),
    _before("opened_before", "上月打开", lambda sums: sums.opened),
    _before("known_before", "上月可知", lambda sums: sums.known),
    _before("asked_before", "上月提问", lambda sums: sums.asked),
    _before("acted_before", "上月行动", lambda sums: sums.acted),
    _before("target_before", "上月目标", lambda sums: sums.target),
    _before("sold_before", "上月销量", lambda sums: sums.sold),
    _before("completion_before", "上月完成率", lambda sums: _percent(sums.completion)),
)


def _areas_of(line: MonthLine) -> str:
    if not line.key:
        return ""
    return url_for("broadcasts_pages.brand_areas", brand_id=line.key, month=rules.written(line.month))


BRANDS: Listing[MonthLine] = Listing(
    name="broadcasts.brand_month",
    title="品牌月报",
    see=PUSHES_SEE,
    unit="个品牌",
    keeps=("month",),
    means=lambda asked: texts.month(_month(asked)),
    columns=(Column("name", "品牌", lambda line: line.name, href=_areas_of, style="full", width=20), *FIGURES),
    find=_find,
    nothing=("还没有品牌", "先在“品牌”页建好；文章和推送写到它，月报就有数了。"),
    export=PUSHES_EXPORT,
)


def _means_brand(asked: Asked) -> str:
    brand = asked.session.get(Brand, int(asked.of["brand_id"]))
    return f"{brand.name if brand else ''} {texts.month(_month(asked))}"


AREAS: Listing[MonthLine] = replace(
    BRANDS,
    name="broadcasts.brand_areas",
    title="品牌各片区",
    unit="个片区",
    means=_means_brand,
    columns=(Column("name", "片区", lambda line: line.name, style="full", width=20), *FIGURES),
    nothing=("这个月和上个月都没有数", "没有推送写到它，也没有导入它的目标和销量。"),
)


@access.allow(PUSHES_SEE)
def brand_month() -> ResponseReturnValue:
    """Show a month by brand: what its pushes reached, beside its target and sales."""
    return _page(BRANDS, None)


@access.allow(PUSHES_SEE)
def brand_areas(brand_id: int) -> ResponseReturnValue:
    """Show a month of one brand by area."""
    return _page(AREAS, brand_id)


def _page(listing: Listing[MonthLine], brand_id: int | None) -> ResponseReturnValue:
    error, shown, found, brand = "", None, None, None
    with current_services().reading() as session:
        asked = looking.ask(listing, session, request.args)
        if brand_id is not None and (brand := session.get(Brand, brand_id)) is None:
            abort(404)
        try:
            month, found = _month(asked), _of_month(asked)
            page = Page((*found.lines, found.total) if found.lines else ())
            shown = looking.look(replace(listing, find=lambda *_: page), session)
        except Refused as refusal:
            error, month = refusal.sentence, rules.month("", today=asked.today)
    this = rules.month("", today=asked.today)
    months = sorted({month, *(rules.moved(this, by) for by in range(-BACK, AHEAD + 1))}, reverse=True)
    page_text = render_template(
        "broadcasts/console/brand_month.html",
        shown=shown,
        found=found,
        brand=brand,
        error=error,
        month=texts.month(month),
        last=texts.month(rules.moved(month, -1)),
        given=rules.written(month),
        earlier=rules.written(rules.moved(month, -1)),
        later=rules.written(rules.moved(month, 1)) if month < rules.moved(this, AHEAD) else "",
        months=[(rules.written(each), texts.month(each)) for each in months],
        bars=(bars := _bars(found) if found else []),
        bar_rows=[(name, said) for name, _, said, _ in bars],
        most=max([1.0, *(each.now.completion or 0 for each in found.lines)]) if found else 1.0,
        chart=_chart(found, "片区" if brand else "品牌") if found else None,
        is_part=not asked.visitor.is_company_wide,
        is_manager=asked.visitor.role is Role.MANAGER,
    )
    return page_text, 422 if error else 200


def _bars(found: BrandMonths) -> list[tuple[str, float, str, str]]:
    """Return the bars of 品牌完成率, the fullest first; those without a target have none."""
    known = [(line, line.now.completion) for line in found.lines if line.now.completion is not None]
    known.sort(key=lambda each: (-each[1], each[0].name))
    few = [(line.name, share, line.now) for line, share in known[:FEW]]
    return [(name, share, f"{share:.1%}（{now.sold_of_target:,} / {now.target:,}）", "c1") for name, share, now in few]


def _chart(found: BrandMonths, heading: str) -> Chart | None:
    """Return the chart of what shops did, by those where most was opened; None where nothing was sent."""
    lines: Sequence[MonthLine] = sorted(
        (line for line in found.lines if line.now.pushes), key=lambda each: (-(each.now.opened or 0), each.name)
    )[:FEW]
    if not lines:
        return None
    names = tuple(line.name for line in lines)
    sums = [line.now for line in lines]
    total = found.total.now
    said = f"打开 {total.opened:,} 家，提问 {total.asked:,} 家，行动 {total.acted:,} 家。"
    series = (
        Series("打开（可知）", tuple(each.opened for each in sums)),
        Series("提问", tuple(each.asked for each in sums)),
        Series("行动", tuple(each.acted for each in sums)),
    )
    return Chart(ChartKind.HISTOGRAM, "did", said, heading, names, series)
