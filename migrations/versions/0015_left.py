"""What of one thing has not gone out.

Revision ID: 0015
Revises: 0014
"""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

LEFT = sa.text("state not in ('sent', 'delivered')")


def upgrade() -> None:
    op.create_index("ix_delivery_left", "delivery", ["about", "state"], sqlite_where=LEFT, postgresql_where=LEFT)


def downgrade() -> None:
    op.drop_index("ix_delivery_left", "delivery")
