"""Complaints go to the supervisor: categories that say so, requests that did, and whom they are kept from.

Revision ID: 0031
Revises: 0030
"""

import sqlalchemy as sa
from alembic import op
from foundation.database import Json

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None

#: Tell a complaint; added to the category that had the first of them already.
WORDS = ["投诉", "举报", "检举", "控告", "告状"]
#: Tell an opinion, which is the manager's to read: where they stood with complaints they get a category of their own.
OPINIONS, CALLED = ["态度", "不满意", "建议", "意见"], "意见建议"


def upgrade() -> None:
    op.add_column("visit_category", sa.Column("goes_up", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("visit_request", sa.Column("goes_up", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.create_table(
        "visit_kept_from",
        sa.Column("request_id", sa.Integer(), nullable=False),
        sa.Column("manager_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["request_id"], ["visit_request.id"], name=op.f("fk_visit_kept_from_request_id_visit_request")
        ),
        sa.ForeignKeyConstraint(["manager_id"], ["manager.id"], name=op.f("fk_visit_kept_from_manager_id_manager")),
        sa.PrimaryKeyConstraint("request_id", "manager_id", name=op.f("pk_visit_kept_from")),
    )
    op.create_index(op.f("ix_visit_kept_from_manager_id"), "visit_kept_from", ["manager_id"])
    category = sa.table(
        "visit_category",
        sa.column("id"),
        sa.column("name"),
        sa.column("position"),
        sa.column("keywords", Json),
        sa.column("goes_up", sa.Boolean()),
    )
    connection = op.get_bind()
    known = connection.execute(sa.select(category).order_by(category.c.id)).all()
    names = {each.name for each in known}
    for each in known:
        if WORDS[0] not in each.keywords:
            continue
        opinions = [] if CALLED in names else [word for word in each.keywords if word in OPINIONS]
        kept = [word for word in each.keywords if word not in opinions]
        kept += [word for word in WORDS if word not in kept]
        connection.execute(category.update().where(category.c.id == each.id).values(keywords=kept, goes_up=True))
        if opinions:
            names.add(CALLED)
            values = {"name": CALLED, "position": each.position + 1, "keywords": opinions, "goes_up": False}
            connection.execute(category.insert().values(values))


def downgrade() -> None:
    op.drop_table("visit_kept_from")
    op.drop_column("visit_request", "goes_up")
    op.drop_column("visit_category", "goes_up")
