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

#: The most connections a process opens. Fewer than a web process has threads, so that where the database hangs some
#: threads are left to answer that it does.
CONNECTIONS = 6
#: Seconds a thread waits for a free connection, and for a new one to be made: short enough to still answer in time.
FREE_WITHIN, OPEN_WITHIN = 3.0, 3
#: Seconds for which a transaction that could not begin is tried again: a database that restarts is back by then.
BEGINS_WITHIN, TRY_EVERY = 1.0, 0.1
#: PostgreSQL's errors where a pooler gave a prepared statement another server session: the statement does not exist
#: there, or exists already.
LOST = ("26000", "42P05")

# Alembic can only drop or alter constraints that have a name, and SQLite gives them none by itself.
NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


#: Execution option of a statement that writes rows which the session also holds as objects: those are updated too.
SYNCHRONISED: Mapping[str, Any] = {"synchronize_session": "auto"}


class Moment(TypeDecorator[datetime]):
    """Column of a moment in UTC: takes and gives timezone-aware datetimes only, also on SQLite, which stores none."""

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

# none_as_null: a missing value is SQL's NULL, which a query can ask for, and not JSON's null.
Json = JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")


class Base(DeclarativeBase):
    """Declarative base of every table of the product."""

    metadata = MetaData(naming_convention=NAMES)
    type_annotation_map = {datetime: Moment(), dict[str, Any]: Json, list[Any]: Json}


class Database:
    """Database connection pool with two kinds of session: `transaction()` to write and `reading()` to read."""

    def __init__(self, url: str, *, connections: int = CONNECTIONS, prepares: bool = True) -> None:
        """`prepares`: whether statements are prepared on the server, which a pooler in transaction mode cannot do."""
        self.url: URL = make_url(url)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self.engine = _sqlite(self.url) if self.is_sqlite else _postgresql(self.url, connections, prepares)
        self._is_away = False
        self._absences = Seldom()
        # Threads of one process queue here in order: SQLite itself polls for its lock, and some threads would starve.
        self._one_writer = threading.Lock() if self.is_sqlite else nullcontext()

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """A session that commits when the block ends and rolls back when it raises. For doors only."""
        with self._one_writer, self._session() as session, session.begin():
            if self.is_sqlite:
                # Take the write lock at the start: one asked for in mid-transaction may be refused at once ("locked").
                session.connection(execution_options={"sqlite_begin": "BEGIN IMMEDIATE"})
            else:
                self._begin(session, {})
            yield session

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A read-only session that sees one consistent snapshot of the database."""
        options = {} if self.is_sqlite else {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
        with self._session() as session:
            self._begin(session, options)
            yield session

    def wait(self, longest: float, tell: Callable[[OperationalError], None]) -> None:
        """Wait, at most so many seconds, until the database takes connections; `tell` is called once if not at once.

        Raises the last error where it still takes none.
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
        """Log that the database is unreachable, at most once a minute: some callers try every second."""
        self._absences.warning("the database is of no use just now", error=str(error).splitlines()[0])

    def empty_log(self) -> bool:
        """Checkpoint and truncate SQLite's write-ahead log, which still holds erased data.

        False where a reader prevented it, so that the caller tries again. PostgreSQL does this by itself: VACUUM, and
        its log is recycled.
        """
        if not self.is_sqlite:
            return True
        with self._one_writer:
            pooled = self.engine.raw_connection()
            connection: Any = pooled.driver_connection
            try:
                # Writers wait for this, so it must not wait for anybody.
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
        # UPDATE and DELETE statements leave the objects of a session as they were read. Where such an object is used
        # afterwards, the statement is executed with `SYNCHRONISED`.
        return Session(self.engine, expire_on_commit=False, execution_options={"synchronize_session": False})

    def _begin(self, session: Session, options: dict[str, Any]) -> None:
        """Begin a transaction, trying again while no connection can be made: nothing was done yet.

        While the database is known to be unreachable, it is tried only once.
        """
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
    """Execute an INSERT, UPDATE or DELETE; gives the number of rows changed, which tells who won a compare-and-set."""
    # Without the option SQLAlchemy drops the count of an INSERT on PostgreSQL.
    done = session.execute(statement, execution_options={"preserve_rowcount": True})
    return cast("CursorResult[Any]", done).rowcount


