"""Database access: one declarative base, one transaction per use-case, the same code on SQLite and PostgreSQL."""

import select as waiting
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

import structlog
from sqlalchemy import JSON, DateTime, MetaData, Select, create_engine, event, func, select, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.engine import URL, Connection, CursorResult, Dialect, Engine, ExceptionContext, make_url
from sqlalchemy.exc import DBAPIError, DisconnectionError, InternalError, OperationalError
from sqlalchemy.exc import TimeoutError as NoneFree
from sqlalchemy.orm import DeclarativeBase, Session
from sqlalchemy.pool import ConnectionPoolEntry
from sqlalchemy.types import TypeDecorator

from foundation.log import Seldom

log = structlog.get_logger(__name__)

#: Connections a process opens at most. Fewer than a web process has threads: where the database hangs, some are left to
#: say so.
CONNECTIONS = 6
#: Seconds a thread waits for one of them to be free, and for a new one to come about: an answer in time must be left.
FREE_WITHIN, OPEN_WITHIN = 3.0, 3
#: Seconds a transaction that never began is begun again: a database that restarts is back by then.
BEGINS_WITHIN, TRY_EVERY = 1.0, 0.1
#: What PostgreSQL says where a pooler changed the server's session under a prepared statement: it is not there, or is
#: there already.
LOST = ("26000", "42P05")

# Alembic can only drop or alter what has a name, and SQLite names nothing by itself.
NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


#: For a statement that writes rows which the session holds as objects too: these are brought up to date.
SYNCHRONISED: Mapping[str, Any] = {"synchronize_session": "auto"}


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

    def __init__(self, url: str, *, connections: int = CONNECTIONS, prepares: bool = True) -> None:
        """`prepares` statements on the server, which a pooler in transaction mode does not bear."""
        self.url: URL = make_url(url)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self.engine = _sqlite(self.url) if self.is_sqlite else _postgresql(self.url, connections, prepares)
        self._is_away = False
        self._absences = Seldom()
        # Threads of one process queue here in turn: SQLite's own busy loop polls and starves some of them.
        self._one_writer = threading.Lock() if self.is_sqlite else nullcontext()

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """A session that commits when the block ends and rolls back when it raises. For doors only."""
        with self._one_writer, self._session() as session, session.begin():
            if self.is_sqlite:
                # The write lock from the start: a lock asked for half-way may be refused at once ("locked").
                session.connection(execution_options={"sqlite_begin": "BEGIN IMMEDIATE"})
            else:
                self._begin(session, {})
            yield session

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session that sees one moment of the database and keeps nothing."""
        options = {} if self.is_sqlite else {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
        with self._session() as session:
            self._begin(session, options)
            yield session

    def wait(self, longest: float, tell: Callable[[OperationalError], None]) -> None:
        """Wait until it takes connections, so many seconds at most; `tell` is called once where it does not at first.

        Raises what it said last where it still does not.
        """
        until, is_told = time.monotonic() + longest, False
        while True:
            try:
                self.engine.connect().close()
            except OperationalError as error:
                if self.is_sqlite or time.monotonic() > until:
                    raise
                if not is_told:
                    tell(error)
                    is_told = True
                time.sleep(1.0)
            else:
                return

    def tell(self, error: BaseException) -> None:
        """Log, seldom, that it is away: whoever looks every second meets that every second."""
        self._absences.warning("the database is of no use just now", error=str(error).splitlines()[0])

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

    def _session(self) -> Session:
        # Statements that write rows by themselves leave the objects of a session as they were read. Where one of these
        # is used afterwards the statement says so (`SYNCHRONISED`).
        return Session(self.engine, expire_on_commit=False, execution_options={"synchronize_session": False})

    def _begin(self, session: Session, options: dict[str, Any]) -> None:
        """Begin; again where no connection came about, for nothing was done yet. Of a database known to be away nobody
        waits for more than one try."""
        until = time.monotonic() + BEGINS_WITHIN
        while True:
            try:
                session.connection(execution_options=options)
            except OperationalError:
                if self.is_sqlite or self._is_away or time.monotonic() > until:
                    self._is_away = not self.is_sqlite
                    raise
                time.sleep(TRY_EVERY)
            else:
                if self._is_away:
                    self._is_away = False
                    log.info("the database is back")
                return


def changed(session: Session, statement: Any) -> int:
    """Execute an INSERT, UPDATE or DELETE; gives how many rows it changed, which says who won a compare-and-set."""
    # Without the option SQLAlchemy drops the count of an INSERT on PostgreSQL.
    done = session.execute(statement, execution_options={"preserve_rowcount": True})
    return cast("CursorResult[Any]", done).rowcount


def one_at_a_time(session: Session, key: int) -> None:
    """Wait until no other transaction holds this key, and hold it to the end; SQLite has one writer anyway."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": key})


