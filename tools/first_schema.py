"""Writer of the first migration, from what the models declare.

    .venv/bin/python -m tools.first_schema

For as long as the schema is unreleased: instead of adding a migration, the first one is written anew, and databases
made by the older one are refused (`migrations/schema.py`). Once it is released it is never changed, and this file goes.
"""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from alembic.autogenerate import render_python_code
from alembic.operations.ops import CreateIndexOp, CreateTableOp, UpgradeOps
from sqlalchemy import Index

from config.app import FEATURES
from migrations import schema
from wechat_bot import collecting

PATH = Path(schema.__file__).parent / "versions" / "r0001_first_schema.py"
HEAD = '''"""First schema: every table, as `python -m tools.first_schema` wrote it from the models.

Search tables, triggers and first rows are not here: `migrations.schema.upgrade` makes them after every migration.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from foundation.database import Json, Moment

revision = "r0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
'''


def main() -> None:
    """Write the file."""
    text = HEAD + "".join(f"    {line}\n" for line in _lines())
    command = [Path(sys.executable).parent / "ruff", "format", "--stdin-filename", "first.py", "-"]
    done = subprocess.run(command, input=text, capture_output=True, text=True, check=True)
    PATH.write_text(done.stdout)


def _lines() -> Iterator[str]:
    for table in collecting.tables(FEATURES):
        yield from _code(CreateTableOp.from_table(table))
        for index in sorted(table.indexes, key=lambda each: str(each.name)):
            yield from _index(index)


def _index(index: Index) -> Iterator[str]:
    wanted = index._ddl_if  # set by `ddl_if`; SQLAlchemy has no public name for it
    if wanted is not None:
        yield f'if op.get_bind().dialect.name == "{wanted.dialect}":'
    for line in _code(CreateIndexOp.from_index(index)):
        yield line if wanted is None else f"    {line}"


def _code(operation: CreateTableOp | CreateIndexOp) -> Iterator[str]:
    written = render_python_code(UpgradeOps([operation]), render_item=schema.render_item)
    return (line.strip() for line in written.splitlines() if not line.strip().startswith("#"))


if __name__ == "__main__":
    main()
