"""Named things of the library, its columns and brands: each has a name of its own, and is retired rather than lost."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from broadcasts.models.library import Brand, LibraryColumn
from foundation.errors import Refused
from foundation.text import readable, visible

Named = TypeVar("Named", LibraryColumn, Brand)


@dataclass(frozen=True, slots=True)
class NameRule:
    """Rule of a kind of named things: what people call one, and how long its name may be."""

    word: str
    longest: int


RULES: Mapping[type[LibraryColumn] | type[Brand], NameRule] = {
    LibraryColumn: NameRule("栏目", 20),
    Brand: NameRule("品牌", 40),
}


def locked(session: Session, table: type[Named], thing_id: int) -> Named:
    """Lock a column or a brand, so that nothing comes to name it meanwhile. Raises Refused where there is none."""
    found = session.scalar(select(table).where(table.id == thing_id).with_for_update())
    if found is None:
        raise Refused(f"没有这个{RULES[table].word}。")
    return found


def name(session: Session, table: type[Named], given: str, thing_id: int | None) -> str:
    """Return a name as it is kept; `thing_id` has it already, or None is to get it. Raises Refused for one that is
    missing, too long or taken."""
    rule, kept = RULES[table], visible(" ".join(readable(given).split()))
    if not kept:
        raise Refused(f"请写{rule.word}的名称。")
    if len(kept) > rule.longest:
        raise Refused(f"{rule.word}名称最多 {rule.longest} 个字。")
    taken = session.scalar(select(table.id).where(table.name == kept))
    if taken is not None and taken != thing_id:
        raise Refused(f"已经有{rule.word}“{kept}”了。")
    return kept


def retire(session: Session, table: type[Named], thing_id: int, *, now: datetime) -> Named:
    """Retire a column or a brand: it is no longer offered, and whatever stands under it stays there."""
    found = locked(session, table, thing_id)
    found.retired_at = found.retired_at or now
    session.flush()
    return found


def bring_back(session: Session, table: type[Named], thing_id: int) -> Named:
    """Offer a retired one again."""
    found = locked(session, table, thing_id)
    found.retired_at = None
    session.flush()
    return found
