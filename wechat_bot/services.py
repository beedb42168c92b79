"""Service container: all that touches the world in one frozen value, built in `config/app.py`, faked in tests."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from pathlib import Path
from zoneinfo import ZoneInfo

from flask import Flask, current_app
from sqlalchemy import Table
from sqlalchemy.orm import Session

from foundation import moved_time
from foundation.clock import Clock, Stopwatch, system_clock
from foundation.database import Database
from foundation.mail import Mailer
from foundation.moved_time import MovedClock
from foundation.quiet import QuietHours
from wechat_bot.client import foreign_pictures
from wechat_bot.client.wechat import WeChat
from wechat_bot.clock_skew import Skew
from wechat_bot.conversation import Account
from wechat_bot.criterion import Criterion
from wechat_bot.doorbell import Doorbell
from wechat_bot.envelope import CallbackKeys
from wechat_bot.erasure import Forget
from wechat_bot.failed_posts import FailedPosts
from wechat_bot.measure import Measure
from wechat_bot.notices import Template
from wechat_bot.switchboard import Switchboard

_EXTENSION = "services"


@dataclass(frozen=True)
class Services:
    """Services that entry points and jobs use."""

    database: Database
    clock: Clock
    stopwatch: Stopwatch
    wechat: WeChat
    doorbell: Doorbell
    callback_keys: CallbackKeys
    switchboard: Switchboard
    #: The audience criteria of all features, by name.
    criteria: Mapping[str, Criterion]
    #: What the features measure of what they brought about.
    measures: tuple[Measure, ...]
    #: The erasure functions of the features, the highest package first.
    forgets: tuple[Forget, ...]
    #: The tables of all features.
    tables: tuple[Table, ...]
    zone: ZoneInfo
    account_name: str
    is_service_account: bool
    #: Whether this is no real account: addresses of this machine are allowed, and pages say so.
    is_development: bool
    #: The public address, without a slash at the end.
    public_url: str
    #: Quiet hours; None for none.
    quiet: QuietHours | None
    #: Folder of pictures, voices and videos.
    media_folder: Path
    #: Folder of uploads and exports, kept for some days; shared by all processes.
    files_folder: Path
    #: Failure counter of this process.
    failed_posts: FailedPosts
    #: The account's template for each notice; a message whose notice has none waits for the next contact.
    templates: Mapping[str, Template] = field(default_factory=dict)
    #: On how many of seven days a shop may get a push (`campaigns`).
    most_a_week: int = 2
    #: Sender of e-mails to staff; None where the settings name no server.
    mailer: Mailer | None = None
    #: What the features declare for the packages above this one (`Feature.more`).
    declared: tuple[object, ...] = ()
    #: Fetches a picture from another site; raises SendError.
    fetch_picture: Callable[[str], bytes] = foreign_pictures.fetch
    #: Clock skew detector.
    skew: Skew = field(default_factory=Skew)

    @cached_property
    def account(self) -> Account:
        """The account as conversations know it."""
        kinds = self.templates.keys() if self.is_service_account else ()
        has_mail = self.mailer is not None
        return Account(self.account_name, self.public_url, self.is_service_account, frozenset(kinds), has_mail)

    def real_time(self) -> datetime:
        """The time of this machine, also where a trial's was moved on: for what tells whether processes are alive, and
        whether the machine's clock goes on steadily."""
        return system_clock() if isinstance(self.clock, MovedClock) else self.clock()

    @property
    def moved_by(self) -> str:
        """How far time was moved on, in words; empty where it was not, and on every real account."""
        ahead = self.clock.ahead() if isinstance(self.clock, MovedClock) else None
        return moved_time.span(ahead) if ahead else ""

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """The transaction of an entry point. After the commit, workers are woken if something was queued in it."""
        with self.database.transaction() as session:
            yield session
        if session.info.get("rings"):
            self.doorbell.ring()

    def in_lots(self, lot: int, step: Callable[[Session], int]) -> None:
        """Take steps, each in a transaction of its own, until one finds less than a whole lot to do."""
        done = lot
        while done == lot:
            with self.transaction() as session:
                done = step(session)

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session that only reads."""
        with self.database.reading() as session:
            yield session


def install(app: Flask, services: Services) -> None:
    """Give an app its services, and its templates what says that time was moved."""
    app.extensions[_EXTENSION] = services
    app.jinja_env.globals["moved_time"] = _moved_time


def current_services() -> Services:
    """The services of the app that is answering. For doors only."""
    services: Services = current_app.extensions[_EXTENSION]
    return services


def _moved_time() -> str:
    """The sentence of every page while time is moved; empty otherwise."""
    services = current_services()
    by, now = services.moved_by, services.clock().astimezone(services.zone)
    return f"试用：时间已拨快 {by}，现在是 {now.month} 月 {now.day} 日 {now:%H:%M}" if by else ""
