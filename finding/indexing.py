"""Indexing: which words stand in which passages.

A feature puts a text's passages here in the transaction that publishes it, and removes them in the one that withdraws
it, so that a search never finds what may no longer be read. Writers take turns: published is seldom.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.orm import Session

from finding import vocabulary
from finding.cutting import Cutter, cut
from finding.models import FindingState, IndexedWord, Passage, Posting
from foundation.database import one_at_a_time, upsert
from foundation.text import grams

#: Words of the title count so many times in each passage.
TITLE = 3
#: Longest passage, and the most of one text: what is longer is found by its beginning.
LONGEST, MOST = 2_000, 500
LONGEST_TITLE = 200
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
        return self.times.total()


def put(session: Session, topic: str, reference: int, title: str, passages: Sequence[str]) -> None:
    """Index the passages of a text, in place of those it had."""
    one_at_a_time(session, LOCK)
    _take_out(session, _passages_of(session, topic, reference))
    state = vocabulary.state(session)
    by = vocabulary.current(session).cutter
    written = [_cut(by, title, text) for text in passages[:MOST]]
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
    session.execute(insert(Passage), rows)
    ids = _passages_of(session, topic, reference)
    _post(session, dict(zip(ids, written, strict=True)))


def remove(session: Session, topic: str, reference: int) -> None:
    """Take a text out of the index: nothing of it is found from now on."""
    one_at_a_time(session, LOCK)
    _take_out(session, _passages_of(session, topic, reference))


def renew(session: Session) -> int:
    """Cut again the next passages that were cut by an older vocabulary; gives their number."""
    edition = vocabulary.state(session).edition
    old = select(Passage.id).where(Passage.edition < edition).order_by(Passage.edition, Passage.id).limit(BATCH)
    if session.scalar(old.limit(1)) is None:
        return 0
    one_at_a_time(session, LOCK)
    edition = vocabulary.state(session).edition
    by = vocabulary.current(session).cutter
    rows = session.execute(select(Passage.id, Passage.title, Passage.text).where(Passage.id.in_(old))).all()
    written = {row.id: _cut(by, row.title, row.text) for row in sorted(rows, key=lambda row: row.id)}
    _unpost(session, list(written))
    _post(session, written)
    changes = [{"id": key, "length": each.length, "edition": edition} for key, each in written.items()]
    session.execute(update(Passage), changes)
    return len(written)


def _passages_of(session: Session, topic: str, reference: int) -> list[int]:
    which = (Passage.topic == topic, Passage.reference == reference)
    return list(session.scalars(select(Passage.id).where(*which).order_by(Passage.number)))


def _cut(by: Cutter, title: str, text: str) -> _Cut:
    title, text = clean_text(title, LONGEST_TITLE), clean_text(text, LONGEST)
    times = Counter(cut(by, text))
    for word in cut(by, title):
        times[word] += TITLE
    return _Cut(title, text, times)


def clean_text(text: str, longest: int) -> str:
    """A text as it is stored: without what a database or a phone refuses.

    >>> clean_text("好\\x00的\\ud800烟", 3)
    '好 的'
    """
    return "".join(" " if sign < " " and sign != "\n" else sign for sign in text if not "\ud800" <= sign <= "\udfff")[
        :longest
    ]


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
        {"word_id": known[word], "passage_id": passage_id, "times": min(times, 30_000)}
        for passage_id, each in written.items()
        for word, times in each.times.items()
    ]
    if rows:
        session.execute(insert(Posting), rows)
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
