"""Wishes: their table."""

import sqlalchemy as sa
from alembic import op

from foundation.database import Moment

revision, down_revision, branch_labels, depends_on = "toy1", None, ("toy",), "r0001"


def upgrade() -> None:
    op.create_table(
        "toy_wish",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("retailer_id", sa.Integer(), sa.ForeignKey("retailer.id"), nullable=False, index=True),
        sa.Column("what", sa.String(length=80), nullable=False),
        sa.Column("boxes", sa.Integer(), nullable=False),
        sa.Column("made_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )


def downgrade() -> None:
    op.drop_table("toy_wish")
