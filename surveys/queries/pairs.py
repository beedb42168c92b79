"""Cross-tab of one question by another, read from its counters."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from surveys.models import Cross, PairTally
from surveys.queries.crossing import row_of
from surveys.rules import pairing
from surveys.rules.crossing import CrossedBy, CrossTab
from surveys.rules.pairing import Counts, codes_of, labels_of
from surveys.rules.tally import ANSWERED


def cross(
    session: Session, survey_id: int, entry: Mapping[str, Any], other: Mapping[str, Any], *, is_anonymous: bool
) -> CrossTab:
    """Return the cross-tab of a question (an entry of the figures as shown) by the options of another.

    Reads as many counters as the table has cells, however many answered. For a question with several answers a sheet
    counts in each chosen row. Only for visitors who see the whole company: the counters are not divided by area.

    Of an anonymous survey, cells that show too much are hidden (`rules.pairing`).
    """
    counts = _counts(session, survey_id, other["code"], entry["code"])
    filed = _filed(session, survey_id, entry["code"])
    both, options, n = counts.get((ANSWERED, ANSWERED), 0), codes_of(entry), entry["n"] or 0
    if is_anonymous:
        shown = pairing.disclosed(counts, entry, other)
        rows = [row_of(entry, label, cells, size) for label, size, cells in shown]
        is_partly = not rows or any(cell.count is None for row in rows for cell in row.cells)
        return CrossTab(tuple(rows), filed, n, is_partly)
    if not both:
        return CrossTab((), filed, n, False)
    rows = [
        row_of(entry, label, _cells(counts, code, options), counts.get((code, ANSWERED), 0))
        for code, label in zip(codes_of(other), labels_of(other), strict=True)
    ]
    return CrossTab(tuple(rows), filed, n, False, row_of(entry, "合计", _cells(counts, ANSWERED, options), both))


def _counts(session: Session, survey_id: int, one: str, other: str) -> dict[tuple[str, str], int]:
    """Return how many chose each option of the one and of the other, by both."""
    first, second = sorted((one, other))
    rows = session.execute(
        select(PairTally.option, PairTally.other_option, PairTally.count).where(
            PairTally.survey_id == survey_id, PairTally.question == first, PairTally.other == second
        )
    )
    is_swapped = first != one
    return {(b, a) if is_swapped else (a, b): count for a, b, count in rows}


def _filed(session: Session, survey_id: int, code: str) -> int:
    """Count the answered sheets that are in the cross-tabs by now: every sheet has a class."""
    rows = select(func.sum(Cross.count)).where(
        Cross.survey_id == survey_id, Cross.question == code, Cross.by == CrossedBy.CLASS, Cross.option == ANSWERED
    )
    return int(session.scalar(rows) or 0)


def _cells(counts: Counts, code: str, options: Sequence[str]) -> list[int]:
    return [counts.get((code, option), 0) for option in options]
