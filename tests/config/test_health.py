"""The health page tells truly what ails."""

import tempfile
import threading
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import event, select

from config import health
from config.worker import Worker
from tests import processes
from wechat_bot import beats
from wechat_bot.chat import chat
from wechat_bot.models import Pulse


def healthz(house) -> dict:
    answer = house.app.test_client().get("/healthz")
    assert (answer.status_code == 200) == answer.get_json()["ok"]
    return answer.get_json()


def beat(house, *, is_written: bool = True) -> None:
    if is_written:
        with house.services.transaction() as session:
            beats.beat(session, "here", house.clock(), now=house.clock())
    beats.touch_file(house.settings.files_path, now=house.clock())


def test_it_writes_and_knows_a_worker_that_cannot_from_one_that_is_dead(house) -> None:
    assert healthz(house)["worker"] == "no worker has started yet"
    beat(house)
    assert healthz(house)["ok"]
    with house.look() as session:
        assert session.scalars(select(Pulse.at)).one() == house.clock()
    house.clock.advance(timedelta(minutes=1))
    assert healthz(house)["worker"] == "silent for 60 s"
    beat(house, is_written=False)
    assert healthz(house)["worker"] == "alive, but cannot write its beat"


@pytest.mark.parametrize("stores", ["sqlite"], indirect=True)
def test_a_folder_that_takes_nothing_is_named(build, tmp_path, monkeypatch) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "file"))
    house = build(media_path=tmp_path / "file" / "media")
    beat(house)
    told = healthz(house)
    assert (told["media"], told["files"]) == ("cannot be written to (Not a directory)", "ok")
    assert told["temporary"] == "cannot be written to (File exists)"


@pytest.mark.parametrize("stores", ["sqlite"], indirect=True)
def test_a_database_whose_file_is_moved_away_under_it_is_named(house) -> None:
    beat(house)
    assert healthz(house)["database"] == "ok"
    file = Path(house.services.database.url.database)
    file.rename(file.with_suffix(".away"))
    assert healthz(house)["database"] == health.GONE
    file.with_suffix(".away").rename(file)
    assert healthz(house)["database"] == "ok"


@pytest.mark.parametrize("stores", ["sqlite"], indirect=True)
def test_strangers_who_look_often_cost_one_look_a_second(house) -> None:
    health.checkup_of(house.app).fresh = health.FRESH
    beat(house)
    written = []

    @event.listens_for(house.services.database.engine, "before_cursor_execute")
    def count(connection, cursor, statement, *more) -> None:
        written.append(statement)

    for _ in range(20):
        assert healthz(house)["ok"]
    event.remove(house.services.database.engine, "before_cursor_execute", count)
    assert len([each for each in written if each.startswith("INSERT INTO pulse")]) <= 2


@pytest.mark.parametrize("stores", ["sqlite"], indirect=True)
def test_a_worker_that_cannot_write_goes_on_and_leaves_its_sign(house) -> None:
    worker = Worker(house.services, chat.jobs, senders=1)
    running = threading.Thread(target=worker.run)
    try:
        with house.services.transaction():  # nobody else can write meanwhile
            running.start()
            processes.until(lambda: beats.is_file_fresh(house.settings.files_path, now=house.clock()))
    finally:
        worker.stop()
        running.join()
