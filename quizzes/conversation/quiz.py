"""Chat door of quizzes: one question a message, answered by a number; all of it in the passive reply."""

from dataclasses import replace

from sqlalchemy.orm import Session

from foundation.errors import Refused
from foundation.text import whole_number
from people.choosing import OpenChoice
from questions import stepping, texts
from questions.numerals import same
from questions.reading import replies
from questions.reading.replies import Command
from questions.stepping import Step, StepOutcome
from quizzes.actions import overdue, taking
from quizzes.actions.taking import StepTaken
from quizzes.queries import attempt_sheet, extent, listing, results
from quizzes.queries.attempt_sheet import AttemptSheet, OpenAttempt
from quizzes.rules import timing
from quizzes.rules.timing import AnswerMoment
from quizzes.texts import chat
from wechat_bot import messages
from wechat_bot.conversation import After, Reply, Turn
from wechat_bot.models import Talk

TOPIC = "quiz"
SOURCE = "chat"
#: In the talk's state: handing in was asked for, with questions left.
HANDS_IN = "hands_in"
#: With every so many questions the time left is said.
OFTEN = 5
#: Below so many seconds it is said each time.
SOON = 120
#: Characters of a message that may be a need of the shop; what is shorter is a number, or a word of assent.
SHORTEST_NEED = 5


def open_quiz(turn: Turn, reference: str) -> Reply:
    """Show or resume a quiz by its link `quiz:3`; `quiz:` opens the one that waits, or offers a choice of several."""
    return _open_one(turn, reference) if reference else _open_any(turn)


def hear(turn: Turn, talk: Talk) -> Reply:
    """Handle a reply: the word that starts, an answer to the question asked, or a word that steers the talk."""
    if not talk.reference:
        return _CHOICE.hear(turn, talk)
    quiz_id = int(talk.reference)
    sheet = attempt_sheet.hold(turn.session, quiz_id, turn.openid)
    if sheet is None:
        return _not_running(turn, talk, quiz_id)
    assert sheet.attempt is not None
    heard = timing.in_chat(turn.said_at)
    if _says(turn, chat.HAND_IN):
        return _hand_in(turn, talk, sheet, heard)
    if talk.state:  # another word than the second one that would have handed in
        talk.state = {}
    asked = sheet.attempt.asked
    if asked is None and not taking.is_over(sheet.attempt, heard) and not _commands(turn):
        return Reply(chat.look_over(taking.skipped(sheet.attempt)), after=After.KEEP, yields=True)
    step = _step(turn, sheet.attempt) if asked is not None else _step_from_the_end(turn, sheet.attempt)
    taken = taking.take(
        turn.session,
        sheet,
        step,
        code=asked.code if asked else "",
        heard=heard,
        source=SOURCE,
        hands_in=True,
        now=turn.now,
    )
    is_unread = step.outcome is StepOutcome.STAYS and _commands(turn) is None
    if taken.result is not None and is_unread and _may_be_a_need(turn):
        # A need written when the time had long been over: whoever takes it answers, the result comes by itself.
        overdue.tell(turn.session, turn.openid, taken.result, now=turn.now)
        return Reply(chat.TIME_IS_UP, after=After.END, yields=True)
    return _stepped(turn, taken, step)


def _hand_in(turn: Turn, talk: Talk, sheet: AttemptSheet, heard: AnswerMoment) -> Reply:
    """Hand in; before the last question was asked only when it is said twice, for there is no way back."""
    attempt = sheet.attempt
    assert attempt is not None
    if taking.is_over(attempt, heard):
        return _ended(turn, taking.time_is_up(turn.session, sheet, source=SOURCE, now=turn.now))
    if attempt.asked is not None and not talk.state.get(HANDS_IN):
        return Reply(chat.hand_in_early(attempt.position.left), after=After.KEEP, state={HANDS_IN: True})
    return _ended(turn, taking.hand_in(turn.session, sheet, source=SOURCE, at=heard.at, now=turn.now))


