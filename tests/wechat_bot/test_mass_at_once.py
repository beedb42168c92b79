"""Mass messages by many at once, and by workers that die: no call beyond the quotas, nothing lost, nothing twice."""

import random
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta

import pytest
import requests

from config.app import build_services
from simulator.in_process import InProcess
from tests.programs import massing
from tests.wechat_bot.test_mass import ADD, SEND, calls_used, cards, follow, plan, sent_at, states
from wechat_bot.mass import drafts, sending

THREADS = 12
SOURCES = {massing.NAME: massing.SOURCE}


@pytest.fixture
def house(build_masses):
    return build_masses()


class Killed(BaseException):
    """Ends a worker in the middle, as a signal would: nothing catches it."""


class Deadly(InProcess):
    """A way to WeChat on which a worker is killed now and then: before its call arrives, or before it reads the
    answer."""

    dice, kills = random.Random(3), 0

    def send(self, request, **more):
        dies = Deadly.kills > 0 and "/token" not in request.url and self.dice.random() < 0.6
        Deadly.kills -= dies
        if dies and self.dice.random() < 0.5:
            raise Killed
        answer = super().send(request, **more)
        if dies:
            raise Killed
        return answer


def at_once(house) -> None:
    barrier = threading.Barrier(THREADS)

    def send(n: int) -> None:
        barrier.wait()
        sending.send(house.services, SOURCES)

    with ThreadPoolExecutor(THREADS) as pool:
        for done in [pool.submit(send, n) for n in range(THREADS)]:
            done.result()


def test_twelve_threads_pass_neither_the_minutes_nor_the_days_calls(house) -> None:
    everybody = follow(house, 2 * 130)
    plan(house, *(everybody[n : n + 2] for n in range(0, len(everybody), 2)))
    at_once(house)
    house.sim.settle()
    assert states(house)["finished"] == 60
    house.clock.advance(timedelta(seconds=61))
    at_once(house)
    house.sim.settle()
    assert house.sim.count(SEND) == calls_used(house) == 100
    assert calls_used(house, "draft") == house.sim.count(ADD) <= 130
    times = sent_at(house)
    assert all(sum(start <= each < start + timedelta(seconds=60) for each in times) <= 60 for start in times)
    assert {call.errcode for call in house.sim.calls if call.path == SEND} == {0}
    assert cards(house, everybody) == {1: 200, 0: 60}


def test_a_worker_killed_between_draft_and_send_loses_and_doubles_nothing(house) -> None:
    """Twelve times, at any of its calls, before them or behind."""
    everybody = follow(house, 120)
    plan(house, *(everybody[n : n + 10] for n in range(0, 120, 10)))

    def deadly() -> requests.Session:
        session = requests.Session()
        session.mount(house.sim.desk.api_base, Deadly(house.sim))
        return session

    Deadly.kills = 12
    features = house.app.extensions["features"]
    services = build_services(house.settings, clock=house.server, new_session=deadly, features=features)
    for _ in range(60):
        with suppress(Killed):
            sending.send(services, SOURCES)
        house.clock.advance(timedelta(seconds=61))
        house.sim.settle()
    services.database.dispose()
    assert Deadly.kills == 0
    assert states(house) == {"finished": 12}
    assert cards(house, everybody) == {1: 120}
    left = drafts.left_over(house.services)
    assert 0 < len(left) == house.sim.count(ADD) - 12 <= 12
