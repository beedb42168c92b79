"""Time that is moved on for a trial: for all processes at once, with no false alarm, and nowhere on a real account."""

import re
import secrets
import threading
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from config.app import create_app
from config.settings import Settings
from config.worker import Worker
from foundation.clock import system_clock
from foundation.database import Database
from foundation.moved_time import MovedClock
from simulator.clock import SharedClock
from tests import processes
from visits.models.deadlines import Deadline, Escalation, Promise
from visits.models.requests import Request
from wechat_bot import beats, clock_steadiness
from wechat_bot.feature import Job
from wechat_bot.services import install

DAY = timedelta(hours=25)
REAL = {
    "secret_key": secrets.token_hex(32),
    "wechat_app_id": "wx1",
    "wechat_app_secret": "s" * 32,
    "wechat_token": "token",
    "public_url": "https://wuwei.example.com",
}
TRIAL = REAL | {"development": True, "wechat_api_base": "http://127.0.0.1:8001"}


@pytest.fixture
def trial(house, tmp_path):
    """The house, by the clock of a trial."""
    services = replace(house.services, clock=MovedClock(tmp_path / "clock"))
    install(house.app, services)
    yield services
    install(house.app, house.services)


def settings(tmp_path: Path, **values: object) -> Settings:
    folders = {name: tmp_path / name for name in ("media_path", "files_path", "clock_path")}
    return Settings(_env_file=None, database_url=f"sqlite:///{tmp_path}/wuwei.db", **folders, **values)


def test_a_trial_is_moved_by_a_command_forwards_and_never_back(tmp_path) -> None:
    runner = create_app(settings(tmp_path, **TRIAL)).test_cli_runner()

    def said(*arguments: str) -> str:
        return runner.invoke(args=["clock", *arguments]).output

    assert "没有拨过" in said()
    assert "比真实时间快 1 天 1 小时。" in said("+25h")
    assert "比真实时间快 1 天 2 小时 30 分。" in said("+90m")
    assert "比真实时间快 1 天 2 小时 30 分。" in said()
    for wrong in ("-25h", "tomorrow", "25"):
        assert runner.invoke(args=["clock", "--", wrong]).exit_code == 1
    assert "一次最多 366 天" in said("+999999d") and "一次最多 366 天" in said("+0h")
    assert "比真实时间快 1 天 2 小时 30 分。" in said()


def test_app_and_platform_agree_however_often_and_by_whom_time_is_moved(tmp_path) -> None:
    ours, theirs = MovedClock(tmp_path / "clock"), SharedClock(tmp_path / "clock")
    movers = [threading.Thread(target=move, args=(timedelta(hours=1),)) for move in (ours.move, theirs.advance) * 5]
    for mover in movers:
        mover.start()
    for mover in movers:
        mover.join()
    assert ours.ahead() == theirs.ahead == timedelta(hours=10)
    assert abs(ours() - theirs()) < timedelta(seconds=5)


def test_a_real_account_has_no_command_no_address_and_no_moved_time(tmp_path) -> None:
    (tmp_path / "clock_path").write_text("90000", encoding="ascii")
    for values in (REAL, REAL | {"development": True}):
        kept = settings(tmp_path, **values)
        assert abs(kept.open_clock()() - system_clock()) < timedelta(minutes=1)
        app = create_app(kept)
        assert app.test_cli_runner().invoke(args=["clock", "+25h"]).exit_code == 2
        assert "拨快" not in app.test_client().get("/m/privacy").text
        assert not [rule for rule in app.url_map.iter_rules() if "clock" in rule.rule]
    assert settings(tmp_path, **TRIAL).open_clock()() - system_clock() > timedelta(hours=24)


@pytest.mark.parametrize("stores", ["sqlite"], indirect=True)
def test_every_page_says_that_time_was_moved(house, trial) -> None:
    client = house.app.test_client()
    for path in ("/console/sign-in", "/m/privacy"):
        assert "拨快" not in client.get(path).text
        trial.clock.move(timedelta(hours=25))
        assert re.search(r"时间已拨快 \d 天 \d 小时，现在是 \d+ 月 \d+ 日 \d\d:\d\d", client.get(path).text)
        (trial.clock._path).unlink()


def test_moved_time_sets_no_clock_ends_no_trust_and_silences_no_worker(house, trial) -> None:
    def beat() -> None:
        with trial.transaction() as session:
            beats.beat(session, "here", trial.real_time(), now=trial.real_time())
            clock_steadiness.note(session, now=trial.clock(), real=trial.real_time())

    beat()
    beats.touch_file(trial.files_folder, now=trial.real_time())
    assert not clock_steadiness.goes_steadily(trial)  # a worker has been at work for a moment only
    trial.clock.move(DAY)
    assert clock_steadiness.goes_steadily(trial), "a day has passed, and no clock was set"
    with house.look() as session:
        last = beats.last(session, now=trial.real_time())
    assert last is not None and trial.real_time() - last < timedelta(minutes=1)
    beat()
    assert clock_steadiness.goes_steadily(trial)


@pytest.mark.parametrize("stores", ["sqlite"], indirect=True)
def test_what_became_due_is_done_as_soon_as_time_is_moved(trial) -> None:
    turns = threading.Semaphore(0)
    daily = Job("daily", timedelta(days=1), lambda services: turns.release())
    worker = Worker(trial, [daily], senders=0, wall=trial.clock)
    running = threading.Thread(target=worker.run, daemon=True)
    running.start()
    assert turns.acquire(timeout=30), "its first turn"
    trial.clock.move(DAY)
    assert turns.acquire(timeout=30), "and one more since a day was skipped"
    worker.stop()
    running.join(30)
    assert not running.is_alive()


@pytest.mark.parametrize("stores", ["sqlite"], indirect=True)
def test_a_request_is_answered_late_by_all_processes_after_a_day_was_skipped(stores, tmp_path) -> None:
    with processes.town(tmp_path, stores["database_url"], stores["redis_url"], QUIET_HOURS="off") as town:
        town.worker()
        processes.until(lambda: town.health()[0] == 200)
        town.flask("people", "import", "config/demo/roster.csv")
        invited = re.search(r"绑定 \w+", town.flask("people", "invite-manager", "13900002201"))
        for name, bound in (("陈志强", invited and invited[0]), ("王建国", "绑定 350802100001 8899")):
            town.do(name, "follow")
            assert "已绑定" in town.do(name, "say", text=bound)
        assert "已转给" in town.do("王建国", "say", text="送货单少了一条")
        assert "1 天 1 小时" in town.flask("clock", "+25h")
        assert town.control("clock/advance", hours=1)["ahead"] == 26 * 3600
        database = Database(stores["database_url"])

        def escalated() -> bool:
            with database.reading() as session:
                return session.scalar(select(Escalation.id).limit(1)) is not None

        processes.until(escalated)
        # The token of yesterday is no good any more, and neither callbacks nor heartbeats are thought of as old.
        assert town.do("陈志强", "say", text="101 明早补送")
        processes.until(lambda: any("明早补送" in entry["text"] for entry in town.chat("王建国")))
        status, told = town.health()
        assert (status, told["wechat"], told["worker"]) == (200, "ok", "ok")
        with database.reading() as session:
            request = session.scalars(select(Request)).one()
            promised = select(Deadline).where(Deadline.promise == Promise.FIRST_ANSWER)
            first = session.scalars(promised).one()
        assert request.first_answered_at - request.opened_at > timedelta(hours=26)
        assert first.met_at > first.due_at
        database.dispose()