def remains(turn: Turn, talk: Talk) -> str:
    """Return what to say of a half-taken quiz when another talk has ended; empty where nothing is left to do."""
    if not talk.reference:
        return ""
    sheet = attempt_sheet.look(turn.session, int(talk.reference), turn.openid)
    attempt = sheet.attempt
    if attempt is None or taking.is_over(attempt, AnswerMoment(turn.now, timing.GRACE)):
        return ""
    return chat.left_over(attempt.position.left, timing.counted_down(attempt.ends_at, turn.now))


def page(session: Session, reference: str) -> str:
    """Return the address of a quiz's page inside WeChat; empty for the link that leaves open which one."""
    quiz_id = whole_number(reference)
    return f"/m/quizzes/{quiz_id}" if quiz_id is not None else ""


def awaits(turn: Turn) -> str:
    """Return one sentence on the quizzes that wait for this follower; empty where none does."""
    waiting = [each for each in listing.open_for(turn.session, turn.openid, now=turn.now) or () if each.waits]
    if len(waiting) > 1:
        return chat.several_wait(len(waiting))
    return chat.one_waits(waiting[0].definition.title, waiting[0].definition.minutes) if waiting else ""


# Opening


def _open_one(turn: Turn, reference: str) -> Reply:
    quiz_id = whole_number(reference)
    if quiz_id is None:
        raise Refused(chat.UNKNOWN_QUIZ)
    sheet = attempt_sheet.look(turn.session, quiz_id, turn.openid)
    if sheet.attempt is not None:
        return _resume(turn, quiz_id)
    sentence = attempt_sheet.obstacle(sheet, now=turn.now, zone=turn.zone)
    if sentence:
        return Reply(sentence)
    return Reply(_intro(turn, sheet), after=After.KEEP, reference=str(quiz_id))


def _resume(turn: Turn, quiz_id: int) -> Reply:
    """Go on with the open attempt, unless its time is over."""
    sheet = attempt_sheet.hold(turn.session, quiz_id, turn.openid)
    if sheet is None:  # ended at this moment
        return _open_one(turn, str(quiz_id))
    attempt = sheet.attempt
    assert attempt is not None
    if taking.is_over(attempt, AnswerMoment(turn.now, timing.GRACE)):
        taken = taking.time_is_up(turn.session, sheet, source=SOURCE, now=turn.now)
        return replace(_ended(turn, taken), after=After.NOTHING)
    time = timing.counted_down(attempt.ends_at, turn.now)
    welcome = chat.welcome_back(sheet.definition.title, attempt.position.left, time)
    return Reply(f"{welcome}\n{_ask(turn, attempt, quiz_id)}", after=After.KEEP, reference=str(quiz_id))


def _not_running(turn: Turn, talk: Talk, quiz_id: int) -> Reply:
    """Begin where the follower says so; the attempt of this talk may have ended through another door meanwhile."""
    sheet = attempt_sheet.look(turn.session, quiz_id, turn.openid)
    sentence = attempt_sheet.obstacle(sheet, now=turn.now, zone=turn.zone)
    if sentence:
        return Reply(sentence, after=After.END, yields=True)
    said = turn.text
    if replies.command(said) is Command.EXIT:
        return Reply(chat.LEFT, after=After.END)
    if same(said) not in _STARTS:
        return Reply(_intro(turn, sheet), after=After.KEEP, yields=True)
    begun = taking.begin(turn.session, sheet, openid=turn.openid, source=SOURCE, now=turn.now, zone=turn.zone)
    if begun.attempt is None:  # begun and ended at this moment, on another phone
        return _open_one_again(turn, begun)
    talk.begun_at = turn.now
    return Reply(_ask(turn, begun.attempt, quiz_id), after=After.KEEP)


_STARTS = {chat.START, "开始测试", "开始考试", "开考", "1", "好", "好的", "ok"}


def _open_any(turn: Turn) -> Reply:
    found = listing.open_for(turn.session, turn.openid, now=turn.now)
    if found is None:
        return Reply(attempt_sheet.no_shop(turn.session, turn.openid))
    # Who has passed is not reminded, and may still do better.
    waiting = [each for each in found if each.waits] or [each for each in found if each.left]
    if len(waiting) == 1:
        return _open_one(turn, str(waiting[0].quiz_id))
    if waiting:
        return _CHOICE.offer((each.quiz_id, each.definition.title) for each in waiting)
    return Reply(chat.NONE_OPEN)


