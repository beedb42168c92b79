"""The indexes of bound and unbound shops in words for which SQLite takes them."""

import sqlalchemy as sa
from alembic import op

revision = '0008'
down_revision = '0007'
branch_labels = None
depends_on = None


def upgrade() -> None:
    _make("coalesce(openid, '') <> ''", "coalesce(openid, '') = ''")


def downgrade() -> None:
    _make('openid is not null', 'openid is null')


def _make(bound: str, unbound: str) -> None:
    for name, condition in (('bound', bound), ('unbound', unbound)):
        where = sa.text(condition)
        op.drop_index(f'ix_retailer_{name}', 'retailer')
        op.create_index(f'ix_retailer_{name}', 'retailer', ['licence'], sqlite_where=where, postgresql_where=where)
