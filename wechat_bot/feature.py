"""Feature contract: what a feature may declare, and what its handlers are given.

A feature declares one frozen `Feature`; `config/app.py` collects them; nothing happens at import. Features meet
through links (`"survey:12"`: topic, colon, reference) and never import each other.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import click
from flask import Blueprint
from sqlalchemy import Select
from sqlalchemy.orm import Session

from wechat_bot.ledger import Windows
from wechat_bot.messages import Incoming
from wechat_bot.models import Talk

if TYPE_CHECKING:
    from wechat_bot.services import Services


class After(Enum):
    """What becomes of the talk once its reply is said."""

    NOTHING = "nothing"
    KEEP = "keep"
    PAUSE = "pause"
    END = "end"


@dataclass(frozen=True, slots=True)
class Article:
    """A card with a link."""

    title: str
    description: str
    picture_url: str
    url: str


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer to a follower. From `open`, KEEP starts the talk; from `hear`, END and PAUSE leave it."""

    text: str = ""
    articles: tuple[Article, ...] = ()
    image: str = ""
    after: After = After.NOTHING
    #: What the talk should remember; None leaves it as it is.
    state: dict[str, Any] | None = None
    #: Whoever overhears may take the message instead, and the talk then rests; this answer is for when nobody does.
    yields: bool = False
    #: What the talk goes on under, where the link that opened it left it out (`survey:` became `survey:12`).
    reference: str | None = None


@dataclass(slots=True)
class Turn:
    """One message being answered: everything a conversation may use."""

    session: Session
    now: datetime
    zone: ZoneInfo
    openid: str
    message: Incoming
    account_name: str
    #: The address people reach us under, without a slash at the end.
    public_url: str
    #: What the account offers, in the order of its numbers.
    entries: Sequence["Entry"]
    #: The talk that is being heard; None while one is opened.
    talk: Talk | None = None
    #: Whether our pages can tell who opens them: not without OAuth, which subscription accounts lack.
    has_pages: bool = False
    #: The notices this account has a template for (`notices.notice`).
    notices: Collection[str] = ()
    #: Opens a link as if it had been tapped: for who overhears a message and wants to talk about it.
    open: Callable[[str], "Reply"] = field(default=lambda link: Reply())
    #: Sentences of the features about what waits for this person.
    awaits: Callable[[], list[str]] = field(default=list)
    #: To be called once this follower was bound to a shop; gives sentences of the features about what came of it.
    bound: Callable[[], list[str]] = field(default=list)
    #: What a feature says of help to this person in place of the short menu; empty where none knows better.
    helps: Callable[[], str] = field(default=str)
    #: Their contact before this message, at most a minute earlier than it was; None where this is the first. Tells
    #: whether a bare number answers the last thing we said.
    last_heard_at: datetime | None = None
    #: Their reply windows as the ledger has them, locked; None where they were not read.
    windows: Windows | None = None


Speak = Callable[[Turn, str], Reply]
#: What nobody else took: an answer, or None to leave it to the next.
Overhear = Callable[[Turn], Reply | None]


@dataclass(slots=True)
class Forgetting:
    """Somebody who is being erased: handed down through the features, the highest floor first, in one transaction."""

    #: The follower; empty where a shop of the roster is erased to which nobody is bound.
    openid: str
    #: May stand in the openid's place, so that what was counted stays counted.
    pseudonym: str
    now: datetime
    #: Only what they sent of these kinds (image, voice, location) is taken back; everything where there are none.
    kinds: frozenset[str] = frozenset()
    #: The row of the shop that is erased with its keeper (people's), and what names the two in what others wrote.
    shop_id: int | None = None
    names: tuple[str, ...] = ()
    #: Told by the floors above to those below: what was taken away, and the links it stood under.
    words: list[str] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    #: Names in the folder of files, to be deleted once all of this is kept.
    files: list[str] = field(default_factory=list)


#: Erase what a feature knows of somebody.
Forget = Callable[[Session, Forgetting], None]
Listen = Callable[[Turn, Talk], Reply]


@dataclass(frozen=True, slots=True)
class Conversation:
    """A topic somebody can talk about with the account.

    `open(turn, reference)` starts or resumes; `hear(turn, talk)` answers while it runs; `remains(turn, talk)` is the
    sentence that offers to go on with it later, empty where nothing is left. A talk not heard for `lasts` is over.
    """

    topic: str
    open: Speak
    hear: Listen
    remains: Callable[[Turn, Talk], str] = lambda turn, talk: ""
    lasts: timedelta = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Entry:
    """Something the account offers: a number in its short menu, a word, and the link both open."""

    label: str
    word: str
    link: str
    order: int


@dataclass(frozen=True, slots=True)
class Word:
    """A word that opens a link; with `takes_rest`, what is written behind it is the link's reference."""

    word: str
    link: str
    takes_rest: bool = False


