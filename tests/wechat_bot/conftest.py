"""The chat alone, with two features made up for it: a counter one can talk to, and a front desk."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest

from foundation.errors import Refused
from tests.programs import massing
from wechat_bot import media, messages, reply
from wechat_bot.chat import chat
from wechat_bot.conversation import After, Conversation, Entry, FrontDesk, Reply, Turn
from wechat_bot.feature import Feature
from wechat_bot.models import Talk
from wechat_bot.outbox import queueing


def open_count(turn: Turn, reference: str) -> Reply:
    if not reference.isdecimal():  # a link comes from outside: anybody can make a QR code
        raise Refused("这里已经结束了。")
    return Reply(f"数到 {reference}", after=After.KEEP, state={"n": 0})


def hear_count(turn: Turn, talk: Talk) -> Reply:
    if isinstance(turn.message, messages.Image):
        return Reply(f"收到图片 {media.keep(turn.session, turn.message, now=turn.now)}")
    said = turn.message.content if isinstance(turn.message, messages.Text) else ""
    n = int(talk.state["n"]) + 1
    match said:
        case "长":
            return Reply("一" * 500 + "。" + "二" * 600)
        case "错":
            queueing.queue(turn.session, turn.openid, reply.text_message("不该留下"), now=turn.now)
            raise Refused("这一步不行。")
        case "坏":
            queueing.queue(turn.session, turn.openid, reply.text_message("不该留下"), now=turn.now)
            raise ZeroDivisionError("a bug of ours")
        case "另发":
            queueing.queue(turn.session, turn.openid, reply.text_message("另外告诉您"), now=turn.now)
    if n == int(talk.reference):
        return Reply("数完了", after=After.END)
    return Reply(f"{n}", after=After.KEEP, state={"n": n})


def pass_on(turn: Turn, reference: str) -> Reply:
    return turn.open("count:3")


def left(turn: Turn, talk: Talk) -> str:
    return f"刚才还剩 {int(talk.reference) - int(talk.state['n'])} 个，"


counter = Feature(
    name="counter",
    forgets=None,
    conversations=(
        Conversation("count", open=open_count, hear=hear_count, remains=left, lasts=timedelta(hours=24)),
        Conversation("again", open=pass_on, hear=hear_count),
    ),
    entries=(Entry("数三个", "数数", "count:3", 1), Entry("数五个", "再数", "count:5", 2)),
)
desk = Feature(
    name="desk",
    forgets=None,
    front_desk=FrontDesk(
        welcome=lambda turn: Reply("欢迎"),
        help=lambda turn: Reply("帮助:1 数三个 2 数五个"),
        person=lambda turn: Reply("请打电话"),
        unknown=lambda turn: Reply("没看懂"),
    ),
)
CHAT = (chat, counter, desk)


@pytest.fixture
def build_chat(build: Callable[..., Any]) -> Callable[..., Any]:
    """Builds a house with the two features above; takes what `build` takes."""
    return partial(build, features=CHAT)


@pytest.fixture
def house(build_chat: Callable[..., Any]) -> Any:
    """The chat with the two features above."""
    return build_chat()


@pytest.fixture
def li(house: Any) -> Any:
    """Somebody who follows and has just said something."""
    phone = house.phone("老李")
    phone.follow()
    phone.say("您好")
    return phone


@pytest.fixture
def build_masses(build: Callable[..., Any]) -> Callable[..., Any]:
    """Builds a house with a source of mass messages, at 10:00 on 10 December in China; takes what `build` takes."""

    def build_house(**changes: Any) -> Any:
        house = build(features=(*CHAT, massing.MASSES), **changes)
        house.clock.advance(datetime(2026, 12, 10, 2, tzinfo=UTC) - house.clock())
        massing.make(house.services.database.engine)
        return house

    return build_house
