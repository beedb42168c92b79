"""Who made an audience, tags that WeChat mirrors, codes WeChat made, messages that wait for a contact."""

import sqlalchemy as sa
from alembic import op

from foundation.database import Moment

revision = '0003'
down_revision = '0002'
branch_labels = None
depends_on = None

HELD = "state = 'held'"


def upgrade() -> None:
    with op.batch_alter_table('audience') as table:
        table.add_column(sa.Column('owner_id', sa.Integer(), nullable=True))
        table.add_column(sa.Column('updated_at', Moment(), nullable=True))
        table.create_foreign_key('fk_audience_owner_id_users', 'users', ['owner_id'], ['id'])
    op.add_column('tag', sa.Column('is_mirrored', sa.Boolean(), server_default=sa.false(), nullable=False))
    op.create_table(
        'bind_code',
        sa.Column('app_id', sa.String(length=64), nullable=False),
        sa.Column('retailer_id', sa.Integer(), nullable=False),
        sa.Column('url', sa.String(length=300), nullable=False),
        sa.Column('made_at', Moment(), nullable=False),
        sa.ForeignKeyConstraint(
            ['retailer_id'], ['retailer.id'], name=op.f('fk_bind_code_retailer_id_retailer'), ondelete='CASCADE'
        ),
        sa.PrimaryKeyConstraint('app_id', 'retailer_id', name=op.f('pk_bind_code')),
    )
    op.create_index('ix_bind_code_retailer_id', 'bind_code', ['retailer_id'])
    op.create_index(
        'ix_delivery_held', 'delivery', ['id'], sqlite_where=sa.text(HELD), postgresql_where=sa.text(HELD)
    )


def downgrade() -> None:
    op.drop_index('ix_delivery_held', 'delivery')
    op.drop_table('bind_code')
    op.drop_column('tag', 'is_mirrored')
    with op.batch_alter_table('audience') as table:
        table.drop_constraint('fk_audience_owner_id_users', type_='foreignkey')
        table.drop_column('updated_at')
        table.drop_column('owner_id')
