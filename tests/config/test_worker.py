"""The worker's heartbeat, and what somebody may do to the machine's time of day meanwhile."""

import threading
from datetime import timedelta

import pytest

from config.worker import Worker
from foundation.clock import system_clock
from wechat_bot.feature import Job


@pytest.mark.parametrize("stores", ["sqlite"], indirect=True)
@pytest.mark.parametrize("hours", [-3, 3])
def test_a_clock_set_by_hours_stops_no_job(house, hours: int) -> None:
    turns, shift = threading.Semaphore(0), [timedelta()]
    daily = Job("daily", timedelta(days=1), lambda services: turns.release())
    worker = Worker(house.services, [daily], senders=0, wall=lambda: system_clock() + shift[0])
    running = threading.Thread(target=worker.run, daemon=True)
    running.start()
    assert turns.acquire(timeout=30), "its first turn"
    shift[0] = timedelta(hours=hours)
    assert turns.acquire(timeout=30), "and one more since the clock was set"
    worker.stop()
    running.join(30)
    assert not running.is_alive()
