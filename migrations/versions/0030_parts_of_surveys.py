"""What was handed in of a part of the shops is found without reading all of it.

Revision ID: 0030
Revises: 0029
"""

from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_submission_area_id", "submission", ["survey_id", "area_id"])
    op.create_index("ix_submission_manager_id", "submission", ["survey_id", "manager_id"])


def downgrade() -> None:
    op.drop_index("ix_submission_manager_id", "submission")
    op.drop_index("ix_submission_area_id", "submission")
