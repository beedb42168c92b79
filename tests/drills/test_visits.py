"""Real processes, killed again and again while shops write and managers answer: no message is lost or kept twice,
every request has an owner who was told once, every answer reached its shop once, and what is not sure is said to be.

Two web processes, two workers, PostgreSQL and a Redis; and the embedded default. The product's clock runs fifteen times
as fast, so what a killed worker had in hand lapses in seconds. What the phones show is the witness.
"""

import base64
import functools
import itertools
import re
import subprocess
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest
import requests
from sqlalchemy import ColumnElement, func, select

from config.demo import templates
from console.models import User
from foundation.database import Database
from people.models import Manager
from simulator.phone import PIXEL
from tests import office, processes
from tests.processes import Pocket, Town, until
from tests.visits import district
from tools import servers
from visits.models.deadlines import Deadline, Escalation, Policy, StepNotice
from visits.models.owners import Assignment
from visits.models.requests import Author, Message, Request
from wechat_bot.models import Delivery, DeliveryState, Media

SHOPS, LEAST, KILLS = 4, 2, 2
#: Pictures.
AT_ONCE = 5
SILENT = "没人答复的店"
BEGAN, SPEED = datetime(2026, 9, 12, 2, tzinfo=UTC), 15
NUMBER = re.compile(r"(?:#|编号：)(\d+)")
#: The platform is never killed; whoever asks a web process that is tries again, as people do.
AWAY = (requests.ConnectionError, requests.Timeout, requests.exceptions.ChunkedEncodingError)
ROUNDS = 4


@dataclass
class Story:
    """What is going on, and what those who take part remember of it."""

    town: Town
    database: Database
    redis: subprocess.Popen[bytes] | None
    #: How often each thing was said to the account until it was heard.
    tries: Counter[str] = field(default_factory=Counter)
    heard: set[str] = field(default_factory=set)
    errors: list[BaseException] = field(default_factory=list)
    #: No more is killed; and everything was said and answered.
    is_safe: threading.Event = field(default_factory=threading.Event)
    is_over: threading.Event = field(default_factory=threading.Event)

    def persist(self, who: str, what: str, action: str, **fields: object) -> None:
        """Do something on a phone until it is heard: the platform asks three times, then the person does it again."""
        while what not in self.heard:
            self.tries[what] += 1
            seen = self.town.control(f"followers/{who}/{action}", wait=True, **fields)["entries"]
            if not any(entry["kind"] == "failure" for entry in seen):
                self.heard.add(what)

    def begin(self, *parts: Callable[[], None]) -> list[threading.Thread]:
        """Let these go on at once; what goes wrong in them is kept."""

        def run(part: Callable[[], None]) -> None:
            try:
                part()
            except BaseException as error:
                self.errors.append(error)

        threads = [threading.Thread(target=run, args=(part,)) for part in parts]
        for thread in threads:
            thread.start()
        return threads


@pytest.fixture
def story(stores: dict[str, Any], tmp_path: Any) -> Iterator[Story]:
    """A town in haste with a Redis of its own, for it is killed; its managers and shops bound, one shop unanswered."""
    port = servers.free_port()
    redis_url = f"redis://127.0.0.1:{port}/0" if stores["redis_url"] else None
    more = {"QUIET_HOURS": "off", "WECHAT_TEMPLATES": templates.setting(), "REDIS_PORT": str(port)}
    redis = servers.start_redis(port) if redis_url else None
    database = Database(stores["database_url"])
    haste = processes.haste(BEGAN, SPEED)
    with processes.town(tmp_path, stores["database_url"], redis_url, **more, **haste) as town:
        lay_out(town, database)
        told = Story(town, database, redis)
        yield told
    database.dispose()
    if told.redis:
        told.redis.terminate()
        told.redis.wait(10)


