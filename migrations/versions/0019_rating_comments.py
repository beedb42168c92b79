"""What a shop says of an answer it was not content with.

Revision ID: 0019
Revises: 0018
"""

import sqlalchemy as sa
from alembic import op
from foundation.database import Moment

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("visit_rating", sa.Column("openid", sa.String(64), nullable=True))
    op.add_column("visit_rating", sa.Column("comment", sa.Text(), server_default="", nullable=False))
    op.add_column("visit_rating", sa.Column("comment_until", Moment(), nullable=True))


def downgrade() -> None:
    op.drop_column("visit_rating", "comment_until")
    op.drop_column("visit_rating", "comment")
    op.drop_column("visit_rating", "openid")
