"""Conversation contract: what is handed to a feature when a follower says or does something, and what it answers."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from wechat_bot.last_said import Said
from wechat_bot.ledger import Windows
from wechat_bot.messages import Incoming, Text
from wechat_bot.models import Talk

REDELIVERED = timedelta(seconds=20)
"""How far back a message's own time is believed: three deliveries of five seconds each (wechat-platform.md §2), and
what they take."""


class After(Enum):
    """What becomes of the talk once its reply is said."""

    NOTHING = "nothing"
    KEEP = "keep"
    PAUSE = "pause"
    END = "end"


@dataclass(frozen=True, slots=True)
class Article:
    """Card with a link."""

    title: str
    description: str
    picture_url: str
    url: str


@dataclass(frozen=True, slots=True)
class Reply:
    """Answer to a follower. From `open`, KEEP starts the talk; from `hear`, END and PAUSE leave it."""

    text: str = ""
    articles: tuple[Article, ...] = ()
    image: str = ""
    after: After = After.NOTHING
    #: The talk's new state; None leaves it unchanged.
    state: dict[str, Any] | None = None
    #: Whether features that overhear may take the message instead, which pauses the talk. If none does, this is the
    #: reply.
    yields: bool = False
    #: The talk's reference, where the link that opened it had none (`survey:` became `survey:12`).
    reference: str | None = None


#: What a talk says to a message that is none of its own: the talk is paused, and the message taken as if none ran.
PASSES = Reply(yields=True)


@dataclass(frozen=True, slots=True)
class Entry:
    """Something the account offers: a number in its short menu, a word, and the link both open."""

    label: str
    word: str
    link: str
    order: int


@dataclass(frozen=True, slots=True)
class Word:
    """Word that opens a link; with `takes_rest`, what is written behind it is the link's reference."""

    word: str
    link: str
    takes_rest: bool = False


@dataclass(frozen=True, slots=True)
class Account:
    """The account as conversations know it: the same for every message, so made once at the start."""

    name: str
    #: The public address, without a slash at the end.
    public_url: str
    #: Whether our pages can tell who opens them: they need OAuth, which subscription accounts lack.
    has_pages: bool
    #: The notices this account has a template for (`notices.notice`).
    notices: Collection[str] = ()
    #: Whether e-mails can be sent: an SMTP server is set.
    has_mail: bool = False


@dataclass(frozen=True, slots=True)
class Prompt:
    """Topic of messages to many that people reply to in words: who takes these words names the message."""

    topic: str
    #: Gives what people call a message, by its reference; empty where it is gone.
    title: Callable[[Session, str], str]
    #: Told that this follower left words in reply.
    replied: Callable[[Session, str, str, datetime], None]


@dataclass(frozen=True, slots=True)
class Adviser:
    """Who knows answers that are written somewhere: asked before a person is. At most one feature declares it."""

    #: Link that a question opens, with the question behind it. Where nothing is known, it sees to the way on.
    link: str
    #: Gives what is known beside a message that a person will answer, for the shop with this id where its writer is
    #: known to keep one; empty where nothing is.
    beside: Callable[["Turn", str, int | None], str]


class Board(Protocol):
    """What a conversation may ask of the other features while it answers; the switchboard is one."""

    @property
    def entries(self) -> Sequence[Entry]:
        """What the account offers, in the order of its numbers."""

    @property
    def adviser(self) -> Adviser | None:
        """Who knows answers that are written somewhere; None where no feature does."""

    @property
    def declared(self) -> Sequence[object]:
        """What the features declare for the floors in between (`Feature.more`)."""

    def open(self, turn: "Turn", link: str) -> Reply:
        """Open a link as if it had been tapped."""

    def page(self, session: Session, link: str) -> str:
        """The address of a link's page inside WeChat; empty where it has none."""

    def shut(self, session: Session, link: str, at: datetime) -> str:
        """Why a link leads nowhere at a moment, for staff; empty where it can be opened."""

    def awaits(self, turn: "Turn") -> list[str]:
        """Sentences of the features about what waits for this follower."""

    def bound(self, turn: "Turn") -> list[str]:
        """Tell the features that this follower was bound to a shop; sentences about what came of it."""

    def helps(self, turn: "Turn") -> str:
        """What a feature says of help to this follower in place of the short menu; empty where none knows better."""

    def last_said(self, turn: "Turn") -> Said | None:
        """The last thing this follower was sent."""

    def prompt(self, link: str) -> Prompt | None:
        """What is known of the messages this link belongs to, if they can be replied to in words."""


