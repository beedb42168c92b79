"""Many shops that took a quiz, put in through the database: marks as an oracle has them."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import insert, select

from people.models import Area, Retailer, ShopClass
from questions.keyed import marking
from questions.keyed.marking import Mark
from quizzes.actions import standings, turnout
from quizzes.models.attempts import Attempt
from quizzes.models.quizzes import QuizVersion, Standing
from quizzes.rules.definition import DEFAULT_PASS, CountRule, fixed_paper


def paper_of(*points: str) -> str:
    """A quiz of true-or-false questions k1, k2, … with these points."""
    lines = [
        f"  - {{code: k{n}, type: truth, text: 第 {n} 题对吗？, answer: true, points: {each}}}"
        for n, each in enumerate(points, start=1)
    ]
    return "\n".join(["title: 统计", "questions:", *lines])


def shops(session, count: int, now) -> list[int]:
    """Make bound shops, whose openids are `o-1`, `o-2`, …."""
    area, kind = session.scalars(select(Area.id)).first(), session.scalars(select(ShopClass.id)).first()
    made = [
        {
            "licence": f"3509{n:08d}",
            "shop": f"第 {n} 店",
            "keeper": f"店主{n}",
            "phone": "",
            "area_id": area,
            "class_id": kind,
            "openid": f"o-{n}",
            "bound_at": now,
            "bind_token": f"t-{n}",
            "updated_at": now,
        }
        for n in range(1, count + 1)
    ]
    return list(session.scalars(insert(Retailer).returning(Retailer.id), made))


def examine(
    school, quiz_id: int, rows: Sequence[Sequence[Mark]], answers: Sequence[dict] = (), drawn: Sequence[Any] = ()
) -> None:
    """Let a new shop for each row have ended an attempt at the newest version with these marks; `answers` come with
    the first rows, `drawn` are the places of a drawn paper."""
    now = school.house.clock()
    with school.house.services.transaction() as session:
        version = session.scalars(
            select(QuizVersion).where(QuizVersion.quiz_id == quiz_id).order_by(QuizVersion.number.desc())
        ).first()
        places = drawn or fixed_paper(version.definition)
        known = shops(session, len(rows), now)
        area, kind = session.scalars(select(Area)).first(), session.scalars(select(ShopClass.id)).first()
        maxima = [sum(place[2] for place, each in zip(places, row, strict=True) if each is not None) for row in rows]
        ended = [
            {
                "quiz_id": quiz_id,
                "quiz_version_id": version.id,
                "retailer_id": shop,
                "number": 1,
                "paper": places,
                "answers": given,
                "late": {},
                "grace": [],
                "started_at": now,
                "ended_at": now + timedelta(minutes=1),
                "ended_by": "shop",
                "source": "page",
                "key_numbers": ",".join("1" * len(row)),
                "marks": marking.written(row),
                "total": sum(each or 0 for each in row),
                "maximum": maximum,
                "is_passed": marking.is_passed(sum(each or 0 for each in row), maximum, DEFAULT_PASS),
                "seconds": 60,
                "area_id": area.id,
                "class_id": kind,
                "manager_id": area.manager_id,
            }
            for shop, row, maximum, given in zip(
                known, rows, maxima, [*answers, *({} for _ in range(len(rows) - len(answers)))], strict=True
            )
        ]
        session.execute(insert(Attempt), ended)
        asked = [{"quiz_id": quiz_id, "retailer_id": shop, "asked_at": now, "used": 1} for shop in known]
        session.execute(insert(Standing), asked)
        standings.settle(session, quiz_id, known, CountRule.BEST)
        turnout.count(session, quiz_id, asked=len(rows), begun=len(rows))
