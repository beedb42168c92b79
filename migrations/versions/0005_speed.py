"""Counts of an area's shops, what shops are searched by, indexes in the order of the lists."""

import sqlalchemy as sa
from alembic import op

from foundation.text import grams
from people.models import Grams

revision = '0005'
down_revision = '0004'
branch_labels = None
depends_on = None

GONE = sa.text('unfollowed_at is not null')
BOUND, UNBOUND = sa.text('openid is not null'), sa.text('openid is null')
BATCH = 5000


def upgrade() -> None:
    op.create_index('ix_follower_gone', 'follower', ['openid'], sqlite_where=GONE, postgresql_where=GONE)
    for name in ('class_id', 'manager_id'):
        op.drop_index(f'ix_retailer_{name}', 'retailer')
        op.create_index(f'ix_retailer_{name}', 'retailer', [name, 'licence'])
    for name, condition in (('bound', BOUND), ('unbound', UNBOUND)):
        op.create_index(
            f'ix_retailer_{name}', 'retailer', ['licence'], sqlite_where=condition, postgresql_where=condition
        )
    op.create_table('area_count',
    sa.Column('area_id', sa.Integer(), nullable=False),
    sa.Column('shops', sa.Integer(), nullable=False),
    sa.Column('bound', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['area_id'], ['area.id'], name=op.f('fk_area_count_area_id_area'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('area_id', name=op.f('pk_area_count'))
    )
    op.execute('INSERT INTO area_count SELECT area_id, count(*), count(openid) FROM retailer GROUP BY area_id')
    op.add_column('retailer', sa.Column('grams', Grams(), server_default='{}', nullable=False))
    _fill()
    if op.get_bind().dialect.name == 'postgresql':
        op.create_index('ix_retailer_grams', 'retailer', ['grams'], postgresql_using='gin')


def _fill() -> None:
    bind = op.get_bind()
    shops = sa.table(
        'retailer', sa.column('id'), sa.column('shop'), sa.column('keeper'), sa.column('grams', Grams())
    )
    change = shops.update().where(shops.c.id == sa.bindparam('of')).values(grams=sa.bindparam('to'))
    last = 0
    while True:
        rows = bind.execute(
            sa.select(shops.c.id, shops.c.shop, shops.c.keeper).where(shops.c.id > last).order_by(shops.c.id).limit(BATCH)
        ).all()
        if not rows:
            return
        bind.execute(change, [{'of': row.id, 'to': grams(row.shop, row.keeper)} for row in rows])
        last = rows[-1].id


def downgrade() -> None:
    if op.get_bind().dialect.name == 'postgresql':
        op.drop_index('ix_retailer_grams', 'retailer')
        op.execute('DROP TRIGGER retailer_made ON retailer')
        op.execute('DROP TRIGGER retailer_gone ON retailer')
        op.execute('DROP TRIGGER retailer_moved ON retailer')
        op.execute('DROP FUNCTION count_shops()')
    else:
        for name in ('made', 'gone', 'renamed', 'moved'):
            op.execute(f'DROP TRIGGER IF EXISTS retailer_{name}')
        op.execute('DROP TABLE IF EXISTS shop_search')
    op.drop_index('ix_retailer_bound', 'retailer')
    op.drop_index('ix_retailer_unbound', 'retailer')
    op.drop_column('retailer', 'grams')
    op.drop_table('area_count')
    for name in ('class_id', 'manager_id'):
        op.drop_index(f'ix_retailer_{name}', 'retailer')
        op.create_index(f'ix_retailer_{name}', 'retailer', [name])
    op.drop_index('ix_follower_gone', 'follower')
