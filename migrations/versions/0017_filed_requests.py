"""Closed requests are filed for the reports; what is closed already the clock files."""

import sqlalchemy as sa
from alembic import op
from foundation.database import Moment

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "visit_filed",
        sa.Column("opened_at", Moment(), nullable=False),
        sa.Column("request_id", sa.Integer(), nullable=False),
        sa.Column("manager_id", sa.Integer(), nullable=True),
        sa.Column("owner_id", sa.Integer(), nullable=True),
        sa.Column("retailer_id", sa.Integer(), nullable=True),
        sa.Column("area_id", sa.Integer(), nullable=True),
        sa.Column("category_id", sa.Integer(), nullable=True),
        sa.Column("class_id", sa.Integer(), nullable=True),
        sa.Column("first_ms", sa.BigInteger(), nullable=True),
        sa.Column("next_ms", sa.BigInteger(), nullable=True),
        sa.Column("closing_ms", sa.BigInteger(), nullable=True),
        sa.Column("overdue", sa.SmallInteger(), nullable=False),
        sa.Column("lost", sa.SmallInteger(), nullable=False),
        sa.Column("rated", sa.SmallInteger(), nullable=False),
        sa.Column("content", sa.SmallInteger(), nullable=False),
        sa.Column("discontent", sa.SmallInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["request_id"], ["visit_request.id"], name=op.f("fk_visit_filed_request_id_visit_request")
        ),
        sa.PrimaryKeyConstraint("opened_at", "request_id", name=op.f("pk_visit_filed")),
        sqlite_with_rowid=False,
    )
    # Not in a batch: SQLite would rebuild the table, and look through all that points to each of its rows.
    op.add_column("visit_request", sa.Column("is_filed", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.create_index(
        "ix_visit_request_unfiled",
        "visit_request",
        ["opened_at"],
        sqlite_where=sa.text("not is_filed"),
        postgresql_where=sa.text("not is_filed"),
    )


def downgrade() -> None:
    with op.batch_alter_table("visit_request", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_visit_request_unfiled", sqlite_where=sa.text("not is_filed"), postgresql_where=sa.text("not is_filed")
        )
        batch_op.drop_column("is_filed")

    op.drop_table("visit_filed")
