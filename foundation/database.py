"""The database: one declarative base, one transaction per use-case, the same code on SQLite and PostgreSQL."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

from sqlalchemy import JSON, DateTime, MetaData, Select, create_engine, event, func, select
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.engine import URL, Connection, CursorResult, Dialect, Engine, make_url
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import DeclarativeBase, Session
from sqlalchemy.pool import ConnectionPoolEntry
from sqlalchemy.types import TypeDecorator

# Alembic can only drop or alter what has a name, and SQLite names nothing by itself.
NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class Moment(TypeDecorator[datetime]):
    """A moment in UTC. Takes and gives aware datetimes only, also where the database knows none (SQLite)."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"a moment needs its time zone: {value!r}")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


_PATIENT = "busy_timeout=30000"

# none_as_null: a missing value is NULL and can be asked for, not the JSON word null.
Json = JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")


class Base(DeclarativeBase):
    """Every table of the product hangs here."""

    metadata = MetaData(naming_convention=NAMES)
    type_annotation_map = {datetime: Moment(), dict[str, Any]: Json, list[Any]: Json}


class Database:
    """An engine, and the two ways in: `transaction()` to write and `reading()` to read."""

    def __init__(self, url: str) -> None:
        self.url: URL = make_url(url)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self.engine = _sqlite(self.url) if self.is_sqlite else _postgresql(self.url)
        # Threads of one process queue here in turn: SQLite's own busy loop polls and starves some of them.
        self._one_writer = threading.Lock() if self.is_sqlite else nullcontext()

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """A session that commits when the block ends and rolls back when it raises. For doors only."""
        with self._one_writer, Session(self.engine, expire_on_commit=False) as session, session.begin():
            if self.is_sqlite:
                # The write lock from the start: a lock asked for half-way may be refused at once ("locked").
                session.connection(execution_options={"sqlite_begin": "BEGIN IMMEDIATE"})
            yield session

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session that sees one moment of the database and keeps nothing."""
        options = {} if self.is_sqlite else {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
        with Session(self.engine, expire_on_commit=False) as session:
            session.connection(execution_options=options)
            yield session

    def empty_log(self) -> bool:
        """Bring SQLite's write-ahead log into the file and empty it: it still holds what was erased. False where
        somebody was reading, for the next look. PostgreSQL does the like by itself (VACUUM, and the log goes round).
        """
        if not self.is_sqlite:
            return True
        with self._one_writer:
            pooled = self.engine.raw_connection()
            connection: Any = pooled.driver_connection
            try:
                # Whoever writes waits for this, so it waits for nobody.
                connection.execute("PRAGMA busy_timeout=100")
                row = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
                return not row[0]
            finally:
                connection.execute(f"PRAGMA {_PATIENT}")
                pooled.close()

    def dispose(self) -> None:
        """Close every pooled connection."""
        self.engine.dispose()


def changed(session: Session, statement: Any) -> int:
    """Execute an INSERT, UPDATE or DELETE; gives how many rows it changed, which says who won a compare-and-set."""
    # Without the option SQLAlchemy drops the count of an INSERT on PostgreSQL.
    done = session.execute(statement, execution_options={"preserve_rowcount": True})
    return cast("CursorResult[Any]", done).rowcount


def is_contention(error: OperationalError) -> bool:
    """Whether a transaction was given up for the sake of another one: the same, done again, may well succeed.

    PostgreSQL's serialization failure, deadlock, and lock timeout (its documentation, appendix A); SQLite's busy.
    """
    cause = error.orig
    code = str(getattr(cause, "sqlstate", None) or getattr(cause, "sqlite_errorname", ""))
    return code in ("40001", "40P01", "55P03") or code.startswith("SQLITE_BUSY")


def count_to(session: Session, found: Select[Any], most: int) -> int:
    """How many rows a select finds, counted no further than `most` and one: the same cost at any size of the table."""
    return session.scalar(select(func.count()).select_from(found.limit(most + 1).subquery())) or 0


def upsert(session: Session, table: Any) -> Any:
    """An INSERT that knows ON CONFLICT, in the dialect of the session's database."""
    return sqlite_insert(table) if session.get_bind().dialect.name == "sqlite" else postgresql_insert(table)


def _postgresql(url: URL) -> Engine:
    return create_engine(
        url.set(drivername="postgresql+psycopg"),
        # No statement of ours is worth compiling: what reads many rows was a fifth slower for it.
        connect_args={"options": "-c jit=off"},
        pool_size=10,
        max_overflow=10,
        # Every session ends its own transaction; a second rollback at the pool's door only costs.
        pool_reset_on_return=None,
    )


def _sqlite(url: URL) -> Engine:
    if url.database and url.database != ":memory:":
        Path(url.database).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(url, connect_args={"timeout": 30, "check_same_thread": False})

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, record: ConnectionPoolEntry) -> None:
        connection.isolation_level = None  # the driver must not open transactions of its own: `begin` below does
        # FULL: a row said to be sent must survive a power cut. What is deleted is overwritten: who was erased is not to
        # be read out of the file.
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "secure_delete=ON", _PATIENT):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        connection.exec_driver_sql(connection.get_execution_options().get("sqlite_begin", "BEGIN"))

    return engine
