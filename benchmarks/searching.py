"""A closer look at a survey with a million answer sheets: a cross-tab, words to search, a wave's list, the sheets.

Against the same with a thousand where a ratio means something, and in milliseconds where the search has to read.
"""

import statistics
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace
from typing import Any

from sqlalchemy import insert, text, update
from sqlalchemy.orm import Session

from benchmarks import harness, town
from campaigns import waves
from config.app import FEATURES
from console.rules.visitors import Role, Visitor
from foundation.database import Database
from foundation.paging import FIRST, Cursor, written
from foundation.text import folded, grams
from migrations import schema
from people.models import CLASSES, Manager, Retailer
from surveys.actions import filing
from surveys.actions.waves import KINDS
from surveys.queries import crossing, pairs, sheets, unanswered, words
from surveys.queries.sheets import SheetFilter
from surveys.queries.tally import tally
from surveys.rules import crossing as crossed
from surveys.rules import sheet_keys
from surveys.rules.crossing import CrossedBy
from surveys.rules.definition import Definition

FEW, MANY = 1_000, 1_000_000
QUESTIONS = 10
READS = 15
LIMIT = 1.5
#: So many different texts, told apart by a number behind them.
TEXTS = 3000
#: One sheet in so many was brought by a wave, has a photo, is void.
RARE = 1000
#: A manager with so many shops of their own, whose sheets are the oldest.
OWNER, OWN = 101, 300
AT = datetime.now(UTC)
PARTLY = {
    f"sheets, {what}"
    for what in (
        "of an area",
        "an option, an area and a class",
        "of a wave, 1 in 1,000",
        "with a photo, 1 in 1,000",
        "with a photo and an option",
        "void, 1 in 1,000",
    )
}
_NUMBERS = "WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < :count) "


def run() -> None:
    """Measure, and print."""
    rows = []
    with harness.stores() as stores:
        for name, url in stores.items():
            database = Database(url)
            few, many, filed = _fill(database)
            for what, look in _looks().items():
                small, large = _time(database, look, few), _time(database, look, many)
                # Where a thousand sheets do not fill a page the ratio means nothing.
                said = "-" if what in PARTLY else harness.verdict(large / small, LIMIT)
                rows.append([name, what, f"{large / small:.2f}", said, f"{1000 * small:.1f}", f"{1000 * large:.1f}"])
            rows.append([name, "filing, sheets a second", "-", "-", "-", f"{filed:,.0f}"])
            database.dispose()
    harness.table(
        f"A closer look: {MANY:,} sheets against {FEW:,}",
        ["database", "what", "ratio", "limit", f"ms at {FEW:,}", f"ms at {MANY:,}"],
        rows,
    )


def _looks() -> dict[str, Callable[[Any, int], Any]]:
    visitor, today = Visitor(1, "admin", Role.ADMIN), datetime.now(UTC).date()

    def said(search: str) -> Callable[[Any, int], Any]:
        return lambda session, survey: words.said(
            session, visitor, survey, "q1", search, is_anonymous=False, today=today
        )

    return {
        "cross-tab": lambda session, survey: crossing.cross(
            session, visitor, survey, tally(session, survey)["questions"][0], CrossedBy.AREA, is_anonymous=False
        ),
        "a wave's list": lambda session, survey: waves.invited(
            session, visitor, waves.lines(session, KINDS, survey)[0].campaign_id, today=today
        ),
        "the waves": lambda session, survey: waves.lines(session, KINDS, survey),
        "words, newest": said(""),
        "words, frequent": said("送货"),
        "words, rare": said("价格牌"),
        "words, none": said("没有的话"),
        "words, none, of common parts": said("都送货晚挺"),
        "one question by another": lambda session, survey: _paired(session, survey),
        **{f"sheets, {what}": look for what, look in _sheets(visitor, today).items()},
    }


