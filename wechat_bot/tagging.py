"""Mirrored WeChat tags: found by WeChat's tag id, which stays the same when a name changes on either side."""

from collections.abc import Iterator
from itertools import count

from sqlalchemy import select
from sqlalchemy.orm import Session

from foundation.database import upsert
from wechat_bot.models import MirroredTag

#: Bytes of UTF-8 (wechat-platform.md §8): ten Chinese characters.
LONGEST, TAIL = 30, 15
GAP = "…"


def candidates(name: str) -> Iterator[str]:
    """Names for a tag within WeChat's limit, the best first; further ones for when another tag has that name.

    A long name is shortened in the middle, for the names of areas begin alike and differ at the end.

    >>> names = candidates("长汀县濯田镇第一客户服务小组")
    >>> next(names), next(names)
    ('长汀县濯…户服务小组', '长汀县…户服务小组2')
    >>> next(candidates("城区一片"))
    '城区一片'
    """
    for number in count(1):
        end = "" if number == 1 else str(number)
        if len((name + end).encode()) <= LONGEST:
            yield name + end
            continue
        head = LONGEST - TAIL - len(f"{GAP}{end}".encode())
        first, last = (part.decode(errors="ignore") for part in (name.encode()[:head], name.encode()[-TAIL:]))
        yield f"{first}{GAP}{last}{end}"


def known(session: Session, app_id: str) -> dict[str, tuple[str, int]]:
    """The names and ids of the account's mirrored tags, by what they mirror."""
    rows = session.execute(
        select(MirroredTag.mirrors, MirroredTag.name, MirroredTag.tag_id).where(MirroredTag.app_id == app_id)
    )
    return {mirrors: (name, tag_id) for mirrors, name, tag_id in rows}


def ids_by_name(session: Session, app_id: str) -> dict[str, int]:
    """The ids of the account's mirrored tags by our names for them."""
    return dict(known(session, app_id).values())


def keep(session: Session, app_id: str, mirrors: str, name: str, tag_id: int) -> None:
    """Save which tag mirrors something of ours, and its name."""
    statement = upsert(session, MirroredTag).values(app_id=app_id, mirrors=mirrors, name=name, tag_id=tag_id)
    session.execute(
        statement.on_conflict_do_update(index_elements=["app_id", "mirrors"], set_={"name": name, "tag_id": tag_id})
    )
