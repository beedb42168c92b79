"""Audit log page, for admins."""

from dataclasses import dataclass

from flask import render_template
from flask.typing import ResponseReturnValue

from console import access, queries
from console.lists import looking
from console.lists.listing import Asked, Column, Filter, Listing
from console.models import AuditEntry
from console.permissions import AUDIT_SEE
from foundation.paging import Cursor, Page
from wechat_bot.services import current_services


@dataclass(frozen=True, slots=True)
class LogLine:
    """Audit log entry with texts for people."""

    entry: AuditEntry
    did: str
    about: str


def _find(asked: Asked, cursor: Cursor, limit: int) -> Page[LogLine]:
    who, did = asked.given.get("who", "").strip().lower(), asked.given.get("did", "")
    page = queries.audit(asked.session, who=who, did=did, cursor=cursor, limit=limit)
    words, named = asked.extensions.audit_words, asked.extensions.named
    return page.of(LogLine(entry, words.get(entry.did, entry.did), named(entry.about)) for entry in page.lines)


AUDIT: Listing[LogLine] = Listing(
    name="console.audit",
    title="操作记录",
    see=AUDIT_SEE,
    filters=(
        Filter("who", "用户名", "用户名"),
        Filter("did", "操作", "全部操作", lambda asked: list(asked.extensions.audit_words.items())),
    ),
    columns=(
        Column("at", "时间", lambda line: line.entry.at, style="text-nowrap", width=18),
        Column("who", "谁", lambda line: line.entry.who),
        Column("did", "做了什么", lambda line: line.did, style="text-nowrap"),
        Column("about", "对象", lambda line: line.about, width=20),
        Column("detail", "说明", lambda line: line.entry.detail, style="words", width=60),
        Column("address", "地址", lambda line: line.entry.address, is_spare=True, width=18),
    ),
    find=_find,
    nothing=("没有记录", "有人登录或修改了什么，会记在这里。"),
    nothing_left=("没有记录", "换一个用户名或操作再试。"),
    export=AUDIT_SEE,
)


@access.allow(AUDIT_SEE)
def audit_log() -> ResponseReturnValue:
    """List of the audit log, newest first."""
    with current_services().reading() as session:
        return render_template("console/list.html", shown=looking.look(AUDIT, session))
