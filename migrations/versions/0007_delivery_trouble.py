"""What of the deliveries may need a person."""

import sqlalchemy as sa
from alembic import op

revision = '0007'
down_revision = '0006'
branch_labels = None
depends_on = None

TROUBLE = "state in ('unsure', 'failed')"


def upgrade() -> None:
    op.create_index(
        'ix_delivery_trouble',
        'delivery',
        ['state', 'settled_at'],
        sqlite_where=sa.text(TROUBLE),
        postgresql_where=sa.text(TROUBLE),
    )


def downgrade() -> None:
    op.drop_index('ix_delivery_trouble', 'delivery')
