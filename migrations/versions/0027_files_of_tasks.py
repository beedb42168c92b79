"""Who may have the file of a task.

Revision ID: 0027
Revises: 0026
"""

import sqlalchemy as sa
from alembic import op
from foundation.database import Json

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("task", sa.Column("needs", Json, nullable=True))
    op.add_column("task", sa.Column("part", Json, nullable=True))


def downgrade() -> None:
    op.drop_column("task", "part")
    op.drop_column("task", "needs")
