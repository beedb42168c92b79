"""Searching: the passages that answer a question best, in the same order on every database.

What is read are whole numbers (how often, in how many, how long), and the sum is made here: two databases would round
it differently. Rare words are read first, and only so many rows of all: a word that stands nearly everywhere says
little about where the answer is.
"""

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, or_, select
from sqlalchemy.orm import Session

from finding import vocabulary
from finding.cutting import clean
from finding.models import PASSAGE_SEARCH, FindingState, IndexedWord, Passage, Posting
from foundation.dialects import among
from foundation.text import folded, keys

#: The share of a question that a passage must cover to be an answer. Measured with questions on the trade: every good
#: passage covered 0.27 or more, what had nothing to do with it 0.
ENOUGH = 0.25
#: Passages of the library in which that was measured. Of a smaller one its few words would say nothing beside any word
#: that it has not.
MEASURED = 26
#: Letters of a question that are read, and of its words the most.
LONGEST, MOST_WORDS = 200, 40
#: Postings read at most; words that stand nearly everywhere and are still looked up, and for how many passages; how
#: many passages are compared letter by letter.
BUDGET, COMMON, BEST, COMPARED = 2_000, 4, 300, 60
#: Passages of which it is asked at first whether they may be seen; then all.
ASKED = 60
#: The two constants of BM25: how soon more of the same word stops counting, how much long passages are marked down.
SATURATION, SHORTNESS = 1.2, 0.75

#: Which texts may be seen: by topic a select of their references.
Visible = Mapping[str, Select[int]]
_NO_LETTERS = re.compile(r"[\W_]+")


@dataclass(frozen=True, slots=True)
class FoundPassage:
    """Passage that was found: of every text the best one."""

    topic: str
    reference: int
    number: int
    title: str
    passage: str
    score: float
    #: The share of the question, by what its words weigh, that stands in the passage; see `ENOUGH`.
    coverage: float
    #: The words found in it, the longest first.
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Meaning:
    """One thing that is looked for: the words that stand for it, in how many passages, and what it weighs."""

    ids: tuple[int, ...]
    passages: int
    weight: float


@dataclass(slots=True)
class _Candidate:
    """Passage that holds some of the words: how often which."""

    id: int
    length: int
    times: dict[int, int]
    score: float = 0.0


def search(session: Session, words: str, *, visible: Visible, limit: int = 20) -> list[FoundPassage]:
    """The best passages among those that may be seen, one of each text, the best first.

    Where no word finds anything good, those come first in which what is sought stands letter by letter.
    """
    sought = words[:LONGEST]
    known, state = vocabulary.current(session)
    meanings = known.meanings(sought)[:MOST_WORDS]
    if not meanings or not visible or limit < 1 or not state.passages:
        return []
    found = _by_words(session, meanings, state, visible, limit)
    if found and found[0].coverage >= ENOUGH:
        return found
    exact = _by_letters(session, sought, visible, limit)
    had = {(hit.topic, hit.reference) for hit in exact}
    return [*exact, *(hit for hit in found if (hit.topic, hit.reference) not in had)][:limit]


def _by_words(
    session: Session, meanings: Sequence[tuple[str, ...]], state: FindingState, visible: Visible, limit: int
) -> list[FoundPassage]:
    every = sorted({word for meaning in meanings for word in meaning})
    which = select(IndexedWord.word, IndexedWord.id, IndexedWord.passages).where(IndexedWord.word.in_(every))
    known = {row.word: row for row in session.execute(which) if row.passages}
    if not known:
        return []
    weighed = [_weighed(meaning, known, state.passages) for meaning in meanings]
    weights = {key: (number, meaning.weight) for number, meaning in enumerate(weighed) for key in meaning.ids}
    says = [_weight(meaning.passages, max(state.passages, MEASURED)) for meaning in weighed]
    whole = math.fsum(says)
    average = max(1.0, state.length / max(1, state.passages))
    names = {row.id: row.word for row in known.values()}
    ranked = _best(session, weighed, weights, average)
    best = list(islice(_each_once(_seen(session, ranked, visible)), limit))
    texts = select(Passage).where(Passage.id.in_([each.id for each in best]))
    rows = {row.id: row for row in session.scalars(texts)} if best else {}
    found = []
    for each in best:
        covered = math.fsum(says[number] for number in {weights[key][0] for key in each.times}) / whole
        held = sorted((names[key] for key in each.times), key=lambda word: (-len(word), word))
        found.append(_found(rows[each.id], each.score, round(covered, 6), held))
    return found


def _found(row: Passage, score: float, coverage: float, words: Sequence[str]) -> FoundPassage:
    return FoundPassage(row.topic, row.reference, row.number, row.title, row.text, score, coverage, tuple(words))


def _weighed(meaning: Sequence[str], known: Mapping[str, Any], of_all: int) -> _Meaning:
    rows = [known[word] for word in meaning if word in known]
    passages = min(of_all, sum(row.passages for row in rows))
    return _Meaning(tuple(row.id for row in rows), passages, _weight(passages, of_all))


