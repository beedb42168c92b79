"""Which of WeChat's tags mirrors what of ours.

Revision ID: 0022
Revises: 0021
"""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "mirrored_tag",
        sa.Column("app_id", sa.String(64), nullable=False),
        sa.Column("mirrors", sa.String(64), nullable=False),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("tag_id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("app_id", "mirrors", name=op.f("pk_mirrored_tag")),
    )


def downgrade() -> None:
    op.drop_table("mirrored_tag")
