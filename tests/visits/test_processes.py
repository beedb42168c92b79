"""Real processes, some of them killed: no message is lost, none is kept twice, and nobody has two open requests."""

import os
import signal
import subprocess
import threading
from collections import Counter

import pytest
import requests
from sqlalchemy import select

from foundation.database import Database
from tests import processes
from tests.processes import Town
from visits.models import Assignment, Message, Request

PEOPLE, EACH = 4, 6


@pytest.fixture
def town(stores, tmp_path):
    with processes.town(tmp_path, stores["database_url"], stores["redis_url"]) as running:
        yield running


def children(of: subprocess.Popen) -> list[int]:
    found = subprocess.run(["ps", "-o", "pid=", "--ppid", str(of.pid)], capture_output=True, text=True, check=False)
    return [int(pid) for pid in found.stdout.split()]


def write(town: Town, who: str, heard: list[str], tries: Counter) -> None:
    for n in range(EACH):
        said = f"{who}断货了,第 {n} 样"
        while heard[-1:] != [said]:
            tries[said] += 1
            answer = requests.post(
                f"{town.platform}/simulator/followers/{who}/say", json={"wait": True, "text": said}, timeout=60
            ).json()
            # The platform asks three times; what it then gave up is what a person would write again.
            if not any(entry["kind"] == "failure" for entry in answer["entries"]):
                heard.append(said)


def test_messages_survive_web_processes_killed_in_the_middle(town, stores) -> None:
    names = [f"店主{n}" for n in range(PEOPLE)]
    for name in names:
        town.do(name, "follow")
    heard: dict[str, list[str]] = {name: [] for name in names}
    tries: Counter[str] = Counter()
    writers = [threading.Thread(target=write, args=(town, name, heard[name], tries)) for name in names]
    for writer in writers:
        writer.start()
    web = town.running[1]
    for progress in (3, 10):
        processes.until(lambda progress=progress: sum(map(len, heard.values())) >= progress)
        for child in children(web):
            os.kill(child, signal.SIGKILL)
    for writer in writers:
        writer.join(120)
    database = Database(stores["database_url"])
    with database.reading() as session:
        kept = Counter(session.scalars(select(Message.content)))
        open_requests = Counter(session.scalars(select(Request.openid).where(Request.closed_at.is_(None))))
        assigned = Counter(session.scalars(select(Assignment.request_id)))
    database.dispose()
    assert set(kept) >= {said for each in heard.values() for said in each}
    assert len(kept) == PEOPLE * EACH
    assert all(times <= tries[said] for said, times in kept.items())
    assert set(open_requests.values()) == {1} and len(open_requests) == PEOPLE
    assert set(assigned.values()) == {1}
