"""Of what its shop adds a manager is told once until they look; the last sends of a window are left to what matters more.

Revision ID: 0033
Revises: 0032
"""

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("delivery", sa.Column("spares", sa.SmallInteger(), nullable=False, server_default="0"))
    op.add_column("visit_request", sa.Column("looked_id", sa.Integer(), nullable=True))
    op.add_column("visit_request", sa.Column("told_id", sa.Integer(), nullable=True))


def downgrade() -> None:
    op.drop_column("visit_request", "told_id")
    op.drop_column("visit_request", "looked_id")
    op.drop_column("delivery", "spares")
