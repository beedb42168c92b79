"""Papers: the items of an attempt in the order it was given, with keys where they are wanted."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from foundation.digest_cache import DigestCache
from questions.keyed import items as stored
from questions.keyed.items import Key, KeyedItem
from quizzes.models.bank import BANK, AnswerKey, QuestionTag, QuestionVersion
from quizzes.models.quizzes import QuizVersion
from quizzes.rules.definition import QuizDefinition, fixed_paper, from_json
from quizzes.rules.drawing import ordered

#: More questions than a company asks at once, at about a kilobyte each.
_shown: DigestCache[KeyedItem] = DigestCache(5000)
_definitions: DigestCache[QuizDefinition] = DigestCache(256)
_NO_KEY = Key()


class PaperPlace(NamedTuple):
    """Place in a paper: which version of a question, its digest, its points, and the order of its options."""

    version_id: int
    digest: str
    points: int
    order: tuple[int, ...] = ()

    def to_json(self) -> list[Any]:
        return [self.version_id, self.digest, self.points, list(self.order)]


class KeyInForce(NamedTuple):
    """Key by which a question of a quiz is marked, and its number."""

    number: int
    key: Key


def places(paper: Iterable[Sequence[Any]]) -> tuple[PaperPlace, ...]:
    """Return the places of a stored paper.

    >>> places([PaperPlace(3, "ab", 500, (2, 1)).to_json()])
    (PaperPlace(version_id=3, digest='ab', points=500, order=(2, 1)),)
    """
    return tuple(PaperPlace(version, digest, points, tuple(order)) for version, digest, points, order in paper)


def items(session: Session, paper: Sequence[PaperPlace], keys: Mapping[int, Key]) -> tuple[KeyedItem, ...]:
    """Return the items of a paper as they are shown; `keys` are keys by version, and a missing one is empty.

    One statement, and none where this process has shown them lately.
    """
    missing = [place.version_id for place in paper if _shown.known(place.digest) is None]
    found: dict[int, Mapping[str, Any]] = {}
    if missing:
        rows = session.execute(select(QuestionVersion.id, QuestionVersion.body).where(QuestionVersion.id.in_(missing)))
        found = {row.id: row.body for row in rows}
    return tuple(_item(place, found, keys.get(place.version_id, _NO_KEY)) for place in paper)


def _item(place: PaperPlace, found: Mapping[int, Mapping[str, Any]], key: Key) -> KeyedItem:
    shown = _shown.get(place.digest, lambda: stored.from_json(found[place.version_id], _NO_KEY, points=0))
    question = shown.question
    if place.order:
        question = replace(question, options=ordered(question.options, place.order))
    return replace(shown, question=question, key=key, points=place.points)


#: Above the number of any key.
_NO_NUMBER = 1_000_000
_newest = (
    select(AnswerKey.version_id, func.max(AnswerKey.number).label("number"))
    .where(
        AnswerKey.version_id.in_(bindparam("versions", expanding=True)),
        AnswerKey.quiz_id.in_(bindparam("homes", expanding=True)),
        ~AnswerKey.is_withdrawn,
        AnswerKey.number < bindparam("before"),
    )
    .group_by(AnswerKey.version_id)
    .subquery()
)
# Built once: an attempt that ends waits for it.
_KEYS = select(AnswerKey.version_id, AnswerKey.number, AnswerKey.key).join(
    _newest, (AnswerKey.version_id == _newest.c.version_id) & (AnswerKey.number == _newest.c.number)
)


def keys_in_force(
    session: Session, quiz_id: int, version_ids: Sequence[int], *, before: int | None = None
) -> dict[int, KeyInForce]:
    """Return the newest key of each version of a question that was not withdrawn, as this quiz marks by it; or marked
    before the key of a number. One statement."""
    rows = session.execute(_KEYS, {"versions": version_ids, "homes": (BANK, quiz_id), "before": before or _NO_NUMBER})
    return {row.version_id: KeyInForce(row.number, stored.key_from_json(row.key)) for row in rows}


def keys_in_several(session: Session, of: Sequence[tuple[int, int]]) -> dict[tuple[int, int], KeyInForce]:
    """Return the newest key of versions of questions, each as its quiz marks by it: `of` has version and quiz. One
    statement."""
    rows = session.execute(
        select(AnswerKey.version_id, AnswerKey.quiz_id, AnswerKey.number, AnswerKey.key)
        .where(AnswerKey.version_id.in_({version_id for version_id, _ in of}), ~AnswerKey.is_withdrawn)
        .order_by(AnswerKey.number)
    ).all()
    return {
        (version_id, quiz_id): KeyInForce(row.number, stored.key_from_json(row.key))
        for version_id, quiz_id in of
        for row in rows
        if row.version_id == version_id and row.quiz_id in (BANK, quiz_id)
    }


def keys_by_number(session: Session, numbers: Mapping[int, int]) -> dict[int, Key]:
    """Return the keys of versions by their numbers: those an attempt was marked by. One statement."""
    rows = session.execute(
        select(AnswerKey.version_id, AnswerKey.number, AnswerKey.key).where(AnswerKey.version_id.in_(numbers))
    )
    return {row.version_id: stored.key_from_json(row.key) for row in rows if numbers[row.version_id] == row.number}


def tags(session: Session, version_ids: Sequence[int]) -> dict[int, tuple[str, ...]]:
    """Return the tags of questions by their versions: as they are today, whatever version was shown. One statement."""
    rows = session.execute(
        select(QuestionVersion.id, QuestionTag.tag)
        .join(QuestionTag, QuestionTag.question_id == QuestionVersion.question_id)
        .where(QuestionVersion.id.in_(version_ids))
        .order_by(QuestionTag.tag)
    )
    found: dict[int, tuple[str, ...]] = {}
    for row in rows:
        found[row.id] = (*found.get(row.id, ()), row.tag)
    return found


def definition(session: Session, version_id: int, digest: str) -> QuizDefinition:
    """Return the definition of a version; runs a statement only where this process has not used it lately."""

    def load() -> QuizDefinition:
        return from_json(session.scalars(select(QuizVersion.definition).where(QuizVersion.id == version_id)).one())

    return _definitions.get(digest, load)


def fixed(session: Session, version_id: int) -> tuple[PaperPlace, ...]:
    """Return the places of a fixed paper, in the author's order. One statement."""
    return places(
        fixed_paper(session.scalars(select(QuizVersion.definition).where(QuizVersion.id == version_id)).one())
    )
