"""Charts of the report page: weeks against all together, when requests come, and the shares of its lines."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from console.charts import PERCENT, Chart, ChartKind, Series, Shape, Target
from foundation.calendar import WEEKDAYS
from visits.queries.over_time import HourFigures
from visits.rules.figures import ReportRow

#: Bars shown unless everybody is asked for.
FEW = 8
#: Hours shown even where nothing came in them.
USUAL_HOURS = (8, 18)


@dataclass(frozen=True, slots=True)
class Shares:
    """Shares of promises kept, the lowest first, against the share of all together."""

    #: Name, share, what is said of it, and the shade of its bar.
    rows: Sequence[tuple[str, float, str, str]]
    mark: float | None
    #: How many more there are than are shown.
    left: int
    few: int = FEW


@dataclass(frozen=True, slots=True)
class Heat:
    """Chart of when requests come, of one category (by its key as text) or of all."""

    chart: Chart
    chosen: str
    #: The busiest hour in words; empty where nothing came.
    busiest: str


def shares(lines: Sequence[ReportRow], total: ReportRow, *, everybody: bool) -> Shares:
    """Return the bars of a report's lines: those with a promise, and those below all together in another shade."""
    known = [(line, line.kept_share) for line in lines if line.kept_share is not None]
    known.sort(key=lambda each: (each[1], -each[0].promised))
    shown = known if everybody else known[:FEW]
    mark = total.kept_share
    rows = [
        (
            line.name or "已删除",
            share,
            f"{share:.1%}（{line.kept:,} / {line.promised:,}）",
            "c-4" if mark is not None and share < mark else "c1",
        )
        for line, share in shown
    ]
    return Shares(rows, mark, len(known) - len(shown))


def weeks(found: Sequence[tuple[date, ReportRow | None]]) -> Chart | None:
    """Return the chart of twelve weeks; None where only one of them has requests, for that is no course."""
    if sum(1 for _, line in found if line) < 2:
        return None
    kept = sum(line.kept for _, line in found if line)
    promised = sum(line.promised for _, line in found if line)
    told = [(f"{on.month}/{on.day}", line.kept_share if line else None) for on, line in found]
    known = [(name, share) for name, share in told if share is not None]
    said = f"最近一周（{known[-1][0]} 起）{known[-1][1]:.1%}。" if known else "还没有到期的承诺。"
    return Chart(
        ChartKind.TIME,
        "weeks",
        f"近 {len(found)} 周按承诺时限答复的占比，{said}",
        "从这天起的一周",
        tuple(name for name, _ in told),
        (
            Series("留言", tuple(line.requests if line else 0 for _, line in found), Shape.BACKDROP, is_labelled=True),
            Series("按承诺时限答复", tuple(share for _, share in told), Shape.LINE, unit=PERCENT),
        ),
        target=Target(kept / promised, f"平均 {kept / promised:.1%}") if promised else None,
    )


def heat(figures: HourFigures, chosen: str) -> Heat:
    """Return the chart of weekday by hour, of the chosen category where it is among those of the span."""
    keys = {str(each.key or 0): each.key for each in figures.categories}
    wanted = [keys[chosen]] if chosen in keys else list(keys.values())
    counts = {
        (weekday, hour): sum(figures.counts[key, weekday, hour] for key in wanted)
        for weekday in range(len(WEEKDAYS))
        for hour in range(24)
    }
    busy = [hour for (_, hour), number in counts.items() if number]
    hours = range(min([*busy, USUAL_HOURS[0]]), max([*busy, USUAL_HOURS[1]]) + 1)
    (weekday, hour), most = max(counts.items(), key=lambda each: each[1])
    busiest = f"{WEEKDAYS[weekday]} {hour} 点最多，{most:,} 条。" if most else ""
    chart = Chart(
        ChartKind.HEAT,
        "heat",
        f"留言在一周里什么时候来：{busiest or '这段时间没有留言。'}",
        "钟点",
        tuple(f"{each} 点" for each in hours),
        tuple(Series(name, tuple(counts[day, each] for each in hours)) for day, name in enumerate(WEEKDAYS)),
    )
    return Heat(chart, chosen if chosen in keys else "", busiest)
