"""Filing of submissions: the clock adds them to the cross-tabs and their words to the search, so that no submit waits
for it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Row, case, delete, func, insert, select, text, update
from sqlalchemy.orm import Session

from foundation.dialects import count_many
from foundation.text import folded
from people.models import Area, Retailer
from surveys.models import Cross, PairTally, SheetKeys, Submission, Survey, Words
from surveys.queries import version_cache
from surveys.rules import crossing, sheet_keys, tally
from surveys.rules.crossing import Count, CrossedBy, Pair
from surveys.rules.definition import Definition

BATCH = 1000
#: The key columns of the counters besides the survey, with their types.
CROSSED = {"question": "text", "by": "text", "member_id": "integer", "option": "text"}
PAIRED = {"question": "text", "other": "text", "option": "text", "other_option": "text"}


def file_some(session: Session) -> int:
    """File the next submissions; gives how many were looked at. One locked by another transaction is left for the next
    run."""
    rows = _unfiled(session)
    # Other filing jobs may share this lock, a recount may not.
    free = set(
        session.scalars(
            select(Survey.id)
            .where(Survey.id.in_({row.survey_id for row in rows}))
            .with_for_update(read=True, skip_locked=True)
        )
    )
    mine = [row for row in rows if row.survey_id in free]
    definitions = _definitions(session, free)
    read = [(row, definitions[row.version_id]) for row in mine]
    valid = [(row, definition) for row, definition in read if row.is_valid]
    _count(session, valid)
    _keep_words(session, valid)
    _index(session, read)
    if mine:
        _mark_filed(session, mine)
    return len(mine)


def _unfiled(session: Session) -> Sequence[Row[Any]]:
    # Handed in before the manager was stored with it: it gets today's.
    manager = func.coalesce(Submission.manager_id, Retailer.manager_id, Area.manager_id)
    return session.execute(
        select(
            Submission.id,
            Submission.survey_id,
            Submission.version_id,
            Submission.area_id,
            Submission.class_id,
            Submission.answers,
            Submission.is_valid,
            Submission.wave,
            Submission.photos,
            manager.label("manager_id"),
        )
        .outerjoin(Retailer, Retailer.id == Submission.retailer_id)
        .outerjoin(Area, Area.id == Retailer.area_id)
        .where(text("not submission.is_filed"))
        .order_by(Submission.id)
        .limit(BATCH)
        .with_for_update(of=Submission, skip_locked=True)
    ).all()


def _count(session: Session, submissions: Sequence[tuple[Row[Any], Definition]]) -> None:
    """Add the submissions to their surveys' cross-tabs."""
    sums: dict[int, Sums] = {}
    for row, definition in submissions:
        of_whom = members(row.area_id, row.class_id, row.manager_id)
        sums.setdefault(row.survey_id, Sums()).count(definition, tally.counts(definition, row.answers), of_whom)
    for survey_id in sorted(sums):
        sums[survey_id].add_to(session, survey_id)


def _keep_words(session: Session, submissions: Sequence[tuple[Any, Definition]]) -> None:
    """Keep what was written in own words."""
    found = [
        {
            "survey_id": row.survey_id,
            "question": question,
            "submission_id": row.id,
            "said": said,
            "folded": folded(said),
        }
        for row, definition in submissions
        for question, said in crossing.words(definition, row.answers)
    ]
    if found:
        session.execute(insert(Words), found)


def _index(session: Session, submissions: Sequence[tuple[Row[Any], Definition]]) -> None:
    """Keep the keys by which sheets are searched."""
    keys = [(row, sheet_keys.keys(definition, row, with_words=row.is_valid)) for row, definition in submissions]
    index = [{"submission_id": row.id, "keys": found} for row, found in keys if found]
    if index:
        session.execute(insert(SheetKeys), index)


def _mark_filed(session: Session, rows: Sequence[Row[Any]]) -> None:
    managers = {row.id: row.manager_id for row in rows if row.manager_id is not None}
    values: dict[str, Any] = {"is_filed": True}
    if managers:
        values["manager_id"] = case(managers, value=Submission.id)
    session.execute(update(Submission).where(Submission.id.in_([row.id for row in rows])).values(values))


