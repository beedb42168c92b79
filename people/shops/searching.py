"""Finding the next shops of the list: what is common is soon met on the way, what is rare the index knows."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Integer,
    Select,
    Text,
    UnaryExpression,
    cast,
    func,
    literal_column,
    select,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session

from console.rules.visitors import Role, Visitor
from foundation.text import keys
from people import rules, upkeep
from people.models import Retailer
from people.shops.narrowing import Filter, licences, named, sought, without_names

#: A search looks through so many shops in their order; what it has hardly met by then is rare, and the index knows it.
WALKED = 1000
#: Met so often on the way it is common enough to be met again, and is followed so far: looked up, it would be a long
#: list to put in order.
COMMON, FOLLOWED = 5, 10_000


def find(
    session: Session,
    visitor: Visitor,
    narrowed: Filter,
    today: date,
    beyond: list[ColumnElement[bool]],
    order: Any,
    limit: int,
) -> tuple[list[int], int]:
    """The ids of the next shops, and how many are known. What is common is soon met, what is rare is looked up."""
    base = select(Retailer.id).where(*without_names(session, visitor, narrowed, today), *beyond)
    if visitor.role is Role.MANAGER:
        # Somebody's own shops are few, but no index has them in order: found first, put in order then.
        mine = base.cte("mine").prefix_with("MATERIALIZED")
        base = select(Retailer.id).join(mine, mine.c.id == Retailer.id)
    if not narrowed.is_search:
        met = list(session.scalars(base.order_by(order).limit(limit)))
        return met, len(met)
    met, number = _walk(session, base, narrowed.search, order, limit)
    rest = _behind(session, base, order, WALKED)
    if COMMON <= len(met) < limit and rest is not None:
        base = base.where(_from(rest, order))
        rest = _behind(session, base, order, FOLLOWED)
        way = base if rest is None else base.where(~_from(rest, order))
        way = way.where(sought(narrowed.search, Retailer)).order_by(order).limit(limit - len(met))
        met += session.scalars(way)
    if len(met) == limit or rest is None:
        return met, max(number, len(met))
    found = [
        (row.licence, row.id)
        for each in _looked_up(session, narrowed.search, base.where(_from(rest, order)))
        for row in session.execute(each.with_only_columns(Retailer.licence, Retailer.id).order_by(order).limit(limit))
    ]
    met += [key for _, key in sorted(set(found), reverse=_is_down(order))[: limit - len(met)]]
    return met, len(met)


def rare(session: Session, search: str, most: int) -> list[int] | None:
    """The ids of all shops a search finds by name or licence, whosever they are; None where they are more than `most`.

    For lists of something else than shops: what is common there is soon met, what is rare is looked up here.
    """
    found: set[int] = set()
    for each in _looked_up(session, search, select(Retailer.id)):
        found.update(session.scalars(each.limit(most + 1)))
    return sorted(found) if len(found) <= most else None


def _walk(session: Session, base: Select[Any], search: str, order: Any, limit: int) -> tuple[list[int], int]:
    """What is met among the next shops: the first of it, and how many."""
    columns = (Retailer.id, Retailer.licence, Retailer.names)
    walked = base.with_only_columns(*columns).order_by(order).limit(WALKED).subquery()
    way = walked.c.licence.desc() if _is_down(order) else walked.c.licence
    statement = select(walked.c.id, func.count().over()).where(sought(search, walked.c)).order_by(way).limit(limit)
    rows = session.execute(statement).all()
    return [row[0] for row in rows], rows[0][1] if rows else 0


def _behind(session: Session, base: Select[Any], order: Any, far: int) -> str | None:
    """The licence of the first shop behind so many; None where there is none."""
    return session.scalar(base.with_only_columns(Retailer.licence).order_by(order).offset(far).limit(1))


def _from(licence: str, order: Any) -> ColumnElement[bool]:
    return Retailer.licence <= licence if _is_down(order) else Retailer.licence >= licence


def _looked_up(session: Session, search: str, base: Select[Any]) -> Iterator[Select[Any]]:
    """The same shops by way of an index: by the licence's beginning, and by the names."""
    plain = rules.plain(search)
    beginning = licences(plain, Retailer.licence)
    if beginning is not None:
        yield base.where(beginning)
    words = keys(plain)
    if not words:  # signs alone, which no index has
        yield base.where(named(plain, Retailer))
        return
    hits = _known(session, words).cte("known").prefix_with("MATERIALIZED")
    yield base.join(hits, hits.c.id == Retailer.id).where(named(plain, Retailer))


def _known(session: Session, words: list[str]) -> Select[Any]:
    if session.get_bind().dialect.name == "postgresql":
        return select(Retailer.id).where(cast(Retailer.grams, ARRAY(Text)).contains(words))
    phrase = " ".join(f'"{word}"' for word in words)
    return (
        select(literal_column("rowid", Integer).label("id"))
        .select_from(text(upkeep.SEARCH))
        .where(literal_column(upkeep.SEARCH).op("MATCH")(phrase))
    )


def _is_down(order: Any) -> bool:
    return isinstance(order, UnaryExpression)
