"""Figures of effect as people read them: in a table, in a sentence, in a picture of twelve months."""

from __future__ import annotations

from collections.abc import Sequence

from effect.rules.changes import is_share
from wechat_bot.measure import Fact, Measure

#: Width and height of a line of twelve months.
WIDTH, HEIGHT = 100, 24


def shown(measure: Measure, fact: Fact | None) -> str:
    """Return a fact as people read it: the share, or the number with its unit; a dash where nothing was measured.

    >>> learnt = Measure("l", "学完", None, unit="家")
    >>> within = Measure("w", "24 小时内答复", None, unit="条", of="留言")
    >>> shown(learnt, Fact(1284)), shown(within, Fact(890, 1000)), shown(within, Fact(0, 0)), shown(learnt, None)
    ('1,284 家', '89.0%', '—', '—')
    >>> shown(Measure("m", "上课", None, unit="元", of="家"), Fact(38520, 1284))
    '¥38,520'
    """
    if fact is None:
        return "—"
    if is_share(measure):
        return "—" if fact.share is None else f"{fact.share:.1%}"
    return f"¥{fact.n:,}" if measure.is_money else f"{fact.n:,} {measure.unit}".strip()


def parts(measure: Measure, fact: Fact | None) -> str:
    """Return what a share is made of; empty for a number.

    >>> parts(Measure("w", "24 小时内答复", None, unit="条", of="留言"), Fact(890, 1000))
    '890 / 1,000 条'
    >>> parts(Measure("s", "测评得分", None, unit="份", of="满分", per=10_000), Fact(875_000, 1_000_000))
    '100 份'
    """
    if fact is None or not is_share(measure) or not fact.of:
        return ""
    if measure.per > 1:
        return f"{fact.of // measure.per:,} {measure.unit}"
    return f"{fact.n:,} / {fact.of:,} {measure.unit}".strip()


def with_parts(measure: Measure, fact: Fact | None) -> str:
    """Return a fact with what a share is made of.

    >>> with_parts(Measure("w", "24 小时内答复", None, unit="条", of="留言"), Fact(890, 1000))
    '89.0%（890 / 1,000 条）'
    """
    made_of = parts(measure, fact)
    return f"{shown(measure, fact)}（{made_of}）" if made_of else shown(measure, fact)


def value(measure: Measure, fact: Fact | None) -> float | None:
    """Return what a chart draws of a fact: the share from 0 to 1, or the number; None where nothing was measured."""
    if fact is None:
        return None
    return fact.share if is_share(measure) else float(fact.n)


def worked_out(measure: Measure, fact: Fact) -> str:
    """Return how a saving is worked out.

    >>> saved = Measure("m", "上课", None, unit="元", of="家")
    >>> worked_out(saved, Fact(38520, 1284)), worked_out(saved, Fact(4000, 110)), worked_out(saved, Fact(0, 0))
    ('1,284 家 × ¥30 = ¥38,520', '110 家，共 ¥4,000', '¥0')
    """
    if not fact.of:
        return f"¥{fact.n:,}"
    if fact.n % fact.of:  # at more than one price
        return f"{fact.of:,} {measure.of}，共 ¥{fact.n:,}"
    return f"{fact.of:,} {measure.of} × ¥{fact.n // fact.of:,} = ¥{fact.n:,}"


def yuan(amount: float) -> str:
    """Return an amount of money.

    >>> yuan(41820), yuan(41877.78)
    ('¥41,820', '¥41,877.78')
    """
    return f"¥{amount:,.2f}".removesuffix(".00")


def line(values: Sequence[float | None]) -> tuple[list[str], tuple[float, float] | None]:
    """Return a line of months as points of a picture, in pieces where months lie between that were not measured; and
    the place of the last month, where that was.

    >>> line([None, 2, 4, None, 3, 3])
    (['20.0,20.0 40.0,4.0', '80.0,12.0 100.0,12.0'], (100.0, 12.0))
    >>> line([None, None]), line([5, 5])[0]
    (([], None), ['0.0,12.0 100.0,12.0'])
    """
    known = [each for each in values if each is not None]
    if not known:
        return [], None
    least, span = min(known), max(known) - min(known)
    step = WIDTH / max(len(values) - 1, 1)
    pieces: list[list[str]] = [[]]
    last = None
    for place, each in enumerate(values):
        if each is None:
            pieces.append([])
            last = None
            continue
        last = (round(place * step, 1), round(HEIGHT - 4 - (HEIGHT - 8) * (each - least) / span, 1) if span else 12.0)
        pieces[-1].append(f"{last[0]},{last[1]}")
    return [" ".join(each) for each in pieces if len(each) > 1], last
