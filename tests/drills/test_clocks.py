"""The clock of real web and worker processes set ahead and back by hours, and right again, under messages."""

import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from sqlalchemy import func, select

from config.app import FEATURES
from foundation.clock import system_clock
from foundation.database import Database
from migrations import schema
from people.models import Retailer
from tests import processes
from tests.drills.traffic import IN_TIME, Traffic, healthz
from tests.processes import Town, until
from tools import servers
from wechat_bot.models import Beat

HOURS, LICENCE = timedelta(hours=5), "350802100001"
#: Seconds in which all is as it was after the clock was set: a beat, and the health page's look at it.
SETTLES = 15.0


def test_a_clock_set_ahead_and_back_stops_nothing_and_erases_nobody(
    tmp_path: Path, tell: Callable[[str], None]
) -> None:
    skew = tmp_path / "skew"
    skew.write_text("0")
    haste = processes.haste(system_clock(), 1)
    with servers.postgresql() as address, servers.redis() as redis:
        database = Database(address)
        schema.upgrade(database, FEATURES)
        try:
            with processes.town(
                tmp_path, address, redis, **{**haste, "SKEW": str(skew), "WECHAT_CALLBACK_MAX_AGE": "3600"}
            ) as town:
                worker = town.worker()
                until(lambda: town.health()[0] == 200)
                moving = Traffic(town, database)
                moving.open_shops()
                _leave(town)

                def settled(is_so: Callable[[dict[str, object]], bool]) -> float:
                    began = time.monotonic()
                    until(lambda: is_so(healthz(town)[2]), SETTLES)
                    return time.monotonic() - began

                for number, wrong_by in enumerate((HOURS, timedelta(), -HOURS, timedelta())):
                    skew.write_text(str(wrong_by.total_seconds()))
                    took = settled(lambda told: told["worker"] == "ok")
                    moving.queue(24, f"第{number}段", wrong_by)
                    _beats(database, wrong_by)
                    until(moving.is_sent, 30)
                    if wrong_by > timedelta():
                        # What WeChat signs is too old by this clock: refused, and the health page says why.
                        for _ in range(6):
                            assert moving.say("店主0").is_lost
                            time.sleep(1)
                        assert "5:00 ahead" in str(healthz(town)[2]["wechat"])
                        moving.said.clear()
                        moving.queue(12, "还在途中", wrong_by)
                    else:
                        with moving.writing():
                            time.sleep(6)
                        assert moving.slowest() < IN_TIME
                        assert all(each.is_heard for each in moving.said)
                    tell(f"clock wrong by {wrong_by.total_seconds() / 3600:+.0f} h: well after {took:.1f} s")
                assert settled(lambda told: bool(told["ok"])) < SETTLES

                # A month ahead, and the worker begun anew: its jobs run at once, and nobody is erased by that clock.
                skew.write_text(str(timedelta(days=32).total_seconds()))
                worker.terminate()
                worker.wait(30)
                town.worker()
                settled(lambda told: told["worker"] == "ok")
                _beats(database, timedelta(days=32))
                skew.write_text("0")
                settled(lambda told: told["worker"] == "ok")
                moving.reckon(unsure=12)
                with database.reading() as session:
                    assert session.scalars(select(Retailer.openid).where(Retailer.licence == LICENCE)).one()
        finally:
            database.dispose()


def _leave(town: Town) -> None:
    """A shop is bound, and follows no more."""
    town.flask("people", "import", "config/demo/roster.csv")
    town.do("王建国", "follow")
    assert "已绑定" in town.do("王建国", "say", text=f"绑定 {LICENCE} 8899")
    town.do("王建国", "unfollow")


def _beats(database: Database, wrong_by: timedelta) -> None:
    """Two beats by the clock as it is set."""

    def last() -> object:
        with database.reading() as session:
            return session.scalar(select(func.max(Beat.beat_at)))

    for _ in range(2):
        before = last()
        until(lambda before=before: last() != before, SETTLES)
