"""A town for people: two areas, two managers, two shops; and followers who talk through the real switchboard."""

import io
import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import xlsxwriter
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from foundation.clock import day_in
from foundation.database import Base, Database
from foundation.errors import Refused
from people import actions, identity, upkeep
from people.feature import people
from people.models import SHOP_SEARCH, Area, Manager, Retailer, ShopClass
from people.roster import headings, writing
from tests.conftest import no_fsync
from tests.office import Office
from wechat_bot import collecting, messages
from wechat_bot.conversation import Account, After, Conversation, Entry, Reply, Turn
from wechat_bot.feature import Feature
from wechat_bot.models import Follower, Talk
from wechat_bot.switchboard import Switchboard

NOON = datetime(2026, 9, 1, 4, tzinfo=UTC)
ZONE = ZoneInfo("Asia/Shanghai")
LAO_LI, XIAO_WANG, PASSER_BY, CHEN, LIN = "o-laoli", "o-xiaowang", "o-luren", "o-chen", "o-lin"


@pytest.fixture(scope="session")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with all tables and nothing in them, made once."""
    path = tmp_path_factory.mktemp("people") / "empty.db"
    database = Database(f"sqlite:///{path}")
    Base.metadata.create_all(database.engine)
    with database.engine.begin() as connection:
        upkeep.install(connection)
        SHOP_SEARCH.install(connection)
    database.dispose()
    return path


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Database:
    """One engine for all tests: it knows the statements already."""
    database = Database(f"sqlite:///{tmp_path_factory.mktemp('people') / 'people.db'}")
    event.listen(database.engine, "connect", no_fsync)
    return database


@pytest.fixture
def database(empty: Path, shared: Database) -> Iterator[Database]:
    path = Path(str(shared.url.database))
    for each in path.parent.glob(f"{path.name}*"):
        each.unlink()
    shutil.copy(empty, path)
    yield shared
    shared.dispose()


@pytest.fixture
def office(build: Callable[..., Any]) -> Office:
    """Three shops in two areas, and somebody in every role."""
    office = Office(build())
    office.settle()
    return office


@dataclass
class Town:
    """Who lives there, by id."""

    session: Session
    chen: int
    lin: int
    city: int
    village: int
    lao_li: int
    xiao_wang: int

    def retailer(self, licence: str) -> Retailer:
        return self.session.scalars(
            select(Retailer).where(Retailer.licence == licence).execution_options(populate_existing=True)
        ).one()


def settle(session: Session) -> Town:
    writing.ensure_classes(session)
    chen, lin = Manager(name="陈志强", phone="13900002201"), Manager(name="林小燕", phone="13900002202")
    session.add_all([chen, lin])
    session.flush()
    city, village = Area(name="城区一片", manager_id=chen.id), Area(name="古田片", manager_id=lin.id)
    session.add_all([city, village])
    session.flush()
    classes = {each.name: each.id for each in session.scalars(select(ShopClass))}
    lao_li = Retailer(
        licence="350802100001",
        shop="李记便利店",
        keeper="李大山",
        phone="13800008899",
        area_id=city.id,
        class_id=classes["普通终端"],
        bind_token="token-of-lao-li",
        updated_at=NOON,
    )
    xiao_wang = Retailer(
        licence="350802100002",
        shop="小王超市",
        keeper="王小明",
        phone="13800001234",
        area_id=village.id,
        class_id=classes["现代终端"],
        bind_token="token-of-xiao-wang",
        updated_at=NOON,
    )
    session.add_all([lao_li, xiao_wang])
    session.flush()
    return Town(session, chen.id, lin.id, city.id, village.id, lao_li.id, xiao_wang.id)


@pytest.fixture
def session(database: Database) -> Iterator[Session]:
    with database.transaction() as session:
        yield session


@pytest.fixture
def town(session: Session) -> Town:
    return settle(session)


@pytest.fixture
def settled(database: Database) -> Database:
    """The database with the town in it, committed: for doors that open transactions of their own."""
    with database.transaction() as session:
        settle(session)
    return database


def _open_survey(turn: Turn, reference: str) -> Reply:
    return Reply("调查开始", after=After.KEEP)


def _awaits(turn: Turn) -> str:
    return "有一份调查等您填写。" if identity.shop_of(turn.session, turn.openid) else ""


SURVEY = Feature(
    name="surveys",
    forgets=None,
    awaits=_awaits,
    entries=(Entry("填写调查", "调查", "survey:", 1), Entry("学习", "学习", "survey:2", 2)),
    conversations=(Conversation("survey", open=_open_survey, hear=lambda turn, talk: Reply("记下了")),),
)


@dataclass
class Phone:
    """A follower's phone: what it sends goes through the switchboard, as it does in the inbox."""

    session: Session
    openid: str
    now: datetime = NOON
    switchboard: Switchboard = field(default_factory=lambda: collecting.switchboard([people, SURVEY]))

    def say(self, content: str) -> str:
        return self.send(messages.Text, content=content, menu_id=None)

    def follow(self, scene: str = "") -> str:
        return self.send(messages.Follow, scene=scene, ticket="")

    def scan(self, scene: str) -> str:
        return self.send(messages.Scan, scene=scene, ticket="")

    def send(self, kind: Any, **fields: Any) -> str:
        message = kind(openid=self.openid, account="gh", sent_at=self.now, key="", raw={}, **fields)
        follower = self.session.get(Follower, self.openid)
        if follower is None:
            follower = Follower(openid=self.openid, followed_at=self.now)
            self.session.add(follower)
        follower.heard_at = self.now
        self.session.flush()
        talk = self.session.scalar(select(Talk).where(Talk.openid == self.openid, Talk.paused_at.is_(None)))
        account = Account("新罗烟草服务号", "http://here", has_pages=False)
        turn = Turn(self.session, self.now, ZONE, self.openid, message, account, self.switchboard, talk)
        try:
            with self.session.begin_nested():
                return self.switchboard.answer(turn).text
        except Refused as refusal:
            return refusal.sentence

    def bind(self, retailer_token: str) -> None:
        actions.bind_by_token(self.session, self.openid, retailer_token, now=self.now)


