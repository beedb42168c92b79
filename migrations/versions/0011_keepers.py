"""What was said with the last keeper of a shop is told from what its keeper said.

Revision ID: 0011
Revises: 0010
"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

IS_ANOTHERS = sa.text("openid IS NOT NULL")


def upgrade() -> None:
    op.add_column("visit_message", sa.Column("openid", sa.String(length=64), nullable=True))
    op.create_index(
        "ix_visit_message_openid",
        "visit_message",
        ["openid"],
        sqlite_where=IS_ANOTHERS,
        postgresql_where=IS_ANOTHERS,
    )


def downgrade() -> None:
    op.drop_index("ix_visit_message_openid", "visit_message")
    op.drop_column("visit_message", "openid")
