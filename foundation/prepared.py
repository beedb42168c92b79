"""Prepared statement: SQLAlchemy compiles it once for each database, and the driver's own cursor executes it.

For the callback, which executes four statements for every message: through SQLAlchemy each takes about three times as
long.
The connection, the transaction and the errors are still the session's.
"""

from collections import namedtuple
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Select
from sqlalchemy.engine import Dialect
from sqlalchemy.engine.interfaces import DBAPICursor
from sqlalchemy.orm import Session
from sqlalchemy.sql.dml import UpdateBase
from sqlalchemy.types import TypeEngine

Convert = Callable[[Any], Any]


@dataclass(frozen=True, slots=True)
class _Written:
    """Compiled statement for one database: its SQL, and the converters of parameters and results."""

    sql: str
    #: The order of the parameters, for a driver that takes them by position.
    order: tuple[str, ...] | None
    #: Values of the constants in the statement.
    fixed: Mapping[str, Any]
    into: tuple[tuple[str, Convert], ...]
    out: tuple[tuple[int, Convert], ...]
    #: Named tuple of the result columns.
    row: Any


class Prepared:
    """Prepared statement with named parameters, all required; an INSERT takes every column of its table."""

    def __init__(self, statement: Select[Any] | UpdateBase) -> None:
        self._statement = statement
        self._written: dict[str, _Written] = {}

    def first(self, session: Session, parameters: Mapping[str, Any]) -> Any:
        """The first row as a named tuple, None where there is none. Pending changes of the session are not flushed
        before.
        """
        connection = session.connection()
        if _is_watched(connection):
            return connection.execute(self._statement, parameters).first()
        written = self._in(connection.dialect)
        cursor = _execute(connection, written, parameters)
        found = cursor.fetchone()
        cursor.close()
        if found is None:
            return None
        values = list(found)
        for place, convert in written.out:
            values[place] = convert(values[place])
        return written.row._make(values)

    def run(self, session: Session, parameters: Mapping[str, Any]) -> int:
        """Execute a statement that gives no rows, and return how many it changed. Pending changes of the session are
        not flushed before."""
        connection = session.connection()
        if _is_watched(connection):
            return connection.execute(self._statement, parameters).rowcount
        cursor = _execute(connection, self._in(connection.dialect), parameters)
        changed: int = cursor.rowcount
        cursor.close()
        return changed

    def _in(self, dialect: Dialect) -> _Written:
        written = self._written.get(dialect.name)
        if written is None:
            written = self._written[dialect.name] = _write(self._statement, dialect)
        return written


def _is_watched(connection: Connection) -> bool:
    """Whether event listeners watch statements, as in tests and profiles: they only see what SQLAlchemy executes."""
    return bool(connection.dispatch.before_cursor_execute)


def _execute(connection: Connection, written: _Written, parameters: Mapping[str, Any]) -> DBAPICursor:
    values: Any = {**written.fixed, **parameters}
    for name, convert in written.into:
        values[name] = convert(values[name])
    if written.order is not None:
        values = [values[name] for name in written.order]
    cursor = connection.connection.cursor()
    try:
        cursor.execute(written.sql, values)
    except connection.dialect.loaded_dbapi.Error as error:
        # SQLAlchemy's own error handling, which has no public name: it wraps the error, detects a lost connection, and
        # calls the error listeners.
        connection._handle_dbapi_exception(error, written.sql, values, cursor, None)
    return cursor


def _write(statement: Select[Any] | UpdateBase, dialect: Dialect) -> _Written:
    compiled: Any = statement.compile(dialect=dialect)
    into = [
        (name, convert)
        for name, bind in compiled.binds.items()
        if (convert := _of(bind.type, dialect).bind_processor(dialect))
    ]
    columns = statement.selected_columns if isinstance(statement, Select) else ()
    out = [
        (place, convert)
        for place, column in enumerate(columns)
        if (convert := _of(column.type, dialect).result_processor(dialect, None))
    ]
    fixed = {name: bind.value for name, bind in compiled.binds.items() if not bind.required}
    order = tuple(compiled.positiontup) if compiled.positional else None
    # SQLAlchemy's names may be invalid in Python or name two columns: such a column is known by its position only.
    row = namedtuple("Row", [str(column.key) for column in columns], rename=True)  # type: ignore[misc]
    return _Written(str(compiled), order, fixed, tuple(into), tuple(out), row)


def _of(kind: TypeEngine[Any], dialect: Dialect) -> TypeEngine[Any]:
    return kind.dialect_impl(dialect)
