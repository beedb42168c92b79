"""The house of a survey test: a fresh database, a hand clock, a few people, and a phone for each of them."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from console.drafting import Published
from foundation.database import Base, Database
from foundation.errors import Refused
from people import upkeep
from people.models import SHOP_SEARCH, Area, Manager, Retailer, ShopClass
from questions.answers import Answer
from questions.question import Question
from questions.stepping import Step, StepOutcome
from surveys.actions import answering, authoring
from surveys.feature import surveys
from surveys.queries import listing
from surveys.queries.answer_sheet import AnswerSheet
from surveys.queries.audience import CRITERIA
from surveys.rules import files, review
from tests.conftest import no_fsync
from wechat_bot import collecting, messages
from wechat_bot.conversation import Account, FrontDesk, Reply, Turn
from wechat_bot.feature import Feature
from wechat_bot.models import Follower, Talk

ZONE = ZoneInfo("Asia/Shanghai")
CRITERIA_BY_NAME = {criterion.name: criterion for criterion in CRITERIA}

SATISFACTION = """
title: 三季度服务满意度调查
opens: 2026-07-01T08:00+08:00
closes: 2026-09-30T20:00+08:00
questions:
  - {code: q1, type: single, text: 您对客户经理的服务满意吗?, options: [非常满意, 满意, 一般, 不满意]}
  - {code: q2, type: multiple, text: 您最希望改进哪些?, options: [送货时间, 货源信息, 上门拜访], other: true, max: 2}
  - {code: q3, type: rating, text: 请给本季度服务打分(1-5), required: true}
  - {code: q4, type: nps, text: 您愿意向同行推荐我们的服务吗?(0-10)}
  - {code: q5, type: number, text: 您店里平均每天来多少位顾客?, min: -10, max: 5000, required: false}
  - {code: q6, type: text, text: 不满意的原因是?, show_if: {q1: [一般, 不满意]}}
  - {code: q7, type: photo, text: 请拍一张陈列照片, required: false}
"""
SHORT = """
title: 新品调查
questions:
  - {code: q1, type: single, text: 新品卖得好吗?, options: [好, 一般, 不好]}
"""


def answer(session: Session, sheet: AnswerSheet, question: Question, given: Answer, **more: Any) -> AnswerSheet:
    """Keep an answer to a question, whatever waits."""
    step = Step(StepOutcome.GOES_ON, sheet.position.answered(question, given))
    return answering.take(session, sheet, step, **more)


class Clock:
    """A clock moved by hand."""

    def __init__(self) -> None:
        self.now = datetime(2026, 9, 12, 2, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def advance(self, **span: float) -> None:
        self.now += timedelta(**span)


@dataclass
class House:
    """What a test works with."""

    database: Database
    clock: Clock

    def transaction(self) -> Any:
        return self.database.transaction()

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session whose rows may be looked at after it."""
        with self.database.reading() as session:
            yield session
            session.expunge_all()

    def load(self, text: str, survey_id: int | None = None) -> int:
        with self.transaction() as session:
            previous = listing.newest(session, survey_id) if survey_id else None
            written = files.of_yaml(text)
            read = review.read(written.data, timezone=ZONE, previous=previous, places=written.places)
            return authoring.load(session, read, survey_id=survey_id, now=self.clock()).id

    def publish(self, survey_id: int) -> Published:
        with self.transaction() as session:
            return authoring.publish(session, survey_id, criteria=CRITERIA_BY_NAME, now=self.clock())

    def published(self, text: str = SATISFACTION, survey_id: int | None = None) -> int:
        survey_id = self.load(text, survey_id)
        self.publish(survey_id)
        return survey_id

    def retailer(self, openid: str) -> int:
        with self.reading() as session:
            return session.scalars(select(Retailer.id).where(Retailer.openid == openid)).one()

    def retailer_count(self) -> int:
        with self.reading() as session:
            return len(session.scalars(select(Retailer.id)).all())

    def bind(self, keeper: str, openid: str | None, *, shop_class: str = "普通终端", area: str = "城区一片") -> int:
        """A new shop; bound where an openid is given."""
        with self.transaction() as session:
            n = len(session.scalars(select(Retailer.id)).all()) + 1
            areas = {each.name: each for each in session.scalars(select(Area))}
            classes = {each.name: each for each in session.scalars(select(ShopClass))}
            retailer = Retailer(
                licence=f"0350802{n:05}",
                shop=f"{keeper}便利店",
                keeper=keeper,
                phone=f"139000000{n:02}",
                address="",
                area_id=areas[area].id,
                class_id=classes[shop_class].id,
                openid=openid,
                bind_token=f"token-{n}",
                bound_at=self.clock() if openid else None,
                updated_at=self.clock(),
            )
            session.add(retailer)
            if openid:
                session.merge(Follower(openid=openid, followed_at=self.clock()))
            session.flush()
            return retailer.id

    @contextmanager
    def counted(self) -> Iterator[list[str]]:
        """The statements sent to the database meanwhile."""
        seen: list[str] = []

        def note(connection: Any, cursor: Any, statement: str, *rest: Any) -> None:
            seen.append(" ".join(statement.split()))

        event.listen(self.database.engine, "before_cursor_execute", note)
        yield seen
        event.remove(self.database.engine, "before_cursor_execute", note)


