"""Names to be searched in any width and case, digits by threes; words by an index; one question by another."""

import sqlalchemy as sa
from alembic import op

from foundation.text import grams
from people.models import Grams, names_of

revision = '0016'
down_revision = '0015'
branch_labels = None
depends_on = None

BATCH = 5000


def upgrade() -> None:
    op.add_column('retailer', sa.Column('names', sa.Text(), server_default='', nullable=False))
    is_postgresql = op.get_bind().dialect.name == 'postgresql'
    # Without the index while every shop is written; on SQLite `upkeep.install` makes both again, and fills them.
    if is_postgresql:
        op.drop_index('ix_retailer_grams', 'retailer')
    else:
        op.execute('DROP TRIGGER IF EXISTS retailer_renamed')
        op.execute('DROP TABLE IF EXISTS shop_search')
    _fill()
    if is_postgresql:
        op.create_index('ix_retailer_grams', 'retailer', ['grams'], postgresql_using='gin')
    _refile()


def _fill() -> None:
    bind = op.get_bind()
    shops = sa.table(
        'retailer',
        sa.column('id'),
        sa.column('shop'),
        sa.column('keeper'),
        sa.column('names'),
        sa.column('grams', Grams()),
    )
    change = (
        shops.update()
        .where(shops.c.id == sa.bindparam('of'))
        .values(grams=sa.bindparam('words'), names=sa.bindparam('text'))
    )
    last = 0
    while True:
        rows = bind.execute(
            sa.select(shops.c.id, shops.c.shop, shops.c.keeper).where(shops.c.id > last).order_by(shops.c.id).limit(BATCH)
        ).all()
        if not rows:
            return
        values = [
            {'of': row.id, 'words': grams(row.shop, row.keeper), 'text': names_of(row.shop, row.keeper)} for row in rows
        ]
        bind.execute(change, values)
        last = rows[-1].id


def _refile() -> None:
    """Let the clock file every submission anew: it alone knows how words are searched and questions are paired."""
    op.create_table(
        'pair_tally',
        sa.Column('survey_id', sa.Integer(), nullable=False),
        sa.Column('question', sa.String(length=40), nullable=False),
        sa.Column('other', sa.String(length=40), nullable=False),
        sa.Column('option', sa.String(length=40), nullable=False),
        sa.Column('other_option', sa.String(length=40), nullable=False),
        sa.Column('count', sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(['survey_id'], ['survey.id'], name=op.f('fk_pair_tally_survey_id_survey')),
        sa.PrimaryKeyConstraint(
            'survey_id', 'question', 'other', 'option', 'other_option', name=op.f('pk_pair_tally')
        ),
    )
    op.create_table(
        'word_keys',
        sa.Column('submission_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
        sa.Column('keys', Grams(), nullable=False),
        sa.ForeignKeyConstraint(
            ['submission_id'], ['submission.id'], name=op.f('fk_word_keys_submission_id_submission')
        ),
        sa.PrimaryKeyConstraint('submission_id', name=op.f('pk_word_keys')),
    )
    if op.get_bind().dialect.name == 'postgresql':
        op.create_index('ix_word_keys_keys', 'word_keys', ['keys'], postgresql_using='gin')
    op.execute('DELETE FROM words')
    op.execute('DELETE FROM cross_tally')
    op.execute('UPDATE submission SET is_filed = false WHERE is_filed')
    op.add_column('words', sa.Column('folded', sa.Text(), server_default='', nullable=False))


def downgrade() -> None:
    if op.get_bind().dialect.name != 'postgresql':
        for name in ('made', 'gone', 'changed'):
            op.execute(f'DROP TRIGGER IF EXISTS word_keys_{name}')
        op.execute('DROP TABLE IF EXISTS word_search')
    op.drop_column('words', 'folded')
    op.drop_table('word_keys')
    op.drop_table('pair_tally')
    op.drop_column('retailer', 'names')
