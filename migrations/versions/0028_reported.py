"""Results WeChat reported that nobody listens to yet.

Revision ID: 0028
Revises: 0027
"""

import sqlalchemy as sa
from alembic import op
from foundation.database import Json, Moment

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "reported",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(64), nullable=False),
        sa.Column("about", sa.String(64), nullable=False),
        sa.Column("openid", sa.String(64), nullable=False),
        sa.Column("raw", Json, nullable=False),
        sa.Column("reported_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reported")),
    )
    op.create_index(op.f("ix_reported_about"), "reported", ["about"])
    op.create_index(op.f("ix_reported_openid"), "reported", ["openid"])


def downgrade() -> None:
    op.drop_table("reported")
