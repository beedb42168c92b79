"""On PostgreSQL a shop's openid is unique by an index in part: a change of it locks nobody out who refers to the shop.

A full unique index makes its columns a key, whose change takes the lock that foreign keys wait for. SQLite knows no
such locks, and would have to drop the table, with all that is deleted with a shop.
"""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        where = sa.text("openid IS NOT NULL")
        op.create_index("ix_retailer_openid", "retailer", ["openid"], unique=True, postgresql_where=where)
        op.drop_constraint("uq_retailer_openid", "retailer", type_="unique")


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.create_unique_constraint("uq_retailer_openid", "retailer", ["openid"])
        op.drop_index("ix_retailer_openid", "retailer")
