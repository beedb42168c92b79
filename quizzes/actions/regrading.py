"""Regrading: a change of a key is reckoned, carried out and undone by steps, some shops at a time, each in a short
transaction. Stopped anywhere, it goes on there: what was done once is known by the number of the key."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, insert, select, text, update
from sqlalchemy.orm import Session

from foundation.dialects import among, table_of
from questions.keyed import marking
from questions.keyed.items import Key, KeyedItem, KeyEffect, Kind, key_from_json
from questions.keyed.marking import Mark
from quizzes.actions import filing, mistakes, regraded_shops, standings
from quizzes.actions.mistakes import WrongAnswer
from quizzes.actions.regraded_shops import RegradedShop
from quizzes.models.attempts import Attempt
from quizzes.models.quizzes import Quiz, QuizVersion, Standing
from quizzes.models.regrades import Regrade, RegradeChange, RegradeState
from quizzes.queries import papers, regrades
from quizzes.rules import regrading
from quizzes.rules.definition import CountRule, QuizDefinition, Reveal
from quizzes.rules.regrading import GradedAttempt, RegradeCounts

State = RegradeState
#: Shops of one step.
BATCH = 250


@dataclass(frozen=True, slots=True)
class _Marker:
    """Marker of attempts by another key: the question with its key by version, and the numbers of these keys."""

    items: Mapping[int, KeyedItem]
    numbers: Mapping[int, int]
    definitions: Mapping[int, QuizDefinition]
    is_also_down: bool

    def marked(self, one: GradedAttempt) -> GradedAttempt:
        """Return an attempt as it is by the key; itself where the question is not in it, the key is the one it was
        marked by, or its words were erased and cannot be read any more."""
        at = one.place(frozenset(self.items))
        if at is None:
            return one
        version_id, _, points, *_ = one.paper[at]
        item, number = self.items[version_id], self.numbers[version_id]
        answer = one.answers.get(item.code)
        is_erased = item.kind is Kind.FILL and answer is not None and answer.get("t") == ""
        if one.key_numbers[at] == number or (is_erased and item.key.effect is KeyEffect.MARKED):
            return one
        mark = marking.mark(replace(item, points=points), answer)
        return self.remarked(one, at, mark, number)

    def remarked(self, one: GradedAttempt, at: int, mark: Mark, number: int) -> GradedAttempt:
        return one.remarked(at, mark, number, self.definitions[one.version_id].pass_mark)


def begun(session: Session) -> Sequence[int]:
    """Return the changes that are begun and not finished."""
    return session.scalars(
        select(Regrade.id).where(text("quiz_regrade.state in ('planning', 'running', 'undoing')")).order_by(Regrade.id)
    ).all()


def step(session: Session, regrade_id: int, *, now: datetime) -> bool:
    """Take the next shops of a change; gives whether to go on with it at once. What another transaction holds is left
    for the next run."""
    regrade = session.scalar(
        select(Regrade).where(Regrade.id == regrade_id).with_for_update(key_share=True, skip_locked=True)
    )
    if regrade is None or regrade.state not in (State.PLANNING, State.RUNNING, State.UNDOING):
        return False
    listed = _next(session, regrade)
    if not listed:
        _finish(regrade, now)
        session.flush()
        return False
    is_plan = regrade.state == State.PLANNING
    shop_ids = listed if is_plan else _locked(session, regrade, listed)
    if not shop_ids:
        return False
    marker = _marker(session, regrade)
    attempts = _attempts(session, regrade.quiz_id, shop_ids)
    if regrade.state == State.UNDOING:
        shops = _undone(session, regrade, marker, attempts)
        kept = 0
    else:
        shops, kept = _regraded(marker, attempts)
    if not is_plan:
        _write(session, regrade, shops)
    regraded_shops.record(session, regrade, shops, shop_ids, now=now)
    moved = [each.result for each in shops if each.result.is_moved]
    counted = RegradeCounts(**regrade.counts).plus(moved, shops=len(shop_ids), kept=kept)
    regrade.counts, regrade.cursor = counted.to_json(), shop_ids[-1]
    session.flush()
    return True


def _next(session: Session, regrade: Regrade) -> list[int]:
    return list(
        session.scalars(
            select(Standing.retailer_id)
            .where(Standing.quiz_id == regrade.quiz_id, Standing.retailer_id > regrade.cursor, Standing.used > 0)
            .order_by(Standing.retailer_id)
            .limit(BATCH)
        )
    )


def _finish(regrade: Regrade, now: datetime) -> None:
    match regrade.state:
        case State.PLANNING:
            regrade.state, regrade.planned = State.PLANNED, RegradeCounts(**regrade.counts).to_json()
        case State.RUNNING:
            regrade.state, regrade.done_at = State.DONE, now
        case State.UNDOING:
            regrade.state = State.UNDONE


def _locked(session: Session, regrade: Regrade, shop_ids: Sequence[int]) -> list[int]:
    """Lock the attempts of shops, and return these up to the first one that is just answering or handing in: its end
    may have read the key of before.

    The quiz is locked before, as a recount does, and the standings, as who ends an attempt locks them before the shop's
    earlier ones: they wait for each other and not in a circle.
    """
    session.execute(select(Quiz.id).where(Quiz.id == regrade.quiz_id).with_for_update(read=True))
    standing = (_standing.c.quiz_id == regrade.quiz_id) & among(session, _standing.c.retailer_id, shop_ids)
    in_order = select(_standing.c.retailer_id).where(standing).order_by(_standing.c.retailer_id)
    free = set(session.scalars(in_order.with_for_update(skip_locked=True)))
    theirs = (_attempt.c.quiz_id == regrade.quiz_id) & among(session, _attempt.c.retailer_id, shop_ids)
    # In the order of an index that begins with the shop: by their ids SQLite would read all attempts of the quiz.
    by_shop = select(_attempt.c.id).where(theirs).order_by(_attempt.c.retailer_id, _attempt.c.number)
    mine = set(session.scalars(by_shop.with_for_update(skip_locked=True)))
    rows = session.execute(select(_attempt.c.id, _attempt.c.retailer_id).where(theirs))
    busy = {row.retailer_id for row in rows if row.id not in mine}.union(each for each in shop_ids if each not in free)
    first = min(busy, default=None)
    return [each for each in shop_ids if first is None or each < first]


def _marker(session: Session, regrade: Regrade) -> _Marker:
    version_ids = regrades.versions(session, regrade)
    keys: dict[int, Key]
    if regrade.state == State.UNDOING:
        in_force = papers.keys_in_force(session, regrade.quiz_id, version_ids)
        keys = {version_id: each.key for version_id, each in in_force.items()}
        numbers = {version_id: each.number for version_id, each in in_force.items()}
    else:
        keys = dict.fromkeys(version_ids, key_from_json(regrade.key))
        # While it is only reckoned, the key has no number yet.
        numbers = dict.fromkeys(version_ids, regrade.key_number or 0)
    items = papers.items(session, regrades.places(session, version_ids), keys)
    definitions = {
        row.id: papers.definition(session, row.id, row.digest)
        for row in session.execute(
            select(QuizVersion.id, QuizVersion.digest).where(QuizVersion.quiz_id == regrade.quiz_id)
        ).all()
    }
    return _Marker(dict(zip(version_ids, items, strict=True)), numbers, definitions, regrade.is_also_down)


def _attempts(session: Session, quiz_id: int, shop_ids: Sequence[int]) -> dict[int, list[GradedAttempt]]:
    """Return the ended attempts of shops, in the order of the shops."""
    found: dict[int, list[GradedAttempt]] = {}
    rows = session.execute(
        select(
            _attempt.c.id,
            _attempt.c.retailer_id,
            _attempt.c.number,
            _attempt.c.quiz_version_id,
            _attempt.c.paper,
            _attempt.c.answers,
            _attempt.c.key_numbers,
            _attempt.c.marks,
            _attempt.c.total,
            _attempt.c.maximum,
            _attempt.c.is_passed,
            _attempt.c.seconds,
            _attempt.c.ended_at,
        )
        .where(
            _attempt.c.quiz_id == quiz_id,
            among(session, _attempt.c.retailer_id, shop_ids),
            _attempt.c.ended_at.is_not(None),
        )
        .order_by(_attempt.c.retailer_id, _attempt.c.number)
    )
    for row in rows:
        found.setdefault(row.retailer_id, []).append(
            GradedAttempt(
                id=row.id,
                number=row.number,
                version_id=row.quiz_version_id,
                paper=row.paper,
                answers=row.answers,
                key_numbers=tuple(int(each) for each in row.key_numbers.split(",")),
                marks=marking.read(row.marks),
                total=row.total,
                maximum=row.maximum,
                is_passed=row.is_passed,
                seconds=row.seconds,
                ended_at=row.ended_at,
            )
        )
    return found


def _regraded(marker: _Marker, attempts: Mapping[int, Sequence[GradedAttempt]]) -> tuple[list[RegradedShop], int]:
    """Return the shops with what the key makes of their attempts, and how many of them keep one as it is, because it
    would be worse and results only rise."""
    shops, keeping = [], 0
    for shop_id, before in attempts.items():
        marked = [marker.marked(each) for each in before]
        after = [
            was if not marker.is_also_down and regrading.is_worse(was, now) else now
            for was, now in zip(before, marked, strict=True)
        ]
        keeping += after != marked
        shops.append(_shop(marker, shop_id, before, after))
    return shops, keeping


def _undone(
    session: Session, regrade: Regrade, marker: _Marker, attempts: Mapping[int, Sequence[GradedAttempt]]
) -> list[RegradedShop]:
    """Return the shops with the marks of before; what ended after the approval is marked by the key of before."""
    ids = [each.id for theirs in attempts.values() for each in theirs]
    rows = session.execute(
        select(RegradeChange.attempt_id, RegradeChange.key_before, RegradeChange.mark_before).where(
            RegradeChange.regrade_id == regrade.id, among(session, RegradeChange.attempt_id, ids)
        )
    )
    kept = {row.attempt_id: row for row in rows}

    def undone(one: GradedAttempt) -> GradedAttempt:
        at = one.place(frozenset(marker.items))
        if at is None or one.key_numbers[at] != regrade.key_number:
            return one
        if one.id not in kept:
            return marker.marked(one)
        return marker.remarked(one, at, kept[one.id].mark_before, kept[one.id].key_before)

    return [_shop(marker, shop, theirs, [undone(each) for each in theirs]) for shop, theirs in attempts.items()]


def _shop(
    marker: _Marker, shop_id: int, before: Sequence[GradedAttempt], after: Sequence[GradedAttempt]
) -> RegradedShop:
    # By the rule of the version it was taken in last, as its standing was settled.
    definition = marker.definitions[before[-1].version_id]
    return RegradedShop(shop_id, before, after, definition.counts, definition.pass_mark > 0, definition.reveal)


def _write(session: Session, regrade: Regrade, shops: Sequence[RegradedShop]) -> None:
    """Give attempts their new marks, and let the counters and standings follow."""
    changed = [pair for each in shops for pair in each.changed]
    if not changed:
        return
    # What is counted leaves with its marks of before; the clock files it with the new ones.
    filing.take_back(session, [after.id for before, after in changed if after.marks != before.marks])
    session.connection().execute(
        _REMARK,
        [
            {
                "attempt": after.id,
                "marks": marking.written(after.marks),
                "key_numbers": ",".join(map(str, after.key_numbers)),
                "total": after.total,
                "maximum": after.maximum,
                "is_passed": after.is_passed,
            }
            for _, after in changed
        ],
    )
    if regrade.state == State.RUNNING:
        session.execute(insert(RegradeChange), [_change(regrade.id, *each) for each in changed])
    _correct_books(session, regrade, shops)
    by_rule: dict[CountRule, list[int]] = {}
    for each in shops:
        if each.changed:
            by_rule.setdefault(each.counts, []).append(each.id)
    for counts, ids in by_rule.items():
        standings.settle(session, regrade.quiz_id, ids, counts)


def _correct_books(session: Session, regrade: Regrade, shops: Sequence[RegradedShop]) -> None:
    """Correct the wrong-answer books by the new marks; a quiz that never shows its key has put nothing in."""
    wrong: list[WrongAnswer] = []
    right: list[WrongAnswer] = []
    for shop in shops:
        for before, after in shop.changed if shop.reveal is not Reveal.NEVER else ():
            at = _place(before, after)
            if before.is_wrong(at) == after.is_wrong(at):
                continue
            line = WrongAnswer(
                shop.id,
                regrade.question_id,
                after.paper[at][0],
                after.id,
                regrade.quiz_id if shop.reveal is Reveal.AFTER_CLOSING else None,
                after.ended_at,
            )
            (wrong if after.is_wrong(at) else right).append(line)
    mistakes.correct(session, wrong=wrong, right=right)


def _place(before: GradedAttempt, after: GradedAttempt) -> int:
    """Return where in the paper the two differ: by the number of the key."""
    return next(at for at, number in enumerate(before.key_numbers) if after.key_numbers[at] != number)


def _change(regrade_id: int, before: GradedAttempt, after: GradedAttempt) -> dict[str, Any]:
    at = _place(before, after)
    return {
        "regrade_id": regrade_id,
        "attempt_id": before.id,
        "key_before": before.key_numbers[at],
        "mark_before": before.marks[at],
        "mark_after": after.marks[at],
    }


_attempt, _standing = table_of(Attempt), table_of(Standing)
_REMARK = (
    update(_attempt)
    .where(_attempt.c.id == bindparam("attempt"))
    .values({name: bindparam(name) for name in ("marks", "key_numbers", "total", "maximum", "is_passed")})
)
