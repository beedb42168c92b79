"""Lists of authored work in the console, as far as they are the same for surveys, quizzes and courses."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, TypeVar

from flask import url_for
from sqlalchemy import Select
from sqlalchemy.orm import Session

from console.authored import Authored, AuthoredState
from console.finding import Finder, Hit, Hits, Sought
from console.lists.listing import Asked, Column, Filter
from console.rules.visitors import Permission, Visitor
from foundation import paging
from foundation.clock import when
from foundation.paging import Count, Cursor, Order, Page
from wechat_bot.services import Services

Line = TypeVar("Line")
STATE = Filter("state", "状态", "全部状态", lambda asked: AuthoredState.choices())
#: Columns that every list of works begins with, and its window.
BEGIN: tuple[Column[Any], ...] = (
    Column("number", "编号", lambda line: str(line.id), is_spare=True, width=8),
    Column("title", "标题", lambda line: line.title, width=40),
    Column("state", "状态", lambda line: line.state.label, colour=lambda line: line.state.colour),
)
WINDOW: tuple[Column[Any], ...] = (
    Column("opens", "开始", lambda line: line.opens_at, is_shown=False, style="text-nowrap", width=18),
    Column("closes", "结束", lambda line: line.closes_at, style="text-nowrap", on_phone="结束", width=18),
)


def state(asked: Asked) -> AuthoredState | None:
    """Return the state that a list is narrowed to; None where to none."""
    return next((each for each in AuthoredState if each == asked.given.get("state")), None)


def is_whole(asked: Asked) -> bool:
    """Whether a list shows figures: they are the whole company's."""
    return asked.visitor.is_company_wide


def page(
    session: Session,
    kind: type[Authored],
    statement: Select[Any],
    read: Callable[..., Line],
    *,
    now: datetime,
    search: str,
    state: AuthoredState | None,
    cursor: Cursor,
    limit: int,
) -> Page[Line]:
    """Return a page of works with this text in their title, in a state, the newest first; `read` makes a line of a
    row of the statement."""
    if search:
        statement = statement.where(kind.title.contains(search, autoescape=True))
    if state is not None:
        statement = statement.where(kind.is_in(state, now))
    newest: Order[Any] = Order((kind.id,), lambda line: (line.id,), is_down=True)
    return paging.page(session, statement, newest, cursor, limit=limit, read=read)


def finder(
    heading: str,
    see: Permission,
    newest: Callable[..., Page[Any]],
    *,
    of: str,
    noun: str,
    icon: str,
    order: int,
    unit: str,
) -> Finder:
    """Return what finds works by their title in the console's head: `newest` gives a page of them, `of` is the
    blueprint of their pages, `noun` what these call one."""

    def find(services: Services, session: Session, visitor: Visitor, sought: Sought, now: datetime) -> Hits:
        page = newest(session, now=now, search=sought.text, limit=sought.most)
        found = []
        for line in page.lines:
            waits = line.state is AuthoredState.WAITING and line.opens_at is not None
            small = f"{when(line.opens_at, now=now, zone=services.zone)} 开始" if waits else ""
            kind = "good" if line.state is AuthoredState.OPEN else ""
            one = url_for(f"{of}.{noun}", **{f"{noun}_id": line.id})
            found.append(Hit(line.title, one, small, icon, word=line.state.label, kind=kind))
        every = url_for(f"{of}.{noun}_list", search=sought.text)
        return Hits(found, every, Count(len(found), is_whole=page.after is None))

    return Finder(heading, see, find, order, unit=unit)
