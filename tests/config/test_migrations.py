"""What the migrations make is what the models declare."""

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect

from foundation.database import Base, Database
from migrations import schema


# SQLite tells nothing of an index on an expression; PostgreSQL does, and is compared.
@pytest.mark.filterwarnings("ignore:.*expression-based index")
def test_migrations_make_what_the_models_declare(stores) -> None:
    database = Database(stores["database_url"])
    options = {"compare_type": True, "include_object": schema.compares(database.engine.dialect.name)}
    with database.engine.connect() as connection:
        found = compare_metadata(MigrationContext.configure(connection, opts=options), Base.metadata)
        tables = inspect(connection).get_table_names()
    database.dispose()
    assert found == []
    assert set(Base.metadata.tables) <= set(tables)
