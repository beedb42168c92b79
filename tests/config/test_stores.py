"""The stores as machines have them: behind a pooler, late, gone for a while, hanging, full."""

import json
import threading

import pytest

from config.app import FEATURES
from console import access
from foundation.database import Database
from migrations import schema
from tests import logs
from tests.office import Browser
from tools import servers
from wechat_bot import texts

grown_up = pytest.mark.parametrize("stores", ["postgresql"], indirect=True)
pytestmark = pytest.mark.pooled


@pytest.mark.parametrize("stores", ["postgresql", "pgbouncer"], indirect=True)
def test_what_connections_are_to_have_is_the_roles_own_default_and_a_pooler_passes_it_on(house) -> None:
    told = house.flask("db", "upgrade")
    assert told.exit_code == 0 and told.output == "The database is up to date.\n"
    with house.look() as session:
        assert session.connection().exec_driver_sql("SHOW jit").scalar() == "off"
        assert session.connection().exec_driver_sql("SHOW transaction_isolation").scalar() == "repeatable read"
        assert session.connection().exec_driver_sql("SHOW transaction_read_only").scalar() == "on"


@grown_up
def test_a_default_that_may_not_be_set_is_told_and_stops_nothing(stores) -> None:
    reader = Database(stores["database_url"] + "?options=-c%20default_transaction_read_only%3Don")
    assert "read-only" in schema.settle(reader)
    reader.dispose()


@grown_up
def test_a_process_opens_no_more_connections_than_it_may(build) -> None:
    house = build(database_connections=5)
    assert house.another_process().database.engine.pool.size() == 5


@pytest.fixture
def lines():
    """What is logged meanwhile."""
    with logs.written() as stream:
        yield lambda: [line for line in stream.getvalue().splitlines() if "urllib3" not in line]


@pytest.fixture
def own():
    """A PostgreSQL that only this test has, and may stop."""
    with servers.restartable_postgresql() as server:
        database = Database(server.url)
        schema.upgrade(database, FEATURES)
        database.dispose()
        yield server


@grown_up
def test_a_database_that_was_restarted_costs_nobody_an_answer_and_one_that_is_away_a_few_lines(
    build, own, lines
) -> None:
    house = build(database_url=own.url)
    phone, page = house.phone("老李"), house.app.test_client()
    phone.follow()
    assert "没有" in phone.say("继续").text
    own.stop()
    own.start()
    # Every connection of the pool has ended, and nobody meets one of them.
    assert "没有" in phone.say("继续").text
    assert page.get("/console/sign-in").status_code == 200
    assert lines() == []

    own.stop()
    for _ in range(10):
        assert phone.say("继续").text == texts.FAILED
    page.set_cookie(access.COOKIE, "whoever")
    told = page.get("/console/")
    assert (told.status_code, texts.AWAY in told.text) == (503, True)
    assert [json.loads(line)["event"] for line in lines()] == ["the database is of no use just now"]
    own.start()
    assert "没有" in phone.say("继续").text
    assert json.loads(lines()[-1])["event"] == "the database is back"


@grown_up
def test_a_database_that_became_read_only_is_as_one_that_is_away(build, own, lines) -> None:
    house = build(database_url=own.url)
    phone = house.phone("老李")
    phone.follow()
    with house.services.database.engine.begin() as connection:
        name = connection.exec_driver_sql("SELECT current_database()").scalar()
        connection.exec_driver_sql(f'ALTER DATABASE "{name}" SET default_transaction_read_only = on')
    own.stop()
    own.start()
    for _ in range(5):
        assert phone.say("继续").text == texts.FAILED
    browser = Browser(house.app.test_client())
    browser.get("/console/sign-in")
    told = browser.post("/console/sign-in", {"name": "谁", "password": "什么"})
    assert (told.status_code, texts.AWAY in told.text) == (503, True)
    assert [json.loads(line)["event"] for line in lines()] == ["the database is of no use just now"]


@grown_up
def test_behind_a_pooler_nobody_told_of_statements_are_prepared_no_more_and_nothing_is_lost(
    build, lines, stores
) -> None:
    # Connections of its own: those of the tests before may be several, and no test after is to have these.
    house = build(database_url=f"{stores['database_url']}?application_name=alone")
    phone = house.phone("老李")
    phone.follow()
    for _ in range(8):
        phone.say("继续")
    with house.services.transaction() as session:
        # As a pooler does that gives a transaction another session of the server.
        prepared = "SELECT count(*) FROM pg_prepared_statements"
        assert session.connection().exec_driver_sql(prepared).scalar()
        session.connection().exec_driver_sql("DO $$ BEGIN EXECUTE 'DEALLOCATE ALL'; END $$")
    for _ in range(8):
        assert "没有" in phone.say("继续").text
    told = [json.loads(line) for line in lines()]
    assert [each["event"] for each in told if "DATABASE_PREPARE=0" in each["event"]] == [
        "a pooler loses prepared statements; none is prepared from now on. Set DATABASE_PREPARE=0"
    ]
    with house.services.transaction() as session:
        assert session.connection().exec_driver_sql(prepared).scalar() == 0


@grown_up
def test_a_start_waits_for_a_database_that_comes_late_and_says_so_once(build, own, lines) -> None:
    house = build(database_url=own.url)
    own.stop()
    late = threading.Timer(2.5, own.start)
    late.start()
    told = house.flask("db", "upgrade")
    late.join()
    assert told.exit_code == 0, told.output
    assert [json.loads(line)["event"] for line in lines()] == ["waiting for the database"]
