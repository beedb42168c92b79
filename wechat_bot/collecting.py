"""Collecting what all features declare, at the start. What two of them claim stops it, with both their names."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import TypeVar
from zoneinfo import ZoneInfo

import click
from sqlalchemy import Table
from sqlalchemy.orm import Session

from foundation.database import Base
from wechat_bot.criterion import Criterion
from wechat_bot.erasure import Forget
from wechat_bot.feature import Destination, Feature, Job, Notice
from wechat_bot.measure import Measure
from wechat_bot.switchboard import OWN_WORDS, Switchboard, plain

T = TypeVar("T")
K = TypeVar("K")


def claimed(what: str, claims: Iterable[tuple[str, K, T]]) -> dict[K, T]:
    """Values by their names, of (feature, name, value). Raises ValueError where two features claim one name.

    >>> claimed("word", [("surveys", "调查", 1), ("quizzes", "测试", 2)])
    {'调查': 1, '测试': 2}
    >>> claimed("word", [("surveys", "调查", 1), ("quizzes", "调查", 2)])
    Traceback (most recent call last):
    ValueError: surveys and quizzes both claim the word '调查'
    """
    owners: dict[K, str] = {}
    values: dict[K, T] = {}
    for feature, name, value in claims:
        if name in owners:
            raise ValueError(f"{owners[name]} and {feature} both claim the {what} {name!r}")
        owners[name], values[name] = feature, value
    return values


def more(features: Sequence[Feature], kind: type[T]) -> list[tuple[str, T]]:
    """What features add to one of the floors above, by the floor's own type, with the feature's name."""
    return [(feature.name, each) for feature in features for each in feature.more if isinstance(each, kind)]


def switchboard(features: Sequence[Feature]) -> Switchboard:
    """The switchboard for these features. Exactly one of them speaks when no other does."""
    claimed("name", [(f.name, f.name, None) for f in features])
    desks = {f.name: f.front_desk for f in features if f.front_desk}
    if len(desks) != 1:
        raise ValueError(f"exactly one feature declares the front desk, not {sorted(desks)}")
    advisers = claimed("questions", [(f.name, "of all kinds", f.adviser) for f in features if f.adviser])
    words = [(f.name, *each) for f in features for each in _words(f)]
    prefixes = [(f.name, plain(each.word), each) for f in features for each in f.words if each.takes_rest]
    # A word alone and the same word with a rest may belong to one feature, not to two.
    own = [("chat", word) for word in sorted(OWN_WORDS)]
    all_words = [(f.name, word) for f in features for word in (*dict(_words(f)), *(plain(w.word) for w in f.words))]
    claimed("word", [(*each, None) for each in dict.fromkeys(own + all_words)])
    return Switchboard(
        conversations=claimed("topic", [(f.name, c.topic, c) for f in features for c in f.conversations]),
        entries=tuple(sorted((e for f in features for e in f.entries), key=lambda e: e.order)),
        words=claimed("word", words),
        prefixes=tuple(claimed("word", prefixes).values()),
        front_desk=next(iter(desks.values())),
        listeners=claimed("event", [(f.name, each.event, each) for f in features for each in f.listeners]),
        overhears=tuple(overhear for f in features for overhear in f.overhears),
        say_what_waits=_each(features, lambda f: f.awaits),
        told_of_binding=_each(features, lambda f: f.bound),
        know_help=_each(features, lambda f: f.helps),
        cards=_each(features, lambda f: f.cards),
        tabs=_each(features, lambda f: f.tabs),
        prompts=claimed("prompt", [(f.name, each.topic, each) for f in features for each in f.prompts]),
        said_to_many=_each(features, lambda f: f.said_to_many),
        adviser=next(iter(advisers.values()), None),
        declared=tuple(each for f in features for each in f.more),
    )


def tables(features: Sequence[Feature]) -> tuple[Table, ...]:
    """The tables of these features, those that others refer to first."""
    modules = [module.__name__ for feature in features for module in feature.models]
    theirs = {
        mapper.local_table
        for mapper in Base.registry.mappers
        if any(f"{mapper.class_.__module__}.".startswith(f"{module}.") for module in modules)
    }
    return tuple(table for table in Base.metadata.sorted_tables if table in theirs)


def criteria(features: Sequence[Feature], zone: ZoneInfo) -> Mapping[str, Criterion]:
    """What an audience can be narrowed by, told the time on the company's clock."""
    return claimed("criterion", [(f.name, each.name, each.on_clock(zone)) for f in features for each in f.criteria])


def forgets(features: Sequence[Feature]) -> tuple[Forget, ...]:
    """What each feature does when somebody is erased, the highest floor first."""
    return _each(features[::-1], lambda f: f.forgets)


def notices(features: Sequence[Feature]) -> Mapping[str, Notice]:
    """The kinds of notices that the settings may name a template for."""
    return claimed("notice", [(f.name, each.name, each) for f in features for each in f.notices])


def measures(features: Sequence[Feature]) -> Mapping[str, Measure]:
    """What the features count of what they brought about."""
    return claimed("measure", [(f.name, each.name, each) for f in features for each in f.measures])


def destinations(session: Session, features: Sequence[Feature], now: datetime) -> list[Destination]:
    """What a button, or whoever answered wrong, can be led to, of all features."""
    return [each for feature in features if feature.destinations for each in feature.destinations(session, now)]


def statics(features: Sequence[Feature]) -> Mapping[str, Path]:
    """Folders with files for browsers, by the first part of their address."""
    return claimed("static folder", [(f.name, at, path) for f in features for at, path in f.statics.items()])


def commands(features: Sequence[Feature], own: Sequence[click.Command]) -> Sequence[click.Command]:
    """The commands of the command line, the house's `own` among them."""
    every = [("config", own), *((f.name, f.commands) for f in features)]
    return tuple(claimed("command", [(name, each.name, each) for name, some in every for each in some]).values())


def jobs(features: Sequence[Feature]) -> tuple[Job, ...]:
    """What the clock does."""
    return tuple(claimed("job", [(f.name, job.name, job) for f in features for job in f.jobs]).values())


def _words(feature: Feature) -> list[tuple[str, str]]:
    """The words of a feature that stand alone, with their links."""
    alone = [(plain(each.word), each.link) for each in feature.words if not each.takes_rest]
    return [(plain(each.word), each.link) for each in feature.entries] + alone


def _each(features: Sequence[Feature], part: Callable[[Feature], T | None]) -> tuple[T, ...]:
    return tuple(found for feature in features if (found := part(feature)) is not None)
