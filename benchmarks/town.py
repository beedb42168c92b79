"""A made-up town to measure in: areas, managers, shops whose keepers follow, and surveys of any length."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import insert
from sqlalchemy.orm import Session

from config.app import FEATURES
from people.models import CLASSES, Area, Manager, Retailer, ShopClass
from surveys.actions import authoring
from surveys.models import Survey
from surveys.rules import definition as definitions
from surveys.rules.definition import Definition
from wechat_bot.models import Follower

AREAS = 40
#: Rows of one INSERT: a statement has a limited number of parameters.
BATCH = 5000
_KINDS = ("single", "rating", "single", "multiple", "nps")
_LABELS = ("非常满意", "比较满意", "一般", "不太满意", "很不满意")


def settle(session: Session, openids: Sequence[str], *, now: datetime) -> None:
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
    return definitions.read({"title": "客户满意度调查", "anonymous": anonymous, "questions": asked}, timezone=UTC)


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