def lay_out(town: Town, database: Database) -> None:
    for name, (title, content, _) in templates.CHOSEN.items():
        town.control("templates", template_id=f"demo-{name}", title=title, content=content)
    for call in ("/cgi-bin/message/custom/send", "/cgi-bin/message/template/send"):
        town.control("faults", target=call, kind="slow", value=0.4, times=None)
    names = [*district.AREAS.values(), *(f"店主{n}" for n in range(SHOPS)), SILENT]
    openids = {}
    for name in names:
        openids[name] = town.control("followers", name=name)["followers"][0]["openid"]
        town.control(f"followers/{name}/follow", wait=True)
    shops = [openids[name] for name in names[len(district.AREAS) :]]
    with database.transaction() as session:
        district.settle(session, openids, BEGAN)
        district.open_shops(session, "城区一片", [*shops[: SHOPS // 2], shops[-1]], BEGAN)
        district.open_shops(session, "江山片", shops[SHOPS // 2 : -1], BEGAN)
        chen = session.scalars(select(Manager.id).where(Manager.name == "陈志强")).one()
        who = {"login": "chen", "name": "陈志强", "role": "manager", "manager_id": chen, "password_hash": office.HASH}
        session.add(User(**who, must_change_password=False, created_at=BEGAN))
        # Half time after four seconds of ours, so that each step falls due while processes are killed.
        day = 24 * 3600
        promised = {"handing_over": 60, "first_answer": 120, "next_answer": 120, "closing": day}
        session.add(Policy(**promised, changed_at=BEGAN))
    # Whatever is said is brought to the account twice.
    town.control("faults", target="callback", kind="doubled", times=None)


def write(story: Story, who: str) -> None:
    """A shop: pictures, all at once, and texts as long as things are killed."""
    picture = base64.b64encode(PIXEL).decode()
    sent = (
        functools.partial(story.persist, who, f"{who}的照片{n}", "send_image", content=picture) for n in range(AT_ONCE)
    )
    for thread in story.begin(*sent):
        thread.join(60)
    for n in itertools.count():
        if n >= LEAST and story.is_safe.wait(0.3):
            return
        said = f"{who}断货了,第 {n} 样"
        story.persist(who, said, "say", text=said)


def notices(story: Story, who: str) -> Iterator[tuple[str, str]]:
    """What a manager is told, until it is over: each request's number, and words nobody has said of it yet."""
    known: set[tuple[str, int]] = set()
    while not story.is_over.wait(0.05):
        for entry in story.town.chat(who):
            if entry["channel"] in ("customer", "template"):
                for number in NUMBER.findall(entry["text"]):
                    if (number, entry["number"]) not in known:
                        known.add((number, entry["number"]))
                        yield number, f"明早送到,单号{number}-{entry['number']}"


def answer_in_chat(story: Story, who: str, silent: str) -> None:
    for number, words in notices(story, who):
        if number != silent:
            story.persist(who, f"{number} {words}", "say", text=f"{number} {words}")


def answer_on_page(story: Story, who: str) -> None:
    """On the page the very same form is posted again where nothing came back: it answers once, whatever came of it."""
    page = Pocket(story.town, who)
    for number, words in notices(story, who):
        path, status = f"/m/visits/{number}", 0
        while status != 303:
            try:
                if status in (0, 409):
                    assert page.get(path).status_code == 200
                status = page.post(path, do="answer", content=words).status_code
            except AWAY:
                status = status or 0
            assert status in (0, 303, 409, 500), status


def kill_in_between(story: Story) -> None:
    """All workers end in the middle of a call, web processes and Redis with them; they come back, Redis empty."""
    town, web = story.town, story.town.running[1]
    workers, before = [town.worker(), town.worker()], set[str]()
    for n in range(KILLS):
        until(lambda before=before: bool(in_calls(story.database) - before))  # type: ignore[misc]
        before = in_calls(story.database)
        processes.kill(*(worker.pid for worker in workers))
        if n == 1 and story.redis:
            said = len(story.heard)
            processes.kill(story.redis.pid)
            story.redis.wait()
            until(lambda said=said: len(story.heard) > said + 2)  # type: ignore[misc]
            story.redis = servers.start_redis(int(town.env["REDIS_PORT"]))
        else:
            processes.kill(*processes.children(web))
        workers = [town.worker(), town.worker()]
    story.is_safe.set()


def test_nothing_is_lost_and_nothing_doubled_whatever_is_killed(story: Story) -> None:
    town, database = story.town, story.database
    town.do(SILENT, "say", text="冰柜坏了,请来看看")
    with database.reading() as session:
        silent = session.scalars(select(Request)).one()
    names = [f"店主{n}" for n in range(SHOPS)]
    managers = story.begin(
        lambda: answer_in_chat(story, "陈志强", str(silent.number)), lambda: answer_on_page(story, "林小燕")
    )
    shops = story.begin(*(lambda name=name: write(story, name) for name in names))  # type: ignore[misc]
    kill_in_between(story)
    for thread in shops:
        thread.join(60)
    until(lambda: is_calm(database) and len(steps(database, silent.id)) == 3)
    story.is_over.set()
    for thread in managers:
        thread.join(60)
    until(lambda: is_calm(database) and not count(database, Media.fetched_at.is_(None)))
    assert story.errors == []
    district.check_against_the_phones(town, database)
    check_what_was_said(story, names)
    check_owners(database)
    check_answers(story)
    assert steps(database, silent.id) == ["due", "half", "near"]
    two_at_once(story, str(silent.number))
    check_answers(story)
    district.check_against_the_phones(town, database)


def in_calls(database: Database) -> set[str]:
    """The calls that are being made, and those whose worker ended: of the channel that knows no id of ours."""
    calls = select(Delivery.fence).where(Delivery.state == DeliveryState.SENDING, Delivery.channel == "custom")
    with database.reading() as session:
        fences = session.scalars(calls)
        return {fence for fence in fences if fence}


def count(database: Database, *which: ColumnElement[bool]) -> int:
    with database.reading() as session:
        return session.scalar(select(func.count()).where(*which)) or 0


def is_calm(database: Database) -> bool:
    return not count(database, Delivery.state.in_((DeliveryState.PENDING, DeliveryState.SENDING)))


def steps(database: Database, request_id: int) -> list[str]:
    with database.reading() as session:
        of = select(Escalation.step).join(Deadline).where(Deadline.request_id == request_id)
        return sorted(session.scalars(of.where(Deadline.promise == "first_answer")))


def check_what_was_said(story: Story, names: list[str]) -> None:
    with story.database.reading() as session:
        of_shops = select(Message.content, Message.kind, Request.openid).join(Request, Request.id == Message.request_id)
        rows = session.execute(of_shops.where(Message.author == Author.SHOP)).all()
        open_requests = Counter(session.scalars(select(Request.openid).where(Request.closed_at.is_(None))))
    kept = Counter(content for content, kind, _ in rows if kind == "text")
    pictures = Counter(openid for _, kind, openid in rows if kind == "image")
    assert {what for what in story.heard if "断货" in what} <= set(kept) and len(pictures) == SHOPS
    # Once; only what the platform gave up and a person said again may be there again.
    assert all(times <= max(story.tries[what], 1) for what, times in kept.items())
    pressed = sum(times for what, times in story.tries.items() if "照片" in what)
    assert min(pictures.values()) >= AT_ONCE and sum(pictures.values()) <= pressed
    assert set(open_requests.values()) == {1} and len(open_requests) == SHOPS + 1


def check_owners(database: Database) -> None:
    """Each request has its owner, from one decision, whose notice arrived, is there to be looked at, or was taken back
    because the request was answered before it could be sent."""
    with database.reading() as session:
        assert session.scalars(select(Request.id).where(Request.owner_id.is_(None))).all() == []
        told = session.execute(
            select(Assignment.request_id, Delivery.state, Request.first_answered_at)
            .join(Request, Request.id == Assignment.request_id)
            .outerjoin(Delivery, Delivery.id == Assignment.delivery_id)
        ).all()
        of_steps = session.scalars(select(StepNotice.delivery_id)).all()
    assert len(told) == len({request_id for request_id, _, _ in told}) == SHOPS + 1
    for _, state, answered_at in told:
        assert state in district.ARRIVED | {DeliveryState.UNSURE} or (state in district.TAKEN_BACK and answered_at)
    assert None not in of_steps


def check_answers(story: Story) -> None:
    """Each answer was kept once (what a person said again: as often) and sent, or is said to be unsure."""
    with story.database.reading() as session:
        answers = session.execute(
            select(Message.content, Delivery.state)
            .outerjoin(Delivery, Delivery.id == Message.delivery_id)
            .where(Message.author == Author.MANAGER)
        ).all()
    assert {state for _, state in answers} <= district.ARRIVED | {DeliveryState.UNSURE}
    for content, times in Counter(content for content, _ in answers).items():
        number = content.rpartition("单号")[2].partition("-")[0]
        assert times <= max(story.tries[f"{number} {content}"], 1)


def two_at_once(story: Story, number: str) -> None:
    """Two colleagues, on the page and in the console, answer the same thing at one moment in two processes: one of
    them is shown the other's answer."""
    town = story.town
    zhou, chen = Pocket(town, "周主任"), Pocket(town)
    chen.get("/console/sign-in")
    assert chen.post("/console/sign-in", name="chen", password=office.PASSWORD).status_code == 303
    for n in range(ROUNDS):
        town.do(SILENT, "say", text=f"有人来看吗,第 {n} 次问")
        together, answers = threading.Barrier(2), []
        for pocket, path in ((zhou, f"/m/visits/{number}"), (chen, f"/console/visits/{number}")):
            assert pocket.get(path).status_code == 200

        def press(pocket: Pocket, path: str, n: int = n, together: Any = together, answers: Any = answers) -> None:
            together.wait()
            answers.append(pocket.post(path, do="answer", content=f"第{n}次由{pocket.who or '陈志强'}答复"))

        for thread in story.begin(
            lambda: press(zhou, f"/m/visits/{number}"), lambda: press(chen, f"/console/visits/{number}")
        ):
            thread.join(30)
        assert story.errors == []
        assert sorted(each.status_code for each in answers) == [303, 409]
        [loser] = [each.text for each in answers if each.status_code == 409]
        assert len(set(re.findall(rf"第{n}次由(?:周主任|陈志强)答复", loser))) == 2
    until(lambda: is_calm(story.database))
    shown = [entry["text"] for entry in town.chat(SILENT) if entry["channel"] in ("customer", "template")]
    assert sum("次由" in text for text in shown) == ROUNDS
