"""Changed keys: a change is reckoned, submitted, decided by somebody else, undone. `regrading` carries each out in
steps."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import func, insert, select, update
from sqlalchemy.orm import Session

from campaigns.approving import CampaignAuthor
from console import drafting
from console.authored import LONGEST_NAME
from foundation.errors import Refused
from questions.authoring.spelling import Misspelt
from questions.keyed import key_reader
from questions.keyed.items import Key, KeyEffect, key_from_json, key_to_json
from quizzes.models.bank import AnswerKey, BankQuestion
from quizzes.models.quizzes import Quiz
from quizzes.models.regrades import Regrade, RegradeState
from quizzes.queries import papers, regrades
from quizzes.queries.papers import WORKS
from quizzes.queries.regrades import AskedVersion
from quizzes.texts import regrades as texts

State = RegradeState
LONGEST_REASON = 200


def read(asked: AskedVersion, written: object, effect: KeyEffect) -> Key:
    """Return the key that a corrector wrote for a question; of one that is struck, or gives everybody its points, what
    was right stays known. Raises Refused where it cannot be read."""
    if effect is not KeyEffect.MARKED:
        return replace(asked.key, effect=effect)
    item = asked.item
    try:
        return key_reader.read_key(written, item.kind, item.question, asked.key.rule)
    except Misspelt as misspelt:
        raise Refused(f"答案{misspelt}。") from None


def chosen(asked: AskedVersion, codes: Collection[int]) -> Key:
    """Return the key of which these options are right; of several of a single choice each is enough. Raises Refused
    where there is none."""
    right = frozenset(codes) & frozenset(asked.item.question.codes)
    if not right:
        raise Refused(texts.NOTHING_CHOSEN)
    return Key(right, rule=asked.key.rule)


def plan(
    session: Session,
    quiz_id: int,
    asked: AskedVersion,
    key: Key,
    *,
    reason: str,
    is_also_down: bool,
    who: CampaignAuthor,
    now: datetime,
) -> Regrade:
    """Begin to reckon what another key of a question would do: steps list whom it moves, and change nothing else.

    Raises Refused where it is the key in force, or a change of this question waits or runs.
    """
    drafting.locked(session, WORKS, quiz_id)
    if key == asked.key:
        raise Refused(texts.SAME_KEY)
    _require_alone(session, quiz_id, asked.question_id)
    regrade = Regrade(
        quiz_id=quiz_id,
        question_id=asked.question_id,
        question_version_id=asked.version_id,
        key=key_to_json(key),
        reason=reason.strip()[:LONGEST_REASON],
        is_also_down=is_also_down,
        state=State.PLANNING,
        cursor=0,
        counts={},
        made_at=now,
        made_by=who.name[:LONGEST_NAME],
        made_by_id=who.user_id,
    )
    session.add(regrade)
    session.flush()
    return regrade


def submit(session: Session, regrade_id: int, *, who: CampaignAuthor, now: datetime) -> None:
    """Submit a change that was reckoned, for somebody else to decide. One that a command reckoned for nobody belongs to
    whoever submits it. Raises Refused where it is not ready, another's, outdated, or another one runs."""
    regrade = held(session, regrade_id)
    if regrade.state != State.PLANNED:
        raise Refused(texts.NOT_READY if regrade.state == State.PLANNING else texts.NOT_PLANNED)
    if regrade.made_by_id not in (None, who.user_id):
        raise Refused(texts.OTHERS.format(regrade.made_by))
    drafting.locked(session, WORKS, regrade.quiz_id)
    _require_alone(session, regrade.quiz_id, regrade.question_id)
    later = select(Regrade.id).where(
        Regrade.quiz_id == regrade.quiz_id,
        Regrade.question_id == regrade.question_id,
        (Regrade.decided_at > regrade.made_at) | (Regrade.undone_at > regrade.made_at),
        Regrade.state.in_((State.DONE, State.UNDONE)),
    )
    if session.scalar(later.limit(1)) is not None:
        raise Refused(texts.OUTDATED)
    regrade.state, regrade.made_by, regrade.made_by_id = State.SUBMITTED, who.name[:LONGEST_NAME], who.user_id
    session.flush()


