"""Papers: the items of an attempt in the order it was given, with keys where they are wanted."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from console.drafting import Works
from foundation.dialects import table_of
from foundation.digest_cache import DigestCache
from questions.keyed import items as stored
from questions.keyed.items import Key, KeyedItem
from quizzes.models.bank import BANK, AnswerKey, QuestionTag, QuestionVersion
from quizzes.models.quizzes import Quiz, QuizVersion
from quizzes.rules.definition import QuizDefinition, fixed_paper, from_json, to_json
from quizzes.rules.drawing import ordered

WORKS = Works(Quiz, QuizVersion, QuizVersion.quiz_id, "测试", to_json, from_json)
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


class TaggedQuestion(NamedTuple):
    """Question that a version belongs to, with its tags as they are today, whatever version was shown."""

    id: int
    tags: tuple[str, ...] = ()


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
_key, _version, _tag = map(table_of, (AnswerKey, QuestionVersion, QuestionTag))
_VERSIONS: Any = bindparam("versions", expanding=True)
_newest = (
    select(_key.c.version_id, func.max(_key.c.number).label("number"))
    .where(
        _key.c.version_id.in_(_VERSIONS),
        _key.c.quiz_id.in_((BANK, bindparam("quiz"))),
        ~_key.c.is_withdrawn,
        _key.c.number < bindparam("before"),
    )
    .group_by(_key.c.version_id)
    .subquery()
)
# Built once: an attempt that ends waits for them.
_KEYS = select(_key.c.version_id, _key.c.number, _key.c.key).join(
    _newest, (_key.c.version_id == _newest.c.version_id) & (_key.c.number == _newest.c.number)
)
_QUESTIONS = (
    select(_version.c.id, _version.c.question_id, _tag.c.tag)
    .outerjoin(_tag, _tag.c.question_id == _version.c.question_id)
    .where(_version.c.id.in_(_VERSIONS))
    .order_by(_tag.c.tag)
)


def keys_in_force(
    session: Session, quiz_id: int, version_ids: Sequence[int], *, before: int | None = None
) -> dict[int, KeyInForce]:
    """Return the newest key of each version of a question that was not withdrawn, as this quiz marks by it; or marked
    before the key of a number. One statement."""
    rows = session.execute(_KEYS, {"versions": version_ids, "quiz": quiz_id, "before": before or _NO_NUMBER})
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
    return {version_id: each.tags for version_id, each in questions(session, version_ids).items()}


def questions(session: Session, version_ids: Sequence[int]) -> dict[int, TaggedQuestion]:
    """Return the questions of versions. One statement."""
    found: dict[int, TaggedQuestion] = {}
    for version_id, question_id, tag in session.execute(_QUESTIONS, {"versions": version_ids}):
        before = found.get(version_id, TaggedQuestion(question_id))
        found[version_id] = before if tag is None else before._replace(tags=(*before.tags, tag))
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
