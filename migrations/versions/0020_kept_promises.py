"""Filed requests say whether the first answer's promise was kept, by the deadline that was given.

Revision ID: 0020
Revises: 0019
"""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

_FIRST = "SELECT 1 FROM visit_deadline d WHERE d.request_id = visit_filed.request_id AND d.promise = 'first_answer'"
_MISSED = f"EXISTS ({_FIRST} AND d.due_at < coalesce(d.met_at, d.ended_at))"
_MET = f"EXISTS ({_FIRST} AND d.met_at IS NOT NULL)"


def upgrade() -> None:
    for name in ("promised", "kept"):
        op.add_column("visit_filed", sa.Column(name, sa.SmallInteger(), server_default=sa.text("0"), nullable=False))
    # One statement, whatever was filed: a closed request's deadlines are frozen.
    op.execute(
        f"UPDATE visit_filed SET promised = CASE WHEN {_MISSED} OR {_MET} THEN 1 ELSE 0 END,"
        f" kept = CASE WHEN {_MET} AND NOT {_MISSED} THEN 1 ELSE 0 END"
    )


def downgrade() -> None:
    op.drop_column("visit_filed", "kept")
    op.drop_column("visit_filed", "promised")
