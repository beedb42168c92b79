"""Schema upgrade: brings a database to the newest schema, and checks whether it is there."""

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Literal

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import to_tuple
from sqlalchemy import JSON, Connection, False_, text
from sqlalchemy.exc import DBAPIError

from foundation.database import Database, Moment
from foundation.search_index import Grams
from wechat_bot import collecting
from wechat_bot.feature import Feature

#: Key of an advisory lock (any number): processes that start together must not migrate at the same time.
LOCK = 0x5757
STRANGE = (
    "This database has the schema {found}, of a program before the first release or newer than this one, and nothing "
    "leads from there to here. Leave it to the program that made it and give this one a new database: name another "
    "file or an empty database in DATABASE_URL (after an older `make run`: delete the folder var), "
    "then run: flask --app wsgi db upgrade"
)


class StrangeSchema(Exception):
    """Error: the database's schema version is unknown to this program; the message says what to do."""


def upgrade(database: Database, features: Sequence[Feature]) -> None:
    """Apply all missing migrations. Safe to call from several processes at once.

    Raises `StrangeSchema`, and changes nothing, where the database is at an unknown migration.
    """
    with database.engine.execution_options(sqlite_begin="BEGIN IMMEDIATE").begin() as connection:
        if not database.is_sqlite:
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
        config = _config(features)
        _refuse_strange(_heads(connection), config)
        config.attributes.update(connection=connection, features=features)
        command.upgrade(config, "heads")
        for feature in features:
            if feature.install:
                feature.install(connection)
            for index in feature.search_indexes:
                index.install(connection)


def settle(database: Database) -> str:
    """Set PostgreSQL's session defaults on the role in this database, because a pooler refuses startup options.

    Gives the reason where that failed, and an empty text where it succeeded.
    """
    if database.is_sqlite:
        return ""
    try:
        with database.engine.begin() as connection:
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
            name = connection.dialect.identifier_preparer.quote(connection.scalar(text("SELECT current_database()")))
            # JIT compilation does not pay for our statements: those that read many rows were a fifth slower with it.
            connection.exec_driver_sql(f"ALTER ROLE CURRENT_USER IN DATABASE {name} SET jit = off")
    except DBAPIError as error:
        return str(error.orig)
    return ""


def is_current(database: Database, features: Sequence[Feature]) -> bool:
    """Whether the database has the newest schema. Raises `StrangeSchema` where it cannot be upgraded."""
    with database.engine.connect() as connection:
        heads = _heads(connection)
    config = _config(features)
    _refuse_strange(heads, config)
    scripts = ScriptDirectory.from_config(config)
    # A database records only the heads, which imply the migrations they depend on.
    implied = {each for script in scripts.walk_revisions() for each in to_tuple(script.dependencies, ())}
    return heads == set(scripts.get_heads()) - implied


def render_item(kind: str, item: Any, context: Any) -> str | Literal[False]:
    """Render our own column types in generated migrations by their names."""
    if kind == "type" and isinstance(item, Moment):
        context.imports.add("from foundation.database import Moment")
        return "Moment()"
    if kind == "type" and isinstance(item, JSON):
        context.imports.add("from foundation.database import Json")
        return "Json"
    if kind == "type" and isinstance(item, Grams):
        context.imports.add("from sqlalchemy.dialects import postgresql")
        return 'sa.Text().with_variant(postgresql.ARRAY(sa.Text()), "postgresql")'
    if kind == "server_default" and isinstance(item.arg, False_):
        return "sa.false()"
    return False


def compares(dialect: str, features: Sequence[Feature]) -> Callable[[Any, str | None, str, bool, Any], bool]:
    """Filter for comparing models with the schema: the features' tables, without SQLite's search indexes and without
    objects that the models declare for the other database only."""
    known = {table.name for table in collecting.tables(features)}
    made = tuple(index.name for feature in features for index in feature.search_indexes)

    def is_compared(item: Any, name: str | None, kind: str, is_reflected: bool, other: Any) -> bool:
        if kind == "table":
            return not (name or "").startswith(made) if is_reflected else name in known
        # `ddl_if` keeps its condition here; SQLAlchemy has no public name for it.
        wanted = None if is_reflected else getattr(item, "_ddl_if", None)
        return wanted is None or wanted.dialect == dialect

    return is_compared


def _heads(connection: Connection) -> set[str]:
    return set(MigrationContext.configure(connection).get_current_heads())


def _refuse_strange(heads: set[str], config: Config) -> None:
    if strange := heads - {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}:
        raise StrangeSchema(STRANGE.format(found=", ".join(sorted(strange))))


def _config(features: Sequence[Feature]) -> Config:
    here = Path(__file__).parent
    folders = [here / "versions", *(feature.migrations for feature in features if feature.migrations)]
    config = Config()
    config.set_main_option("script_location", str(here))
    config.set_main_option("path_separator", "os")
    config.set_main_option("version_locations", os.pathsep.join(map(str, folders)).replace("%", "%%"))
    return config
