"""Search in the head of every page: the finders that features add, each with a group of hits of its own."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from markupsafe import Markup, escape
from sqlalchemy.orm import Session

from console.rules.visitors import Permission, Visitor
from foundation.paging import Count
from foundation.text import bare, folded
from wechat_bot.services import Services

LONGEST = 40
#: Hits of a group in the panel, and on the page.
IN_PANEL, ON_PAGE = 4, 20


@dataclass(frozen=True, slots=True)
class Sought:
    """What is searched for, and the most hits that are wanted."""

    text: str
    most: int


@dataclass(frozen=True, slots=True)
class Hit:
    """Thing found: its title, in which what was sought is marked, and where it leads."""

    title: str
    url: str
    #: Small print behind the title.
    small: str = ""
    #: Name of its icon (`kit.icon`).
    icon: str = ""
    #: What it is called by, in front of the title: #2208.
    number: str = ""
    #: State at the right, and its kind: bad, warn, good.
    word: str = ""
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Hits:
    """What a finder found, and the list that has all of them."""

    hits: Sequence[Hit] = ()
    #: Address of the feature's own list with this search; empty where it has none.
    url: str = ""
    #: Number of all hits, where it is known without further cost.
    counted: Count | None = None


@dataclass(frozen=True, slots=True)
class Finder:
    """Finder of a feature: its heading, who may use it, and the function that finds.

    `find` runs while somebody types, so it uses indexes and reads no more than it shows. It gives only what the
    visitor may see, and shows nothing of a person that the visitor's own pages would mask.
    """

    heading: str
    permission: Permission
    find: Callable[[Services, Session, Visitor, Sought, datetime], Hits]
    order: int = 50
    #: Counting word of its hits: 家, 条.
    unit: str = "条"


@dataclass(frozen=True, slots=True)
class HitGroup:
    """Finder, with what it found."""

    finder: Finder
    found: Hits

    @property
    def has_more(self) -> bool:
        """Whether its list has more than is shown here."""
        counted = self.found.counted
        if not self.found.url or counted is None:
            return False
        return not counted.is_whole or counted.number > len(self.found.hits)


def sought(typed: str, most: int) -> Sought:
    """What somebody typed, as it is searched for.

    >>> sought(" 城南\u200b ", 4)
    Sought(text='城南', most=4)
    """
    return Sought(bare(typed).strip()[:LONGEST], most)


def groups(
    finders: Sequence[Finder], services: Services, session: Session, visitor: Visitor, what: Sought, now: datetime
) -> list[HitGroup]:
    """What these finders find, without the groups in which nothing is."""
    if not what.text:
        return []
    found = [HitGroup(each, each.find(services, session, visitor, what, now)) for each in finders]
    return [each for each in found if each.found.hits]


def marked(text: str, what: str) -> Markup:
    """A text in which the first place of what was sought is marked, whatever its width and case.

    >>> marked("福兴ＡＢ<送货>部", "ab"), marked("老李食杂店", "王")
    (Markup('福兴<mark>ＡＢ</mark>&lt;送货&gt;部'), Markup('老李食杂店'))
    """
    whole, part = folded(text), folded(what)
    begin = whole.find(part) if part and len(whole) == len(text) else -1
    if begin < 0:
        return escape(text)
    end = begin + len(part)
    return Markup("{}<mark>{}</mark>{}").format(text[:begin], text[begin:end], text[end:])
