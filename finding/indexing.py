"""Indexing: which words stand in which passages.

A feature puts a text's passages here in the transaction that publishes it, and removes them in the one that withdraws
it, so that a search never finds what may no longer be read. Writers take turns: published is seldom.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.orm import Session

from finding import vocabulary
from finding.cutting import Cutter, cut
from finding.models import FindingState, IndexedWord, Passage, Posting
from foundation.database import one_at_a_time, upsert
from foundation.dialects import table_of
from foundation.text import bare, grams

#: Words of the title count so many times in each passage.
TITLE = 3
#: Longest passage, and the most of one text: what is longer is found by its beginning.
LONGEST, MOST = 2_000, 500
LONGEST_TITLE = 200
#: A letter may be folded into many (㍿): what is counted stays small.
MOST_TIMES = 30_000
_UNSTORABLE = re.compile(r"[\x00-\x09\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
#: Passages cut again in one step.
BATCH = 100
#: Key of an advisory lock (any number).
LOCK = 0xF17D


@dataclass(frozen=True, slots=True)
class _Cut:
    """Passage as it is stored, and how often which words stand in it."""

    title: str
    text: str
    times: Counter[str]

    @property
    def length(self) -> int:
        return min(self.times.total(), MOST_TIMES)


def put(session: Session, topic: str, reference: int, title: str, passages: Sequence[str]) -> None:
    """Index the passages of a text, in place of those it had."""
    one_at_a_time(session, LOCK)
    _take_out(session, _passages_of(session, topic, reference))
    known, state = vocabulary.current(session)
    written = [_cut(known.cutter, title, text) for text in passages[:MOST]]
    if not written:
        return
    rows = [
        {
            "topic": topic,
            "reference": reference,
            "number": number,
            "length": each.length,
            "edition": state.edition,
            "title": each.title,
            "text": each.text,
            "grams": grams(each.title, each.text),
        }
        for number, each in enumerate(written, 1)
    ]
    session.execute(insert(table_of(Passage)), rows)
    ids = _passages_of(session, topic, reference)
    _post(session, dict(zip(ids, written, strict=True)))


def remove(session: Session, topic: str, reference: int) -> None:
    """Take a text out of the index: nothing of it is found from now on."""
    one_at_a_time(session, LOCK)
    _take_out(session, _passages_of(session, topic, reference))


def renew(session: Session) -> int:
    """Cut again the next passages that were cut by an older vocabulary; gives their number."""
    old = (
        select(Passage.id)
        .where(Passage.edition < vocabulary.state(session).edition)
        .order_by(Passage.edition, Passage.id)
        .limit(BATCH)
    )
    if session.scalar(old.limit(1)) is None:
        return 0
    one_at_a_time(session, LOCK)
    known, state = vocabulary.current(session)
    rows = session.execute(select(Passage.id, Passage.title, Passage.text).where(Passage.id.in_(old))).all()
    written = {row.id: _cut(known.cutter, row.title, row.text) for row in sorted(rows, key=lambda row: row.id)}
    _unpost(session, list(written))
    _post(session, written)
    changes = [{"id": key, "length": each.length, "edition": state.edition} for key, each in written.items()]
    session.execute(update(Passage), changes)
    return len(written)


def _passages_of(session: Session, topic: str, reference: int) -> list[int]:
    which = (Passage.topic == topic, Passage.reference == reference)
    return list(session.scalars(select(Passage.id).where(*which).order_by(Passage.number)))


def _cut(by: Cutter, title: str, text: str) -> _Cut:
    title, text = storable(title, LONGEST_TITLE), storable(text, LONGEST)
    times = Counter(cut(by, text))
    for word in cut(by, title):
        times[word] += TITLE
    return _Cut(title, text, times)


def storable(text: str, longest: int) -> str:
    """A text as it is stored: without what cannot be seen, and what a database refuses.

    >>> storable("好\\x00的\\ud800烟", 3)
    '好 的'
    """
    return bare(_UNSTORABLE.sub(" ", text).replace("\r", ""))[:longest]


def _take_out(session: Session, ids: Sequence[int]) -> None:
    if ids:
        _unpost(session, ids)
        session.execute(delete(Passage).where(Passage.id.in_(ids)))


def _unpost(session: Session, ids: Sequence[int]) -> None:
    """Delete the postings of passages."""
    counted = select(Posting.word_id, func.count()).where(Posting.passage_id.in_(ids)).group_by(Posting.word_id)
    counts = {word_id: -number for word_id, number in session.execute(counted).all()}
    lengths = session.scalar(select(func.sum(Passage.length)).where(Passage.id.in_(ids))) or 0
    session.execute(delete(Posting).where(Posting.passage_id.in_(ids)))
    _count(session, counts, passages=-len(ids), length=-lengths)


def _post(session: Session, written: dict[int, _Cut]) -> None:
    """Write the postings of passages."""
    holding = Counter(word for each in written.values() for word in each.times)
    known = _word_ids(session, sorted(holding))
    rows = [
        {"word_id": known[word], "passage_id": passage_id, "times": min(times, MOST_TIMES), "length": each.length}
        for passage_id, each in written.items()
        for word, times in each.times.items()
    ]
    if rows:
        session.execute(insert(table_of(Posting)), rows)
    counts = {known[word]: number for word, number in holding.items()}
    _count(session, counts, passages=len(written), length=sum(each.length for each in written.values()))


def _word_ids(session: Session, words: Sequence[str]) -> dict[str, int]:
    """The ids of words; those that are new are added."""
    which = select(IndexedWord.word, IndexedWord.id).where(IndexedWord.word.in_(words))
    known = {row.word: row.id for row in session.execute(which)}
    if new := [{"word": word, "passages": 0} for word in words if word not in known]:
        session.execute(upsert(session, IndexedWord).on_conflict_do_nothing(), new)
        known = {row.word: row.id for row in session.execute(which)}
    return known


def _count(session: Session, counts: dict[int, int], *, passages: int, length: int) -> None:
    """Add to the numbers of passages that words stand in, and to those of the whole index."""
    for number in sorted(set(counts.values())):
        ids = [key for key, each in counts.items() if each == number]
        added = IndexedWord.passages + number
        session.execute(update(IndexedWord).where(IndexedWord.id.in_(ids)).values(passages=added))
    whole = {"passages": FindingState.passages + passages, "length": FindingState.length + length}
    session.execute(update(FindingState).values(whole))
