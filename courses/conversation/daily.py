"""Chat door of the daily question (每天一题): the answer to the one that was sent, or to one asked for by its word."""

import re

from sqlalchemy.orm import Session

from courses.actions import daily as actions
from courses.actions import telling
from courses.actions import weak_spots as spots
from courses.models.weak_spots import ABOUT, WeakSpot
from courses.queries import weak_spots
from courses.queries.weak_spots import ShopBoxes
from courses.rules import boxes
from courses.texts import daily as texts
from foundation.clock import day_in
from people import identity
from questions import numerals, stepping
from questions.keyed import marking
from questions.keyed.items import Kind
from questions.stepping import Position, Step, StepOutcome
from questions.weak_spots import AskedAgain, sources
from wechat_bot.conversation import After, Reply, Turn
from wechat_bot.models import Talk

WORD = texts.WORD
#: The word in front of an answer to a question without options: so a need is never taken for one.
_ANSWER = re.compile(r"答\s*[:：,，]?\s*(?P<said>.+)", re.DOTALL)
_HOUR = re.compile(
    r"每天(?P<half>早上|上午|中午|下午|晚上)?(?P<hour>[0-9一二三四五六七八九十两]{1,3})(?:点钟?|时|:00)(?:一题|答题|问我)?"
)
_LATER = ("下午", "晚上")


def open_daily(turn: Turn, reference: str) -> Reply:
    """Ask the question that waits, or the next that is due: the word 每天一题; it starts again what was stopped."""
    held = weak_spots.hold_of(turn.session, turn.openid)
    if held is None:
        is_shop = identity.shop_of(turn.session, turn.openid) is not None
        return Reply(texts.NONE if is_shop else texts.BIND_FIRST)
    actions.start(held, now=turn.now, zone=turn.zone)
    found = actions.ask_now(turn.session, sources(turn.board.declared), held, now=turn.now, zone=turn.zone)
    if found is None:
        is_done = held.daily.last_on == day_in(turn.now, turn.zone)
        return Reply(texts.DONE_TODAY if is_done else texts.NONE)
    _, asked = found
    url = f"{turn.account.public_url}{asked.page}" if turn.account.has_pages and asked.page else ""
    return Reply(texts.asked(asked.item, url), after=After.KEEP, reference="", state={"misread": 0})


def hear(turn: Turn, talk: Talk) -> Reply:
    """Handle a reply to the question that was asked for by its word."""
    held = weak_spots.hold_of(turn.session, turn.openid)
    if held is None:
        return Reply(texts.GONE, after=After.END)
    if _says(turn) == texts.STOP:
        actions.stop(held, now=turn.now)
        return Reply(texts.STOPPED, after=After.END)
    found = actions.current(turn.session, sources(turn.board.declared), held, now=turn.now, zone=turn.zone)
    if found is None:
        return Reply(texts.GONE, after=After.END)
    step = _step(found[1], _said(turn, found[1]), misread=talk.state.get("misread", 0))
    if step.outcome is StepOutcome.LEAVES:
        return Reply(texts.LEFT, after=After.PAUSE)
    if step.outcome is StepOutcome.STAYS:
        return Reply(step.text, state={"misread": step.position.misread}, yields=True)
    return Reply(_answered(turn, held, *found, step), after=After.END)


