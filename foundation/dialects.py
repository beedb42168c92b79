"""SQL dialect helpers: what SQLite and PostgreSQL write differently; no other code asks which database it is."""

import json
from collections.abc import Mapping, Sequence
from typing import Any, cast

from sqlalchemy import (
    CTE,
    JSON,
    BigInteger,
    ColumnElement,
    Integer,
    Select,
    SelectBase,
    String,
    Table,
    Text,
    TextClause,
    any_,
    bindparam,
    func,
    literal,
    or_,
    select,
    text,
)
from sqlalchemy import cast as sql_cast
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import DeclarativeBase, Session
from sqlalchemy.sql.functions import FunctionElement


def table_of(model: type[DeclarativeBase]) -> Table:
    """Table of a model, for statements that bypass the ORM."""
    return cast(Table, model.__table__)


def only(condition: str | TextClause) -> dict[str, Any]:
    """Keyword arguments that make an index partial: `Index("ix_task_open", "id", **only("not is_done"))`."""
    where = text(condition) if isinstance(condition, str) else condition
    return {"sqlite_where": where, "postgresql_where": where}


def has_one_writer(session: Session) -> bool:
    """Whether the database has a single writer, for which the others wait in no particular order (SQLite)."""
    return session.get_bind().dialect.name == "sqlite"


def materialized(statement: SelectBase, name: str) -> CTE:
    """Materialised CTE of a select: its rows are found first, so that a LIMIT in it takes effect."""
    return statement.cte(name).prefix_with("MATERIALIZED", dialect="postgresql")


def among(session: Session, column: Any, values: Sequence[int]) -> ColumnElement[bool]:
    """Condition that a column has one of many values, passed as one parameter: thousands of them would be slow."""
    if _is_sqlite(session):
        return cast(
            "ColumnElement[bool]", column.in_(select(func.json_each(json.dumps(values)).table_valued("value").c.value))
        )
    # In a subquery PostgreSQL's planner estimates ten values and uses the index; shown a thousand values, it would scan
    # the whole table.
    given = select(literal(values, ARRAY(Integer))).scalar_subquery()
    return cast("ColumnElement[bool]", column == any_(sql_cast(given, ARRAY(Integer))))


def gathered(session: Session, column: ColumnElement[int]) -> ColumnElement[Any]:
    """The numbers that a column has in a group of rows, as one list."""
    if _is_sqlite(session):
        return func.json_group_array(column, type_=JSON())
    return func.array_agg(column)


def rows_of(session: Session, values: Sequence[str]) -> Select[str]:
    """A select of many given texts, passed as one parameter."""
    if _is_sqlite(session):
        return select(func.json_each(json.dumps(values)).table_valued("value").c.value)
    return select(func.unnest(sql_cast(literal(values, ARRAY(String)), ARRAY(String))).label("value"))


def json_has(session: Session, column: Any, path: tuple[str, str], values: Sequence[int]) -> ColumnElement[bool]:
    """Condition that the value at a path of a JSON column is one of these numbers, or a list that holds one of them."""
    outer, inner = path
    if _is_sqlite(session):
        # json_each iterates over a list, and treats a single number as a list of one.
        each = func.json_each(column, f'$."{outer}".{inner}').table_valued("value")
        return select(1).select_from(each).where(each.c.value.in_(values)).exists()
    # In jsonb a list contains each number in it, and a number contains itself.
    return or_(*(column[outer][inner].op("@>")(bindparam(None, value, type_=JSONB())) for value in values))


def returning_many(session: Session, statement: Any, column: Any) -> Any:
    """An INSERT of many rows in few statements: with RETURNING, SQLAlchemy joins the rows on PostgreSQL, and triggers
    that run per statement run once for all of them."""
    return statement if _is_sqlite(session) else statement.returning(column)


def count_many(
    session: Session, table: str, fixed: Mapping[str, Any], keys: Mapping[str, str], rows: Sequence[Sequence[Any]]
) -> None:
    """Add thousands of rows to a table of counters: `fixed` columns, then `keys` with their types, then the `count`.

    On PostgreSQL one statement with arrays, on SQLite one statement executed many times: the fastest way of each.
    """
    if not rows:
        return
    names, types = [*keys, "count"], [*keys.values(), "bigint"]
    into = f"INSERT INTO {table} ({', '.join([*fixed, *names])})"
    adds = f"ON CONFLICT ({', '.join([*fixed, *keys])}) DO UPDATE SET count = {table}.count + excluded.count"
    same = "".join(f":{name}, " for name in fixed)
    if _is_sqlite(session):
        values = same + ", ".join(f":{name}" for name in names)
        many = [{**fixed, **dict(zip(names, row, strict=True))} for row in rows]
        session.execute(text(f"{into} VALUES ({values}) {adds}"), many)
    else:
        lists = ", ".join(f"CAST(:{name} AS {kind}[])" for name, kind in zip(names, types, strict=True))
        given = {name: list(each) for name, each in zip(names, zip(*rows, strict=True), strict=True)}
        added = text(f"{into} SELECT {same}* FROM unnest({lists}) {adds}")  # noqa: S608 - only our own names
        session.execute(added, {**fixed, **given})


class milliseconds_between(FunctionElement[int]):
    """SQL function of the whole milliseconds between two moments: `milliseconds_between(later, earlier)`."""

    type = BigInteger()
    inherit_cache = True
    name = "milliseconds_between"


@compiles(milliseconds_between, "sqlite")
def _on_sqlite(element: Any, compiler: Any, **options: Any) -> str:
    later, earlier = (compiler.process(each, **options) for each in element.clauses)
    # julianday is a double: what is smaller than a millisecond is noise.
    return f"CAST(round((julianday({later}) - julianday({earlier})) * 86400000.0) AS INTEGER)"


@compiles(milliseconds_between, "postgresql")
def _on_postgresql(element: Any, compiler: Any, **options: Any) -> str:
    later, earlier = (compiler.process(each, **options) for each in element.clauses)
    return f"CAST(round(EXTRACT(EPOCH FROM {later} - {earlier}) * 1000) AS BIGINT)"


def json_filled(session: Session, value: Mapping[str, Any], mark: str, words: ColumnElement[str]) -> ColumnElement[Any]:
    """JSON value in whose texts a mark is replaced by words that another one stands in each row."""
    given = literal(json.dumps(value, ensure_ascii=False), Text)
    if _is_sqlite(session):
        quoted = func.json_quote(words)
        return func.replace(given, mark, func.substr(quoted, 2, func.length(quoted) - 2))
    as_json = sql_cast(func.to_json(words), Text)
    return sql_cast(func.replace(given, mark, func.substr(as_json, 2, func.length(as_json) - 2)), JSONB)


def _is_sqlite(session: Session) -> bool:
    return session.get_bind().dialect.name == "sqlite"
