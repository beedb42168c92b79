"""Filing of ended attempts: the clock adds the one of each shop that counts to the counters, so that no end of an
attempt waits for it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import bindparam, delete, insert, select, text, tuple_, update
from sqlalchemy.orm import Session

from console import drafting
from foundation.dialects import among, count_many, table_of
from quizzes.actions import turnout
from quizzes.models.attempts import Attempt
from quizzes.models.bank import BANK, BankQuestion, QuestionTag, QuestionVersion
from quizzes.models.figures import GroupCell, ItemCell, OptionCell
from quizzes.models.quizzes import Quiz, QuizVersion, Standing, TagStanding
from quizzes.queries.papers import WORKS
from quizzes.rules import cells
from quizzes.rules.cells import AskedQuestion, Choice, EndedPaper, Group, Item

BATCH = 1000
#: The key columns of the counters, with their types.
OF_MARKS = dict.fromkeys(("quiz_version_id", "question_id", "points", "mark", "total"), "integer")
OF_CHOICES = {"quiz_version_id": "integer", "question_id": "integer", "option": "text", "total": "integer"}
OF_GROUPS = {"quiz_version_id": "integer", "by": "text", "member_id": "integer", "what": "text"}

_attempt, _standing = table_of(Attempt), table_of(Standing)
_item, _option, _group, _tag = map(table_of, (ItemCell, OptionCell, GroupCell, TagStanding))
_COUNTERS = ((_item, OF_MARKS), (_option, OF_CHOICES), (_group, OF_GROUPS))
_PAPER = (
    _attempt.c.quiz_version_id,
    _attempt.c.paper,
    _attempt.c.marks,
    _attempt.c.total,
    _attempt.c.maximum,
    _attempt.c.answers,
    _attempt.c.is_passed,
    _attempt.c.area_id,
    _attempt.c.manager_id,
    _attempt.c.class_id,
)


@dataclass
class CellSums:
    """Sums that some attempts add to the counters; negative where they leave."""

    marks: Counter[Item] = field(default_factory=Counter)
    choices: Counter[Choice] = field(default_factory=Counter)
    groups: Counter[Group] = field(default_factory=Counter)

    @classmethod
    def of(cls, papers: Iterable[EndedPaper], asked: dict[int, AskedQuestion]) -> CellSums:
        found = cls()
        for each in papers:
            found.marks.update(cells.items(each, asked))
            found.choices.update(cells.choices(each, asked))
            for key, amount in cells.groups(each):
                found.groups[key] += amount
        return found

    @property
    def each(self) -> tuple[Counter[Any], ...]:
        """The sums of each table, in the order of `_COUNTERS`."""
        return self.marks, self.choices, self.groups

    def update(self, more: CellSums) -> None:
        """Add other sums to these."""
        for mine, theirs in zip(self.each, more.each, strict=True):
            mine.update(theirs)

    def less(self, others: CellSums) -> CellSums:
        """Return the difference from other sums."""
        left = [each.copy() for each in self.each]
        for mine, theirs in zip(left, others.each, strict=True):
            mine.subtract(theirs)
        return CellSums(*(Counter(_filled(each)) for each in left))

    def add_to(self, session: Session) -> None:
        """Add to the counters, a statement for each table, in the order of their keys, so that two at once never
        deadlock."""
        for (table, names), sums in zip(_COUNTERS, self.each, strict=True):
            count_many(session, table.name, {}, names, _rows(sums))


def _filled(counts: Counter[Any]) -> dict[Any, int]:
    return {key: count for key, count in counts.items() if count}


def _rows(counts: Counter[Any]) -> list[Sequence[Any]]:
    return [(*key, count) for key, count in sorted(_filled(counts).items())]


def file_some(session: Session) -> int:
    """File the next ended attempts; gives how many. What another transaction holds is left for the next run."""
    unfiled = session.execute(
        select(_attempt.c.id, _attempt.c.quiz_id, _attempt.c.retailer_id, _attempt.c.is_counted, *_PAPER)
        .where(text("quiz_attempt.ended_at is not null and not quiz_attempt.is_filed"))
        .order_by(_attempt.c.id)
        .limit(BATCH)
        .with_for_update(skip_locked=True)
    ).all()
    if not unfiled:
        return 0
    free = drafting.shared(session, WORKS, {row.quiz_id for row in unfiled})
    mine = [row for row in unfiled if row.quiz_id in free]
    if mine:
        _file(session, mine)
    return len(mine)


def _file(session: Session, rows: Sequence[Any]) -> None:
    # Read only now that the attempts are locked: whoever lets another one count unfiles both after that.
    ids = [row.id for row in rows]
    of_standing = (_standing.c.quiz_id == _attempt.c.quiz_id) & (_standing.c.retailer_id == _attempt.c.retailer_id)
    count = set(
        session.scalars(
            select(_attempt.c.id)
            .join(_standing, of_standing & (_standing.c.counted_attempt_id == _attempt.c.id))
            .where(among(session, _attempt.c.id, ids))
        )
    )
    coming = [row for row in rows if row.id in count and not row.is_counted]
    leaving = [row for row in rows if row.id not in count and row.is_counted]
    _move(session, coming, leaving)
    _keep_tags(session, coming)
    session.execute(
        update(_attempt)
        .where(among(session, _attempt.c.id, ids))
        .values(is_filed=True, is_counted=among(session, _attempt.c.id, sorted(count)))
    )


def _move(session: Session, coming: Sequence[Any], leaving: Sequence[Any]) -> None:
    if not coming and not leaving:
        return
    asked = _asked(session, {place[0] for row in (*coming, *leaving) for place in row.paper})
    CellSums.of(map(_ended, coming), asked).less(CellSums.of(map(_ended, leaving), asked)).add_to(session)
    if leaving:
        _sweep(session, {row.quiz_version_id for row in leaving})


def _keep_tags(session: Session, rows: Sequence[Any]) -> None:
    """Keep the standings in tags of shops whose attempt counts now, in place of those of an earlier one."""
    if not rows:
        return
    asked = _asked(session, {place[0] for row in rows for place in row.paper})
    tags: dict[int, list[str]] = {}
    ids = {each.id for each in asked.values()}
    for tagged in session.execute(
        select(QuestionTag.question_id, QuestionTag.tag).where(QuestionTag.question_id.in_(ids))
    ):
        tags.setdefault(tagged.question_id, []).append(tagged.tag)
    found = [
        {"quiz_id": row.quiz_id, "retailer_id": row.retailer_id, "tag": tag, "share": share}
        for row in rows
        for tag, share in cells.tag_shares(_ended(row), asked, tags).items()
    ]
    keys = [_tag.c.quiz_id, _tag.c.retailer_id]
    shops = sorted({row.retailer_id for row in rows})
    known = session.execute(
        select(*keys)
        .where(_tag.c.quiz_id.in_({row.quiz_id for row in rows}), among(session, keys[1], shops))
        .distinct()
    )
    theirs = {(row.quiz_id, row.retailer_id) for row in rows}
    old = [{"quiz": quiz_id, "shop": shop} for quiz_id, shop in known if (quiz_id, shop) in theirs]
    if old:
        session.connection().execute(_FORGET_TAGS, old)
    if found:
        session.execute(insert(_tag), found)


_FORGET_TAGS = delete(_tag).where(_tag.c.quiz_id == bindparam("quiz"), _tag.c.retailer_id == bindparam("shop"))


def take_back(session: Session, attempt_ids: Sequence[int]) -> None:
    """Take attempts out of the counters before their marks or answers change; the clock files them anew. The caller
    holds them."""
    rows = session.execute(
        select(_attempt.c.quiz_id, *_PAPER).where(among(session, _attempt.c.id, attempt_ids), _attempt.c.is_counted)
    ).all()
    if rows:
        # A recount waits for this, and this for a recount.
        session.execute(
            select(Quiz.id)
            .where(Quiz.id.in_({row.quiz_id for row in rows}))
            .order_by(Quiz.id)
            .with_for_update(read=True)
        ).all()
        _move(session, (), rows)
    session.execute(
        update(_attempt)
        .where(among(session, _attempt.c.id, attempt_ids), _attempt.c.ended_at.is_not(None))
        .values(is_filed=False, is_counted=False)
    )


def recount(session: Session, quiz_id: int) -> dict[tuple[Any, ...], tuple[int, int]]:
    """Recount a quiz from its attempts and standings and correct the counters; gives {key of a counter: (kept,
    counted)} where they differed. An attempt that is wrongly in them, or wrongly not, is filed anew.

    Reads the attempts as a stream, in constant memory. Raises Refused where there is no such quiz.
    """
    drafting.locked(session, WORKS, quiz_id)  # the filing job leaves it alone
    asked = _asked_by(session, quiz_id)
    counted, misfiled = CellSums(), []
    rows = session.execute(
        select(_attempt.c.id, _attempt.c.is_counted, _attempt.c.is_filed, _standing.c.counted_attempt_id, *_PAPER)
        .join(
            _standing,
            (_standing.c.quiz_id == _attempt.c.quiz_id) & (_standing.c.retailer_id == _attempt.c.retailer_id),
        )
        .where(_attempt.c.quiz_id == quiz_id, _attempt.c.ended_at.is_not(None))
        .execution_options(yield_per=BATCH)
    )
    for part in rows.partitions():
        counted.update(CellSums.of((_ended(row) for row in part if row.is_counted), asked))
        misfiled += [row.id for row in part if row.is_filed and row.is_counted != (row.id == row.counted_attempt_id)]
    kept = _kept(session, quiz_id)
    missing = counted.less(kept)
    missing.add_to(session)
    _sweep(session, set(session.scalars(select(QuizVersion.id).where(QuizVersion.quiz_id == quiz_id))))
    if misfiled:
        session.execute(update(_attempt).where(among(session, _attempt.c.id, misfiled)).values(is_filed=False))
    return {
        key: (before[key], before[key] + more)
        for before, sums in zip(kept.each, missing.each, strict=True)
        for key, more in sorted(sums.items())
    } | turnout.recount(session, quiz_id)


def _kept(session: Session, quiz_id: int) -> CellSums:
    found: list[Counter[Any]] = []
    for table, names in _COUNTERS:
        rows = session.execute(
            select(*(table.c[name] for name in names), table.c.count)
            .join(QuizVersion, QuizVersion.id == table.c.quiz_version_id)
            .where(QuizVersion.quiz_id == quiz_id)
        )
        found.append(Counter({tuple(key): count for *key, count in rows}))
    return CellSums(*found)


def _sweep(session: Session, version_ids: Collection[int]) -> None:
    """Delete the counters of versions that are down to nothing: one of words is then nowhere any more. What another
    transaction counts in at this moment is left."""
    for table, names in _COUNTERS:
        key = [table.c[name] for name in names]
        empty = select(*key).where(table.c.quiz_version_id.in_(version_ids), table.c.count == 0)
        session.execute(delete(table).where(tuple_(*key).in_(empty.with_for_update(skip_locked=True))))


def _ended(row: Any) -> EndedPaper:
    return EndedPaper(*(getattr(row, column.name) for column in _PAPER))


def _asked(session: Session, version_ids: Collection[int]) -> dict[int, AskedQuestion]:
    return _read(session, QuestionVersion.id.in_(version_ids))


def _asked_by(session: Session, quiz_id: int) -> dict[int, AskedQuestion]:
    """Return all questions that any paper of a quiz may have: its own and the bank's."""
    return _read(session, BankQuestion.home_quiz_id.in_((BANK, quiz_id)))


def _read(session: Session, which: Any) -> dict[int, AskedQuestion]:
    rows = session.execute(
        select(QuestionVersion.id, BankQuestion.id, BankQuestion.code)
        .join(BankQuestion, BankQuestion.id == QuestionVersion.question_id)
        .where(which)
    )
    return {version_id: AskedQuestion(question_id, code) for version_id, question_id, code in rows}
