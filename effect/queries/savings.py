"""Savings of a month, each as it is worked out: what features spared, and what its messages would have cost as paid
text messages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from effect.queries import costs
from effect.queries.month import MeasureMonth
from effect.rules import figures, months, prices
from effect.rules.groups import COMPANY, FactGroup
from effect.texts import costs as texts
from wechat_bot.measure import Measure

#: Name of what the text messages would have cost, among the measures that programs read.
SMS = "saved_sms"


@dataclass(frozen=True, slots=True)
class SavedLine:
    """Line of what was saved: the yuan, of how many times a price, and how it is worked out; a dash where nothing was
    sent, or nobody has set the price."""

    label: str
    yuan: float | None = None
    of: int | None = None
    said: str = "—"


def lines(session: Session, month: int, group: FactGroup, found: Sequence[MeasureMonth]) -> list[SavedLine]:
    """Return what a group of shops saved in a month; nothing where nothing was measured."""
    saved = [
        SavedLine(each.measure.label, each.fact.n, each.fact.of, figures.worked_out(each.measure, each.fact))
        for each in found
        if each.measure.is_money and each.fact
    ]
    if group != COMPANY:
        return saved
    sms, _ = text_messages(session, month, group)
    return [*saved, sms] if saved or sms.yuan is not None else []


def text_messages(session: Session, month: int, group: FactGroup) -> tuple[SavedLine, SavedLine]:
    """Return what the messages of a month would have cost as text messages, and those of the month before: as the page
    of costs counts them, which knows only the company's."""
    counted = {each.month: each for each in costs.lines(session, month, 2)} if group == COMPANY else {}
    now, before = (_of_texts(counted.get(each)) for each in (month, months.before(month)))
    return now, before


def _of_texts(line: costs.CostLine | None) -> SavedLine:
    if line is None or line.price is None or line.yuan is None or not line.messages:
        return SavedLine(texts.SMS)
    said = texts.saved(line.messages, prices.written(line.price.mills), line.yuan)
    return SavedLine(texts.SMS, line.yuan, line.messages, said)


def to_json(now: SavedLine, before: SavedLine) -> dict[str, Any]:
    """Return a saving as plain JSON values, beside the measures of its month."""
    return {"n": now.yuan, "of": now.of, "share": None, "before": before.yuan, "paper": None}


def of_company_only(measures: Sequence[Measure]) -> str:
    """Return the sentence that says which savings are the company's only."""
    return texts.of_company_only([each.label for each in measures if each.is_money and each.is_of_company])