@dataclass
class Phone:
    """A follower's phone: what they say reaches the switchboard as the webhook would bring it."""

    house: House
    openid: str
    numbers: Any = field(default_factory=count)

    def say(self, content: str) -> str:
        return self.send(messages.Text, content=content, menu_id=None)

    def tap(self, link: str) -> str:
        return self.send(messages.Click, menu_key=link)

    def photo(self, media_id: str = "media-1") -> str:
        return self.send(messages.Image, media_id=media_id, picture_url="")

    def voice(self) -> str:
        return self.send(messages.Voice, media_id="voice-1", format="amr")

    def fill(self, *answers: str) -> str:
        """Say one after the other; gives the last reply."""
        return [self.say(each) for each in answers][-1]

    def send(self, kind: type[messages.Incoming], **fields: Any) -> str:
        now = self.house.clock()
        message = kind(
            openid=self.openid, account="gh_1", sent_at=now, key=f"{self.openid}-{next(self.numbers)}", raw={}, **fields
        )
        try:
            with self.house.transaction() as session:
                return BOARD.answer(self.turn(session, message)).text
        except Refused as refusal:
            return refusal.sentence

    def turn(self, session: Session, message: messages.Incoming) -> Turn:
        talk = session.scalar(select(Talk).where(Talk.openid == self.openid, Talk.paused_at.is_(None)))
        return Turn(
            session=session,
            now=self.house.clock(),
            zone=ZONE,
            openid=self.openid,
            message=message,
            talk=talk,
            account=Account("新罗烟草", "https://example.com", has_pages=False),
            board=BOARD,
        )

    def state(self) -> tuple[bool, int]:
        """Whether a talk runs, and how many there are."""
        with self.house.reading() as session:
            talks = session.scalars(select(Talk).where(Talk.openid == self.openid)).all()
        return any(talk.paused_at is None for talk in talks), len(talks)


def _desk(sentence: str) -> Callable[[Turn], Reply]:
    return lambda turn: Reply(sentence)


DESK = Feature(
    "people",
    forgets=None,
    front_desk=FrontDesk(_desk("欢迎"), _desk("帮助"), _desk("人工"), _desk("没看懂")),
)
BOARD = collecting.switchboard([DESK, surveys])


@pytest.fixture(scope="session")
def empty_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with all tables and no rows: copied for each test, which is quicker than making the tables."""
    path = tmp_path_factory.mktemp("surveys") / "empty.db"
    database = Database(f"sqlite:///{path}")
    Base.metadata.create_all(database.engine)
    with database.engine.begin() as connection:
        upkeep.install(connection)
        SHOP_SEARCH.install(connection)
    with database.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    database.dispose()
    return path


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Database:
    """One engine for all tests: it knows the statements already."""
    database = Database(f"sqlite:///{tmp_path_factory.mktemp('surveys') / 'test.db'}")
    event.listen(database.engine, "connect", no_fsync)
    return database


@pytest.fixture
def database(empty_database: Path, shared: Database) -> Iterator[Database]:
    """SQLite in a file of the test's own; any other database with the tables made does as well."""
    path = Path(str(shared.url.database))
    for each in path.parent.glob(f"{path.name}*"):
        each.unlink()
    shutil.copyfile(empty_database, path)
    yield shared
    shared.dispose()


@pytest.fixture
def house(database: Database) -> House:
    clock = Clock()
    with database.transaction() as session:
        chen, lin = Manager(name="陈志强", phone="13900002201"), Manager(name="林小燕", phone="13900002202")
        session.add_all([chen, lin, *(ShopClass(name=name) for name in ("普通终端", "现代终端"))])
        session.flush()
        session.add_all(
            [
                Area(name="城区一片", manager_id=chen.id),
                Area(name="城区二片", manager_id=lin.id),
            ]
        )
        session.add(Follower(openid="o-passer", followed_at=clock()))
    house = House(database, clock)
    house.bind("李国强", "o-li")
    house.bind("王建国", "o-wang", shop_class="现代终端", area="城区二片")
    return house


@pytest.fixture
def li(house: House) -> Phone:
    """老李 keeps a 普通终端 in 陈经理's area."""
    return Phone(house, "o-li")


@pytest.fixture
def wang(house: House) -> Phone:
    """小王 keeps a 现代终端 in 林经理's area."""
    return Phone(house, "o-wang")


@pytest.fixture
def passer(house: House) -> Phone:
    """路人 follows, and is nobody's store."""
    return Phone(house, "o-passer")


@pytest.fixture
def phone(house: House) -> Callable[[str], Phone]:
    return lambda openid: Phone(house, openid)


@pytest.fixture
def satisfaction() -> str:
    """Seven questions of every kind, open from July to September 2026."""
    return SATISFACTION


@pytest.fixture
def short_survey() -> str:
    """One question, without an end."""
    return SHORT


@pytest.fixture
def zone() -> ZoneInfo:
    return ZONE
