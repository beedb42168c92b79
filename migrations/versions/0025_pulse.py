"""Moments under a name: what the health page writes, and since when the clock has gone steadily."""

import sqlalchemy as sa
from alembic import op

from foundation.database import Moment

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "pulse",
        sa.Column("name", sa.String(length=32), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_pulse")),
    )


def downgrade() -> None:
    op.drop_table("pulse")
