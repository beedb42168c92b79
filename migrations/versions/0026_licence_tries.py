"""Wrong licence and phone pairs are counted for each licence, and in all.

Revision ID: 0026
Revises: 0025
"""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "licence_tries",
        sa.Column("licence", sa.String(length=32), nullable=False),
        sa.Column("day_on", sa.Date(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("licence", "day_on", name=op.f("pk_licence_tries")),
    )


def downgrade() -> None:
    op.drop_table("licence_tries")