def one_at_a_time(session: Session, key: int) -> None:
    """Take an advisory lock on this key until the transaction ends; on SQLite there is only one writer anyway."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": key})


def is_contention(error: OperationalError) -> bool:
    """Whether a transaction was aborted because of another one, so that the same transaction may succeed if repeated.

    PostgreSQL's serialization failure, deadlock, and lock timeout (its documentation, appendix A); SQLite's busy.
    """
    cause = error.orig
    code = str(getattr(cause, "sqlstate", None) or getattr(cause, "sqlite_errorname", ""))
    return code in ("40001", "40P01", "55P03") or code.startswith("SQLITE_BUSY")


def is_away(error: BaseException) -> bool:
    """Whether the database itself cannot be used now: unreachable, not started yet, full, a read-only replica, or
    without a free connection."""
    if isinstance(error, NoneFree):
        return True
    if isinstance(error, InternalError):
        return getattr(error.orig, "sqlstate", None) == "25006"  # read-only: after a failover, or set so by somebody
    if not isinstance(error, OperationalError) or is_contention(error):
        return False
    # An error without a statement happened while connecting, or at the commit.
    return error.connection_invalidated or error.statement is None or is_full(error) or _cannot_reach_disk(error)


def is_full(error: DBAPIError) -> bool:
    """Whether the database's disk is full, by PostgreSQL's disk_full or SQLite's own error."""
    cause = error.orig
    return getattr(cause, "sqlstate", None) == "53100" or getattr(cause, "sqlite_errorname", "") == "SQLITE_FULL"


def _cannot_reach_disk(error: OperationalError) -> bool:
    name = str(getattr(error.orig, "sqlite_errorname", ""))
    return name.startswith(("SQLITE_IOERR", "SQLITE_CANTOPEN", "SQLITE_READONLY"))


def count_to(session: Session, found: Select[Any], most: int) -> int:
    """The number of rows a select finds, counted up to `most` + 1: the same cost at any size of the table."""
    return session.scalar(select(func.count()).select_from(found.limit(most + 1).subquery())) or 0


def count_up(session: Session, counter: Any, row: Mapping[str, Any], by: int = 1, **noted: Any) -> int:
    """Add to a counter column in the row with this key, which is inserted where missing; gives the new count."""
    statement = upsert(session, counter.class_).values({**row, **noted, counter.key: by})
    added = statement.on_conflict_do_update(index_elements=list(row), set_={counter.key: counter + by, **noted})
    return int(session.execute(added.returning(counter)).scalar_one())


def upsert(session: Session, table: Any) -> Any:
    """An INSERT with ON CONFLICT, in the dialect of the session's database."""
    return sqlite_insert(table) if session.get_bind().dialect.name == "sqlite" else postgresql_insert(table)


def _postgresql(url: URL, connections: int, prepares: bool) -> Engine:
    connect = {
        "connect_timeout": OPEN_WITHIN,
        "tcp_user_timeout": 10_000,  # milliseconds; a machine that has failed closes no connection
    }
    # No startup options: a pooler refuses them. They are set as the role's defaults (`migrations.schema.settle`).
    engine = create_engine(
        url.set(drivername="postgresql+psycopg"),
        connect_args=connect,
        pool_size=connections,
        max_overflow=0,
        pool_timeout=FREE_WITHIN,
        # Every session ends its own transaction; a second rollback on return to the pool would be wasted.
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
        # The server writes to an idle connection only to close it. Asking the socket costs no round trip.
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
        # FULL: a row marked as sent must survive a power cut. Deleted data is overwritten, so that erased people cannot
        # be read out of the file.
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "secure_delete=ON", _PATIENT):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        connection.exec_driver_sql(connection.get_execution_options().get("sqlite_begin", "BEGIN"))

    return engine
