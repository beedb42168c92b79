"""Audit log page, for admins."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from flask import render_template
from flask.typing import ResponseReturnValue

from console import access, fields, queries
from console.audit import TERMINAL
from console.lists import looking
from console.lists.listing import Asked, Column, Filter, Listing
from console.models import AuditEntry
from console.permissions import AUDIT_SEE
from foundation.errors import Refused
from foundation.paging import Cursor, Page
from wechat_bot.services import current_services


@dataclass(frozen=True, slots=True)
class LogLine:
    """Audit log entry with texts for people."""

    entry: AuditEntry
    did: str
    about: str


def _wanted(asked: Asked) -> queries.LogFilter:
    who, day, zone = asked.given.get("who", ""), _day(asked), asked.services.zone
    begun = datetime.combine(day, time(), zone) if day else None
    return queries.LogFilter(
        user_id=asked.number("who"),
        who=who if who in (queries.COMMAND, queries.NOBODY) else "",
        did=asked.given.get("did", ""),
        since=begun,
        until=datetime.combine(day + timedelta(days=1), time(), zone) if day else None,
        with_views=bool(asked.given.get("views")),
    )


def _day(asked: Asked) -> date | None:
    try:
        return fields.day(asked.given.get("day", ""))
    except Refused:  # what is no day narrows nothing
        return None


def _find(asked: Asked, cursor: Cursor, limit: int) -> Page[LogLine]:
    page = queries.audit(asked.session, _wanted(asked), cursor=cursor, limit=limit)
    words, named = asked.extensions.audit_words, asked.extensions.named
    return page.of(LogLine(entry, words.get(entry.did, entry.did), named(entry.about)) for entry in page.lines)


def _people(asked: Asked) -> list[tuple[Any, str]]:
    """Who may have done something: every account, a command, and who was not signed in."""
    return [*queries.called(asked.session), (queries.COMMAND, TERMINAL), (queries.NOBODY, "没有登录的人")]


def _kinds(asked: Asked) -> list[tuple[Any, str]]:
    return sorted(asked.extensions.audit_words.items(), key=lambda each: each[0] in asked.extensions.views)


AUDIT: Listing[LogLine] = Listing(
    name="console.audit",
    title="操作记录",
    see=AUDIT_SEE,
    filters=(
        Filter("day", "哪一天", "哪一天", kind="date"),
        Filter("who", "谁", "所有人", _people),
        Filter("did", "做了什么", "全部操作", _kinds),
        Filter("views", "查看", "不含查看", lambda asked: [("yes", "也列出查看")]),
    ),
    columns=(
        Column("at", "时间", lambda line: line.entry.at, style="text-nowrap", width=18),
        Column("who", "谁", lambda line: line.entry.who, style="text-nowrap"),
        Column("did", "做了什么", lambda line: line.did, style="text-nowrap"),
        Column("about", "对象", lambda line: line.about, width=20),
        Column("detail", "说明", lambda line: line.entry.detail, style="words", width=60),
        Column("address", "地址", lambda line: line.entry.address, is_spare=True, width=18),
    ),
    find=_find,
    nothing=("没有记录", "有人登录或修改了什么，会记在这里。"),
    nothing_left=("没有记录", "换一天、一个人或一种操作再看；只是看过的，选“也列出查看”。"),
    export=AUDIT_SEE,
)


@access.allow(AUDIT_SEE)
def audit_log() -> ResponseReturnValue:
    """List of the audit log, newest first."""
    with current_services().reading() as session:
        return render_template("console/list.html", shown=looking.look(AUDIT, session))
