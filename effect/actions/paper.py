"""Paper figures: set from a month on, so that the months before keep theirs."""

from datetime import date, datetime

from sqlalchemy.orm import Session

from effect.models.months import PaperFigure
from effect.rules.paper import Paper
from foundation.database import upsert
from foundation.errors import Refused

LONGEST_SAID, LONGEST_SOURCE, MOST = 60, 120, 1_000_000_000


def put(session: Session, measure: str, from_on: date, paper: Paper, *, who: str, today: date, now: datetime) -> None:
    """Set what a measure was on paper, from a month on. Raises Refused for a month that is over, and for a figure that
    says nothing or not where it is from."""
    if from_on < today.replace(day=1):
        raise Refused("过去的月份按当时的数，不能再改：请从这个月或以后的月份起。")
    if not paper.said and paper.n is None:
        raise Refused("请写纸面上是怎样的，或写上数到的数。")
    if not paper.source:
        raise Refused("请写这个数是从哪里来的。")
    if len(paper.said) > LONGEST_SAID or len(paper.source) > LONGEST_SOURCE:
        raise Refused(f"纸面的话最多 {LONGEST_SAID} 字，来源最多 {LONGEST_SOURCE} 字。")
    if any(each is not None and not 0 <= each <= MOST for each in (paper.n, paper.of)):
        raise Refused(f"数是 0 到 {MOST:,}。")
    if paper.of is not None and (paper.n is None or paper.of < paper.n):
        raise Refused("总数不能比数少；只有总数没有数的，请把总数也空着。")
    values = {
        "said": paper.said,
        "source": paper.source,
        "n": paper.n,
        "of": paper.of,
        "set_by": who[:40],
        "set_at": now,
    }
    put = upsert(session, PaperFigure).values(measure=measure, from_on=from_on.replace(day=1), **values)
    session.execute(put.on_conflict_do_update(index_elements=["measure", "from_on"], set_=values))
