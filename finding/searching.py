"""Searching: the passages that answer a question best, in the same order on every database.

What is read are whole numbers (how often, in how many, how long), and the sum is made here: two databases would round
it differently. Rare words are read first, and only so many rows of all: a word that stands nearly everywhere says
little about where the answer is.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Executable, Select, and_, or_, select
from sqlalchemy.orm import Session

from finding import vocabulary
from finding.cutting import clean
from finding.models import PASSAGE_SEARCH, FindingState, IndexedWord, Passage, Posting
from foundation.dialects import materialized
from foundation.text import keys

#: The share of a question that a passage must cover to be an answer. Measured with questions on the trade: every good
#: passage covered 0.27 or more, what had nothing to do with it 0.
ENOUGH = 0.25
#: Letters of a question that are read, and of its words the most.
LONGEST, MOST_WORDS = 200, 40
#: Postings read at most; passages for which words that stand nearly everywhere are looked up; passages whose letters
#: are compared.
BUDGET, BEST, COMPARED = 4_000, 100, 200
#: The two constants of BM25: how soon more of the same word stops counting, how much long passages are marked down.
SATURATION, SHORTNESS = 1.2, 0.75

#: Which texts may be seen: by topic a select of their references.
Visible = Mapping[str, Select[int]]


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
    #: The words found in it.
    words: tuple[str, ...]


@dataclass(slots=True)
class _Candidate:
    """Passage that holds some of the words, with how often it holds each meaning."""

    id: int
    topic: str
    reference: int
    length: int
    times: dict[int, int]
    words: set[int]
    score: float = 0.0
    coverage: float = 0.0


@dataclass(frozen=True, slots=True)
class _Meaning:
    """One thing that is looked for: the words that stand for it, in how many passages, and what it weighs."""

    ids: tuple[int, ...]
    passages: int
    weight: float


def search(session: Session, words: str, *, visible: Visible, limit: int = 20) -> list[FoundPassage]:
    """The best passages among those that may be seen, one of each text, the best first.

    Where no word finds anything good, those come first in which what is sought stands letter by letter.
    """
    sought = words[:LONGEST]
    known = vocabulary.current(session)
    meanings = known.meanings(sought)[:MOST_WORDS]
    if not meanings or not visible or limit < 1:
        return []
    found = _by_words(session, meanings, visible, limit)
    if found and found[0].coverage >= ENOUGH:
        return found
    exact = _by_letters(session, sought, visible, limit)
    had = {(hit.topic, hit.reference) for hit in exact}
    return [*exact, *(hit for hit in found if (hit.topic, hit.reference) not in had)][:limit]


def _by_words(
    session: Session, meanings: Sequence[tuple[str, ...]], visible: Visible, limit: int
) -> list[FoundPassage]:
    state = vocabulary.state(session)
    every = sorted({word for meaning in meanings for word in meaning})
    which = select(IndexedWord.word, IndexedWord.id, IndexedWord.passages).where(IndexedWord.word.in_(every))
    known = {row.word: row for row in session.execute(which).all() if row.passages}
    weighed = [_weighed(meaning, known, state) for meaning in meanings]
    candidates = _candidates(session, weighed, visible)
    _rate(candidates, weighed, state)
    best = _each_once(candidates, limit)
    names = {row.id: row.word for row in known.values()}
    texts = _texts(session, [each.id for each in best])
    return [
        FoundPassage(
            each.topic,
            each.reference,
            texts[each.id].number,
            texts[each.id].title,
            texts[each.id].text,
            round(each.score, 6),
            round(each.coverage, 6),
            tuple(sorted((names[key] for key in each.words), key=lambda word: (-len(word), word))),
        )
        for each in best
    ]


def _weighed(meaning: Sequence[str], known: Mapping[str, Any], state: FindingState) -> _Meaning:
    rows = [known[word] for word in meaning if word in known]
    passages = min(state.passages, sum(row.passages for row in rows))
    weight = math.log(1 + (state.passages - passages + 0.5) / (passages + 0.5))
    return _Meaning(tuple(row.id for row in rows), passages, weight)


def _candidates(session: Session, meanings: Sequence[_Meaning], visible: Visible) -> list[_Candidate]:
    """Passages that hold the rarest words, and for the best of them also the words that stand nearly everywhere."""
    of = {key: number for number, meaning in enumerate(meanings) for key in meaning.ids}
    rare: list[int] = []
    left = BUDGET
    by_rarity = sorted((meaning for meaning in meanings if meaning.ids), key=lambda meaning: meaning.passages)
    for meaning in by_rarity:
        if meaning.passages > left:
            break
        left -= meaning.passages
        rare += meaning.ids
    if rare:
        rows = session.execute(_holding(Posting.word_id.in_(rare), visible)).all()
    elif by_rarity:
        rows = session.execute(_newest(by_rarity[0].ids, visible)).all()
        rare += by_rarity[0].ids
    else:
        rows = []
    found: dict[int, _Candidate] = {}
    for row in rows:
        candidate = found.get(row.id) or found.setdefault(
            row.id, _Candidate(row.id, row.topic, row.reference, row.length, {}, set())
        )
        _note(candidate, of[row.word_id], row.word_id, row.times)
    common = [key for key in of if key not in rare]
    if common and found:
        best = sorted(found.values(), key=lambda each: (-_rough(each, meanings), -each.id))[:BEST]
        found = {each.id: each for each in best}
        which = (Posting.passage_id.in_(found), Posting.word_id.in_(common))
        for row in session.execute(select(Posting.passage_id, Posting.word_id, Posting.times).where(*which)).all():
            _note(found[row.passage_id], of[row.word_id], row.word_id, row.times)
    return list(found.values())


def _note(candidate: _Candidate, meaning: int, word_id: int, times: int) -> None:
    candidate.times[meaning] = candidate.times.get(meaning, 0) + times
    candidate.words.add(word_id)


def _rough(candidate: _Candidate, meanings: Sequence[_Meaning]) -> float:
    return math.fsum(meanings[number].weight for number in candidate.times)


def _rate(candidates: Sequence[_Candidate], meanings: Sequence[_Meaning], state: FindingState) -> None:
    """BM25, with words that mean the same as one word."""
    average = max(1.0, state.length / max(1, state.passages))
    whole = math.fsum(meaning.weight for meaning in meanings)
    for each in candidates:
        drag = SATURATION * (1 - SHORTNESS + SHORTNESS * each.length / average)
        parts = [
            meanings[number].weight * times * (SATURATION + 1) / (times + drag) for number, times in each.times.items()
        ]
        # The exact sum does not depend on the order in which rows came.
        each.score = math.fsum(parts)
        each.coverage = _rough(each, meanings) / whole


def _each_once(candidates: Sequence[_Candidate], limit: int) -> list[_Candidate]:
    """The best passage of every text; of equals the newest."""
    best: dict[tuple[str, int], _Candidate] = {}
    for each in sorted(candidates, key=lambda each: (-round(each.score, 6), -each.id)):
        best.setdefault((each.topic, each.reference), each)
    return list(best.values())[:limit]


def _by_letters(session: Session, sought: str, visible: Visible, limit: int) -> list[FoundPassage]:
    """Passages in which every part of what is sought stands letter by letter, in the title first, then the newest."""
    parts = ["".join(filter(str.isalnum, part)) for part in clean(sought).split()]
    parts = [part for part in parts if part]
    letters = sorted({key for part in parts for key in keys(part)})[:MOST_WORDS]
    if not letters:
        return []
    holding = PASSAGE_SEARCH.holding(session, letters)
    which = select(Passage.id, Passage.topic, Passage.reference, Passage.number, Passage.title, Passage.text)
    newest = which.where(Passage.id.in_(holding), _may_be_seen(visible)).order_by(Passage.id.desc()).limit(COMPARED)
    found: list[tuple[bool, Any]] = []
    for row in session.execute(newest).all():
        title, text = _letters(row.title), _letters(row.text)
        if all(part in title or part in text for part in parts):
            found.append((not all(part in title for part in parts), row))
    hits: dict[tuple[str, int], FoundPassage] = {}
    for _, row in sorted(found, key=lambda each: (each[0], -each[1].id)):
        hit = FoundPassage(row.topic, row.reference, row.number, row.title, row.text, 0.0, 1.0, tuple(parts))
        hits.setdefault((row.topic, row.reference), hit)
    return list(hits.values())[:limit]


def _letters(text: str) -> str:
    return "".join(filter(str.isalnum, clean(text)))


def _holding(condition: ColumnElement[bool], visible: Visible) -> Executable:
    columns = (Passage.id, Passage.topic, Passage.reference, Passage.length, Posting.word_id, Posting.times)
    joined = select(*columns).select_from(Posting).join(Passage, Passage.id == Posting.passage_id)
    return joined.where(condition, _may_be_seen(visible))


def _newest(ids: Sequence[int], visible: Visible) -> Executable:
    """The newest passages that hold a word which stands nearly everywhere."""
    newest = materialized(
        select(Posting.word_id, Posting.passage_id, Posting.times)
        .where(Posting.word_id.in_(ids))
        .order_by(Posting.passage_id.desc())
        .limit(BUDGET),
        "newest",
    )
    columns = (Passage.id, Passage.topic, Passage.reference, Passage.length, newest.c.word_id, newest.c.times)
    joined = select(*columns).join(newest, newest.c.passage_id == Passage.id)
    return joined.where(_may_be_seen(visible))


def _may_be_seen(visible: Visible) -> ColumnElement[bool]:
    each = [and_(Passage.topic == topic, Passage.reference.in_(some)) for topic, some in sorted(visible.items())]
    return or_(*each)


def _texts(session: Session, ids: Sequence[int]) -> dict[int, Any]:
    which = select(Passage.id, Passage.number, Passage.title, Passage.text).where(Passage.id.in_(ids))
    return {row.id: row for row in session.execute(which).all()}
