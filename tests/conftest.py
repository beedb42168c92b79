"""A house for each test: a fresh database, a hand clock, the WeChat platform on the desk, the app as it is served.

Most tests take `house` and go through a door. Each runs twice: on SQLite, and on a real PostgreSQL with Redis; those
marked `pooled` a third time, through PgBouncer; those marked `on_sqlite` only once, as they look at words, pages and
rules, and other tests run the same SQL on PostgreSQL with rows in it.
"""

import gc
import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import chain
from pathlib import Path
from typing import Any

import hypothesis
import psycopg
import pytest
import requests
from click.testing import Result
from flask import Flask
from jinja2 import FileSystemBytecodeCache
from playwright.sync_api import Browser, expect, sync_playwright
from redis import Redis
from sqlalchemy import event
from sqlalchemy.orm import Session

from broadcasts.models import first_rows
from config import health
from config.app import FEATURES, build_services, create_app, furnish, jobs_of
from config.settings import Settings
from console.pages import dashboard
from foundation.database import Database
from migrations import schema
from simulator import in_process
from simulator.clock import HandClock
from simulator.phone import Phone
from simulator.simulator import Simulator
from simulator.world import Account
from tools import servers
from visits.actions import categories
from wechat_bot import collecting, jobs
from wechat_bot.feature import Feature, Job
from wechat_bot.services import Services

# What a test leaves is little: looking through it often takes a tenth of the run.
gc.set_threshold(100_000, 50, 100)

