"""When a visit was written down: whoever takes it back says which one they saw.

Revision ID: 0021
Revises: 0020
"""

import sqlalchemy as sa
from alembic import op
from foundation.database import Moment

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("visit_made", sa.Column("noted_at", Moment(), nullable=True))


def downgrade() -> None:
    op.drop_column("visit_made", "noted_at")
