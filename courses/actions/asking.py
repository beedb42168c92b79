"""Questions that nothing answered: noted once for all who ask the same, and settled by staff."""

from datetime import datetime

from sqlalchemy import ColumnElement, String, case, cast, delete, func, literal, select, update
from sqlalchemy.orm import Session

from courses.models.asking import ANSWER, LONGEST_QUESTION, Asker, OpenQuestion, Settled, StaffAnswer
from courses.rules import asking as rules
from courses.texts import asking as texts
from finding import indexing, vocabulary
from foundation.database import changed, upsert
from foundation.errors import Refused
from foundation.text import visible
from wechat_bot import reply
from wechat_bot.models import Delivery
from wechat_bot.outbox import queueing
from wechat_bot.reply import text_message

#: Characters of an answer: with the question before it one message holds it.
LONGEST = 500
LONGEST_NAME = 40
NO_SUCH = "没有这个问题，可能提问的人已经删除了自己的资料。"


def unanswered(session: Session, words: str, openid: str, retailer_id: int | None, *, now: datetime) -> None:
    """Note that nothing answered somebody's question. Of one asker it counts once; a settled question is open again,
    unless it was put aside."""
    words = words[:LONGEST_QUESTION]
    known, _ = vocabulary.current(session)
    values = {"meaning": rules.meaning(known.meanings(words), words), "asked": 0, "last_at": now}
    put = upsert(session, OpenQuestion).values(values)
    stays = OpenQuestion.settled_how == Settled.ASIDE
    again = {
        "last_at": now,
        "settled_at": case((stays, OpenQuestion.settled_at), else_=None),
        "settled_how": case((stays, OpenQuestion.settled_how), else_=None),
    }
    noted = put.on_conflict_do_update(index_elements=["meaning"], set_=again).returning(OpenQuestion.id)
    question_id = session.scalar(noted)
    asker = {"question_id": question_id, "openid": openid}
    more = {"retailer_id": retailer_id, "words": words, "asked_at": now}
    if changed(session, upsert(session, Asker).values(asker | more).on_conflict_do_nothing()):
        session.execute(update(OpenQuestion).where(OpenQuestion.id == question_id).values(asked=OpenQuestion.asked + 1))
    else:
        theirs = (Asker.question_id == question_id, Asker.openid == openid)
        session.execute(update(Asker).where(*theirs).values(words=words, asked_at=now))


def answer(
    session: Session,
    question_id: int,
    title: str,
    text: str,
    link: str,
    *,
    path: str,
    is_open: bool,
    who: str,
    now: datetime,
) -> int:
    """Answer a question: whoever asked it is told, and the answer is found from now on; gives how many were told.

    An answer written before is replaced. `path` is the page of the link that goes with it; empty where there is none.
    Raises `Refused` for an empty or too long answer.
    """
    question = _locked(session, question_id)
    title, text = visible(title).strip(), visible(text).strip()
    if not title or len(title) > LONGEST_QUESTION:
        raise Refused(f"问题要写 1～{LONGEST_QUESTION} 个字。")
    if not text or len(text) > LONGEST:
        raise Refused(f"答复要写 1～{LONGEST} 个字。")
    kept = session.get(StaffAnswer, question.answer_id) if question.answer_id is not None else None
    kept = kept or StaffAnswer()
    kept.title, kept.text, kept.link, kept.is_open = title, text, link, is_open
    kept.written_by, kept.written_at, kept.withdrawn_at = who[:LONGEST_NAME], now, None
    session.add(kept)
    session.flush()
    _take_back(session, kept, now)
    question.answer_id = kept.id
    _settle(question, Settled.ANSWERED, who, now)
    session.flush()
    indexing.put(session, ANSWER, kept.id, title, [text])
    # Another answer in place of this one is told anew.
    key = literal(f"{ANSWER}:{kept.id}:{int(now.timestamp())}:") + cast(Asker.id, String)
    askers = select(Asker.openid, key).where(Asker.question_id == question_id)
    message = text_message(
        "\n".join(filter(None, (texts.answered(title, text), path and reply.link(path, texts.OPEN))))
    )
    return queueing.queue_all(session, askers, message, now=now, about=f"{ANSWER}:{kept.id}", heeds_quiet=True)