@dataclass(frozen=True, slots=True)
class FrontDesk:
    """Who speaks when no feature does. Exactly one feature declares it."""

    welcome: Callable[[Turn], Reply]
    help: Callable[[Turn], Reply]
    person: Callable[[Turn], Reply]
    unknown: Callable[[Turn], Reply]


@dataclass(frozen=True, slots=True)
class Listener:
    """A feature that is told of an event, in the event's transaction; it does not answer."""

    event: type[Incoming]
    run: Callable[[Session, Any, datetime], None]


@dataclass(frozen=True, slots=True)
class Job:
    """Something the clock does: `run(services)` every so often, in any number of workers at once."""

    name: str
    every: timedelta
    run: Callable[["Services"], None]


class Input(Enum):
    """How somebody fills in a field of a criterion."""

    ONE = "one"
    MANY = "many"
    YES_NO = "yes_no"
    NUMBER = "number"


@dataclass(frozen=True, slots=True)
class Choice:
    """Something to choose: as a specification keeps it, and as people read it."""

    value: str | int
    label: str
    #: How far below the others it stands, in a tree.
    depth: int = 0


@dataclass(frozen=True, slots=True)
class Field:
    """What a criterion asks of whoever fills in a form.

    `name` is its key in the criterion's value; a field without a name is the whole value. `choices(session, given)`
    loads what may be chosen in one statement, where `given` holds what the fields before it say. With `follows`, the
    choices are those of what the named field says: another choice there empties this one.
    """

    label: str
    input: Input
    choices: Callable[[Session, Mapping[str, Any]], Sequence[Choice]] | None = None
    name: str = ""
    follows: str = ""
    #: Stands behind a number.
    unit: str = ""
    #: The choices are kept as numbers.
    is_number: bool = False
    is_optional: bool = False


@dataclass(frozen=True, slots=True)
class Criterion:
    """A question about retailers that narrows an audience: `select(value, now)` gives a select of retailer ids.

    `select` raises `Refused` with a sentence where the value makes no sense. A criterion with a label and fields can
    be filled in as a form; `answers` are the words a field with yes and no is answered by.
    """

    name: str
    explain: str
    select: Callable[[Session, Any, datetime], Select[int]]
    label: str = ""
    fields: Sequence[Field] = ()
    answers: tuple[str, str] = ("是", "否")


@dataclass(frozen=True, slots=True)
class KeptSpec:
    """An audience specification that a feature keeps and will read again, and what it belongs to: 调查《…》."""

    title: str
    spec: Any


@dataclass(frozen=True, slots=True)
class About:
    """A message by the link it was queued about and its key; with a key of None all that are about that link."""

    link: str
    key: str | None


@dataclass(frozen=True, slots=True)
class Title:
    """What people call something: 答复 #107, 群发《…》; and where the console shows it."""

    text: str
    path: str = ""


@dataclass(frozen=True, slots=True)
class Card:
    """Something of a follower's own on their page (我的): a line that leads to one of our pages."""

    title: str
    note: str
    url: str


@dataclass(frozen=True, slots=True)
class Feature:
    """All that a feature adds to the house."""

    name: str
    #: Told, in the same transaction, that somebody is erased; None for a feature that keeps nothing of anybody. Not to
    #: be left out: what is forgotten here is never erased.
    forgets: Forget | None
    conversations: Sequence[Conversation] = ()
    entries: Sequence[Entry] = ()
    words: Sequence[Word] = ()
    front_desk: FrontDesk | None = None
    listeners: Sequence[Listener] = ()
    #: Asked in turn for messages that are no word and that no running talk took, before the short menu's numbers and
    #: the front desk. Whoever answers a bare number here must know that it was meant for them.
    overhears: Sequence[Overhear] = ()
    #: One sentence on what waits for this follower, or nothing.
    awaits: Callable[[Turn], str] | None = None
    #: Told, in the same transaction, that the follower was bound to a shop; a sentence on what came of it, or nothing.
    bound: Callable[[Turn], str] | None = None
    #: What can be done here, for people the short menu is not meant for; nothing for everybody else.
    helps: Callable[[Turn], str] | None = None
    #: What this feature puts on a follower's own page.
    cards: Callable[[Session, str, datetime], Sequence[Card]] | None = None
    jobs: Sequence[Job] = ()
    criteria: Sequence[Criterion] = ()
    #: The audience specifications this feature keeps: what they name must not be deleted.
    kept_specs: Callable[[Session], Sequence[KeptSpec]] | None = None
    #: What people call this feature's messages, and all that are about one of its links. What is not its own, or gone,
    #: is left out.
    titles: Callable[[Session, Sequence[About]], Mapping[About, Title]] | None = None
    commands: Sequence[click.Command] = ()
    console: Blueprint | None = None
    mobile: Blueprint | None = None
    #: More of anything a later floor understands, by its name.
    more: Mapping[str, Any] = field(default_factory=dict)
