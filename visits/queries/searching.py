"""Search of requests: by number, by shop, by what was said in them."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, false, func, or_, select, tuple_, union
from sqlalchemy.orm import Session, aliased

from console.rules.visitors import Role
from foundation import paging, search_index
from foundation.database import count_to
from foundation.dialects import among
from foundation.paging import Cursor, Order
from foundation.text import folded, keys, widened
from people import rules as people_rules
from people.models import Retailer
from people.permissions import PEOPLE_PHONES
from people.shops import filtering, searching
from visits.models.filed import SPOKEN_SEARCH, SpokenWords
from visits.models.requests import FIRST_NUMBER, Message, Request
from visits.queries.visibility import Colleague

#: With up to so many shops of that name, requests are found by the shops' ids; with more, by scanning requests.
MOST_SHOPS = 5_000
#: Up to so many requests in which the letters of a text stand are looked at, whosever they are.
MOST_SAID = 2_000
#: The columns by which a closed request is filtered and sorted.
WHOSE = (
    Request.id,
    Request.closed_at,
    Request.owner_id,
    Request.retailer_id,
    Request.area_id,
    Request.class_id,
    Request.category_id,
)
#: Conditions of a list on `Request`, or on a row with its columns.
Conditions = Callable[[Any], list[ColumnElement[bool]]]


def among_open(who: Colleague, search: str) -> ColumnElement[bool]:
    """Return the condition of a search among open requests, which are few: their messages are read themselves."""
    text = people_rules.plain(search)
    if not _may_be_said(who, text):
        return _of_shop(text)
    any_message = aliased(Message)
    return or_(_of_shop(text), exists().where(any_message.request_id == Request.id, says(who, text, any_message)))


def says(who: Colleague, text: str, of: Any = Message) -> ColumnElement[bool]:
    """Return the condition that a message says this text, for a colleague who may search for it."""
    if not _may_be_said(who, text):
        return false()
    return or_(*(of.content.icontains(each, autoescape=True) for each in sorted(widened(text))))


def among_closed(
    session: Session, who: Colleague, search: str, conditions: Conditions, order: Order[Any], cursor: Cursor, limit: int
) -> Sequence[int]:
    """Return ids of the closed requests that a search finds, the newest first, or backwards."""
    text = people_rules.plain(search)
    speaks = _may_be_said(who, text)
    columns = (Request.id, Request.closed_at, Retailer.licence, Retailer.names, SpokenWords.said)
    newest: Any = select(*columns).outerjoin(Retailer, Retailer.id == Request.retailer_id)
    newest = newest.outerjoin(SpokenWords, SpokenWords.request_id == Request.id).where(*conditions(Request))
    newest = paging.begun(newest, order, cursor)

    def look_up(rest: Any, most: int) -> Sequence[Any]:
        shops = _shops(session, text)
        if shops is None:  # many shops: requests are filtered while scanning
            return session.execute(newest.where(_matches(text, speaks)).limit(most)).all()
        spoken = _spoken(session, who, text, conditions) if speaks else None
        theirs, found = _candidates(session, text, shops, spoken)
        if theirs is None:
            return []
        found += conditions(theirs)
        if rest is not None:
            is_up = paging.goes_up(order, cursor)
            place, first = tuple_(theirs.closed_at, theirs.id), (rest.closed_at, rest.id)
            found.append(place >= first if is_up else place <= first)
        of_theirs: Order[Any] = Order((theirs.closed_at, theirs.id), order.values, is_down=order.is_down)
        those = paging.begun(select(theirs.id).where(*found), of_theirs, cursor)
        return session.execute(those.limit(most)).all()

    if who.sees.is_company_wide and not _digits(text):
        way = ["closed_at", "id"] if paging.goes_up(order, cursor) else ["-closed_at", "-id"]
        matching = partial(_matching, text, speaks)
        found, _ = search_index.find(session, newest, way, matching, look_up, limit, counts=False)
    else:
        found = list(look_up(None, limit))
    return [row[0] for row in found]


def _candidates(
    session: Session, text: str, shops: Sequence[int], spoken: Any
) -> tuple[Any, list[ColumnElement[bool]]]:
    """Return what may be found, as rows with the columns of `WHOSE` and conditions on them; None where nothing may."""
    number = number_of(text)
    ways: list[Any] = [select(*WHOSE).where(among(session, Request.retailer_id, shops))] if shops else []
    ways += [] if number is None else [select(*WHOSE).where(Request.id == number)]
    ways += [] if spoken is None else [spoken]
    if not ways:
        return None, []
    only = _only_one(session, shops) if number is None and spoken is None else None
    if only is not None:
        return Request, [Request.retailer_id == only]
    # Visibility is checked on what was found: a planner would otherwise begin with all visible requests.
    those = ways[0].cte("those") if len(ways) == 1 else union(*ways).cte("those")
    return those.prefix_with("MATERIALIZED").c, []


def _spoken(session: Session, who: Colleague, text: str, conditions: Conditions) -> Any:
    """Return the closed requests in which this was said, as a select of the columns of `WHOSE`; None where there is
    none."""
    words = keys(text)
    said = SpokenWords.said.contains(folded(text), autoescape=True)
    hits = SPOKEN_SEARCH.holding(session, words) if words else None
    is_manager = who.sees.role is Role.MANAGER
    if hits is None or (is_manager and count_to(session, hits, MOST_SAID) > MOST_SAID):
        # Signs alone are in no index; and a common word is looked for in a manager's own requests, which are fewer.
        mine = select(*WHOSE).where(*conditions(Request)).cte("mine").prefix_with("MATERIALIZED")
        return select(*mine.c).join(SpokenWords, SpokenWords.request_id == mine.c.id).where(said)
    held = hits.cte("hits").prefix_with("MATERIALIZED")
    those = select(*WHOSE).join(held, held.c.id == Request.id)
    those = those.join(SpokenWords, SpokenWords.request_id == Request.id).where(said)
    is_there = session.execute(those.with_only_columns(Request.id).limit(1)).first() is not None
    return those if is_there else None


def _may_be_said(who: Colleague, text: str) -> bool:
    """Whether messages are searched for this: not for a number, which names a request or a shop; and whoever may not
    see phones could find them out by trying digits."""
    if not text or _digits(text):
        return False
    return who.sees.may(PEOPLE_PHONES) or not any(letter.isdigit() for letter in text)


def _shops(session: Session, text: str) -> Sequence[int] | None:
    """Return the ids of the sought shops, visible or not; None where there are many."""
    digits = _digits(text)
    if not digits:
        return searching.rare(session, text, MOST_SHOPS)
    licensed = select(Retailer.id).where(_is_licence(digits)).limit(MOST_SHOPS + 1)
    found = session.scalars(licensed).all()
    return found if len(found) <= MOST_SHOPS else None


def _only_one(session: Session, shops: Sequence[int]) -> int | None:
    """Return the one of these shops that has closed requests: an index has those in order. None where several have."""
    closed = select(Request.id).where(Request.retailer_id == Retailer.id, Request.closed_at.is_not(None)).limit(1)
    # A value instead of EXISTS, which PostgreSQL would turn into a join with all requests.
    has_closed = closed.correlate(Retailer).scalar_subquery().is_not(None)
    found = session.scalars(select(Retailer.id).where(among(session, Retailer.id, shops), has_closed).limit(2)).all()
    return found[0] if len(found) == 1 else None


def _matching(text: str, speaks: bool, row: Any) -> ColumnElement[bool]:
    """Return the condition that a closed request's row is of a shop of this name, or holds these words."""
    names = filtering.named(text, row)
    if not speaks:
        return names
    # Empty where there is none: NOT NULL would make a planner read the words first.
    said = func.coalesce(row.said, "").contains(folded(text), autoescape=True)
    return or_(names, said)


def _matches(text: str, speaks: bool) -> ColumnElement[bool]:
    if not speaks:
        return _of_shop(text)
    said = func.coalesce(SpokenWords.said, "").contains(folded(text), autoescape=True)
    return or_(_of_shop(text), said)


def _of_shop(text: str) -> ColumnElement[bool]:
    """Return the condition for a request's number, the beginning of a licence, or part of a name. Not the phone, unlike
    people/shops."""
    names = filtering.named(text, Retailer)
    digits = _digits(text)
    if not digits:
        return names
    number = number_of(text)
    return _is_licence(digits) if number is None else or_(Request.id == number, _is_licence(digits))


def _is_licence(digits: str) -> ColumnElement[bool]:
    return and_(Retailer.licence >= digits, Retailer.licence <= digits.ljust(33, "Z"))


def number_of(text: str) -> int | None:
    """Return the id of the request whose number was entered; None where it is no number."""
    digits = _digits(text)
    return int(digits) - FIRST_NUMBER if digits and len(digits) < 10 else None


def _digits(text: str) -> str:
    """Return the entered number or beginning of a licence; empty where it is something else."""
    digits = text.lstrip("#")
    return digits if digits.isascii() and digits.isdigit() and len(digits) <= 32 else ""