def withdraw(session: Session, question_id: int, *, now: datetime) -> None:
    """Withdraw the answer to a question: nobody finds or reads it any more, and the question is open again. Raises
    `Refused` where it has none."""
    question = _locked(session, question_id)
    kept = session.get(StaffAnswer, question.answer_id) if question.answer_id is not None else None
    if kept is None or kept.withdrawn_at is not None:
        raise Refused("这个问题没有答复，不用撤下。")
    kept.withdrawn_at = now
    _take_back(session, kept, now)
    question.settled_at = question.settled_how = question.settled_by = None
    indexing.remove(session, ANSWER, kept.id)


def add_synonyms(session: Session, question_id: int, written: str, *, who: str, now: datetime) -> str:
    """Add a line of words that mean the same, by which the question finds something; gives the line. Raises `Refused`
    as the vocabulary does."""
    question = _locked(session, question_id)  # before the vocabulary, as whoever answers it does
    line = vocabulary.add_line(session, written)
    _settle(question, Settled.WORDS, who, now)
    return " ".join(line.words)


def add_words(session: Session, question_id: int, written: str, *, who: str, now: datetime) -> str:
    """Add words of the trade, by which the question finds something; gives those that are new. Raises `Refused` as the
    vocabulary does."""
    question = _locked(session, question_id)  # before the vocabulary, as whoever answers it does
    fresh = vocabulary.add_words(session, written)
    _settle(question, Settled.WORDS, who, now)
    return "、".join(fresh)


def put_aside(session: Session, question_id: int, *, who: str, now: datetime) -> None:
    """Put a question aside, which needs no answer: asked again, it stays. Raises `Refused` where it is settled."""
    question = _locked(session, question_id)
    if question.settled_at is not None:
        raise Refused("这个问题已经处理过了。")
    _settle(question, Settled.ASIDE, who, now)


def reopen(session: Session, question_id: int) -> None:
    """Open a question again that was put aside. Raises `Refused` where it was not."""
    question = _locked(session, question_id)
    if question.settled_how != Settled.ASIDE:
        raise Refused("这个问题没有放在一边。")
    question.settled_at = question.settled_how = question.settled_by = None


def forget(session: Session, whose: ColumnElement[bool]) -> list[str]:
    """Delete what somebody asked, with questions that nobody else did; gives their words."""
    asked = select(OpenQuestion.id).where(OpenQuestion.id.in_(select(Asker.question_id).where(whose)))
    # Before their askers, as whoever asks does.
    session.execute(asked.order_by(OpenQuestion.id).with_for_update())
    theirs = session.execute(select(Asker.id, Asker.question_id, Asker.words).where(whose)).all()
    if not theirs:
        return []
    questions = sorted({row.question_id for row in theirs})
    session.execute(delete(Asker).where(Asker.id.in_([row.id for row in theirs])))
    left = select(func.count()).where(Asker.question_id == OpenQuestion.id).scalar_subquery()
    session.execute(update(OpenQuestion).where(OpenQuestion.id.in_(questions)).values(asked=left))
    session.execute(delete(OpenQuestion).where(OpenQuestion.id.in_(questions), OpenQuestion.asked == 0))
    return [row.words for row in theirs]


def _take_back(session: Session, answer: StaffAnswer, now: datetime) -> None:
    """Withdraw what waits to be sent of an answer, as in the quiet hours: nobody is told what does not hold."""
    queueing.withdraw(session, Delivery.key.startswith(f"{ANSWER}:{answer.id}:"), now=now)


def _settle(question: OpenQuestion, how: Settled, who: str, now: datetime) -> None:
    question.settled_at, question.settled_how, question.settled_by = now, how, who[:LONGEST_NAME]


def _locked(session: Session, question_id: int) -> OpenQuestion:
    which = select(OpenQuestion).where(OpenQuestion.id == question_id)
    question = session.scalar(which.with_for_update().execution_options(populate_existing=True))
    if question is None:
        raise Refused(NO_SUCH)
    return question
