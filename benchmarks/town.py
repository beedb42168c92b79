"""A made-up town to measure in: areas, managers, shops whose keepers follow, and surveys of any length."""

import json
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, insert, text
from sqlalchemy.orm import Session

from config.app import FEATURES
from foundation.database import Moment
from foundation.text import grams
from people.models import CLASSES, Area, Manager, Retailer, ShopClass
from surveys.actions import authoring, counting
from surveys.models import Survey
from surveys.rules import returns, review, tally
from surveys.rules.definition import Definition
from wechat_bot.models import Follower

AREAS = 40
#: Rows of one INSERT: a statement has a limited number of parameters.
BATCH = 5000
_KINDS = ("single", "rating", "single", "multiple", "nps")
_LABELS = ("非常满意", "比较满意", "一般", "不太满意", "很不满意")


def settle(session: Session, openids: Sequence[str] = (), *, now: datetime) -> None:
    """Areas, managers and classes, and for each openid a shop bound to it and its follower."""
    session.execute(
        insert(Manager), [{"id": n, "name": f"经理{n}", "phone": f"139{n:08d}"} for n in range(1, AREAS + 1)]
    )
    session.execute(insert(Area), [{"id": n, "name": f"片区{n}", "manager_id": n} for n in range(1, AREAS + 1)])
    session.execute(insert(ShopClass), [{"id": n, "name": name} for n, name in enumerate(CLASSES, start=1)])
    until = now + timedelta(hours=40)
    for start in range(0, len(openids), BATCH):
        part = list(enumerate(openids[start : start + BATCH], start=start + 1))
        session.execute(
            insert(Retailer),
            [
                {
                    "id": n,
                    "licence": f"{350800000000 + n}",
                    "shop": f"新罗便利店{n}",
                    "keeper": f"王{n % 997}",
                    "phone": f"138{n:08d}",
                    "address": f"新罗区第 {n % 311} 街 {n % 97} 号",
                    "area_id": n % AREAS + 1,
                    "class_id": n % len(CLASSES) + 1,
                    "openid": openid,
                    "bound_at": now,
                    "bind_token": f"token{n}",
                    "updated_at": now,
                }
                for n, openid in part
            ],
        )
        session.execute(
            insert(Follower),
            [
                {
                    "openid": openid,
                    "followed_at": now - timedelta(days=30),
                    "heard_at": now - timedelta(hours=8),
                    "message_until": until,
                    "message_left": 5,
                    "event_left": 0,
                    "has_held": False,
                }
                for _, openid in part
            ],
        )


def written(questions: int, *, anonymous: bool = False, number: bool = False) -> Definition:
    """A survey: choices of one and of several, ratings, NPS, in turn; the last asks for a number where wished."""
    asked: list[dict[str, Any]] = []
    for n in range(1, questions + 1):
        kind = _KINDS[n % len(_KINDS)]
        question: dict[str, Any] = {"code": f"q{n}", "type": kind, "text": f"第{n}个方面,您觉得我们做得怎么样?"}
        if kind in ("single", "multiple"):
            question["options"] = list(_LABELS)
        asked.append(question)
    if number:
        asked[-1] = {"code": f"q{questions}", "type": "number", "text": "每天大约有多少位顾客?", "min": 0, "max": 9999}
    return review.read({"title": "客户满意度调查", "anonymous": anonymous, "questions": asked}, timezone=UTC)


def publish(session: Session, definition: Definition, *, now: datetime) -> Survey:
    """Keep a survey and publish it to every shop there is."""
    survey = authoring.load(session, definition, now=now)
    criteria = {criterion.name: criterion for feature in FEATURES for criterion in feature.criteria}
    authoring.publish(session, survey.id, criteria=criteria, now=now)
    return survey


def said(definition: Definition, number: int, pick: int) -> str:
    """What somebody replies to the question of this number (from 0)."""
    kind = definition.questions[number].type.value
    return f"{pick % 2 + 1} {pick % 3 + 3}" if kind == "multiple" else str(pick % 5 + 1)


def stored(definition: Definition, numbers: Iterable[int], pick: int) -> dict[str, Any]:
    """The same replies as they are stored."""
    answers: dict[str, Any] = {}
    for number in numbers:
        question = definition.questions[number]
        choice = (pick + number * 7) % 1009
        match question.type.value:
            case "single":
                answers[question.code] = {"o": choice % 5 + 1}
            case "multiple":
                answers[question.code] = {"o": [choice % 2 + 1, choice % 3 + 3]}
            case "number":
                answers[question.code] = {"v": str(choice % 400)}
            case _:
                answers[question.code] = {"v": choice % 5 + 1}
    return answers


# Shops and answer sheets by the hundred thousand, made inside the database

TEMPLATES = 50
NUMBERS = "WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < :count) "
#: Many small values and a long tail, some hundreds in all: what people answer to "how many customers a day".
_VALUE = "CAST((numbers.n % 997) * (numbers.n % 1013) / 1700 AS {text})"


