"""List of the costs of messages by month, for its page and its file."""

from collections.abc import Callable
from typing import Any

from console.lists.listing import Asked, Column, Listing
from effect.permissions import COSTS_SEE
from effect.queries import costs as queries
from effect.queries.costs import CostLine
from effect.queries.measures import MEASURES
from effect.rules import months, prices
from foundation.paging import Count, Cursor, Page
from foundation.workbooks.writing import TwoDecimals

#: Months that are shown.
BACK = 12


def month_of(asked: Asked) -> int:
    """Return the month an address asks for, or the one that runs. Raises Refused for what is no month."""
    current = months.current(asked.now, asked.services.zone)
    given = asked.given.get("month", "")
    return min(months.read(given), current) if given else current


def _find(asked: Asked, cursor: Cursor, limit: int) -> Page[CostLine]:
    lines = queries.lines(asked.session, month_of(asked), BACK)
    return Page(tuple(lines), counted=Count(len(lines)))


def _sent(name: str, label: str) -> Column[CostLine]:
    return Column(name, label, lambda line: line.sent[name], is_number=True, on_phone=label)


def _quota(read: Callable[[Any], int]) -> Callable[[CostLine], int | None]:
    return lambda line: read(line.quota) if line.quota else None


COSTS: Listing[CostLine] = Listing(
    name="effect.costs",
    title="发消息的费用",
    see=COSTS_SEE,
    unit="个月",
    size=BACK,
    keeps=("month",),
    means=lambda asked: asked.given.get("month", ""),
    columns=(
        Column("month", "月份", lambda line: months.written(line.month), style="lead text-nowrap", width=10),
        *(_sent(each.name, each.label) for each in MEASURES),
        Column("messages", "一共", lambda line: line.messages, is_number=True, on_phone="一共"),
        Column(
            "price",
            "短信一条（元）",
            lambda line: prices.written(line.price.mills) if line.price else None,
            is_number=True,
            on_phone="短信一条（元）",
        ),
        Column(
            "yuan",
            "发短信要（元）",
            lambda line: line.yuan,
            shows=lambda asked, line: "—" if line.yuan is None else f"{line.yuan:,.2f}",
            in_file=lambda line: None if line.yuan is None else TwoDecimals(line.yuan),
            is_number=True,
            on_phone="发短信要（元）",
        ),
        Column("used", "群发用掉", _quota(lambda quota: quota.used), is_number=True, on_phone="群发用掉"),
        Column("left", "群发没用掉", _quota(lambda quota: quota.left), is_number=True, on_phone="群发没用掉"),
        Column("people", "还有群发的人", _quota(lambda quota: quota.with_some_left), is_number=True, is_shown=False),
    ),
    find=_find,
    nothing=("还没有统计", "第一个月统计出来以后，会列在这里。"),
    export=COSTS_SEE,
    did="effect.costs.export",
)
