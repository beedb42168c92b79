"""What of a consent was taken back; who was erased under older rules is erased again.

Revision ID: 0023
Revises: 0022
"""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

UNKNOWN = sa.text("raw IS NOT NULL")


def upgrade() -> None:
    op.add_column("withdrawal", sa.Column("codes", sa.Text(), nullable=True))
    op.create_index("ix_heard_raw", "heard", ["openid"], sqlite_where=UNKNOWN, postgresql_where=UNKNOWN)
    # Their words in sheets, their pictures, and what the audit log quoted stayed: the clock takes them at its next look.
    op.execute(
        "INSERT INTO withdrawal (openid, asked_at) SELECT openid, CURRENT_TIMESTAMP FROM follower "
        "WHERE openid LIKE 'erased:%'"
    )


def downgrade() -> None:
    # What is left of such a request means everything to the older program.
    op.execute("DELETE FROM withdrawal WHERE codes IS NOT NULL OR openid LIKE 'erased:%'")
    op.drop_index("ix_heard_raw", "heard")
    op.drop_column("withdrawal", "codes")
