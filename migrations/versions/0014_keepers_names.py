"""Shops are found by their keeper's whole name too.

Revision ID: 0014
Revises: 0013
"""

from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_retailer_keeper", "retailer", ["keeper"])


def downgrade() -> None:
    op.drop_index("ix_retailer_keeper", "retailer")
