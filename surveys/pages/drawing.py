"""Drawing of results: the cards of the result page, in the order and kind that its address says."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from console.charts import PERCENT, Chart, ChartKind, Series, Shade, Shape, figure
from questions.question import OTHER, QuestionType
from surveys.rules import scales
from surveys.rules.returns import NO_WAVE, returns

#: How options can be ordered and drawn, as the address has it and in words; the first is meant where it says nothing.
ORDERS = {"given": "题目顺序", "size": "从多到少"}
BARS, PARTS, COLUMNS = "bars", "parts", "columns"
KINDS = {BARS: "横条", PARTS: "一条", COLUMNS: "柱形"}
Address = Callable[[Mapping[str, str], str], str]


@dataclass(frozen=True, slots=True)
class ViewChoice:
    """One way to show a question: its word, its address, and whether it is the present one."""

    word: str
    href: str
    is_present: bool


@dataclass(frozen=True, slots=True)
class ResultCard:
    """Card of a question: its figures as `queries.tally` gives them, and how they are shown."""

    entry: Mapping[str, Any]
    #: The name of its card on the page.
    name: str
    kind: str
    #: Its options in the order chosen, each with the shade of its bar.
    options: tuple[tuple[Mapping[str, Any], Shade], ...] = ()
    is_scale: bool = False
    #: The good answers of a scale together: their labels, and the share.
    good: tuple[str, float] | None = None
    chart: Chart | None = None
    orders: tuple[ViewChoice, ...] = ()
    kinds: tuple[ViewChoice, ...] = ()


def result_cards(entries: list[dict[str, Any]], given: Mapping[str, str], address: Address) -> tuple[ResultCard, ...]:
    """Return the cards of all questions. `address` gives that of the page with these values, at a card."""
    return tuple(_card(entry, given, address) for entry in entries)


def _card(entry: Mapping[str, Any], given: Mapping[str, str], address: Address) -> ResultCard:
    name, options, kind = f"ask-{entry['code']}", entry.get("options") or [], QuestionType(entry["type"])
    if not options:
        return ResultCard(entry, name, COLUMNS, chart=_histogram(entry, name))
    labels = [option["label"] for option in options]
    scale = scales.shades(kind, labels)
    orders = [] if scale else list(ORDERS if kind is QuestionType.SINGLE else reversed(ORDERS))
    kinds = _kinds(kind)
    order = _chosen(given, f"order_{entry['code']}", orders)
    drawn = _chosen(given, f"as_{entry['code']}", kinds)
    shades = scale or (scales.distinct(kind, labels) if drawn == PARTS else (Shade.BEST,) * len(labels))
    shaded = list(zip(options, shades, strict=True))
    if order == "size":
        # 其他 is no name among the others: it stays behind them.
        shaded.sort(key=lambda each: (each[0]["code"] == OTHER, -(each[0]["count"] or 0)))
    return ResultCard(
        entry,
        name,
        drawn,
        tuple(shaded),
        is_scale=scale is not None,
        good=_good(kind, options, scale),
        chart=_columns(entry, name, shaded) if drawn == COLUMNS else None,
        orders=_choices(f"order_{entry['code']}", name, orders, order, ORDERS, given, address),
        kinds=_choices(f"as_{entry['code']}", name, kinds, drawn, KINDS, given, address),
    )


def _kinds(kind: QuestionType) -> list[str]:
    if kind is QuestionType.NPS:
        return [PARTS, COLUMNS]
    if kind is QuestionType.RATING:
        return [COLUMNS, BARS]
    return [BARS, PARTS, COLUMNS] if kind is QuestionType.SINGLE else [BARS, COLUMNS]


def _chosen(given: Mapping[str, str], name: str, offered: list[str]) -> str:
    return given[name] if given.get(name) in offered else offered[0] if offered else ""


def _choices(
    field: str,
    card: str,
    offered: list[str],
    chosen: str,
    words: Mapping[str, str],
    given: Mapping[str, str],
    address: Address,
) -> tuple[ViewChoice, ...]:
    if len(offered) < 2:
        return ()
    return tuple(
        ViewChoice(words[each], address({**given, field: each}, f"{card}-card"), each == chosen)
        for each in words
        if each in offered
    )


def _good(
    kind: QuestionType, options: list[dict[str, Any]], scale: tuple[Shade, ...] | None
) -> tuple[str, float] | None:
    """Return the good answers of a scale of words, as 满意 together with 非常满意."""
    if scale is None or kind is not QuestionType.SINGLE:
        return None
    good = [option for option, shade in zip(options, scale, strict=True) if shade in (Shade.BEST, Shade.GOOD)]
    if len(good) < 2 or any(option["share"] is None for option in good):
        return None
    return "和".join(option["label"] for option in good), sum(option["share"] for option in good)


def _columns(entry: Mapping[str, Any], name: str, shaded: list[tuple[dict[str, Any], Shade]]) -> Chart:
    labels = tuple(f"{option['label']} 分" if _is_points(entry) else option["label"] for option, _ in shaded)
    texts = tuple(f"{figure(option['count'])}\n{figure(option['share'], PERCENT)}" for option, _ in shaded)
    said = "，".join(f"{label} {figure(option['count'])} 人" for label, (option, _) in zip(labels, shaded, strict=True))
    shades = tuple(shade for _, shade in shaded)
    counts = Series("人数", tuple(option["count"] for option, _ in shaded), shades=shades, texts=texts)
    return Chart(ChartKind.HISTOGRAM, name, f"{entry['text']} {said}。", "选项", labels, (counts,))


def _is_points(entry: Mapping[str, Any]) -> bool:
    return entry["type"] in (QuestionType.RATING, QuestionType.NPS)


def _histogram(entry: Mapping[str, Any], name: str) -> Chart | None:
    bins = entry.get("bins")
    if not bins:
        return None
    said = "，".join(f"{each['label']} {figure(each['count'])} 人" for each in bins)
    counts = Series("人数", tuple(each["count"] for each in bins))
    labels = tuple(each["label"] for each in bins)
    return Chart(ChartKind.HISTOGRAM, name, f"{entry['text']} {said}。", "数值", labels, (counts,))


def curve(figures: Mapping[str, Any], *, until: date) -> Chart | None:
    """Return the chart of returns by day and invitation with the rate so far; None before the first sheet, or for a
    visitor whose part is not counted by days."""
    if figures["is_part"]:
        return None
    found = returns(figures["days"], figures["sent"], until=until)
    if found is None:
        return None
    by_number = sorted(found.by_wave.items(), key=lambda each: (each[0] == NO_WAVE, each[0]))
    waves = [Series(f"{_wave(wave, figures['anonymous'])} {sum(counts):,}", counts) for wave, counts in by_number]
    so_far = Series("累计回收率", found.cumulative, Shape.LINE, Shade.INK, PERCENT)
    labels = tuple(f"{day.month}/{day.day}{' 起' if found.is_weekly else ''}" for day in found.begins)
    step = "周" if found.is_weekly else "天"
    said = f"每{step}回收的答卷：{'，'.join(f'{each.name} 份' for each in waves)}。"
    if found.cumulative[-1] is not None:
        said += f"累计回收率 {figure(found.cumulative[-1], PERCENT)}。"
    heading = "周（从这天起）" if found.is_weekly else "日期"
    return Chart(ChartKind.TIME, "returns", said, heading, labels, (*waves, so_far), is_stacked=True)


def _wave(number: int, is_anonymous: bool) -> str:
    if is_anonymous:
        return "回收"
    return f"第 {number} 次邀请" if number != NO_WAVE else "自己打开"
