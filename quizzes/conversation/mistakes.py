"""Chat door of the wrong-answer book (错题本): one question after another, each answer marked at once."""

from dataclasses import replace
from typing import Any

from sqlalchemy.orm import Session

from questions import stepping
from questions.reading import replies
from questions.reading.replies import Command
from questions.stepping import Position, StepOutcome
from quizzes.actions import mistakes as actions
from quizzes.actions.mistakes import Practised
from quizzes.queries import attempt_sheet, mistakes
from quizzes.queries.mistakes import BookLine, WrongAnswerBook
from quizzes.rules import practice
from quizzes.texts import practice as texts
from wechat_bot import messages
from wechat_bot.conversation import After, Reply, Turn
from wechat_bot.models import Talk

TOPIC = "mistakes"
#: Questions of one round: more than somebody practises at once.
ROUND = 20


def open_book(turn: Turn, reference: str) -> Reply:
    """Begin a round of practice: what is not learnt yet, that which was practised longest ago in front."""
    book = mistakes.book(turn.session, turn.openid, now=turn.now)
    if book is None:
        return Reply(attempt_sheet.no_shop(turn.session, turn.openid))
    if not book.open:
        return Reply(texts.ALL_LEARNT if book.learnt else texts.EMPTY)
    those = [line.question_id for line in book.open[:ROUND]]
    state = {"left": those, "of": len(those), "misread": 0, "right": 0, "learnt": 0}
    asked = _ask(book.open[0], state)
    return Reply(f"{texts.begins(len(book.open), len(those))}\n{asked}", after=After.KEEP, state=state)


def hear(turn: Turn, talk: Talk) -> Reply:
    """Handle a reply: the answer to the question asked, or a word that steers the talk."""
    book = mistakes.book(turn.session, turn.openid, now=turn.now)
    if book is None:
        return Reply(attempt_sheet.no_shop(turn.session, turn.openid), after=After.END)
    state = dict(talk.state)
    line = book.line(state["left"][0])
    if line is None:  # learnt on the page, or retired meanwhile
        return _onward(book, state, texts.HAS_LEFT)
    text = turn.text
    if text and replies.command(text, line.item.question) is Command.PREVIOUS:
        return Reply(f"{texts.NOT_BACK}\n{_ask(line, state)}")
    step = stepping.step(_position(line, state), text, is_voice=isinstance(turn.message, messages.Voice))
    if step.outcome is StepOutcome.LEAVES:
        return Reply(texts.LEFT, after=After.PAUSE)
    if step.outcome is StepOutcome.STAYS:
        return Reply(step.text, state=state | {"misread": step.position.misread}, yields=True)
    answer = dict(step.position.answers[line.item.code])
    done = actions.practise(turn.session, book.retailer_id, line, answer, now=turn.now)
    if "s" in answer:
        return _onward(book, state, "")
    state |= {"right": state["right"] + done.is_right, "learnt": state["learnt"] + done.is_learnt}
    if done.is_learnt:
        book = replace(book, open=[each for each in book.open if each is not line])
    return _onward(book, state, _verdict(line, done))


def remains(turn: Turn, talk: Talk) -> str:
    """Return what to say of a round that was left; empty where the book is empty by now."""
    book = mistakes.book(turn.session, turn.openid, now=turn.now)
    return texts.remains(len(book.open)) if book is not None and book.open else ""


def page(session: Session, reference: str) -> str:
    """Return the address of the book's page inside WeChat."""
    return "/m/quizzes/mistakes"


def _onward(book: WrongAnswerBook, state: dict[str, Any], said: str) -> Reply:
    """Ask the next question of the round that is still in the book, or end it."""
    left = state["left"][1:]
    while left and book.line(left[0]) is None:
        left = left[1:]
    state = state | {"left": left, "misread": 0}
    line = book.line(left[0]) if left else None
    if line is None:
        end = texts.round_over(state["right"], state["learnt"], len(book.open))
        return Reply("\n".join(filter(None, (said, end))), after=After.END)
    return Reply("\n".join(filter(None, (said, _ask(line, state)))), state=state)


def _verdict(line: BookLine, done: Practised) -> str:
    if done.is_right:
        return texts.LEARNT if done.is_learnt else texts.RIGHT
    return texts.wrong(line.item.right_words, line.item.explanation)


def _ask(line: BookLine, state: dict[str, Any]) -> str:
    return stepping.ask(_position(line, state))


def _position(line: BookLine, state: dict[str, Any]) -> Position:
    before = state["of"] - len(state["left"])
    return practice.position(line.item.question, before=before, of=state["of"], misread=state["misread"])
