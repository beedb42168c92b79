"""Lanes of the outbox.

Revision ID: 0012
Revises: 0011
"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

PENDING, OPEN = sa.text("state = 'pending'"), sa.text("state in ('pending', 'sending', 'held')")


def upgrade() -> None:
    op.add_column("delivery", sa.Column("lane", sa.SmallInteger(), server_default="0", nullable=False))
    # What waits on the day of the upgrade: waves and groups go behind what people wait for.
    op.execute(
        "UPDATE delivery SET lane = 1 WHERE state in ('pending', 'sending', 'held')"
        " AND (key LIKE 'invitation:%' OR key LIKE 'visit-group%')"
    )
    _make(["lane", "due_at", "id"], ["openid", "lane", "id"])


def downgrade() -> None:
    _make(["due_at", "id"], ["openid", "id"])
    op.drop_column("delivery", "lane")


def _make(due: list[str], waiting: list[str]) -> None:
    for name, columns, where in (("ix_delivery_due", due, PENDING), ("ix_delivery_open", waiting, OPEN)):
        op.drop_index(name, "delivery")
        op.create_index(name, "delivery", columns, sqlite_where=where, postgresql_where=where)
