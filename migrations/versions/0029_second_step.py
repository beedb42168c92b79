"""Tries that had to wait; browsers known; the second step of a sign-in.

Revision ID: 0029
Revises: 0028
"""

import sqlalchemy as sa
from alembic import op
from foundation.database import Moment

revision = '0029'
down_revision = '0028'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('known_browser',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('token_hash', sa.String(length=64), nullable=False),
    sa.Column('user_id', sa.Integer(), nullable=False),
    sa.Column('seen_at', Moment(), nullable=False),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_known_browser_user_id_users')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_known_browser')),
    sa.UniqueConstraint('token_hash', 'user_id', name=op.f('uq_known_browser_token_hash_user_id'))
    )
    with op.batch_alter_table('known_browser', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_known_browser_seen_at'), ['seen_at'], unique=False)
        batch_op.create_index(batch_op.f('ix_known_browser_user_id'), ['user_id'], unique=False)

    op.create_table('recovery_code',
    sa.Column('code_hash', sa.String(length=64), nullable=False),
    sa.Column('user_id', sa.Integer(), nullable=False),
    sa.Column('used_at', Moment(), nullable=True),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_recovery_code_user_id_users')),
    sa.PrimaryKeyConstraint('code_hash', name=op.f('pk_recovery_code'))
    )
    with op.batch_alter_table('recovery_code', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_recovery_code_user_id'), ['user_id'], unique=False)

    op.create_table('used_step',
    sa.Column('user_id', sa.Integer(), nullable=False),
    sa.Column('step', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_used_step_user_id_users')),
    sa.PrimaryKeyConstraint('user_id', 'step', name=op.f('pk_used_step'))
    )
    with op.batch_alter_table('sign_in_tries', schema=None) as batch_op:
        batch_op.add_column(sa.Column('refused', sa.Integer(), server_default='0', nullable=False))

    with op.batch_alter_table('user_session', schema=None) as batch_op:
        batch_op.add_column(sa.Column('second_at', Moment(), nullable=True))

    with op.batch_alter_table('users', schema=None) as batch_op:
        batch_op.add_column(sa.Column('second_secret', sa.String(length=200), nullable=True))
        batch_op.add_column(sa.Column('second_at', Moment(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table('users', schema=None) as batch_op:
        batch_op.drop_column('second_at')
        batch_op.drop_column('second_secret')

    with op.batch_alter_table('user_session', schema=None) as batch_op:
        batch_op.drop_column('second_at')

    with op.batch_alter_table('sign_in_tries', schema=None) as batch_op:
        batch_op.drop_column('refused')

    op.drop_table('used_step')
    with op.batch_alter_table('recovery_code', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_recovery_code_user_id'))

    op.drop_table('recovery_code')
    with op.batch_alter_table('known_browser', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_known_browser_user_id'))
        batch_op.drop_index(batch_op.f('ix_known_browser_seen_at'))

    op.drop_table('known_browser')