def approve(session: Session, regrade_id: int, *, who: CampaignAuthor, now: datetime) -> None:
    """Approve a change: from now on attempts are marked by the new key, and steps mark anew those that have ended, also
    those that ended since it was reckoned. Raises Refused where it does not wait for it, and for whoever submitted it.
    """
    regrade = _decidable(session, regrade_id, who)
    quiz = drafting.locked(session, WORKS, regrade.quiz_id)
    before = papers.keys_in_force(session, quiz.id, [regrade.question_version_id])[regrade.question_version_id]
    versions = regrades.versions(session, regrade)
    newest = session.scalar(select(func.max(AnswerKey.number)).where(AnswerKey.version_id.in_(versions))) or 0
    regrade.key_number = newest + 1
    session.execute(
        insert(AnswerKey),
        [
            {
                "version_id": version_id,
                "number": regrade.key_number,
                "quiz_id": quiz.id,
                "key": regrade.key,
                "is_withdrawn": False,
                "reason": regrade.reason,
                "made_at": now,
                "made_by": regrade.made_by,
            }
            for version_id in versions
        ],
    )
    _carry(session, quiz, regrade.question_id, before.key, key_from_json(regrade.key))
    _decide(regrade, State.RUNNING, who, now)
    regrade.cursor, regrade.counts = 0, {}
    session.flush()


def reject(session: Session, regrade_id: int, *, why: str, who: CampaignAuthor, now: datetime) -> None:
    """Reject a change, with the reason. Raises Refused as `approve` does, and without a reason."""
    regrade = _decidable(session, regrade_id, who)
    if not why.strip():
        raise Refused(texts.WHY)
    regrade.why = why.strip()[:LONGEST_REASON]
    _decide(regrade, State.REJECTED, who, now)
    session.flush()


def undo(session: Session, regrade_id: int, *, who: CampaignAuthor, now: datetime) -> None:
    """Undo a change that was carried out, or is being: the key before is in force from now on, and steps give every
    attempt its marks of before. Raises Refused where it was never approved, or another one followed."""
    regrade = held(session, regrade_id)
    if regrade.state not in (State.RUNNING, State.DONE):
        raise Refused(texts.NOT_DONE)
    quiz = drafting.locked(session, WORKS, regrade.quiz_id)
    later = session.scalar(
        select(Regrade.id)
        .where(
            Regrade.quiz_id == quiz.id,
            Regrade.question_id == regrade.question_id,
            Regrade.id != regrade.id,
            Regrade.state.in_((State.SUBMITTED, State.RUNNING, State.DONE, State.UNDOING)),
            Regrade.key_number.is_(None) | (Regrade.key_number > regrade.key_number),
        )
        .order_by(Regrade.key_number.desc())
        .limit(1)
    )
    if later is not None:
        raise Refused(texts.CHANGED_SINCE.format(later))
    versions = regrades.versions(session, regrade)
    session.execute(
        update(AnswerKey)
        .where(AnswerKey.version_id.in_(versions), AnswerKey.number == regrade.key_number)
        .values(is_withdrawn=True)
    )
    now_in_force = papers.keys_in_force(session, quiz.id, [regrade.question_version_id])[regrade.question_version_id]
    _carry(session, quiz, regrade.question_id, key_from_json(regrade.key), now_in_force.key)
    regrade.state, regrade.cursor, regrade.counts = State.UNDOING, 0, {}
    regrade.undone_at, regrade.undone_by = now, who.name[:LONGEST_NAME]
    session.flush()


def held(session: Session, regrade_id: int) -> Regrade:
    """Lock and return a change. Raises Refused where there is none."""
    regrade = session.scalar(select(Regrade).where(Regrade.id == regrade_id).with_for_update(key_share=True))
    if regrade is None:
        raise Refused(texts.NO_SUCH)
    return regrade


def _decidable(session: Session, regrade_id: int, who: CampaignAuthor) -> Regrade:
    regrade = held(session, regrade_id)
    if regrade.state != State.SUBMITTED:
        raise Refused(texts.NOT_SUBMITTED)
    if not regrades.may_decide(regrade, who.user_id):
        raise Refused(texts.OWN)
    return regrade


def _decide(regrade: Regrade, state: RegradeState, who: CampaignAuthor, now: datetime) -> None:
    regrade.state = state
    regrade.decided_at, regrade.decided_by, regrade.decided_by_id = now, who.name[:LONGEST_NAME], who.user_id


def _require_alone(session: Session, quiz_id: int, question_id: int) -> None:
    """Refuse where another change of this question waits or runs. The caller holds the quiz."""
    for each in regrades.pending(session, quiz_id):
        if each.question_id == question_id:
            raise Refused(texts.UNDER_WAY.format(each.regrade_id, texts.STATES[each.state]))


def _carry(session: Session, quiz: Quiz, question_id: int, before: Key, after: Key) -> None:
    """Carry a changed key into the draft of the quiz, where it holds the one before: published once more, the draft
    would bring that back."""
    question = session.get_one(BankQuestion, question_id)
    if question.home_quiz_id != quiz.id:
        return
    written = quiz.draft["questions"]
    kept: list[Mapping[str, Any]] = [
        {**each, "key": key_to_json(after)}
        if each["item"]["question"]["code"] == question.code and key_from_json(each["key"]) == before
        else each
        for each in written
    ]
    if kept != written:
        quiz.draft = {**quiz.draft, "questions": kept}
        quiz.stamp += 1