_CHOICE = OpenChoice(TOPIC, chat.SEVERAL_OPEN, chat.LEFT, _open_one)


# Taking


def _step(turn: Turn, attempt: OpenAttempt) -> Step:
    match turn.message:
        case messages.Text(content=content):
            return stepping.step(attempt.position, content)
        case messages.Image(media_id=key):
            return stepping.step(attempt.position, picture=key)
        case other:
            return stepping.step(attempt.position, is_voice=isinstance(other, messages.Voice))


def _step_from_the_end(turn: Turn, attempt: OpenAttempt) -> Step:
    """Handle a word that steers the talk where everything was asked: one goes back to the first question that was
    skipped, else to the last."""
    position = attempt.position
    match _commands(turn):
        case Command.EXIT:
            return Step(StepOutcome.LEAVES, position)
        case Command.PREVIOUS:
            skipped = taking.skipped(attempt)
            back = replace(position, at=position.questions[skipped[0] - 1 if skipped else -1].code)
            return Step(StepOutcome.STAYS, back, stepping.ask(back))
        case _:
            return Step(StepOutcome.STAYS, position, chat.look_over(taking.skipped(attempt)))


def _stepped(turn: Turn, taken: StepTaken, step: Step) -> Reply:
    attempt = taken.sheet.attempt
    assert attempt is not None
    if taken.result is not None:
        return _ended(turn, taken)
    if step.outcome is StepOutcome.LEAVES:
        time = timing.counted_down(attempt.ends_at, turn.now)
        return Reply(chat.paused(attempt.position.left, time), after=After.PAUSE)
    if step.outcome is StepOutcome.GOES_ON:
        return Reply("\n".join(filter(None, (step.text, _ask(turn, attempt, taken.sheet.quiz_id)))))
    return Reply(step.text)


def _ended(turn: Turn, taken: StepTaken) -> Reply:
    if taken.result is None:  # ended at this moment through another door, which has told the shop
        return _open_one_again(turn, taken.sheet)
    late = (
        chat.late(taken.late_number, taken.late_by)
        if taken.late_number is not None and taken.late_by is not None
        else ""
    )
    by_time = taken.result.ended_by == "time"
    leads = not turn.board.shut(turn.session, taken.result.lesson, turn.now)
    said = results.told(taken.result, before=late or (chat.TIME_IS_UP if by_time else ""), leads=leads)
    return Reply(said, after=After.END)


def _open_one_again(turn: Turn, sheet: AttemptSheet) -> Reply:
    return replace(_open_one(turn, str(sheet.quiz_id)), after=After.END)


def _ask(turn: Turn, attempt: OpenAttempt, quiz_id: int) -> str:
    """Return the waiting question, with the time left where it is time to say so, and the way to its pictures."""
    if attempt.asked is None:
        return chat.look_over(taking.skipped(attempt))
    asked = stepping.ask(attempt.position)
    if attempt.asked.pictures and turn.account.has_pages:
        asked += f"\n{texts.pictures_on(f'{turn.account.public_url}/m/quizzes/{quiz_id}')}"
    left = timing.counted_down(attempt.ends_at, turn.now)
    if left is None:
        return asked
    number = next(n for n, item in enumerate(attempt.items, start=1) if item.question == attempt.asked)
    is_time = number % OFTEN == 0 or number == 1 or left.total_seconds() < SOON
    return f"{asked}\n{chat.time_left(left)}" if is_time else asked


def _intro(turn: Turn, sheet: AttemptSheet) -> str:
    return f"{extent.introduction(turn.session, sheet, now=turn.now, zone=turn.zone)}\n{chat.BEGIN}"


def _says(turn: Turn, word: str) -> bool:
    return same(turn.text) == word


def _may_be_a_need(turn: Turn) -> bool:
    return not isinstance(turn.message, messages.Text) or len(turn.message.content) >= SHORTEST_NEED


def _commands(turn: Turn) -> Command | None:
    return replies.command(turn.message.content) if isinstance(turn.message, messages.Text) else None