def is_contention(error: OperationalError) -> bool:
    """Whether a transaction was given up for the sake of another one: the same, done again, may well succeed.

    PostgreSQL's serialization failure, deadlock, and lock timeout (its documentation, appendix A); SQLite's busy.
    """
    cause = error.orig
    code = str(getattr(cause, "sqlstate", None) or getattr(cause, "sqlite_errorname", ""))
    return code in ("40001", "40P01", "55P03") or code.startswith("SQLITE_BUSY")


def is_away(error: BaseException) -> bool:
    """Whether the database itself is of no use just now: gone, not there yet, full, a replica that takes nothing, or
    with no connection free."""
    if isinstance(error, NoneFree):
        return True
    if isinstance(error, InternalError):
        return getattr(error.orig, "sqlstate", None) == "25006"  # read-only: after a failover, or set so by somebody
    if not isinstance(error, OperationalError) or is_contention(error):
        return False
    # Without a statement: it failed at the connection, or at the commit.
    return error.connection_invalidated or error.statement is None or is_full(error) or _cannot_reach_disk(error)


def is_full(error: DBAPIError) -> bool:
    """Whether the database's disk is full: PostgreSQL's disk_full, SQLite's own word."""
    cause = error.orig
    return getattr(cause, "sqlstate", None) == "53100" or getattr(cause, "sqlite_errorname", "") == "SQLITE_FULL"


def _cannot_reach_disk(error: OperationalError) -> bool:
    name = str(getattr(error.orig, "sqlite_errorname", ""))
    return name.startswith(("SQLITE_IOERR", "SQLITE_CANTOPEN", "SQLITE_READONLY"))


def count_to(session: Session, found: Select[Any], most: int) -> int:
    """How many rows a select finds, counted no further than `most` and one: the same cost at any size of the table."""
    return session.scalar(select(func.count()).select_from(found.limit(most + 1).subquery())) or 0


def count_up(session: Session, counter: Any, row: Mapping[str, Any], by: int = 1, **noted: Any) -> int:
    """Add to a counter, a column, in the row with this key, made where there is none; gives what it counts by now."""
    statement = upsert(session, counter.class_).values({**row, **noted, counter.key: by})
    added = statement.on_conflict_do_update(index_elements=list(row), set_={counter.key: counter + by, **noted})
    return int(session.execute(added.returning(counter)).scalar_one())


def upsert(session: Session, table: Any) -> Any:
    """An INSERT that knows ON CONFLICT, in the dialect of the session's database."""
    return sqlite_insert(table) if session.get_bind().dialect.name == "sqlite" else postgresql_insert(table)


def _postgresql(url: URL, connections: int, prepares: bool) -> Engine:
    connect = {
        "connect_timeout": OPEN_WITHIN,
        "tcp_user_timeout": 10_000,  # milliseconds; a machine that is gone closes no connection
    }
    # No startup options: a pooler refuses them. What they would say is the role's own (`migrations.schema.settle`).
    engine = create_engine(
        url.set(drivername="postgresql+psycopg"),
        connect_args=connect,
        pool_size=connections,
        max_overflow=0,
        pool_timeout=FREE_WITHIN,
        # Every session ends its own transaction; a second rollback at the pool's door only costs.
        pool_reset_on_return=None,
    )

    @event.listens_for(engine, "handle_error")
    def is_pooled(failure: ExceptionContext) -> None:
        nonlocal prepares
        if prepares and getattr(failure.original_exception, "sqlstate", None) in LOST:
            prepares = False
            log.error("a pooler loses prepared statements; none is prepared from now on. Set DATABASE_PREPARE=0")

    @event.listens_for(engine, "checkout")
    def is_there(connection: Any, record: ConnectionPoolEntry, lent: Any) -> None:
        if not prepares:
            connection.prepare_threshold = None
        # Nobody writes to an idle connection but to say that it ends. Asking the socket costs no way to the server.
        ready = waiting.poll()
        ready.register(connection.fileno(), waiting.POLLIN)
        if ready.poll(0):
            raise DisconnectionError

    return engine


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
