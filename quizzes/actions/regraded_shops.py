"""Shops whose results a changed key moves: listed, and told in a message of their own."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import String, bindparam, cast, delete, insert, literal, select, update
from sqlalchemy.orm import Session

from foundation.dialects import among, table_of
from people.models import Retailer
from questions.keyed.items import KeyEffect
from quizzes.models.quizzes import Quiz
from quizzes.models.regrades import Regrade, RegradeShop, RegradeState
from quizzes.queries import regrades
from quizzes.rules import regrading
from quizzes.rules.definition import CountRule, Reveal
from quizzes.rules.regrading import GradedAttempt, ShopResult
from quizzes.texts import regrades as texts
from wechat_bot.models import Follower
from wechat_bot.outbox import queueing


@dataclass(frozen=True, slots=True)
class RegradedShop:
    """Shop of a step: its ended attempts before and after, and the rules of its quiz."""

    id: int
    before: Sequence[GradedAttempt]
    after: Sequence[GradedAttempt]
    counts: CountRule
    has_pass_mark: bool
    reveal: Reveal

    @property
    def result(self) -> ShopResult:
        return regrading.shop_result(self.before, self.after, self.counts)

    @property
    def changed(self) -> list[tuple[GradedAttempt, GradedAttempt]]:
        return [(b, a) for b, a in zip(self.before, self.after, strict=True) if a != b]


def record(
    session: Session, regrade: Regrade, shops: Sequence[RegradedShop], shop_ids: Sequence[int], *, now: datetime
) -> None:
    """List the shops whose results move, and tell them once their marks have changed and are not only reckoned.
    `shop_ids` are all shops of the step: what was listed of them before is written again."""
    is_undo = regrade.state == RegradeState.UNDOING
    moved = [each for each in shops if each.result.is_moved]
    mine = (RegradeShop.regrade_id == regrade.id) & among(session, RegradeShop.retailer_id, shop_ids)
    before = {row.retailer_id: row.told_at for row in session.execute(select(RegradeShop).where(mine)).scalars()}
    if not is_undo:
        session.execute(delete(RegradeShop).where(mine))
    if not moved:
        return
    told: set[int] = set()
    if regrade.state != RegradeState.PLANNING:
        ids = [each.id for each in moved]
        follows = select(Retailer.id).join(Follower, Follower.openid == Retailer.openid)
        told = set(session.scalars(follows.where(among(session, Retailer.id, ids), Follower.unfollowed_at.is_(None))))
    if is_undo:
        # Who was not told of the change hears nothing of its end; who ended since was told a result by it.
        told = {each for each in told if each not in before or before[each] is not None}
    rows = [_row(regrade, each, now if each.id in told else None, is_undo=is_undo) for each in moved]
    known = [row for row in rows if is_undo and row["retailer_id"] in before]
    new = [row for row in rows if not (is_undo and row["retailer_id"] in before)]
    if new:
        session.execute(insert(RegradeShop), new)
    if known:
        session.connection().execute(
            _TELL_AGAIN, [{"regrade": regrade.id, "shop": row["retailer_id"], "words": row["said"]} for row in known]
        )
    if told:
        _tell(session, regrade, sorted(told), is_undo=is_undo, now=now)


def _row(regrade: Regrade, shop: RegradedShop, told_at: datetime | None, *, is_undo: bool) -> dict[str, Any]:
    before, after = shop.result
    said = texts.moved(
        (before.total, before.maximum, before.is_passed),
        (after.total, after.maximum, after.is_passed),
        has_pass_mark=shop.has_pass_mark,
        is_undo=is_undo,
    )
    if is_undo:  # a row tells what the change made of it
        before, after = after, before
    return {
        "regrade_id": regrade.id,
        "retailer_id": shop.id,
        "attempt_id": after.id,
        "total_before": before.total,
        "total_after": after.total,
        "maximum_before": before.maximum,
        "maximum_after": after.maximum,
        "passed_before": before.is_passed,
        "passed_after": after.is_passed,
        "direction": regrading.direction(before, after),
        "said": said if told_at is not None else "",
        "told_at": told_at,
    }


def _tell(session: Session, regrade: Regrade, shop_ids: Sequence[int], *, is_undo: bool, now: datetime) -> None:
    item = regrades.item(session, regrade)
    title = session.scalars(select(Quiz.title).where(Quiz.id == regrade.quiz_id)).one()
    head = texts.head(title, item.question.text, KeyEffect(regrade.key["effect"]), is_undo=is_undo)
    key = f"regrade{'-undo' if is_undo else ''}:{regrade.id}:"
    recipients: Any = (
        select(Retailer.openid, literal(key) + cast(RegradeShop.retailer_id, String), RegradeShop.said)
        .join(RegradeShop, RegradeShop.retailer_id == Retailer.id)
        .where(RegradeShop.regrade_id == regrade.id, among(session, RegradeShop.retailer_id, shop_ids))
    )
    message = {"msgtype": "text", "text": {"content": head + queueing.OWN}}
    queueing.queue_all(session, recipients, message, now=now, about=f"quiz:{regrade.quiz_id}", heeds_quiet=True)


_shop_row = table_of(RegradeShop)
_TELL_AGAIN = (
    update(_shop_row)
    .where(_shop_row.c.regrade_id == bindparam("regrade"), _shop_row.c.retailer_id == bindparam("shop"))
    .values(said=bindparam("words"))
)