def shops(session: Session, count: int, *, now: datetime, openid: str = "NULL") -> None:
    """So many shops, each bound to what the expression `openid` says of its number `n`; by default to nobody."""
    shop, keeper = "新罗便利店", "王"
    # The words `foundation.text.grams` makes of the names, made inside the database.
    words = [*(f"'{word}'" for word in grams(shop, keeper)), f"'{shop[-1]}' || substr(n, 1, 1)"]
    for text_of, length in (("CAST(n AS VARCHAR)", 7), ("CAST(n % 997 AS VARCHAR)", 3)):
        words += [f"substr({text_of}, {place}, {size})" for place in range(1, length + 1) for size in (1, 2, 3)]
    words.append(f"'{keeper}' || substr(CAST(n % 997 AS VARCHAR), 1, 1)")
    on_postgresql = session.get_bind().dialect.name == "postgresql"
    made = f"ARRAY[{', '.join(words)}]" if on_postgresql else " || ' ' || ".join(words)
    made = made.replace("substr(n,", "substr(CAST(n AS VARCHAR),")
    if on_postgresql:
        # Made anew behind the rows: filled row by row it takes most of the time.
        session.execute(text("SET LOCAL maintenance_work_mem = '512MB'"))
        session.execute(text("DROP INDEX ix_retailer_grams"))
    session.execute(
        text(
            f"{NUMBERS} INSERT INTO retailer (licence, shop, keeper, phone, address, area_id, class_id, bind_token, "
            f"updated_at, openid, grams, names) SELECT CAST(350800000000 + n AS VARCHAR), '{shop}' || n, "
            # In brackets: SQLite joins texts before it divides.
            f"'{keeper}' || (n % 997), '138' || (10000000 + n), '新罗区第' || (n % 311) || '街', "
            f"n % {AREAS} + 1, n % {len(CLASSES)} + 1, "
            f"'token' || n, :now, {openid}, {made}, '{shop}' || n || '\n{keeper}' || (n % 997) FROM numbers"
        ).bindparams(bindparam("now", type_=Moment())),
        {"count": count, "now": now},
    )
    if on_postgresql:
        session.execute(text("CREATE INDEX ix_retailer_grams ON retailer USING gin (grams)"))


def hand_in(session: Session, survey: Survey, definition: Definition, count: int, *, now: datetime) -> None:
    """So many finished sheets, with the tally that counts them; of an identified survey from the first shops on.

    The answers repeat after `TEMPLATES` sheets, but for those to a number question.
    """
    on_postgresql = session.get_bind().dialect.name == "postgresql"
    numbers = [question.code for question in definition.questions if question.type.value == "number"]
    sheets = [stored(definition, range(len(definition.questions)), pick) for pick in range(TEMPLATES)]
    placed = [json.dumps({**sheet, **{code: {"v": "@"} for code in numbers}}) for sheet in sheets]
    session.execute(text("DROP TABLE IF EXISTS template"))
    session.execute(text("CREATE TEMPORARY TABLE template (n INTEGER PRIMARY KEY, answers TEXT)"))
    session.execute(
        text("INSERT INTO template VALUES (:n, :answers)"), [{"n": n, "answers": each} for n, each in enumerate(placed)]
    )
    value = _VALUE.format(text="VARCHAR" if on_postgresql else "TEXT")
    answers = f"replace(template.answers, '@', {value})"
    session.execute(
        text(
            f"{NUMBERS} INSERT INTO submission (id, survey_id, version_id, retailer_id, area_id, class_id, answers, "
            "source, submitted_at, seconds, is_valid) "
            f"SELECT :first + numbers.n, :survey, :version, {'NULL' if definition.anonymous else 'numbers.n'}, "
            f"numbers.n % {AREAS} + 1, numbers.n % {len(CLASSES)} + 1, "
            f"{f'CAST({answers} AS JSONB)' if on_postgresql else answers}, 'chat', :now, "
            f"{'NULL' if definition.anonymous else '60 + numbers.n % 600'}, {'true' if on_postgresql else '1'} "
            f"FROM numbers JOIN template ON template.n = numbers.n % {TEMPLATES} ORDER BY numbers.n"
        ).bindparams(bindparam("now", type_=Moment())),
        {
            "count": count,
            "first": survey.id * 10_000_000,
            "survey": survey.id,
            "version": survey.version_id,
            "now": now,
        },
    )
    totals: dict[tuple[str, str], int] = {
        ("", "returned"): count,
        ("", "valid"): count,
        returns.key(now.date(), None): count,
    }
    for number, sheet in enumerate(sheets):
        times = count // TEMPLATES + (1 <= number <= count % TEMPLATES)
        chosen = {code: given for code, given in sheet.items() if code not in numbers}
        for key, each in tally.counts(definition, chosen).items():
            totals[key] = totals.get(key, 0) + each * times
    totals |= {(code, tally.ANSWERED): count for code in numbers}
    keys = sorted(totals)
    for start in range(0, len(keys), 100):
        counting.add(session, survey.id, {key: totals[key] for key in keys[start : start + 100]})
    for code in numbers:
        session.execute(
            text(
                f"{NUMBERS} INSERT INTO tally (survey_id, question, option, count) "
                f"SELECT :survey, :question, {value}, count(*) FROM numbers GROUP BY 3"
            ),
            {"count": count, "survey": survey.id, "question": code},
        )
