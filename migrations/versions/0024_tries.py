"""How often a message was posted that could not be answered.

Revision ID: 0024
Revises: 0023
"""

import sqlalchemy as sa
from alembic import op
from foundation.database import Moment

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "tried",
        sa.Column("key", sa.String(64), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("tried_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_tried")),
    )
    op.create_index(op.f("ix_tried_tried_at"), "tried", ["tried_at"])


def downgrade() -> None:
    op.drop_table("tried")
