"""Shops are found by their whole name and phone: whose a stranger's message may be.

Revision ID: 0013
Revises: 0012
"""

from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_retailer_shop", "retailer", ["shop"])
    op.create_index("ix_retailer_phone", "retailer", ["phone"])


def downgrade() -> None:
    op.drop_index("ix_retailer_phone", "retailer")
    op.drop_index("ix_retailer_shop", "retailer")
