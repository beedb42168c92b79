"""The office that changes keys by command, and what a change may touch."""

import json
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from quizzes import jobs
from quizzes.models.attempts import Attempt, Mistake
from quizzes.models.figures import GroupCell, ItemCell, OptionCell
from quizzes.models.quizzes import Standing, TagStanding


@dataclass
class Desk:
    """The office that changes keys by command: zhang submits, market decides."""

    school: Any

    def run(self, *command: str):
        return self.school.house.flask("quizzes", *command)

    def rekey(self, quiz_id: int, *what: str, by: str = "zhang") -> dict:
        done = self.run("rekey", str(quiz_id), *what, *(("--by", by) if by else ("--dry-run", "--json")))
        assert done.exit_code == 0, done.output
        return json.loads(done.stdout)

    def decide(self, regrade: int, step: str, by: str = "market") -> str:
        done = self.run("regrade", str(regrade), step, "--by", by)
        self.school.house.work()
        return done.output.strip()

    def changed(self, quiz_id: int, *what: str) -> dict:
        found = self.rekey(quiz_id, *what)
        assert self.decide(found["regrade"], "approve") == "已更正。"
        return found


def take(phone, *replies: str) -> None:
    phone.say("测试")
    phone.say("开始")
    for reply in replies:
        said = phone.say(reply).text
    assert said.startswith("您得了"), said


def everything(house) -> list:
    """Every row that a change of a key may touch, once the clock did all that is due."""
    house.tick()
    return rows(house)


def filed(house) -> list:
    """Every row that a change of a key may touch, once what quizzes file is filed: a part of a tick."""
    jobs.file(house.services)
    return rows(house)


def rows(house) -> list:
    """Every row that a change of a key may touch, as it is in the database."""
    with house.look() as session:
        found = []
        for model in (Attempt, Mistake, Standing, TagStanding, ItemCell, OptionCell, GroupCell):
            rows = session.execute(select(*model.__table__.columns).order_by(*model.__table__.primary_key.columns))
            found.append([tuple(row) for row in rows])
        return found


def agrees(house, quiz_id: int) -> None:
    """Counters are what the attempts say, by the product's recount and by hand."""
    house.tick()
    assert house.flask("quizzes", "recount", str(quiz_id)).output == "一致\n"


def attempts(house) -> list[Attempt]:
    with house.look() as session:
        return list(session.scalars(select(Attempt).order_by(Attempt.id)))
