"""Feature contract: all that a feature may add to the house.

A feature declares one frozen `Feature`; `config/app.py` collects them (`wechat_bot/collecting.py`); nothing happens at
import. Features meet through links (`"survey:12"`: topic, colon, reference) and never import each other.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from types import ModuleType

import click
from flask import Blueprint
from sqlalchemy import Connection
from sqlalchemy.orm import Session

from foundation.clock import Period
from foundation.search_index import SearchIndex
from wechat_bot.conversation import Card, Conversation, Entry, FrontDesk, Listener, Overhear, Turn, Word
from wechat_bot.criterion import Criterion, KeptSpec
from wechat_bot.erasure import Forget
from wechat_bot.services import Services


@dataclass(frozen=True, slots=True)
class Job:
    """Something the clock does: `run(services)` every so often, in any number of workers at once."""

    name: str
    every: timedelta
    run: Callable[[Services], None]


@dataclass(frozen=True, slots=True)
class Notice:
    """Kind of notice: what the settings name a template of the account for (`WECHAT_TEMPLATES`)."""

    name: str
    label: str


@dataclass(frozen=True, slots=True)
class Measure:
    """Measure of what a feature brought about: a number for any period, by which months can be compared."""

    name: str
    label: str
    count: Callable[[Session, Period], int]


@dataclass(frozen=True, slots=True)
class About:
    """Messages by the link they were queued about and their key; with a key of None all that are about that link."""

    link: str
    key: str | None


@dataclass(frozen=True, slots=True)
class Title:
    """What people call something: 答复 #107, 群发《…》; and where the console shows it."""

    text: str
    path: str = ""


@dataclass(frozen=True, slots=True)
class Feature:
    """All that a feature adds to the house. No two may claim one name of a kind: that stops the start."""

    name: str
    #: Told, in the same transaction, that somebody is erased; None for a feature that keeps nothing of anybody. Not to
    #: be left out: what is forgotten here is never erased.
    forgets: Forget | None

    # What it keeps.
    #: Modules with its tables.
    models: Sequence[ModuleType] = ()
    #: Its own migrations, where they are not among those of the house.
    migrations: Path | None = None
    #: Makes what the database keeps up by itself (triggers) and the first rows, after every migration. Safe to call
    #: again.
    install: Callable[[Connection], None] | None = None
    #: What is searched by words: made after every migration, and no migration's.
    search_indexes: Sequence[SearchIndex] = ()

    # What it says and hears.
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
    notices: Sequence[Notice] = ()
    #: What people call this feature's messages, and all that are about one of its links. What is not its own, or gone,
    #: is left out.
    titles: Callable[[Session, Sequence[About]], Mapping[About, Title]] | None = None

    # Its pages and commands.
    console: Blueprint | None = None
    mobile: Blueprint | None = None
    #: What this feature puts on a follower's own page.
    cards: Callable[[Session, str, datetime], Sequence[Card]] | None = None
    #: Folders with files for browsers, by the first part of their address under /static/.
    statics: Mapping[str, Path] = field(default_factory=dict)
    commands: Sequence[click.Command] = ()

    # Its work, and what others may ask of it.
    jobs: Sequence[Job] = ()
    criteria: Sequence[Criterion] = ()
    #: The audience specifications this feature keeps: what they name must not be deleted.
    kept_specs: Callable[[Session], Sequence[KeptSpec]] | None = None
    measures: Sequence[Measure] = ()

    #: What it adds to the floors between this one and its own, each a value of that floor's own type
    #: (`console.extension.ConsoleExtension`).
    more: Sequence[object] = ()
