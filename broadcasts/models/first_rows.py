"""First rows of the library: its seven columns, which staff may rename, order and retire afterwards, and the words by
which it is searched."""

from sqlalchemy import Connection, insert, select

from broadcasts.models.library import LibraryColumn
from finding import vocabulary

#: Name, whether it is open to all, whether it is about brands.
COLUMNS = (
    ("货源策略", False, False),
    ("卷烟百科", False, False),
    ("品牌信息", False, True),
    ("促销活动", False, True),
    ("新品上市", False, True),
    ("陈列展示", False, False),
    ("法规与真假鉴别", True, False),
)


def install(connection: Connection) -> None:
    """Make the columns of a library that has none, and the vocabulary."""
    vocabulary.install(connection)
    if connection.scalar(select(LibraryColumn.id).limit(1)) is not None:
        return
    rows = [
        {"name": name, "place": place, "is_open": is_open, "is_brand": is_brand}
        for place, (name, is_open, is_brand) in enumerate(COLUMNS, 1)
    ]
    connection.execute(insert(LibraryColumn), rows)
