"""What the migrations make is what the models declare."""

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect, text

from config.app import FEATURES
from foundation.database import Base, Database
from migrations import schema
from wechat_bot import collecting


# SQLite tells nothing of an index on an expression; PostgreSQL does, and is compared.
@pytest.mark.filterwarnings("ignore:.*expression-based index")
def test_migrations_make_what_the_models_declare(stores) -> None:
    database = Database(stores["database_url"])
    options = {"compare_type": True, "include_object": schema.compares(database.engine.dialect.name, FEATURES)}
    with database.engine.connect() as connection:
        found = compare_metadata(MigrationContext.configure(connection, opts=options), Base.metadata)
        tables = inspect(connection).get_table_names()
    database.dispose()
    assert found == []
    assert {table.name for table in collecting.tables(FEATURES)} <= set(tables)


def test_a_database_of_before_the_release_is_refused_with_what_to_do_and_left_as_it_is(house) -> None:
    engine = house.services.database.engine
    with engine.begin() as connection:
        newest = connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one()
        connection.execute(text("UPDATE alembic_version SET version_num = '0034'"))
    try:
        for command in (("db", "upgrade"), ("worker",)):
            told = house.flask(*command)
            assert told.exit_code == 1
            assert (
                "the schema 0034" in told.output and "another file or an empty database in DATABASE_URL" in told.output
            )
        with engine.connect() as connection:
            assert connection.execute(text("SELECT version_num FROM alembic_version")).scalars().all() == ["0034"]
    finally:
        with engine.begin() as connection:
            connection.execute(text("UPDATE alembic_version SET version_num = :newest"), {"newest": newest})
    assert house.flask("db", "upgrade").exit_code == 0
