"""A source of mass messages for tests, with a table of its own, and a worker that sends them.

python -m tests.programs.massing
"""

import signal
import threading
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Engine, insert, select, update
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from config.app import build_services
from config.settings import load
from foundation.errors import Refused
from tests import pictures
from wechat_bot.feature import Feature
from wechat_bot.mass import jobs, planning, quota
from wechat_bot.mass.models import MassJob
from wechat_bot.mass.source import MassArticle, MassContent, MassSource
from wechat_bot.services import Services

NAME, ABOUT = "test", "test:1"
COVER, INSIDE = "c" * 64, "1" * 64
ARTICLE = MassArticle(
    title="十二月货源安排",
    author="市场部",
    digest="",
    content=f'<p>请看：</p><img src="picture:{INSIDE}"><p>谢谢。</p>',
    source_url="",
    cover=COVER,
)


class Own(DeclarativeBase):
    """Apart from the product's tables, whose schema is compared with its migrations."""


class Receiver(Own):
    """Who is in a part, and why not any more."""

    __tablename__ = "test_receiver"

    about: Mapped[str] = mapped_column(primary_key=True)
    part: Mapped[int] = mapped_column(primary_key=True)
    openid: Mapped[str] = mapped_column(primary_key=True)
    why: Mapped[str | None]


class Said(Own):
    """What is sent about something: a text; an article where there is none. And why it is held back."""

    __tablename__ = "test_said"

    about: Mapped[str] = mapped_column(primary_key=True)
    text: Mapped[str] = mapped_column(default="")
    picture: Mapped[str] = mapped_column(default="")
    holds: Mapped[str] = mapped_column(default="")


def make(engine: Engine) -> None:
    """Make the tables anew."""
    Own.metadata.drop_all(engine)
    Own.metadata.create_all(engine)


def _receivers(services: Services, session: Session, job: MassJob) -> Sequence[str]:
    found = select(Receiver.openid).where(Receiver.about == job.about, Receiver.part == job.part)
    return session.scalars(found.where(Receiver.why.is_(None)).order_by(Receiver.openid)).all()


def _content(services: Services, session: Session, job: MassJob) -> MassContent:
    said = session.get(Said, job.about)
    if said is None:
        return MassContent(ARTICLE)
    if said.text == "撤回":
        raise Refused("文章已撤回。")
    if said.picture:
        return MassContent(picture=said.picture)
    return MassContent(text=said.text) if said.text else MassContent(ARTICLE)


def _excepted(session: Session, job: MassJob, openids: Sequence[str], why: str) -> None:
    theirs = update(Receiver).where(Receiver.about == job.about, Receiver.part == job.part)
    session.execute(theirs.where(Receiver.openid.in_(openids)).values(why=why))


def _holds(session: Session, job: MassJob, now: datetime) -> str:
    said = session.get(Said, job.about)
    return said.holds if said else ""


def _picture(services: Services, sha256: str) -> tuple[bytes, str]:
    return pictures.png(int(sha256[0], 16)), "image/png"


SOURCE = MassSource(
    name=NAME, receivers=_receivers, content=_content, picture=_picture, excepted=_excepted, holds=_holds
)
MASSES = Feature(name="masses", forgets=None, more=(SOURCE,))


def plan(session: Session, parts: Sequence[Sequence[str]], *, now: datetime, **changed: Any) -> list[MassJob]:
    """List people as the parts of a message, book them, and plan its jobs."""
    given: dict[str, Any] = {"source": NAME, "about": ABOUT, "generation": 0, "not_after": None, "heeds_quiet": True}
    given |= {"due_at": now, "now": now, "month": quota.month_of(now)} | changed
    jobs = []
    quota.hold(session)
    for number, openids in enumerate(parts, 1):
        rows = [{"about": given["about"], "part": number, "openid": each} for each in openids]
        session.execute(insert(Receiver), rows)
        quota.book(session, select(Receiver.openid).where(*_in(given["about"], number)), given["month"])
        jobs.append(planning.plan(session, part=number, size=len(openids), **given))
    return jobs


def _in(about: str, part: int) -> tuple[Any, ...]:
    return Receiver.about == about, Receiver.part == part


def main() -> None:
    """Be a worker of mass messages, with two threads, until asked to stop."""
    services, stopping = build_services(load()), threading.Event()
    signal.signal(signal.SIGTERM, lambda number, frame: stopping.set())

    def work() -> None:
        while not stopping.wait(0.1):
            jobs.send(services, {NAME: SOURCE})
            jobs.catch_up(services)

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


if __name__ == "__main__":
    main()