def _weight(passages: int, of_all: int) -> float:
    return math.log(1 + (of_all - passages + 0.5) / (passages + 0.5))


def _best(
    session: Session, meanings: Sequence[_Meaning], weights: Mapping[int, tuple[int, float]], average: float
) -> list[_Candidate]:
    """Passages that hold the rarest words, and for the best of them also the words that stand nearly everywhere: the
    best first, of equals the newest."""
    rare: list[int] = []
    common: list[int] = []
    left, looked_up = BUDGET, 0
    for meaning in sorted((each for each in meanings if each.ids), key=lambda each: each.passages):
        if meaning.passages <= left:
            left -= meaning.passages
            rare += meaning.ids
        elif looked_up < COMMON:
            looked_up += 1
            common += meaning.ids
    postings = select(Posting.passage_id, Posting.word_id, Posting.times, Posting.length)
    found: dict[int, _Candidate] = {}
    if rare:
        _collect(found, session.execute(postings.where(Posting.word_id.in_(rare))))
    else:
        for key in common[:1]:
            newest = postings.where(Posting.word_id == key).order_by(Posting.passage_id.desc()).limit(BUDGET)
            _collect(found, session.execute(newest))
    ranked = _ranked(found.values(), weights, average)
    if common:
        found = {each.id: each for each in ranked[:BEST]}
        which = (Posting.word_id.in_(common), among(session, Posting.passage_id, list(found)))
        _collect(found, session.execute(postings.where(*which)))
        ranked = _ranked(found.values(), weights, average)
    return ranked


def _collect(found: dict[int, _Candidate], rows: Any) -> None:
    for passage_id, word_id, times, length in rows:
        candidate = found.get(passage_id)
        if candidate is None:
            found[passage_id] = candidate = _Candidate(passage_id, length, {})
        candidate.times[word_id] = times


def _ranked(candidates: Any, weights: Mapping[int, tuple[int, float]], average: float) -> list[_Candidate]:
    """By BM25, with words that mean the same as one word."""
    for each in candidates:
        drag = SATURATION * (1 - SHORTNESS + SHORTNESS * each.length / average)
        times: dict[tuple[int, float], int] = {}
        for key, number in each.times.items():
            meaning = weights[key]
            times[meaning] = times.get(meaning, 0) + number
        # The exact sum does not depend on the order in which rows came.
        parts = [weight * number * (SATURATION + 1) / (number + drag) for (_, weight), number in times.items()]
        each.score = round(math.fsum(parts), 6)
    return sorted(candidates, key=lambda each: (-each.score, -each.id))


def _seen(session: Session, ranked: Sequence[_Candidate], visible: Visible) -> Iterator[tuple[_Candidate, Any]]:
    """The candidates that may be seen, in their order, with their texts' references."""
    which = select(Passage.id, Passage.topic, Passage.reference)
    for some in (ranked[:ASKED], ranked[ASKED:]):
        ids = [each.id for each in some]
        rows = session.execute(which.where(among(session, Passage.id, ids), _may_be_seen(visible))) if ids else ()
        kept = {key: (topic, reference) for key, topic, reference in rows}
        yield from ((each, kept[each.id]) for each in some if each.id in kept)


def _each_once(found: Iterator[tuple[_Candidate, Any]]) -> Iterator[_Candidate]:
    """The best passage of every text."""
    had: set[Any] = set()
    for each, text in found:
        if text not in had:
            had.add(text)
            yield each


def _by_letters(session: Session, sought: str, visible: Visible, limit: int) -> list[FoundPassage]:
    """Passages in which every part of what is sought stands letter by letter, in the title first, then the newest."""
    parts = [part for each in clean(sought).split() if (part := _NO_LETTERS.sub("", each))]
    letters = sorted({key for part in parts for key in keys(part)})[:MOST_WORDS]
    if not letters:
        return []
    holding = PASSAGE_SEARCH.holding(session, letters)
    newest = select(Passage).where(Passage.id.in_(holding), _may_be_seen(visible)).order_by(Passage.id.desc())
    found: list[tuple[bool, Passage]] = []
    for row in session.scalars(newest.limit(COMPARED)):
        title, text = (_NO_LETTERS.sub("", folded(each)) for each in (row.title, row.text))
        if all(part in title or part in text for part in parts):
            found.append((not all(part in title for part in parts), row))
    hits: dict[tuple[str, int], FoundPassage] = {}
    for _, row in sorted(found, key=lambda each: (each[0], -each[1].id)):
        hits.setdefault((row.topic, row.reference), _found(row, 0.0, 1.0, parts))
    return list(hits.values())[:limit]


def _may_be_seen(visible: Visible) -> ColumnElement[bool]:
    """Asked of each passage by itself: a list of all that may be seen would be made for every search."""
    each = []
    for topic, some in sorted(visible.items()):
        readable = some.subquery()
        is_among = select(1).where(readable.c[0] == Passage.reference).correlate(Passage).exists()
        each.append(and_(Passage.topic == topic, is_among))
    return or_(*each)
