"""Feature contract: all that a feature may add to the program.

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

from foundation.search_index import SearchIndex
from wechat_bot.conversation import (
    Adviser,
    Card,
    Conversation,
    Entry,
    FrontDesk,
    Listener,
    Overhear,
    Prompt,
    Tab,
    Turn,
    Word,
)
from wechat_bot.criterion import Criterion, KeptSpec
from wechat_bot.erasure import Forget
from wechat_bot.last_said import SaidToMany
from wechat_bot.measure import Measure
from wechat_bot.services import Services


@dataclass(frozen=True, slots=True)
class Job:
    """Periodic job: `run(services)`, in any number of workers at the same time."""

    name: str
    every: timedelta
    run: Callable[[Services], None]


@dataclass(frozen=True, slots=True)
class Notice:
    """Kind of notice: what the settings name a template of the account for (`WECHAT_TEMPLATES`)."""

    name: str
    label: str


@dataclass(frozen=True, slots=True)
class About:
    """Subject of messages: the link they are about and the message's key; with None all messages about that link."""

    link: str
    key: str | None


@dataclass(frozen=True, slots=True)
class Title:
    """Title of a message or link for staff (答复 #107, 群发《…》), and its page in the console."""

    text: str
    path: str = ""


@dataclass(frozen=True, slots=True)
class Destination:
    """Destination that staff may choose for a button of a message: its link, and what it is called."""

    link: str
    label: str


@dataclass(frozen=True, slots=True)
class Feature:
    """Feature declaration: all that a feature adds to the program. Two features that claim one name stop the start."""

    name: str
    #: Erases a person's data, in one transaction with the other features; None for a feature that stores nothing about
    #: people. Required, for data that no feature erases would stay for ever.
    forgets: Forget | None

    # What it stores.
    #: Modules with its tables.
    models: Sequence[ModuleType] = ()
    #: Folder of its own migrations, if they are not in `migrations/`.
    migrations: Path | None = None
    #: Creates its triggers and first rows, after every migration. Safe to repeat.
    install: Callable[[Connection], None] | None = None
    #: Its search indexes, created after every migration.
    search_indexes: Sequence[SearchIndex] = ()

    # Its part of the chat.
    conversations: Sequence[Conversation] = ()
    entries: Sequence[Entry] = ()
    words: Sequence[Word] = ()
    front_desk: FrontDesk | None = None
    #: Knows answers that are written somewhere: questions that need no person are put to it.
    adviser: Adviser | None = None
    listeners: Sequence[Listener] = ()
    #: Offered messages that are no word and that no running talk took, before the short menu's numbers and the front
    #: desk. A feature that takes a bare number must know that it answers something of its own.
    overhears: Sequence[Overhear] = ()
    #: Its messages to many that people reply to in words.
    prompts: Sequence[Prompt] = ()
    #: Gives the last of its messages that reached a follower without a delivery of their own.
    said_to_many: SaidToMany | None = None
    #: Gives a sentence about what waits for this follower, or an empty text.
    awaits: Callable[[Turn], str] | None = None
    #: Called when a follower was bound to a shop, in the same transaction; gives a sentence about the result, or an
    #: empty text.
    bound: Callable[[Turn], str] | None = None
    #: Gives a help text for people who need another one than the short menu (managers), for others an empty text.
    helps: Callable[[Turn], str] | None = None
    notices: Sequence[Notice] = ()
    #: Gives the titles of its messages and links, as staff call them. Those of other features, and of what was deleted,
    #: are left out.
    titles: Callable[[Session, Sequence[About]], Mapping[About, Title]] | None = None
    #: Gives what a button of a message can lead to now: few enough to choose among, the newest in front.
    destinations: Callable[[Session, datetime], Sequence[Destination]] | None = None

    # Its pages and commands.
    console: Blueprint | None = None
    mobile: Blueprint | None = None
    #: Gives its cards for a follower's own page (我的).
    cards: Callable[[Session, str, datetime], Sequence[Card]] | None = None
    #: Gives its tabs at the foot of a follower's pages.
    tabs: Callable[[Session, str, datetime], Sequence[Tab]] | None = None
    #: Folders of static files, by the first part of their address under /static/.
    statics: Mapping[str, Path] = field(default_factory=dict)
    commands: Sequence[click.Command] = ()

    # Its jobs, and what other features may use of it.
    jobs: Sequence[Job] = ()
    criteria: Sequence[Criterion] = ()
    #: Gives the audience specifications it stores: a tag or audience that one of them uses cannot be deleted.
    kept_specs: Callable[[Session], Sequence[KeptSpec]] | None = None
    measures: Sequence[Measure] = ()

    #: What it adds to the packages between this one and its own, each a value of that package's type, such as
    #: `console.extension.ConsoleExtension`.
    more: Sequence[object] = ()
