"""Console inbox: every request the visitor may see, filtered and in pages; and the dashboard's tile."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from flask import render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from console import access
from console.lists import looking
from console.lists.listing import Asked, Column, Filter, LineLink, Listing
from console.rules.visitors import Visitor
from foundation.paging import Cursor, Page
from foundation.text import mask_phones
from people import areas
from people import rules as people_rules
from people.pages import filters
from people.permissions import PEOPLE_PHONES
from visits.pages import buttons, form_values
from visits.permissions import VISITS_ANSWER, VISITS_EXPORT, VISITS_SEE
from visits.queries import inbox as queries
from visits.queries import visibility
from visits.queries.inbox import InboxFilter, InboxLine, Shelf
from visits.rules import snippets
from visits.rules.snippets import Snippet
from visits.texts import answering as texts
from visits.texts.times import when
from wechat_bot.services import Services, current_services

SHELVES = {
    Shelf.OPEN: "待办",
    Shelf.OVERDUE: "已超时",
    Shelf.TODAY: "今天到期",
    Shelf.POOL: "待分派",
    Shelf.WAITING: "等对方",
    Shelf.SNOOZED: "稍后处理",
    Shelf.UNHEARD: "没有上级可以通知",
    Shelf.CLOSED: "已完结",
}
CHIPS = {"late": "bad", "soon": "warn", "calm": "", "over": ""}
ON_TILE = 5

#: The sentence for an empty part of the inbox.
NOTHING = {
    Shelf.OVERDUE: ("没有超时的留言", "都在时限里。"),
    Shelf.TODAY: ("今天没有要到期的留言", "看看“待办”里明天的。"),
    Shelf.POOL: ("没有待分派的留言", "每条留言都有负责人。不知道是哪家店写的留言会出现在这里。"),
    Shelf.SNOOZED: ("没有推后的留言", "在留言里选“稍后处理”，到时候它会自己回到待办。"),
    Shelf.UNHEARD: ("没有这样的留言", "超时的留言都通知到了人。"),
    Shelf.OPEN: ("没有待办的留言", "零售户在公众号里留言后，会出现在这里，并在微信里通知负责的客户经理。"),
}
#: Link of a line to its request.
THREAD = LineLink("visits_pages.thread", "number", lambda line: line.number)
#: Filters of every list of requests.
FILTERS = (
    filters.AREA,
    filters.MANAGER,
    Filter("category", "类别", "全部类别", lambda asked: queries.choices(asked.session)),
    filters.CLASS,
)


def _shelf(asked: Asked) -> Shelf:
    given = asked.given.get("shelf", "")
    return Shelf(given) if given in {each.value for each in SHELVES} else Shelf.OPEN


def _find(asked: Asked, cursor: Cursor, limit: int) -> Page[InboxLine]:
    narrowed = InboxFilter(
        shelf=_shelf(asked),
        search=asked.search,
        area_id=asked.number("area"),
        owner_id=asked.number("manager"),
        category_id=asked.number("category"),
        class_id=asked.number("class"),
    )
    return queries.page(asked.session, form_values.asking(asked), narrowed, now=asked.now, cursor=cursor, limit=limit)


def _may_tick(asked: Asked) -> bool:
    return _shelf(asked) is not Shelf.CLOSED and asked.visitor.may(VISITS_ANSWER)


def _words(asked: Asked, line: InboxLine) -> str:
    plain = line.words if asked.visitor.may(PEOPLE_PHONES) else mask_phones(line.words)
    return texts.said(line.kind, plain, 60)


def _snippet(asked: Asked, line: InboxLine) -> Snippet | None:
    """Return where a line's newest matching message says what is searched for; None for other lines."""
    plain = line.hit if asked.visitor.may(PEOPLE_PHONES) else mask_phones(line.hit)
    return snippets.around(plain, people_rules.plain(asked.search))


