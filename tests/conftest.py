"""A house for each test: a fresh database, a hand clock, the WeChat platform on the desk, the app as it is served.

Most tests take `house` and go through a door. Each runs twice: on SQLite, and on a real PostgreSQL with Redis.
"""

import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import requests
from click.testing import Result
from flask import Flask
from playwright.sync_api import Browser, sync_playwright
from redis import Redis
from sqlalchemy import text
from sqlalchemy.orm import Session

from config.app import FEATURES, build_services, create_app
from config.settings import Settings
from foundation.database import Base, Database
from migrations import schema
from simulator import in_process
from simulator.clock import HandClock
from simulator.phone import Phone
from simulator.simulator import Simulator
from simulator.world import Account
from tools import servers
from wechat_bot import jobs
from wechat_bot.feature import Feature
from wechat_bot.services import Services

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
AES_KEY = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"


@dataclass
class House:
    """Everything a test needs to go in by a door and look at what happened."""

    settings: Settings
    services: Services
    app: Flask
    sim: Simulator
    clock: HandClock

    def phone(self, name: str) -> Phone:
        """The phone of somebody; the same name is the same person."""
        return self.sim.phone(name)

    def work(self) -> int:
        """Let a worker do all that is due now; gives how many pieces. Receipts come in at the end."""
        done = 0
        while jobs.work_once(self.services):
            done += 1
            assert done < 100_000, "the work does not end"
        self.sim.settle()
        return done

    def tick(self) -> None:
        """Let the clock's jobs run, the worker send, and the jobs look at what became of it."""
        for _ in range(2):
            for job in (job for feature in self.app.extensions["features"] for job in feature.jobs):
                job.run(self.services)
            self.work()

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
        return build_services(self.settings.model_copy(update=changes), clock=self.clock, new_session=self.new_session)

    def new_session(self) -> requests.Session:
        return in_process.mount(requests.Session(), self.sim)


@pytest.fixture(scope="session")
def postgresql() -> Iterator[str]:
    """The address of a migrated PostgreSQL database; its tables are emptied for each test."""
    with servers.postgresql() as url:
        database = Database(url)
        schema.upgrade(database)
        database.dispose()
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
    schema.upgrade(database)
    database.dispose()
    return path


@pytest.fixture(params=["sqlite", "postgresql"])
def stores(request: pytest.FixtureRequest, tmp_path: Path) -> dict[str, Any]:
    """DATABASE_URL and REDIS_URL of one of the two worlds, fresh."""
    if request.param == "sqlite":
        shutil.copy(request.getfixturevalue("migrated_sqlite"), tmp_path / "wuwei.db")
        return {"database_url": f"sqlite:///{tmp_path / 'wuwei.db'}", "redis_url": None}
    database = Database(request.getfixturevalue("postgresql"))
    names = ", ".join(table.name for table in Base.metadata.sorted_tables)
    with database.engine.begin() as connection:
        connection.execute(text(f"TRUNCATE {names} RESTART IDENTITY CASCADE"))
    database.dispose()
    redis = Redis.from_url(request.getfixturevalue("redis"))
    redis.flushall()
    redis.close()
    return {"database_url": request.getfixturevalue("postgresql"), "redis_url": request.getfixturevalue("redis")}


@pytest.fixture
def build(stores: dict[str, Any], tmp_path: Path) -> Iterator[Callable[..., House]]:
    """Builds a house; takes settings to change, features, and how the account is set up at WeChat."""
    built: list[House] = []

    def build_house(features: Sequence[Feature] = FEATURES, account: Account | None = None, **changes: Any) -> House:
        account = account or Account(aes_key=AES_KEY)
        clock = HandClock()
        sim = Simulator(account, clock=clock)
        values = {
            "secret_key": "test secret, long enough",
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
        services = build_services(
            settings, clock=clock, new_session=lambda: in_process.mount(requests.Session(), sim), features=features
        )
        app = create_app(settings, services=services, features=features)
        sim.connect(app.wsgi_app)
        built.append(House(settings, services, app, sim, clock))
        return built[-1]

    yield build_house
    for house in built:
        house.services.database.dispose()


@pytest.fixture
def house(build: Callable[..., House]) -> House:
    """The house as it is built by default."""
    return build()


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """One Chromium for all tests of a process."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=FLAGS)
        yield browser
        browser.close()