@pytest.fixture
def phone(session: Session, town: Town) -> Callable[[str], Phone]:
    return lambda openid: Phone(session, openid)


@pytest.fixture
def lao_li(phone: Callable[[str], Phone]) -> Phone:
    return phone(LAO_LI)


@pytest.fixture
def xiao_wang(phone: Callable[[str], Phone]) -> Phone:
    return phone(XIAO_WANG)


@pytest.fixture
def passer_by(phone: Callable[[str], Phone]) -> Phone:
    return phone(PASSER_BY)


@pytest.fixture
def chen(phone: Callable[[str], Phone]) -> Phone:
    return phone(CHEN)


@pytest.fixture
def today() -> Any:
    return day_in(NOON, ZONE)


@pytest.fixture
def now() -> datetime:
    return NOON


@pytest.fixture
def later() -> Callable[[float], datetime]:
    return lambda days: NOON + timedelta(days=days)


GOOD = (
    "350802100009",
    "城南便利店",
    "王建国",
    "13800007788",
    "城南路 1 号",
    "城区一片",
    "普通终端",
    "陈志强",
    "13900002201",
)


@pytest.fixture
def row() -> Callable[..., list[Any]]:
    """A right row of a roster, with some of its cells changed."""

    def make(**changes: Any) -> list[Any]:
        cells = dict(zip(headings.COLUMNS, GOOD, strict=True)) | changes
        return list(cells.values())

    return make


@pytest.fixture
def xlsx() -> Callable[..., bytes]:
    """An .xlsx of these rows, with the roster's header unless another is given; numbers stay numbers."""

    def make(*rows: Sequence[Any], header: Sequence[str] = headings.COLUMNS) -> bytes:
        target = io.BytesIO()
        book = xlsxwriter.Workbook(target)
        sheet = book.add_worksheet()
        for number, cells in enumerate([list(header), *rows]):
            for index, cell in enumerate(cells):
                if isinstance(cell, str):
                    sheet.write_string(number, index, cell)
                else:
                    sheet.write(number, index, cell)
        book.close()
        return target.getvalue()

    return make