def _sheets(admin: Visitor, today: date) -> dict[str, Callable[[Any, int], Any]]:
    """The list of sheets by each kind of filter, and who has not answered."""
    manager = Visitor(2, "own", Role.MANAGER, manager_id=OWNER)

    def listed(narrowed: SheetFilter, who: Visitor = admin, place: str = "") -> Callable[[Any, int], Any]:
        def look(session: Session, survey: int) -> None:
            cursor = Cursor(place.format(at=written((AT,)), id=survey * 10_000_000 + 500)) if place else FIRST
            sheets.page(session, who, survey, narrowed, is_anonymous=False, today=today, cursor=cursor)

        return look

    return {
        "newest": listed(SheetFilter()),
        "far back": listed(SheetFilter(), place="{at}.{id}"),
        "of an area": listed(SheetFilter(area_id=7)),
        "with an option": listed(SheetFilter(question="q1", is_scale=True, options=(1,))),
        "an option, an area and a class": listed(
            SheetFilter(question="q1", is_scale=True, options=(1, 2), area_id=7, class_id=2)
        ),
        "of a wave, 1 in 1,000": listed(SheetFilter(wave=1)),
        "of a wave and an area, none": listed(SheetFilter(wave=1, area_id=9)),
        "with a photo, 1 in 1,000": listed(SheetFilter(has_photo=True)),
        "with a photo and an option": listed(
            SheetFilter(has_photo=True, question="q1", is_scale=True, options=(1, 2, 3))
        ),
        "void, 1 in 1,000": listed(SheetFilter(state=sheets.VOID)),
        "of a day without any": listed(SheetFilter(begins_at=AT + timedelta(days=1))),
        "of a shop, by name": listed(SheetFilter(search="便利店99")),
        "of a manager's shops": listed(SheetFilter(), manager),
        "of a manager's shops, with an option": listed(
            SheetFilter(question="q1", is_scale=True, options=(1,)), manager
        ),
        "not answered": lambda session, survey: unanswered.page(session, survey, []),
        "not answered, of an area": lambda session, survey: unanswered.page(session, survey, [Retailer.area_id == 9]),
        "not answered, of a wave": lambda session, survey: unanswered.page(session, survey, [], wave=1),
    }


def _paired(session: Session, survey_id: int) -> None:
    first, second, *_ = tally(session, survey_id)["questions"]
    if not pairs.cross(session, survey_id, first, second, is_anonymous=False).rows:
        raise AssertionError("no pairs")


def _write(session: Session, survey_id: int, definition: Definition, count: int) -> None:
    """What so many sheets say to a question, and whose they are, as `filing` keeps it."""
    session.execute(text("DROP TABLE IF EXISTS written"))
    session.execute(text("CREATE TEMPORARY TABLE written (n INTEGER PRIMARY KEY, said TEXT, folded TEXT, keys TEXT)"))
    texts = []
    for n in range(TEXTS):
        said = f"{'送货时间太晚' if n % 3 == 0 else '价格牌坏了' if n % 1000 == 1 else '都挺好的'}{n % 1000}"
        keys = " ".join({*crossed.keys(survey_id, "q1", grams(said)), *_facets(survey_id, definition, n)})
        texts.append({"n": n, "said": said, "folded": folded(said), "keys": keys})
    session.execute(text("INSERT INTO written VALUES (:n, :said, :folded, :keys)"), texts)
    given = {"survey": survey_id, "first": survey_id * 10_000_000, "count": count}
    on_postgresql = session.get_bind().dialect.name == "postgresql"
    keys = "string_to_array(keys, ' ')" if on_postgresql else "keys"
    for statement in (
        "DELETE FROM sheet_keys WHERE submission_id BETWEEN :first AND :first + :count",
        "DELETE FROM words WHERE survey_id = :survey",
        f"{_NUMBERS}INSERT INTO words (survey_id, question, submission_id, said, folded) "
        f"SELECT :survey, 'q1', :first + numbers.n, said, folded FROM numbers "
        f"JOIN written ON written.n = numbers.n % {TEXTS}",
        f"{_NUMBERS}INSERT INTO sheet_keys (submission_id, keys) SELECT :first + numbers.n, {keys} FROM numbers "
        f"JOIN written ON written.n = numbers.n % {TEXTS}",
    ):
        session.execute(text(statement), {name: each for name, each in given.items() if f":{name}" in statement})