@dataclass(frozen=True, slots=True)
class Turn:
    """One message being answered: all that a conversation is given."""

    session: Session
    now: datetime
    zone: ZoneInfo
    openid: str
    message: Incoming
    account: Account
    board: Board
    #: The running talk, if any.
    talk: Talk | None = None
    #: The follower's last contact before this message, up to a minute too early; None at the first. It tells whether a
    #: bare number answers our last message.
    last_heard_at: datetime | None = None
    #: The follower's reply windows, locked; None if they were not read.
    windows: Windows | None = None
    #: What was said last, once it was read.
    _said: list[Said | None] = field(default_factory=list, repr=False, compare=False)

    @property
    def said_at(self) -> datetime:
        """When this message counts as said, for what is timed: as WeChat took it, not in the future nor long ago."""
        return min(max(self.message.sent_at, self.now - REDELIVERED), self.now)

    @property
    def text(self) -> str:
        """What was written; empty for a message that is no text."""
        return self.message.content if isinstance(self.message, Text) else ""

    @property
    def entries(self) -> Sequence[Entry]:
        return self.board.entries

    def open(self, link: str) -> Reply:
        """Open a link as if it had been tapped: for who overhears a message and wants to talk about it."""
        return self.board.open(self, link)

    def awaits(self) -> list[str]:
        """Sentences of the features about what waits for this follower."""
        return self.board.awaits(self)

    def bound(self) -> list[str]:
        """Tell the features that this follower was bound to a shop; sentences about what came of it."""
        return self.board.bound(self)

    def helps(self) -> str:
        """What a feature says of help to this follower in place of the short menu; empty where none knows better."""
        return self.board.helps(self)

    def last_said(self) -> Said | None:
        """The last thing this follower was sent, whether they wrote since or not."""
        if not self._said:
            self._said.append(self.board.last_said(self))
        return self._said[0]

    def prompt(self) -> tuple[Prompt, str] | None:
        """The message to many that this message replies to, with its link; None where another thing was said last, or
        they wrote since."""
        said = self.last_said()
        found = self.board.prompt(said.about) if said is not None and said.stands(self.last_heard_at) else None
        return None if said is None or found is None else (found, said.about)


Speak = Callable[[Turn, str], Reply]
Listen = Callable[[Turn, Talk], Reply]
#: Answers a message that nothing else took, or None to leave it to the next feature.
Overhear = Callable[[Turn], Reply | None]


def _leave(turn: Turn, talk: Talk) -> Reply:
    return Reply(after=After.END)


def _nothing_remains(turn: Turn, talk: Talk) -> str:
    return ""


def _no_page(session: Session, reference: str) -> str:
    return ""


def _never_shut(session: Session, reference: str, at: datetime) -> str:
    return ""


@dataclass(frozen=True, slots=True)
class Conversation:
    """Topic somebody can talk about with the account.

    `open(turn, reference)` starts or resumes; `hear(turn, talk)` answers while it runs, and is left out where
    `open` begins no talk; `remains(turn, talk)` is the sentence that offers to go on with it later, empty where nothing
    is left. A talk not heard for `lasts` is over; one that `is_brief` is over, too, as soon as the account has said
    anything else. `page(session, reference)` is the address of its page inside WeChat; empty where it has none.
    `shut(session, reference, at)` says to staff why nobody can open it at a moment; empty where they can. `verb` is
    what is done in it, as is said behind 接着. With `is_typed` its links open also where somebody types them: their
    references are numbers, and `open` itself says no to whom it is not for.
    """

    topic: str
    open: Speak
    hear: Listen = _leave
    remains: Callable[[Turn, Talk], str] = _nothing_remains
    lasts: timedelta = timedelta(hours=24)
    is_brief: bool = False
    is_typed: bool = False
    verb: str = "填"
    page: Callable[[Session, str], str] = _no_page
    shut: Callable[[Session, str, datetime], str] = _never_shut


@dataclass(frozen=True, slots=True)
class FrontDesk:
    """Who speaks when no feature does. Exactly one feature declares it."""

    welcome: Callable[[Turn], Reply]
    help: Callable[[Turn], Reply]
    person: Callable[[Turn], Reply]
    unknown: Callable[[Turn], Reply]


@dataclass(frozen=True, slots=True)
class Listener:
    """Listener to an event: told of it in the event's transaction; it does not answer."""

    event: type[Incoming]
    run: Callable[[Session, Any, datetime], None]


@dataclass(frozen=True, slots=True)
class Card:
    """Card on a follower's own page (我的): a line that leads to one of our pages."""

    title: str
    note: str
    url: str
    #: How much of it waits for the follower.
    waits: int = 0


@dataclass(frozen=True, slots=True)
class Tab:
    """Tab at the foot of a follower's pages: a place to go to, with how much waits there."""

    word: str
    #: One of `mobile/icons.html`.
    icon: str
    url: str
    order: int
    waits: int = 0
