"""Saved filters of a list: each user names what they look for again and again, and finds it above the list."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from console.lists.listing import SEARCH
from console.models import SavedFilter
from foundation.database import upsert
from foundation.errors import Refused
from foundation.text import visible
from wechat_bot.erasure import Forgetting

#: The most filters of a user for one list, and the longest name.
MOST, LONGEST = 12, 20
#: The most characters of a filter's parameters.
LARGEST = 2000
#: From so many characters on a search is taken for somebody's own words.
TELLING = 6


@dataclass(frozen=True, slots=True)
class NamedFilter:
    """Saved filter: its name, and the address parameters it stands for."""

    id: int
    name: str
    given: Mapping[str, str]


def of_list(session: Session, user_id: int, list_name: str) -> Sequence[NamedFilter]:
    """A user's filters of a list, in the order they were saved."""
    mine = select(SavedFilter.id, SavedFilter.name, SavedFilter.given).where(
        SavedFilter.user_id == user_id, SavedFilter.list_name == list_name
    )
    return [NamedFilter(*row) for row in session.execute(mine.order_by(SavedFilter.id))]


def save(session: Session, user_id: int, list_name: str, name: str, given: Mapping[str, str]) -> str:
    """Save a filter under a name; gives the name. A filter of this name is replaced.

    Raises `Refused` for a missing or long name, where nothing is filtered, and where there are too many.
    """
    name = visible(name)
    if not name:
        raise Refused("请给这个筛选起个名字。")
    if len(name) > LONGEST:
        raise Refused(f"名字最多 {LONGEST} 个字。")
    if not given:
        raise Refused("现在没有筛选，没有可以存的。")
    mine = (SavedFilter.user_id == user_id, SavedFilter.list_name == list_name)
    others = select(func.count()).select_from(SavedFilter).where(*mine, SavedFilter.name != name)
    if sum(len(key) + len(value) for key, value in given.items()) > LARGEST:
        raise Refused("这个筛选太长，存不下。请少写几个字再存。")
    if (session.scalar(others) or 0) >= MOST:
        raise Refused(f"最多存 {MOST} 个筛选，请先删掉不用的。")
    row = {"user_id": user_id, "list_name": list_name, "name": name, "given": dict(given)}
    statement = upsert(session, SavedFilter).values(row)
    session.execute(
        statement.on_conflict_do_update(
            index_elements=["user_id", "list_name", "name"], set_={"given": statement.excluded["given"]}
        )
    )
    return name


def drop(session: Session, user_id: int, filter_id: int) -> None:
    """Delete a filter of one's own; no matter whether it is there."""
    session.execute(delete(SavedFilter).where(SavedFilter.user_id == user_id, SavedFilter.id == filter_id))


def forget(session: Session, whom: Forgetting) -> None:
    """Delete the filters that search for a person who is erased. Few rows, a dozen a user: all are read."""
    told = [each for each in (*whom.names, *whom.words) if each]
    kept = session.execute(select(SavedFilter.id, SavedFilter.name, SavedFilter.given)).all()
    gone = [key for key, name, given in kept if _tells(f"{name}\n{given.get(SEARCH, '')}", told) or _names(given, told)]
    session.execute(delete(SavedFilter).where(SavedFilter.id.in_(gone)))


def _names(given: Mapping[str, str], told: Sequence[str]) -> bool:
    return any(each in value for each in told for value in given.values())


def _tells(text: str, told: Sequence[str]) -> bool:
    """Whether a text names somebody, or repeats what they said."""
    lines = [line for line in text.split("\n") if len(line) >= TELLING]
    return any(each in text for each in told) or any(line in each for line in lines for each in told)