def _facets(survey_id: int, definition: Definition, n: int) -> list[str]:
    """The search keys of the n-th sheet but for its words; `TEXTS` is a multiple of all that repeats."""
    answers = town.stored(definition, range(len(definition.questions)), n % town.TEMPLATES)
    area_id, class_id = n % town.AREAS + 1, n % len(CLASSES) + 1
    few = {"wave": 1 if n % RARE == 7 else None, "photos": int(n % RARE == 9)}
    whose = {"survey_id": survey_id, "area_id": area_id, "class_id": class_id, "manager_id": area_id}
    return sheet_keys.keys(definition, SimpleNamespace(**whose, **few, answers=answers), with_words=False)


def _time(database: Database, look: Callable[[Any, int], Any], survey_id: int) -> float:
    """Seconds of one look, transaction included: the median after a first that warms up."""
    times = []
    for _ in range(READS + 1):
        begun = time.perf_counter()
        with database.reading() as session:
            look(session, survey_id)
        times.append(time.perf_counter() - begun)
    return statistics.median(times[1:])


def _fill(database: Database) -> tuple[int, int, float]:
    """Two surveys of identified shops in one database, with words, cross-tabs and a wave; and how fast it is filed."""
    schema.upgrade(database, FEATURES)
    now = AT
    ids, filed, at = [], 0.0, "TEXT" if database.is_sqlite else "TIMESTAMP"
    with database.transaction() as session:
        town.settle(session, now=now)
        town.shops(session, MANY, now=now)
        session.execute(insert(Manager), [{"id": OWNER, "name": "自有", "phone": "13800000101"}])
        session.execute(update(Retailer).where(Retailer.id <= OWN).values(manager_id=OWNER))
    for count in (FEW, MANY):
        definition = town.written(QUESTIONS)
        with database.transaction() as session:
            survey = town.publish(session, definition, now=now)
            town.hand_in(session, survey, definition, count, now=now)
            ids.append(survey.id)
        if count == FEW:
            begun = time.perf_counter()
            with database.transaction() as session:
                filed = filing.file_some(session) / (time.perf_counter() - begun)
        with database.transaction() as session:
            _write(session, survey.id, definition, count)
            given = {"survey": survey.id, "count": count, "first": survey.id * 10_000_000, "now": now}
            for statement in (
                "UPDATE submission SET is_filed = true, manager_id = area_id, "
                f"wave = CASE WHEN id % {RARE} = 7 THEN 1 END, photos = CASE WHEN id % {RARE} = 9 THEN 1 ELSE 0 END, "
                f"voided_at = CASE WHEN id % {RARE} = 11 THEN CAST(:at AS {at}) END WHERE survey_id = :survey",
                "INSERT INTO participation (survey_id, retailer_id, asked_at, is_submitted, answers, misread) "
                f"{_NUMBERS}SELECT :survey, n, :at, n % 4 <> 0, '{{}}', 0 FROM numbers",
                "DELETE FROM pair_tally WHERE survey_id = :survey",
                "INSERT INTO pair_tally (survey_id, question, other, option, other_option, count) "
                "SELECT :survey, a.question, b.question, a.option, b.option, a.count / 6 FROM tally a, tally b WHERE "
                "a.survey_id = :survey AND b.survey_id = :survey AND a.question <> '' AND a.question < b.question",
                "DELETE FROM cross_tally WHERE survey_id = :survey",
                "INSERT INTO cross_tally (survey_id, question, by, member_id, option, count) "
                "SELECT :survey, question, 'area', area.id, option, count / 40 FROM tally, area "
                "WHERE tally.survey_id = :survey AND question <> ''",
                "INSERT INTO campaign (kind, reference, number, about, said, due_at, state, created_at, created_by) "
                "VALUES ('survey', :survey, 1, '', '', :at, 'sent', :at, '')",
                f"{_NUMBERS}INSERT INTO campaign_recipient "
                "(campaign_id, retailer_id, area_id, outcome, is_opened, acted_at) SELECT "
                "(SELECT id FROM campaign WHERE reference = :survey), n, 1, 'custom', true, "
                "CASE WHEN n % 3 = 0 THEN CAST(:at AS TIMESTAMP) END FROM numbers",
            ):
                names = {name: value for name, value in given.items() if f":{name}" in statement}
                if ":at" in statement:
                    names["at"] = now.strftime("%Y-%m-%d %H:%M:%S.000000") if database.is_sqlite else now
                session.execute(text(statement), names)
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("ANALYZE" if database.is_sqlite else "VACUUM ANALYZE"))
    return ids[0], ids[1], filed
