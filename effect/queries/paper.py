"""Paper figures as they were set, with those the company began with."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from effect.models.months import PaperFigure
from effect.rules.paper import FIRST, Paper


@dataclass(frozen=True, slots=True)
class PaperEntry:
    """Paper figure of a measure, from a month on; None for the one at the beginning."""

    measure: str
    paper: Paper
    from_on: date | None = None
    set_by: str = ""


def lines(session: Session) -> Sequence[PaperEntry]:
    """Return all paper figures by measure, the newest of each in front."""
    rows = session.scalars(select(PaperFigure).order_by(PaperFigure.measure, PaperFigure.from_on.desc()))
    found = [
        PaperEntry(each.measure, Paper(each.said, each.source, each.n, each.of), each.from_on, each.set_by)
        for each in rows
    ]
    found += [PaperEntry(measure, paper) for measure, paper in FIRST.items()]
    return sorted(found, key=lambda each: each.measure)


def kept(session: Session) -> Mapping[str, str]:
    """Return what is kept, in words: for the stamp of a form."""
    return {
        f"{each.measure} {each.from_on:%Y-%m}": f"{each.paper.said} {each.paper.n} {each.paper.of} {each.paper.source}"
        for each in lines(session)
        if each.from_on
    }
