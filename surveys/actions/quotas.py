"""Quotas (名额): places are taken and given back in the transaction of the answer, one statement each."""

from collections import Counter
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, TextClause, delete, false, insert, select, text, update
from sqlalchemy.orm import Session

from foundation.errors import Refused
from people.models import Area, Retailer, ShopClass
from surveys.models import Quota, Submission, Survey
from surveys.queries import version_cache
from surveys.rules import quotas, tally
from surveys.rules.definition import Definition
from surveys.texts import quotas as quota_texts


class Full(Refused):
    """A place was wanted where none is left; `keys` are the full quotas."""

    def __init__(self, keys: Sequence[tally.Key]) -> None:
        self.keys = frozenset(keys)
        super().__init__(quota_texts.FULL)


def take(session: Session, survey_id: int, keys: Sequence[tally.Key]) -> None:
    """Take a place in the quota of each of these keys, where it has one.

    One statement counts and returns the count: nothing is read first. Of two who want the last place the second waits
    for the first, then counts one too many and gets Full; its caller undoes that by rolling back. Call it after
    `counting.add`: there the answers to a survey queue up already, and no second order of locks is needed here.
    """
    rows = session.execute(_change(len(keys), 1), _parameters(survey_id, keys)).all()
    full = [(row.question, row.option) for row in rows if row.count > row.most]
    if full:
        raise Full(full)


def give_back(session: Session, survey_id: int, keys: Sequence[tally.Key]) -> None:
    """Give back the places of an answer that was set aside."""
    session.execute(_change(len(keys), -1), _parameters(survey_id, keys)).all()


def has_place(session: Session, survey_id: int) -> list[ColumnElement[bool]]:
    """Return conditions on `Retailer`: shops that no quota of the survey, an area or a class excludes."""
    full = session.execute(
        select(Quota.question, Quota.option).where(Quota.survey_id == survey_id, Quota.count >= Quota.most)
    ).all()
    conditions: list[ColumnElement[bool]] = []
    for question, option in full:
        if (question, option) == quotas.TOTAL:
            conditions.append(false())
        elif question in (quotas.AREA, quotas.CLASS):
            column = Retailer.area_id if question == quotas.AREA else Retailer.class_id
            conditions.append(column != int(option))
    return conditions


def is_full(session: Session, survey_id: int) -> bool:
    """Whether the quota of the whole survey has no place left."""
    whole = select(Quota.count).where(*_is(survey_id, *quotas.TOTAL), Quota.count >= Quota.most)
    return session.scalar(whole) is not None


def set_up(session: Session, survey: Survey, definition: Definition) -> None:
    """Put the quotas of a definition in force; new ones are counted from the existing answers.

    The caller holds the survey's counters, so that nobody hands in meanwhile. Raises Refused where a name is not the
    name of an area or a class.
    """
    wanted = _wanted(session, definition)
    kept: dict[tally.Key, int] = {
        (row.question, row.option): row.most
        for row in session.execute(select(Quota.question, Quota.option, Quota.most).where(Quota.survey_id == survey.id))
    }
    for question, option in sorted(kept.keys() - wanted.keys()):
        session.execute(delete(Quota).where(*_is(survey.id, question, option)))
    for key in sorted(kept.keys() & wanted.keys()):
        if kept[key] != wanted[key]:
            session.execute(update(Quota).where(*_is(survey.id, *key)).values(most=wanted[key]))
    new = sorted(wanted.keys() - kept.keys())
    if new:
        counts = _count(session, survey.id)
        session.execute(
            insert(Quota),
            [
                {
                    "survey_id": survey.id,
                    "question": key[0],
                    "option": key[1],
                    "most": wanted[key],
                    "count": counts[key],
                }
                for key in new
            ],
        )


def put_right(session: Session, survey_id: int, counted: Mapping[tally.Key, int]) -> dict[tally.Key, tuple[int, int]]:
    """Correct the counts of the quotas to the recounted ones; gives {key: (kept, counted)} where they differed."""
    found: dict[tally.Key, tuple[int, int]] = {}
    rows = session.execute(
        select(Quota.question, Quota.option, Quota.count).where(Quota.survey_id == survey_id).order_by(*_ORDER)
    ).all()
    for question, option, count in rows:
        right = counted.get((question, option), 0)
        if count != right:
            session.execute(update(Quota).where(*_is(survey_id, question, option)).values(count=right))
            found[question, f"{option} 名额"] = (count, right)
    return found


_ORDER = (Quota.question, Quota.option)


def _wanted(session: Session, definition: Definition) -> dict[tally.Key, int]:
    wanted = quotas.options(definition)
    if definition.limit is not None:
        wanted[quotas.TOTAL] = definition.limit
    named: tuple[tuple[str, Any, str, Mapping[str, int]], ...] = (
        (quotas.AREA, Area, "片区", definition.area_limits),
        (quotas.CLASS, ShopClass, "客户类型", definition.class_limits),
    )
    for kind, model, word, limits in named:
        if not limits:
            continue
        ids = {name: each for each, name in session.execute(select(model.id, model.name).where(model.name.in_(limits)))}
        unknown = [name for name in limits if name not in ids]
        if unknown:
            raise Refused(f"名额里的{word}没有：{'、'.join(unknown[:5])}。请回去改好再发布。")
        wanted |= {(kind, str(ids[name])): most for name, most in limits.items()}
    return wanted


def _count(session: Session, survey_id: int) -> Counter[tally.Key]:
    """Count what each quota would stand at had it existed from the start; reads the answers as a stream."""
    counted: Counter[tally.Key] = Counter()
    definitions = {version.id: version.definition for version in version_cache.of_survey(session, survey_id)}
    rows = session.execute(
        select(Submission.version_id, Submission.answers, Submission.area_id, Submission.class_id)
        .where(Submission.survey_id == survey_id, Submission.is_valid)
        .execution_options(yield_per=1000)
    )
    for version_id, answers, area_id, class_id in rows:
        counted.update(quotas.keys(definitions[version_id], answers, area_id=area_id, class_id=class_id))
    return counted


def _is(survey_id: int, question: str, option: str) -> tuple[Any, ...]:
    return Quota.survey_id == survey_id, Quota.question == question, Quota.option == option


def _parameters(survey_id: int, keys: Sequence[tally.Key]) -> dict[str, int | str]:
    values: dict[str, int | str] = {"survey": survey_id}
    for n, (question, option) in enumerate(keys):
        values |= {f"q{n}": question, f"o{n}": option}
    return values


@lru_cache(maxsize=256)
def _change(keys: int, by: int) -> TextClause:
    listed = " OR ".join(f"(question = :q{n} AND option = :o{n})" for n in range(keys))
    return text(
        f"UPDATE quota SET count = count + ({by}) WHERE survey_id = :survey AND ({listed})"  # noqa: S608 - only our own names
        " RETURNING question, option, count, most"
    )
