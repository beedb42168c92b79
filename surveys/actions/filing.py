"""The clock files what was handed in: into the cross-tabs, and its words into the search. The submit waits for none."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

from sqlalchemy import case, delete, func, insert, select, text, update
from sqlalchemy.orm import Session

from people.models import Area, Retailer
from surveys import frozen
from surveys.models import Cross, Submission, Survey, Words
from surveys.rules import crossing
from surveys.rules.crossing import By, Count
from surveys.rules.definition import Definition

SOME = 1000
#: Rows of one INSERT: a statement has a limited number of parameters.
AT_ONCE = 150


def file_some(session: Session) -> int:
    """File the next submissions; gives how many were looked at. What somebody works on just now waits for next time."""
    manager = func.coalesce(Retailer.manager_id, Area.manager_id)
    rows = session.execute(
        select(
            Submission.id,
            Submission.survey_id,
            Submission.version_id,
            Submission.area_id,
            Submission.class_id,
            Submission.answers,
            Submission.is_valid,
            manager.label("manager_id"),
        )
        .outerjoin(Retailer, Retailer.id == Submission.retailer_id)
        .outerjoin(Area, Area.id == Retailer.area_id)
        .where(text("not submission.is_filed"))
        .order_by(Submission.id)
        .limit(SOME)
        .with_for_update(of=Submission, skip_locked=True)
    ).all()
    # Shared with other filers, and not with a recount.
    free = set(
        session.scalars(
            select(Survey.id)
            .where(Survey.id.in_({row.survey_id for row in rows}))
            .with_for_update(read=True, skip_locked=True)
        )
    )
    mine = [row for row in rows if row.survey_id in free]
    counts: dict[int, Counter[Count]] = {}
    found: list[dict[str, Any]] = []
    definitions = _definitions(session, free)
    for row in mine:
        if not row.is_valid:
            continue
        definition = definitions[row.version_id]
        counts.setdefault(row.survey_id, Counter()).update(
            crossing.counts(definition, row.answers, members(row.area_id, row.class_id, row.manager_id))
        )
        found += [
            {"survey_id": row.survey_id, "question": question, "submission_id": row.id, "said": said}
            for question, said in crossing.words(definition, row.answers)
        ]
    for survey_id in sorted(counts):
        add(session, survey_id, counts[survey_id])
    if found:
        session.execute(insert(Words), found)
    if mine:
        of_whom = {row.id: row.manager_id for row in mine if row.manager_id is not None}
        filed = update(Submission).where(Submission.id.in_([row.id for row in mine]))
        values: dict[str, Any] = {"is_filed": True}
        if of_whom:
            values["manager_id"] = case(of_whom, value=Submission.id)
        session.execute(filed.values(values).execution_options(synchronize_session=False))
    return len(mine)


def take_back(session: Session, submission: Any, definition: Definition) -> None:
    """A submission that was filed is set aside: out of the cross-tabs and the search it goes."""
    of_whom = members(submission.area_id, submission.class_id, submission.manager_id)
    taken = Counter(crossing.counts(definition, submission.answers, of_whom))
    add(session, submission.survey_id, {key: -count for key, count in taken.items()})
    session.execute(delete(Words).where(Words.survey_id == submission.survey_id, Words.submission_id == submission.id))


def members(area_id: int, class_id: int, manager_id: int | None) -> dict[By, int | None]:
    """Under what a submission is counted."""
    return {By.AREA: area_id, By.CLASS: class_id, By.MANAGER: manager_id}


def add(session: Session, survey_id: int, counts: Mapping[Count, int]) -> None:
    """Add to the cross-tabs, in the order of the keys, so that two filers never wait for each other in a circle."""
    keys = sorted(counts)
    for start in range(0, len(keys), AT_ONCE):
        some = keys[start : start + AT_ONCE]
        values: dict[str, Any] = {"survey": survey_id}
        for n, key in enumerate(some):
            question, by, member, option = key
            values |= {f"q{n}": question, f"b{n}": str(by), f"m{n}": member, f"o{n}": option, f"c{n}": counts[key]}
        listed = ", ".join(f"(:survey, :q{n}, :b{n}, :m{n}, :o{n}, :c{n})" for n in range(len(some)))
        session.execute(
            text(
                f"INSERT INTO cross_tally (survey_id, question, by, member_id, option, count) VALUES {listed}"  # noqa: S608 - only our own names
                " ON CONFLICT (survey_id, question, by, member_id, option)"
                " DO UPDATE SET count = cross_tally.count + excluded.count"
            ),
            values,
        )


def kept(session: Session, survey_id: int) -> dict[Count, int]:
    """The cross-tabs of a survey as they are kept."""
    rows = session.execute(
        select(Cross.question, Cross.by, Cross.member_id, Cross.option, Cross.count).where(Cross.survey_id == survey_id)
    )
    return {(row[0], By(row[1]), row[2], row[3]): row[4] for row in rows}


def _definitions(session: Session, survey_ids: set[int]) -> dict[int, Definition]:
    return {
        version.id: version.definition for survey_id in survey_ids for version in frozen.of_survey(session, survey_id)
    }