INBOX: Listing[InboxLine] = Listing(
    name="visits.inbox",
    title="留言",
    see=VISITS_SEE,
    saves=True,
    size=queries.PAGE,
    search="说过的话、编号、店名、店主或许可证号",
    filters=FILTERS,
    keeps=("shelf",),
    means=lambda asked: SHELVES[_shelf(asked)],
    columns=(
        Column("tick", "选", lambda line: None, is_for_file=False, seen_if=_may_tick, style="tick"),
        Column("number", "编号", lambda line: f"#{line.number}", is_for_page=False, width=8),
        Column("due", "时限", lambda line: line.due_at, style="text-nowrap first", width=18),
        Column("shop", "店铺", lambda line: line.shop or texts.NOBODYS, style="shop", width=24),
        Column("class", "客户类型", lambda line: line.class_name, is_shown=False),
        Column(
            "words",
            "最后一句",
            lambda line: texts.said(line.kind, line.words, 120),
            shows=_words,
            mask=filters.WORDS,
            style="words",
            width=60,
        ),
        Column("category", "类别", lambda line: line.category, style="text-nowrap"),
        Column("owner", "负责人", lambda line: line.owner or "待分派", style="text-nowrap"),
        Column("area", "片区", lambda line: line.area, is_shown=False),
        Column(
            "opened",
            "来时",
            lambda line: line.opened_at,
            shows=lambda asked, line: form_values.moment(asked, line.opened_at),
            style="text-nowrap end",
            width=18,
        ),
        Column("answered", "首次答复", lambda line: line.first_answered_at, is_shown=False, width=18),
        Column("closed", "办结时间", lambda line: line.closed_at, is_shown=False, width=18),
        Column("how", "怎样办结", lambda line: texts.HOW_CLOSED.get(line.closed_how or "", ""), is_shown=False),
    ),
    find=_find,
    nothing_left=("没有符合的留言", "换一个条件，或清除筛选再看。"),
    export=VISITS_EXPORT,
)


@access.allow(VISITS_SEE)
def inbox() -> ResponseReturnValue:
    """List the requests, the most urgent first; closed ones the newest first."""
    with current_services().reading() as session:
        managers = areas.managers(session)
        return render_template("visits/console/inbox.html", **_list(session), managers=managers)


@access.allow(VISITS_SEE, polled=True)
def lines() -> ResponseReturnValue:
    """Return the list alone; the page asks for it every few seconds."""
    with current_services().reading() as session:
        return render_template("visits/console/_lines.html", **_list(session), is_polled=True)


def _list(session: Session) -> dict[str, Any]:
    shown = looking.look(INBOX, session, endpoint="visits_pages.inbox")
    asked, now, zone = shown.asked, shown.asked.now, shown.asked.services.zone
    counts, shelf = queries.counts(session, form_values.asking(asked), now=now), _shelf(asked)
    return {
        "shown": shown,
        "shelf": shelf,
        # Rare: offered to whoever comes for it from the front page.
        "shelves": {each: word for each, word in SHELVES.items() if each is not Shelf.UNHEARD or each is shelf},
        "numbers": {
            Shelf.OPEN: counts.open - counts.snoozed,
            Shelf.OVERDUE: counts.overdue,
            Shelf.TODAY: counts.today,
            Shelf.POOL: counts.pool,
            Shelf.WAITING: counts.waiting,
            Shelf.SNOOZED: counts.snoozed,
        },
        "most": queries.COUNTED,
        "chips": CHIPS,
        "snippet": lambda line: _snippet(asked, line),
        "last_words": lambda line: _words(asked, line) or looking.NOTHING,
        "due": lambda line: form_values.due(line, now=now, zone=zone),
        "nothing": INBOX.nothing_left if shown.is_narrowed else NOTHING.get(shelf, INBOX.nothing_left),
        "thread_of": looking.leading(THREAD, **shown.kept),
        "newest": queries.newest(session, shown.page.lines),
        "may_tick": _may_tick(asked),
        "categories": queries.choices(session) if _may_tick(asked) else [],
        "snoozes": buttons.SNOOZES,
        "picked": request.args.get("pick") == "all",
        "at": when(now, now=now, zone=zone),
        "texts": texts,
    }


def breaches(services: Services, session: Session, visitor: Visitor, now: datetime) -> Mapping[str, Any] | None:
    """Return the most overdue requests of which nobody above the owner could be notified."""
    who = visibility.of_visitor(session, visitor, now=now, zone=services.zone)
    page = queries.page(session, who, InboxFilter(shelf=Shelf.UNHEARD), now=now, limit=ON_TILE)
    return {"page": page, "nobodys": texts.NOBODYS} if page.lines else None
