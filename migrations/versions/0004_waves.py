"""Waves of invitations, cross-tabs, words to search."""

import sqlalchemy as sa
from alembic import op
from foundation.database import Json
from foundation.database import Moment

revision = '0004'
down_revision = '0003'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('cross_tally',
    sa.Column('survey_id', sa.Integer(), nullable=False),
    sa.Column('question', sa.String(length=40), nullable=False),
    sa.Column('by', sa.String(length=8), nullable=False),
    sa.Column('member_id', sa.Integer(), nullable=False),
    sa.Column('option', sa.String(length=40), nullable=False),
    sa.Column('count', sa.BigInteger(), nullable=False),
    sa.ForeignKeyConstraint(['survey_id'], ['survey.id'], name=op.f('fk_cross_tally_survey_id_survey')),
    sa.PrimaryKeyConstraint('survey_id', 'question', 'by', 'member_id', 'option', name=op.f('pk_cross_tally'))
    )
    op.create_table('wave',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('survey_id', sa.Integer(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('audience', Json, nullable=True),
    sa.Column('said', sa.String(length=600), nullable=False),
    sa.Column('due_at', Moment(), nullable=False),
    sa.Column('state', sa.String(length=16), nullable=False),
    sa.Column('cursor', sa.Integer(), nullable=False),
    sa.Column('error', sa.String(length=300), nullable=True),
    sa.Column('created_at', Moment(), nullable=False),
    sa.Column('created_by', sa.String(length=40), nullable=False),
    sa.Column('settled_at', Moment(), nullable=True),
    sa.ForeignKeyConstraint(['survey_id'], ['survey.id'], name=op.f('fk_wave_survey_id_survey')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_wave')),
    sa.UniqueConstraint('survey_id', 'number', name=op.f('uq_wave_survey_id_number'))
    )
    op.create_table('invitation',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('wave_id', sa.Integer(), nullable=False),
    sa.Column('survey_id', sa.Integer(), nullable=False),
    sa.Column('retailer_id', sa.Integer(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('outcome', sa.String(length=16), nullable=False),
    sa.Column('is_opened', sa.Boolean(), server_default=sa.false(), nullable=False),
    sa.Column('is_answered', sa.Boolean(), server_default=sa.false(), nullable=False),
    sa.ForeignKeyConstraint(['retailer_id'], ['retailer.id'], name=op.f('fk_invitation_retailer_id_retailer')),
    sa.ForeignKeyConstraint(['survey_id'], ['survey.id'], name=op.f('fk_invitation_survey_id_survey')),
    sa.ForeignKeyConstraint(['wave_id'], ['wave.id'], name=op.f('fk_invitation_wave_id_wave')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_invitation')),
    sa.UniqueConstraint('wave_id', 'retailer_id', name=op.f('uq_invitation_wave_id_retailer_id')),
    sqlite_autoincrement=True
    )
    with op.batch_alter_table('invitation', schema=None) as batch_op:
        batch_op.create_index('ix_invitation_answered', ['wave_id', 'retailer_id'], unique=False, sqlite_where=sa.text('is_answered'), postgresql_where=sa.text('is_answered'))
        batch_op.create_index('ix_invitation_latest', ['retailer_id', 'survey_id', 'id'], unique=False)
        batch_op.create_index('ix_invitation_opened', ['wave_id', 'retailer_id'], unique=False, sqlite_where=sa.text('is_opened'), postgresql_where=sa.text('is_opened'))
        batch_op.create_index('ix_invitation_outcome', ['wave_id', 'outcome', 'retailer_id'], unique=False)

    op.create_table('words',
    sa.Column('survey_id', sa.Integer(), nullable=False),
    sa.Column('question', sa.String(length=40), nullable=False),
    sa.Column('submission_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('said', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['submission_id'], ['submission.id'], name=op.f('fk_words_submission_id_submission')),
    sa.ForeignKeyConstraint(['survey_id'], ['survey.id'], name=op.f('fk_words_survey_id_survey')),
    sa.PrimaryKeyConstraint('survey_id', 'question', 'submission_id', name=op.f('pk_words'))
    )
    with op.batch_alter_table('delivery', schema=None) as batch_op:
        batch_op.add_column(sa.Column('heeds_quiet', sa.Boolean(), server_default=sa.false(), nullable=False))
        batch_op.add_column(sa.Column('watch', sa.String(length=32), nullable=True))
        batch_op.add_column(sa.Column('has_news', sa.Boolean(), server_default=sa.false(), nullable=False))
        batch_op.create_index('ix_delivery_news', ['watch', 'id'], unique=False, sqlite_where=sa.text('has_news'), postgresql_where=sa.text('has_news'))

    with op.batch_alter_table('participation', schema=None) as batch_op:
        batch_op.add_column(sa.Column('is_reached', sa.Boolean(), server_default=sa.false(), nullable=False))
        batch_op.add_column(sa.Column('is_opened', sa.Boolean(), server_default=sa.false(), nullable=False))

    with op.batch_alter_table('submission', schema=None) as batch_op:
        batch_op.add_column(sa.Column('is_filed', sa.Boolean(), server_default=sa.false(), nullable=False))
        batch_op.add_column(sa.Column('manager_id', sa.Integer(), nullable=True))
        batch_op.create_index('ix_submission_unfiled', ['id'], unique=False, sqlite_where=sa.text('not is_filed'), postgresql_where=sa.text('not is_filed'))

    with op.batch_alter_table('survey', schema=None) as batch_op:
        batch_op.add_column(sa.Column('results_at', Moment(), nullable=True))

    # Who has begun has opened it.
    op.execute("UPDATE participation SET is_opened = true WHERE started_at IS NOT NULL OR is_submitted")
    op.execute(
        "INSERT INTO tally (survey_id, question, option, count) "
        "SELECT survey_id, '', 'opened', count(*) FROM participation WHERE is_opened GROUP BY survey_id"
    )



def downgrade() -> None:
    with op.batch_alter_table('survey', schema=None) as batch_op:
        batch_op.drop_column('results_at')

    with op.batch_alter_table('submission', schema=None) as batch_op:
        batch_op.drop_index('ix_submission_unfiled', sqlite_where=sa.text('not is_filed'), postgresql_where=sa.text('not is_filed'))
        batch_op.drop_column('manager_id')
        batch_op.drop_column('is_filed')

    with op.batch_alter_table('participation', schema=None) as batch_op:
        batch_op.drop_column('is_opened')
        batch_op.drop_column('is_reached')

    with op.batch_alter_table('delivery', schema=None) as batch_op:
        batch_op.drop_index('ix_delivery_news', sqlite_where=sa.text('has_news'), postgresql_where=sa.text('has_news'))
        batch_op.drop_column('has_news')
        batch_op.drop_column('watch')
        batch_op.drop_column('heeds_quiet')

    op.drop_table('words')
    with op.batch_alter_table('invitation', schema=None) as batch_op:
        batch_op.drop_index('ix_invitation_outcome')
        batch_op.drop_index('ix_invitation_opened', sqlite_where=sa.text('is_opened'), postgresql_where=sa.text('is_opened'))
        batch_op.drop_index('ix_invitation_latest')
        batch_op.drop_index('ix_invitation_answered', sqlite_where=sa.text('is_answered'), postgresql_where=sa.text('is_answered'))

    op.drop_table('invitation')
    op.drop_table('wave')
    op.drop_table('cross_tally')