def take_back(session: Session, submission: Any, definition: Definition) -> None:
    """Remove a filed submission that is set aside from the cross-tabs, and its words from the search."""
    Sums().less(_sums(submission, definition)).add_to(session, submission.survey_id)
    session.execute(delete(Words).where(Words.survey_id == submission.survey_id, Words.submission_id == submission.id))
    _index_again(session, submission, definition, with_words=False)


def put_back(session: Session, submission: Any, definition: Definition) -> None:
    """Add a filed submission that is restored to the cross-tabs again, and its words to the search."""
    _sums(submission, definition).add_to(session, submission.survey_id)
    _keep_words(session, [(submission, definition)])
    _index_again(session, submission, definition, with_words=True)


def _sums(submission: Any, definition: Definition) -> Sums:
    found = Sums()
    of_whom = members(submission.area_id, submission.class_id, submission.manager_id)
    found.count(definition, tally.counts(definition, submission.answers), of_whom)
    return found


def _index_again(session: Session, submission: Any, definition: Definition, *, with_words: bool) -> None:
    keys = sheet_keys.keys(definition, submission, with_words=with_words)
    session.execute(update(SheetKeys).where(SheetKeys.submission_id == submission.id).values(keys=keys))


def members(area_id: int, class_id: int, manager_id: int | None) -> dict[CrossedBy, int | None]:
    """Return the area, class and manager a submission is counted under."""
    return {CrossedBy.AREA: area_id, CrossedBy.CLASS: class_id, CrossedBy.MANAGER: manager_id}


@dataclass
class Sums:
    """Sums that some submissions of a survey add to its cross-tabs: by area, class and manager, and by one another."""

    crossed: Counter[Count] = field(default_factory=Counter)
    paired: Counter[Pair] = field(default_factory=Counter)

    def count(self, definition: Definition, chosen: tally.Counts, of_whom: Mapping[CrossedBy, int | None]) -> None:
        """Add a submission (its `tally.counts`)."""
        codes = crossing.crossed(definition)
        self.crossed.update(crossing.counts(chosen, codes, of_whom))
        self.paired.update(crossing.pairs(chosen, codes))

    def less(self, others: Sums) -> Sums:
        """Return the difference from other sums; negative where these are smaller."""
        crossed, paired = self.crossed.copy(), self.paired.copy()
        crossed.subtract(others.crossed)
        paired.subtract(others.paired)
        return Sums(
            Counter({key: count for key, count in crossed.items() if count}),
            Counter({pair: count for pair, count in paired.items() if count and pair[0][0] != pair[1][0]}),
        )

    def add_to(self, session: Session, survey_id: int) -> None:
        """Add to the survey's counters in the order of their keys, so that two filing jobs never deadlock."""
        crossed = [
            (question, str(by), member, option, count)
            for (question, by, member, option), count in sorted(self.crossed.items())
            if count
        ]
        paired = [
            (question, other, option, other_option, count)
            for ((question, option), (other, other_option)), count in self.paired.items()
            if count and question != other
        ]
        count_many(session, "cross_tally", {"survey_id": survey_id}, CROSSED, crossed)
        count_many(session, "pair_tally", {"survey_id": survey_id}, PAIRED, sorted(paired))


def kept(session: Session, survey_id: int) -> Sums:
    """Return the stored cross-tabs of a survey."""
    crossed = session.execute(
        select(Cross.question, Cross.by, Cross.member_id, Cross.option, Cross.count).where(Cross.survey_id == survey_id)
    )
    paired = session.execute(
        select(PairTally.question, PairTally.option, PairTally.other, PairTally.other_option, PairTally.count).where(
            PairTally.survey_id == survey_id
        )
    )
    return Sums(
        Counter({(row[0], CrossedBy(row[1]), row[2], row[3]): row[4] for row in crossed}),
        Counter({((row[0], row[1]), (row[2], row[3])): row[4] for row in paired}),
    )


def _definitions(session: Session, survey_ids: set[int]) -> dict[int, Definition]:
    return {
        version.id: version.definition
        for survey_id in survey_ids
        for version in version_cache.of_survey(session, survey_id)
    }