# How long an example takes, or its making, says how busy the machine is; and none is kept for the next run.
hypothesis.settings.register_profile(
    "house", deadline=None, database=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("house")

#: Run as processes of their own, with what they need in the environment.
collect_ignore = ["programs"]

#: Milliseconds for which a page is waited for: of no moment where all is well, and the machine may be busy.
LONGEST = 60_000
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
#: A job that is run less often than this has nothing to do with what a worker has just sent.
SOON = timedelta(minutes=10)
#: Services, which never know each other. Each has the folder of its tests.
SERVICES = ("broadcasts", "courses", "quizzes", "surveys", "visits")
#: Jobs that count every measure of the house, and change nothing else: a quarter of a second, in a thousand ticks.
ONLY_FIGURES = ("file the month",)
AES_KEY = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"


@dataclass
class ServerClock:
    """The clock of the machine the product runs on: right, until it is set wrong by so much."""

    right: HandClock
    wrong_by: timedelta = timedelta()

    def __call__(self) -> datetime:
        return self.right() + self.wrong_by


@dataclass
class Template:
    """A house as something was laid out in it once: its database, WeChat as it was then, and the time."""

    put_back: Callable[[Database], None]
    platform: bytes
    moment: datetime


class Templates:
    """Houses as something was laid out in them once: whoever begins with the same gets a copy."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._kept: dict[str, Template] = {}

    def lay_out(self, house: "House", what: str, how: Callable[[], object]) -> None:
        """Do it, or copy what came of it before."""
        database = house.services.database
        # Where something else was set or had happened before, something else may come of it.
        settings = house.settings.model_dump(exclude={"media_path", "files_path"})
        features = [feature.name for feature in house.app.extensions["features"]]
        place = repr((what, house.clock(), settings, features, house.sim.world))
        if kept := self._kept.get(place):
            kept.put_back(database)
            house.sim.put_back(kept.platform)
            house.clock.advance(kept.moment - house.clock())
        else:
            how()
            aside = self._in_a_file if database.is_sqlite else self._in_a_schema
            self._kept[place] = Template(aside(database), house.sim.kept(), house.clock())

    def _in_a_file(self, database: Database) -> Callable[[Database], None]:
        path = self._folder / f"{len(self._kept)}.db"
        _copy(Path(str(database.url.database)), path)
        return lambda live: _copy(path, Path(str(live.url.database)))

    def _in_a_schema(self, database: Database) -> Callable[[Database], None]:
        script = "; ".join(_kept_aside(database, f"laid_out_{len(self._kept)}"))

        def put_back(live: Database) -> None:
            with live.engine.begin() as connection:
                connection.exec_driver_sql(script)

        return put_back


def _copy(there: Path, here: Path) -> None:
    with closing(sqlite3.connect(there)) as source, closing(sqlite3.connect(here)) as target:
        no_fsync(target)
        source.backup(target)


def no_fsync(connection: Any, *record: Any) -> None:
    """Wait for no disk: no test cuts the power, and SQLite would wait milliseconds for each of a test's commits."""
    connection.execute("PRAGMA synchronous=OFF")


def _kept_aside(database: Database, schema: str) -> list[str]:
    """Copy every table that holds something into a schema of its own; gives the statements that bring it back."""
    # Neither foreign keys nor our own triggers: everything comes as it was.
    back = ["SET LOCAL session_replication_role = replica"]
    with database.engine.begin() as connection:
        connection.exec_driver_sql(f"CREATE SCHEMA {schema}")
        for name in connection.exec_driver_sql(_which_are_used()).scalars().all():
            connection.exec_driver_sql(f"CREATE TABLE {schema}.{name} AS TABLE public.{name}")
            back += [f"DELETE FROM {name}", f"INSERT INTO {name} SELECT * FROM {schema}.{name}"]
        counted = (
            "SELECT sequencename, last_value FROM pg_sequences WHERE schemaname = 'public' AND last_value IS NOT NULL"
        )
        for name, value in connection.exec_driver_sql(counted).all():
            back.append(f"SELECT setval('{name}', {value})")
    return back


def _which_are_used() -> str:
    names = [table.name for table in collecting.tables(FEATURES)]
    return " UNION ALL ".join(f"(SELECT '{name}' FROM {name} LIMIT 1)" for name in names)


@dataclass
class House:
    """Everything a test needs to go in by a door and look at what happened."""

    settings: Settings
    services: Services
    app: Flask
    sim: Simulator
    clock: HandClock
    server: ServerClock
    templates: Templates
    #: The clock's jobs: all but `ONLY_FIGURES`, and those of services that the test is not about.
    jobs: Sequence[Job]
    others: list[Services] = field(default_factory=list)

    def lay_out(self, what: str, how: Callable[[], object]) -> None:
        """Do the same to a new house as other tests do, under a name: all but the first get a copy of what came of it,
        in the database and on the phones. Take hold of phones afterwards; of files nothing is kept."""
        self.templates.lay_out(self, what, how)

    def phone(self, name: str) -> Phone:
        """The phone of somebody; the same name is the same person."""
        return self.sim.phone(name)

    def work(self) -> int:
        """Let a worker do all that is due now; gives how many pieces. Receipts come in at the end."""
        done = 0
        while pieces := jobs.work(self.services):
            done += pieces
            assert done < 100_000, "the work does not end"
        self.sim.settle()
        return done

    def tick(self) -> None:
        """Let the clock's jobs run and the worker send; where it did, those jobs again that may look at what became of
        it."""
        self.run_jobs()
        if self.work():
            self.run_jobs(at_least_every=SOON)
            self.work()

    def run_jobs(self, *, at_least_every: timedelta = timedelta.max) -> None:
        """Let the clock's jobs run."""
        for job in self.jobs:
            if job.every <= at_least_every:
                job.run(self.services)

    def later(self, **span: float) -> None:
        """Let time pass, and the worker do what became due."""
        self.clock.advance(timedelta(**span))
        self.sim.settle()
        self.work()

    def flask(self, *command: str) -> Result:
        """Run a command of the command line."""
        return self.app.test_cli_runner().invoke(args=list(command))

    @contextmanager
    def look(self) -> Iterator[Session]:
        """A session to look with."""
        with self.services.reading() as session:
            yield session

    def another_process(self, **changes: Any) -> Services:
        """The services of a second process on the same database and Redis."""
        settings = self.settings.model_copy(update=changes)
        other = build_services(
            settings, clock=self.server, stopwatch=self.services.stopwatch, new_session=self.new_session
        )
        self.others.append(other)
        return other

    def new_session(self) -> requests.Session:
        return in_process.mount(requests.Session(), self.sim)


@pytest.fixture(scope="session")
def postgresql() -> Iterator[str]:
    """The address of a migrated PostgreSQL database; its tables are emptied for each test."""
    with servers.postgresql() as url:
        database = Database(url)
        schema.upgrade(database, FEATURES)
        assert not schema.settle(database)
        database.dispose()
        yield url


@pytest.fixture(scope="session")
def unlettered_postgresql(postgresql: str) -> str:
    """The address of a database that takes no sign but those of ASCII for a letter (`lc_ctype` C), for one test."""
    with psycopg.connect(postgresql, autocommit=True) as connection:
        connection.execute("CREATE DATABASE unlettered TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C'")
    url = postgresql.removesuffix("wuwei") + "unlettered"
    database = Database(url)
    schema.upgrade(database, FEATURES)
    assert not schema.settle(database)
    database.dispose()
    return url


@pytest.fixture(scope="session")
def empty_postgresql(postgresql: str) -> Iterator[Callable[[], None]]:
    """Empties the PostgreSQL database, and only what was written to: truncating all takes longer than most tests."""
    database = Database(postgresql)
    is_used = _which_are_used()
    begin = (
        "SELECT setval(quote_ident(sequencename)::regclass, start_value, false) "
        "FROM pg_sequences WHERE schemaname = 'public' AND last_value IS NOT NULL"
    )

    def empty() -> None:
        with database.engine.begin() as connection:
            used = connection.exec_driver_sql(is_used).scalars().all()
            # Neither foreign keys nor our own triggers: everything goes. In one way there and back.
            script = ["SET LOCAL session_replication_role = replica", *(f"DELETE FROM {name}" for name in used), begin]
            connection.exec_driver_sql("; ".join(script))
            categories.install(connection)
            first_rows.install(connection)

    yield empty
    database.dispose()


@pytest.fixture(scope="session")
def pgbouncer(postgresql: str) -> Iterator[str]:
    """The address of the same database behind a PgBouncer in transaction mode."""
    with servers.pgbouncer(postgresql) as url:
        yield url


@pytest.fixture(scope="session")
def redis() -> Iterator[str]:
    """The address of a Redis, emptied for each test."""
    with servers.redis() as url:
        yield url


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file, copied for each test."""
    path = tmp_path_factory.mktemp("sqlite") / "migrated.db"
    database = Database(f"sqlite:///{path}")
    schema.upgrade(database, FEATURES)
    database.dispose()
    return path


@pytest.fixture(scope="session")
def sqlite_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the SQLite database of the running test lies."""
    return tmp_path_factory.mktemp("sqlite") / "wuwei.db"


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run each test in the worlds it is marked for: most of what a test looks at is the same in all of them."""
    test = metafunc.definition
    is_chosen = any("stores" in mark.args[0] for mark in test.iter_markers("parametrize"))
    if "stores" in metafunc.fixturenames and not is_chosen:
        worlds = ["sqlite"]
        if not test.get_closest_marker("on_sqlite"):
            worlds += ["postgresql", "pgbouncer"] if test.get_closest_marker("pooled") else ["postgresql"]
        metafunc.parametrize("stores", worlds, indirect=True)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave out what one of its other parameters marks for SQLite alone."""
    items[:] = [each for each in items if not (each.get_closest_marker("on_sqlite") and _world(each) == "postgresql")]


def _world(item: pytest.Item) -> object:
    has_worlds = isinstance(item, pytest.Function) and hasattr(item, "callspec")
    return item.callspec.params.get("stores") if has_worlds else None


@pytest.fixture
def stores(request: pytest.FixtureRequest) -> dict[str, Any]:
    """DATABASE_URL and REDIS_URL of one of the worlds, fresh."""
    if request.param == "sqlite":
        path = request.getfixturevalue("sqlite_file")
        # Away with it first: what an older test left open must not write into the new one.
        for each in path.parent.glob(f"{path.name}*"):
            each.unlink()
        shutil.copy(request.getfixturevalue("migrated_sqlite"), path)
        return {"database_url": f"sqlite:///{path}", "redis_url": None}
    if request.param != "unlettered_postgresql":
        request.getfixturevalue("empty_postgresql")()
    redis = Redis.from_url(request.getfixturevalue("redis"))
    redis.flushall()
    redis.close()
    return {
        "database_url": request.getfixturevalue(request.param),
        "redis_url": request.getfixturevalue("redis"),
        "database_prepare": request.param != "pgbouncer",
    }


@dataclass
class Yard:
    """What houses taken down leave for the next: making an app, and learning all SQL anew, costs most of a test."""

    #: Templates as they were compiled once, by whichever process of this run.
    compiled: FileSystemBytecodeCache
    apps: dict[tuple[int, ...], list[Flask]] = field(default_factory=dict)
    databases: dict[str, list[Database]] = field(default_factory=dict)

    def app(self, settings: Settings, services: Services, features: Sequence[Feature]) -> Flask:
        idle = [] if settings.proxies else self.apps.get(tuple(map(id, features)), [])
        if not idle:
            app = create_app(settings, services=services, features=features)
            app.jinja_env.bytecode_cache = self.compiled
            return app
        app = idle.pop()
        furnish(app, settings, services)
        return app

    def database(self, settings: Settings) -> Database | None:
        idle = self.databases.get(settings.database_url)
        return idle.pop() if idle else None

    def take(self, house: House) -> None:
        database, settings = house.services.database, house.settings
        # A file is another one for each test. A server stays, and a new connection would learn its tables anew.
        if database.is_sqlite or database.engine.pool.checkedout():
            database.dispose()
        # What is only let go of is collected in another test, which is told that it was never closed.
        for each in house.others:
            each.database.dispose()
        self.databases.setdefault(settings.database_url, []).append(database)
        if not settings.proxies:
            self.apps.setdefault(tuple(map(id, house.app.extensions["features"])), []).append(house.app)

    def close(self) -> None:
        for database in chain.from_iterable(self.databases.values()):
            database.dispose()


@pytest.fixture(scope="session")
def yard(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Yard]:
    run = tmp_path_factory.getbasetemp()
    folder = (run.parent if "PYTEST_XDIST_WORKER" in os.environ else run) / "compiled"
    folder.mkdir(exist_ok=True)
    yard = Yard(FileSystemBytecodeCache(str(folder)))
    yield yard
    yard.close()


@pytest.fixture(scope="session")
def templates(tmp_path_factory: pytest.TempPathFactory) -> Templates:
    return Templates(tmp_path_factory.mktemp("templates"))


def _jobs(features: Sequence[Feature], about: str) -> list[Job]:
    """Return the jobs of a test: a service knows nothing of another, so the tests in its folder need none of theirs."""
    others = set(SERVICES) - {about} if about in SERVICES else ()
    chosen = [each for each in features if each.name not in others]
    return [job for job in jobs_of(chosen) if job.name not in ONLY_FIGURES]


@pytest.fixture
def build(
    request: pytest.FixtureRequest, stores: dict[str, Any], tmp_path: Path, yard: Yard, templates: Templates
) -> Iterator[Callable[..., House]]:
    """Builds a house; takes settings to change, features, and how the account is set up at WeChat."""
    built: list[House] = []
    about = request.path.parent.name

    def build_house(features: Sequence[Feature] = FEATURES, account: Account | None = None, **changes: Any) -> House:
        account = account or Account(aes_key=AES_KEY)
        clock = HandClock()
        server = ServerClock(clock)
        sim = Simulator(account, clock=clock)
        values = {
            "secret_key": "test secret, long enough",
            "development": True,
            "wechat_app_id": account.app_id,
            "wechat_app_secret": account.secret,
            "wechat_token": account.token,
            "wechat_account_type": account.kind,
            "media_path": tmp_path / "media",
            "files_path": tmp_path / "files",
            "wechat_encoding_aes_key": None if account.mode == "plain" else account.aes_key,
            **stores,
            **changes,
        }
        settings = Settings(_env_file=None, **values)
        idle = yard.database(settings)
        services = build_services(
            settings,
            clock=server,
            stopwatch=lambda: clock().timestamp(),  # time that passes, whatever the server's clock is set to
            new_session=lambda: in_process.mount(requests.Session(), sim),
            features=features,
            database=idle,
        )
        if services.database.is_sqlite and idle is None:
            event.listen(services.database.engine, "connect", no_fsync)
        app = yard.app(settings, services, features)
        health.checkup_of(app).fresh = 0.0  # a test looks twice within a second
        dashboard.kept_figures_of(app).lasts = timedelta()  # … and at figures that it has just changed
        sim.connect(app.wsgi_app)
        built.append(House(settings, services, app, sim, clock, server, templates, _jobs(features, about)))
        return built[-1]

    yield build_house
    for house in built:
        yard.take(house)


@pytest.fixture
def house(build: Callable[..., House]) -> House:
    """The house as it is built by default."""
    return build()


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """One Chromium for all tests of a process."""
    expect.set_options(timeout=LONGEST)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=servers.CHROMIUM, args=FLAGS)
        yield browser
        browser.close()
