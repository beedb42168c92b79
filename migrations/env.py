"""Alembic environment: connection and features come from `schema.upgrade`, or, for a developer's own calls, from
DATABASE_URL and alembic.ini.
"""

import os
import pkgutil
from collections.abc import Sequence

from alembic import context
from sqlalchemy import Connection

from foundation.database import Base, Database
from migrations import schema
from wechat_bot.feature import Feature


def run(connection: Connection) -> None:
    """Migrate over one connection."""
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        render_as_batch=True,
        compare_type=True,
        # SQLite cannot alter a table, so alembic rebuilds it. One transaction: after a failure the old schema remains.
        transaction_per_migration=False,
        transactional_ddl=True,
        render_item=schema.render_item,
        include_object=schema.compares(connection.dialect.name, features),
    )
    with context.begin_transaction():
        context.run_migrations()


_given = context.config.attributes.get("features")
features: Sequence[Feature] = _given or pkgutil.resolve_name(context.config.get_main_option("features", ""))
given = context.config.attributes.get("connection")
if given is not None:
    run(given)
else:
    database = Database(os.environ["DATABASE_URL"])
    with database.engine.begin() as own:
        run(own)
    database.dispose()