def overhear(turn: Turn) -> Reply | None:
    """Handle the answer to the question that the clock sent last, the word that ends it, and another hour."""
    said = _says(turn)
    if not said:
        return None
    hour = _HOUR.fullmatch("".join(numerals.plain(said).text.split()))
    if hour is not None:
        return _at_another_hour(turn, hour)
    last = turn.last_said()
    # A message of courses that came behind the question asks for no number.
    if last is None or not (last.about == ABOUT or last.key.startswith(telling.KEY)):
        return None
    if said != texts.STOP and not last.stands(turn.last_heard_at):
        return None
    held = weak_spots.hold_of(turn.session, turn.openid)
    if held is None or (said != texts.STOP and held.daily.spot_id is None):
        return None
    if last.about != ABOUT and (said == texts.STOP or not _is_asked_since(turn, held)):
        return None
    if said == texts.STOP:
        actions.stop(held, now=turn.now)
        return Reply(texts.STOPPED)
    found = actions.current(turn.session, sources(turn.board.declared), held, now=turn.now, zone=turn.zone)
    if found is None:
        return Reply(texts.GONE) if said.isdecimal() else None
    if not _is_answer(found[1], said):
        return None
    step = _step(found[1], _said(turn, found[1]))
    if step.outcome is StepOutcome.STAYS:
        # A number that is no option is meant for the question all the same; other words are somebody else's.
        return Reply(step.text) if said.isdecimal() else None
    return Reply(_answered(turn, held, *found, step))


def _is_asked_since(turn: Turn, held: ShopBoxes) -> bool:
    """Whether the question was sent since this shop wrote last."""
    asked_at = held.daily.asked_at
    return asked_at is not None and (turn.last_heard_at is None or turn.last_heard_at <= asked_at)


def page(session: Session, reference: str) -> str:
    """Return the address of the daily question's page inside WeChat."""
    return "/m/courses/daily"


def awaits(turn: Turn) -> str:
    """Return a sentence where a question waits for this shop."""
    return texts.AWAITS if weak_spots.is_waiting(turn.session, turn.openid) else ""


def _at_another_hour(turn: Turn, said: re.Match[str]) -> Reply | None:
    held = weak_spots.hold_of(turn.session, turn.openid)
    if held is None:
        return None
    hour = numerals.whole(said["hour"].replace("两", "二"))
    if hour is not None and said["half"] in _LATER and hour < 12:
        hour += 12
    if hour is None or hour not in boxes.HOURS:
        return Reply(texts.WHICH_HOUR)
    actions.set_hour(held, hour, now=turn.now, zone=turn.zone)
    return Reply(texts.hour(hour))


def _is_answer(asked: AskedAgain, said: str) -> bool:
    """Whether words are meant as the answer to a question that was sent: for one without options they say so, are
    right, or are a number where a number is asked."""
    if asked.item.kind is not Kind.FILL:
        return True
    variants = asked.item.key.variants
    is_number = numerals.quantity(said) is not None and all(map(numerals.quantity, variants))
    return bool(_ANSWER.fullmatch(said)) or is_number or marking.is_accepted(asked.item.question.text, variants, said)


def _step(asked: AskedAgain, said: str, misread: int = 0) -> Step:
    return stepping.step(Position((asked.item.question,), misread=misread), said)


def _answered(turn: Turn, held: ShopBoxes, spot: WeakSpot, asked: AskedAgain, step: Step) -> str:
    """Note an answer; gives what is said of it: right or wrong, why, and what teaches it."""
    given = step.position.answers.get(asked.item.code, {"s": True})
    if "s" in given:
        spots.put_off(held, spot, now=turn.now, zone=turn.zone)
        return texts.PUT_OFF
    is_right = marking.is_right(asked.item, given)
    again_on = spots.answered(turn.session, held, spot, is_right, now=turn.now, zone=turn.zone)
    days = None if again_on is None else (again_on - day_in(turn.now, turn.zone)).days
    lines = [texts.right(days) if is_right else texts.wrong(asked.item.right_words), asked.item.explanation]
    lesson, has_pages = asked.item.lesson, turn.account.has_pages
    if not is_right and has_pages and lesson and not turn.board.shut(turn.session, lesson, turn.now):
        lines.append(texts.again(f"{turn.account.public_url}{turn.board.page(turn.session, lesson)}"))
    return "\n".join(filter(None, lines))


def _says(turn: Turn) -> str:
    return turn.text.strip()


def _said(turn: Turn, asked: AskedAgain) -> str:
    """Return the answer in a message, without the word in front of it."""
    said = _says(turn)
    marked = _ANSWER.fullmatch(said) if asked.item.kind is Kind.FILL else None
    return marked["said"] if marked else said
