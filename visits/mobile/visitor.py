"""Visitor of an H5 page: a customer manager or a shop."""

from collections.abc import Iterator
from contextlib import contextmanager

from flask import redirect, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from foundation.errors import Refused
from visits.models.requests import FIRST_NUMBER
from visits.queries import thread, visibility
from visits.queries.visibility import Colleague
from visits.texts import answering as texts
from wechat_bot import oauth
from wechat_bot.services import Services, current_services


def manager_or_none(services: Services, session: Session) -> Colleague | None:
    """Return the customer manager whose phone it is; None for everybody else."""
    return visibility.of_manager(session, oauth.who(), now=services.clock(), zone=services.zone)


def manager(services: Services, session: Session) -> Colleague:
    """Return the customer manager whose phone it is; raises `Refused` for everybody else."""
    who = manager_or_none(services, session)
    if who is None:
        raise Refused(texts.FOR_MANAGERS)
    return who


@contextmanager
def reading() -> Iterator[tuple[Session, Colleague]]:
    """Read as the customer manager whose phone it is; raises `Refused` for everybody else."""
    services = current_services()
    with services.reading() as session:
        yield session, manager(services, session)


@contextmanager
def transaction() -> Iterator[tuple[Session, Colleague]]:
    """Act as the customer manager whose phone it is; raises `Refused` for everybody else."""
    services = current_services()
    with services.transaction() as session:
        yield session, manager(services, session)


def to_own(session: Session, openid: str, number: int | None = None) -> ResponseReturnValue:
    """Redirect somebody who is no customer manager to their own requests."""
    if number is not None and thread.own_thread(session, openid, number - FIRST_NUMBER) is None:
        raise Refused(texts.NO_SUCH)
    if number is None:
        return redirect(url_for("visits_mobile.newest"), 303)
    return redirect(url_for("visits_mobile.own_page", number=number), 303)
