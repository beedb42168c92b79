"""Chart values: figures over an axis, from which a page draws a picture and writes the table beside it.

A view builds a `Chart`, and the page gives it to `charts.draw` of `templates/console/charts.html`: the table is written
by the server, and `static/charts.js` draws the same values. A plain share or ranking needs no axis and none of this: it
is `charts.bars`, `charts.parted` or `charts.ring` of the same template.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

#: Unit of shares: values from 0 to 1, shown as percentages.
PERCENT = "%"


class Shade(StrEnum):
    """Colour of figures, by its name in `console.css`: good to bad are blue, pale blue, grey, orange, red."""

    BEST = "c1"
    GOOD = "c-2"
    MIDDLE = "c-0"
    POOR = "c-4"
    WORST = "c-5"
    BEFORE = "c-before"
    INK = "ink"
    #: Names that are neither good nor bad, where there are many.
    SIXTH = "c-6"
    SEVENTH = "c-7"
    EIGHTH = "c-8"
    NINTH = "c-9"
    TENTH = "c-10"


#: Shades of series in their order, where a series has none of its own: all but the ink, which is for single lines.
SHADES = tuple(each for each in Shade if each is not Shade.INK)


class ChartKind(StrEnum):
    """Kind of a chart: over time; columns side by side; weekday by hour; rows parted by shares."""

    TIME = "time"
    HISTOGRAM = "histogram"
    HEAT = "heat"
    SHARES = "shares"


class Shape(StrEnum):
    """How a series over time is drawn. A backdrop is pale columns behind a line: how much its rate is a rate of."""

    COLUMN = "column"
    LINE = "line"
    BACKDROP = "backdrop"


@dataclass(frozen=True, slots=True)
class Series:
    """Series of figures, one for each label of the chart; None where nothing was measured, which is not 0."""

    name: str
    values: tuple[float | None, ...]
    shape: Shape = Shape.COLUMN
    shade: Shade | None = None
    #: What the values are of: "" counts, `PERCENT`, or a word such as 小时.
    unit: str = ""
    #: Whether the figures stand on the columns.
    is_labelled: bool = False
    #: A shade for each value, for a scale from good to bad.
    shades: tuple[Shade, ...] = ()
    #: What stands on each column in place of its figure.
    texts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Target:
    """Line across a chart that figures are held against: a promise, with its word (承诺 95%)."""

    value: float
    word: str


@dataclass(frozen=True, slots=True)
class Chart:
    """Chart of one or more series over the same labels.

    >>> chart = Chart(ChartKind.TIME, "week", "留言一周 3 条。", "日期", ("周一", "周二"), (Series("留言", (3, None)),))
    >>> chart.rows
    [('周一', ['3']), ('周二', ['—'])]
    """

    kind: ChartKind
    #: Name of the chart, one of its own on its page.
    name: str
    #: The sentence a person hears in place of the picture.
    said: str
    #: What the labels are, over their column in the table.
    heading: str
    labels: tuple[str, ...]
    series: tuple[Series, ...]
    target: Target | None = None
    #: Whether columns of one label stand on one another.
    is_stacked: bool = False

    @property
    def legend(self) -> list[tuple[str, Shade]]:
        """The names of the columns with their shades; none where there is only one."""
        columns = [(each.name, shade) for each, shade in self._shaded() if each.shape is Shape.COLUMN]
        return columns if len(columns) > 1 and self.kind is not ChartKind.HEAT else []

    @property
    def rows(self) -> list[tuple[str, list[str]]]:
        """The table: each label with its figures as people read them."""
        return [
            (label, [figure(each.values[place], each.unit) for each in self.series])
            for place, label in enumerate(self.labels)
        ]

    @property
    def drawn(self) -> dict[str, Any]:
        """The values for `static/charts.js`."""
        series = [
            {
                "name": each.name,
                "values": each.values,
                "shape": each.shape,
                "shade": shade,
                "unit": each.unit,
                "labelled": each.is_labelled,
                "shades": each.shades,
                "texts": each.texts,
            }
            for each, shade in self._shaded()
        ]
        target = {"value": self.target.value, "word": self.target.word} if self.target else None
        return {
            "kind": self.kind,
            "labels": self.labels,
            "series": series,
            "target": target,
            "stacked": self.is_stacked,
        }

    def _shaded(self) -> list[tuple[Series, Shade]]:
        told_apart = [each for each in self.series if each.shape is not Shape.BACKDROP]
        shades = {each.name: SHADES[place % len(SHADES)] for place, each in enumerate(told_apart)}
        return [(each, each.shade or shades.get(each.name, Shade.MIDDLE)) for each in self.series]


def figure(value: float | None, unit: str = "") -> str:
    """A figure as people read it.

    >>> figure(1234), figure(0.9463, PERCENT), figure(3.25, "小时"), figure(None)
    ('1,234', '94.6%', '3.2', '—')
    """
    if value is None:
        return "—"
    if unit == PERCENT:
        return f"{value:.1%}"
    return f"{value:,.0f}" if float(value).is_integer() else f"{value:,.1f}"
