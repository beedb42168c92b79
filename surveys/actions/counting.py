"""Tally: counters changed in the transaction that changes what they count, and recounted from the raw answers."""

from collections import Counter
from collections.abc import Mapping
from functools import lru_cache
from zoneinfo import ZoneInfo

from sqlalchemy import TextClause, func, select, text
from sqlalchemy.orm import Session

from campaigns import tally as campaign_tally
from console import drafting
from foundation.clock import day_in
from surveys.actions import filing, quotas
from surveys.models import Participation, Submission, Tally
from surveys.queries import version_cache
from surveys.queries.version_cache import WORKS
from surveys.rules import quotas as of_quotas
from surveys.rules import returns, tally, waves

SENT, REACHED, OPENED = ("", "sent"), ("", "reached"), ("", "opened")
RETURNED, VALID = ("", "returned"), ("", "valid")
TOTALS = (SENT, REACHED, OPENED, RETURNED, VALID)
Key = tally.Key


def add(session: Session, survey_id: int, increments: Mapping[Key, int]) -> None:
    """Add to a survey's counters, in one statement.

    In the order of their keys, so that two submits at once never deadlock.
    """
    if not increments:
        return
    values: dict[str, int | str] = {"survey": survey_id}
    for n, ((question, option), count) in enumerate(sorted(increments.items())):
        values |= {f"q{n}": question, f"o{n}": option, f"c{n}": count}
    session.execute(_upsert(len(increments)), values)


@lru_cache(maxsize=256)
def _upsert(rows: int) -> TextClause:
    # Written as text, because SQLAlchemy compiles an INSERT of many rows afresh each time: ten times the database's own
    # cost.
    values = ", ".join(f"(:survey, :q{n}, :o{n}, :c{n})" for n in range(rows))
    return text(
        f"INSERT INTO tally (survey_id, question, option, count) VALUES {values}"  # noqa: S608 - only our own names
        " ON CONFLICT (survey_id, question, option) DO UPDATE SET count = tally.count + excluded.count"
    )


def hold(session: Session, survey_id: int) -> None:
    """Keep everybody from handing in until the transaction ends.

    A submit changes these rows after it has inserted its submission: a committed one is both in the submissions we read
    and in the counters, and one that is not adds itself to the counters when we are done.
    """
    session.execute(
        select(Tally.option)
        .where(Tally.survey_id == survey_id, Tally.question == "")
        .order_by(Tally.option)
        .with_for_update()
    ).all()


def recount(session: Session, survey_id: int, *, zone: ZoneInfo) -> dict[Key, tuple[int, int]]:
    """Recount a survey from its raw submissions and correct the tally; gives {key: (kept, counted)} where they
    differed.

    Reads the submissions as a stream, in constant memory. Raises Refused where there is no such survey.
    """
    drafting.locked(session, WORKS, survey_id)  # the filing job waits for this lock
    # Locked first, in the order in which a submit does.
    of_waves = campaign_tally.recount(session, waves.KINDS, survey_id)
    hold(session, survey_id)
    counted, sums, placed = _count(session, survey_id, zone)
    kept: dict[Key, int] = {
        (question, option): count
        for question, option, count in session.execute(
            select(Tally.question, Tally.option, Tally.count).where(Tally.survey_id == survey_id)
        )
    }
    differences = {
        key: (kept.get(key, 0), counted.get(key, 0))
        for key in sorted({*kept, *counted})
        if kept.get(key, 0) != counted.get(key, 0)
    }
    add(session, survey_id, {key: right - wrong for key, (wrong, right) in differences.items()})
    was = filing.kept(session, survey_id)
    missing = sums.less(was)
    missing.add_to(session, survey_id)
    for (question, by, member, option), count in sorted(missing.crossed.items()):
        before = was.crossed[question, by, member, option]
        differences[question, f"{by} {member} {option}"] = (before, before + count)
    for pair, count in sorted(missing.paired.items()):
        (question, option), (other, other_option) = pair
        before = was.paired[pair]
        differences[question, f"{option} {other} {other_option}"] = (before, before + count)
    for (campaign, area, key), found in sorted(of_waves.items()):
        differences["", f"campaign {campaign} area {area} {key}"] = found
    return differences | quotas.put_right(session, survey_id, placed)


def _count(session: Session, survey_id: int, zone: ZoneInfo) -> tuple[Counter[Key], filing.Sums, Counter[Key]]:
    definitions = {version.id: version.definition for version in version_cache.of_survey(session, survey_id)}
    counted: Counter[Key] = Counter()
    sums = filing.Sums()
    placed: Counter[Key] = Counter()
    rows = session.execute(
        select(
            Submission.version_id,
            Submission.answers,
            Submission.is_valid,
            Submission.is_filed,
            Submission.area_id,
            Submission.class_id,
            Submission.manager_id,
            Submission.submitted_at,
            Submission.wave,
        )
        .where(Submission.survey_id == survey_id, Submission.superseded == 0)
        .execution_options(yield_per=1000)
    )
    for version_id, answers, is_valid, is_filed, *of_whom, submitted_at, wave in rows:
        counted[RETURNED] += 1
        counted[returns.key(day_in(submitted_at, zone), wave)] += 1
        if is_valid:
            counted[VALID] += 1
            chosen = tally.counts(definitions[version_id], answers)
            counted.update(chosen)
            area_id, class_id, _ = of_whom
            placed.update(of_quotas.keys(definitions[version_id], answers, area_id=area_id, class_id=class_id))
            if is_filed:
                sums.count(definitions[version_id], chosen, filing.members(*of_whom))
    flags = (Participation.is_reached, Participation.is_opened)
    listed = select(func.count(), *(func.count().filter(flag) for flag in flags))
    figures = session.execute(listed.where(Participation.survey_id == survey_id)).one()
    counted.update(dict(zip((SENT, REACHED, OPENED), figures, strict=True)))
    return counted, sums, placed
