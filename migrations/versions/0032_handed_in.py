"""What one person, and all, hand in by pages inside WeChat is counted.

Revision ID: 0032
Revises: 0031
"""

import sqlalchemy as sa
from alembic import op
from foundation.database import Moment

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "handed_in",
        sa.Column("who", sa.String(length=32), nullable=False),
        sa.Column("seconds", sa.Integer(), nullable=False),
        sa.Column("began_at", Moment(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("who", "seconds", "began_at", name=op.f("pk_handed_in")),
    )
    op.create_index(op.f("ix_handed_in_began_at"), "handed_in", ["began_at"])


def downgrade() -> None:
    op.drop_index(op.f("ix_handed_in_began_at"), table_name="handed_in")
    op.drop_table("handed_in")
