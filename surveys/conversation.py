"""Chat door of surveys: one question a message, answered by a number; all of it in the passive reply."""

from dataclasses import replace

from sqlalchemy.orm import Session

from foundation.clock import day_in
from foundation.errors import Refused
from foundation.text import whole_number
from people.choosing import OpenChoice
from questions import flow, stepping, texts
from questions.question import QuestionType
from questions.stepping import Step, StepOutcome
from surveys.actions import answering
from surveys.queries import answer_sheet, listing
from surveys.queries import results as published
from surveys.queries.answer_sheet import AnswerSheet
from surveys.texts import chat
from surveys.texts import quotas as quota_texts
from wechat_bot import media, messages
from wechat_bot.conversation import After, Reply, Turn
from wechat_bot.models import Talk

TOPIC = "survey"
SOURCE = "chat"


def open_survey(turn: Turn, reference: str) -> Reply:
    """Begin or resume a survey by its link `survey:12`; `survey:` opens the one that waits, or offers a choice of
    several."""
    return _open_one(turn, reference) if reference else _open_any(turn)


def hear(turn: Turn, talk: Talk) -> Reply:
    """Handle a reply to the question asked: an answer, or a word that steers the talk."""
    if not talk.reference:
        return _CHOICE.hear(turn, talk)
    sheet = answer_sheet.hold(turn.session, int(talk.reference), turn.openid)
    if sheet is None or answer_sheet.obstacle(sheet, now=turn.now, zone=turn.zone):
        return _open_again(turn, talk)
    return _stepped(turn, sheet, _step(turn, sheet))


def remains(turn: Turn, talk: Talk) -> str:
    """Return what to say of a half-finished survey when another talk has ended; empty where nothing is left to do."""
    if not talk.reference:
        return ""
    sheet = answer_sheet.hold(turn.session, int(talk.reference), turn.openid)
    if sheet is None or answer_sheet.obstacle(sheet, now=turn.now, zone=turn.zone):
        return ""
    return chat.left_over(sheet.left) if sheet.left else ""


def page(session: Session, reference: str) -> str:
    """Return the address of a survey's page inside WeChat; empty for the link that leaves open which one."""
    survey_id = whole_number(reference)
    return f"/m/surveys/{survey_id}" if survey_id is not None else ""


def awaits(turn: Turn) -> str:
    """Return one sentence on the surveys that wait for this follower; empty where none does."""
    found = listing.open_for(turn.session, turn.openid, now=turn.now) or []
    waiting = [each for each in found if not (each.is_submitted or each.is_shut)]
    if len(waiting) > 1:
        return chat.several_wait(len(waiting))
    return chat.one_waits(waiting[0].title, flow.about_minutes(waiting[0].definition.questions)) if waiting else ""


# Opening


def _open_one(turn: Turn, reference: str) -> Reply:
    survey_id = whole_number(reference)
    if survey_id is None:
        raise Refused(chat.UNKNOWN_SURVEY)
    sheet = answer_sheet.look(turn.session, survey_id, turn.openid)
    obstacle = answer_sheet.obstacle(sheet, now=turn.now, zone=turn.zone)
    if obstacle:
        return Reply(f"{obstacle}{_poll(turn, sheet)}")
    begun = answering.begin(turn.session, sheet, openid=turn.openid, now=turn.now, zone=turn.zone)
    if begun.asked is None:  # everything is answered, and only a place was missing
        return _stepped(turn, begun, stepping.step(begun.position))
    said = chat.welcome_back(begun.definition.title, begun.left) if begun.answers else _intro(turn, begun)
    # Without leading zeros, so that one survey is one talk however its link was written.
    asked = _illustrated(turn, begun, stepping.ask(begun.position))
    return Reply(f"{said}\n{asked}", after=After.KEEP, reference=str(begun.survey_id))


def _open_again(turn: Turn, talk: Talk) -> Reply:
    """Open the survey again: its sheet was closed or handed in through another door, or the openid is bound to another
    shop or none."""
    try:
        reply = _open_one(turn, talk.reference)
    except Refused as refusal:  # nothing has been changed yet that would have to be undone
        return Reply(refusal.sentence, after=After.END)
    return reply if reply.after is After.KEEP else replace(reply, after=After.END)


def _open_any(turn: Turn) -> Reply:
    found = listing.open_for(turn.session, turn.openid, now=turn.now)
    if found is None:
        return Reply(answer_sheet.no_shop(turn.session, turn.openid))
    waiting = [each for each in found if not (each.is_submitted or each.is_shut)]
    if len(waiting) == 1:
        return _open_one(turn, str(waiting[0].survey_id))
    if waiting:
        return _CHOICE.offer((each.survey_id, each.title) for each in waiting)
    if len(found) == 1 and found[0].definition.is_poll:
        return _open_one(turn, str(found[0].survey_id))
    if any(each.is_shut for each in found):
        return Reply(quota_texts.FULL)
    if found:
        last = max((each.submitted_on for each in found if each.submitted_on), default=None)
        return Reply(chat.already_done(last) if last else chat.ALREADY_DONE)
    return Reply(chat.NONE_OPEN)


_CHOICE = OpenChoice(TOPIC, chat.SEVERAL_OPEN, chat.LEFT, _open_one)


# Answering


def _step(turn: Turn, sheet: AnswerSheet) -> Step:
    match turn.message:
        case messages.Text(content=content):
            return stepping.step(sheet.position, content)
        case messages.Image() as picture if sheet.asked and sheet.asked.type is QuestionType.PHOTO:
            return stepping.step(sheet.position, picture=media.keep(turn.session, picture, now=turn.now))
        case messages.Image(media_id=key):
            return stepping.step(sheet.position, picture=key)
        case other:
            return stepping.step(sheet.position, is_voice=isinstance(other, messages.Voice))


def _stepped(turn: Turn, sheet: AnswerSheet, step: Step) -> Reply:
    if step.outcome is StepOutcome.LEAVES:
        return Reply(chat.paused(sheet.left), after=After.PAUSE)
    after = answering.take(turn.session, sheet, step, now=turn.now, zone=turn.zone, source=SOURCE)
    if step.outcome is StepOutcome.GOES_ON:
        return _went_on(turn, after, step.text)
    return Reply(_illustrated(turn, after, step.text))


def _went_on(turn: Turn, sheet: AnswerSheet, echo: str) -> Reply:
    if not sheet.is_submitted and sheet.is_shut:
        return Reply(quota_texts.FULL_KEPT, after=After.END)
    if not sheet.is_submitted:
        asked = _illustrated(turn, sheet, stepping.ask(sheet.position))
        return Reply(f"{echo}\n{asked}" if echo else asked)
    # Nobody is told of results where there is no page to see them on.
    told_on = day_in(sheet.tells_at, turn.zone) if sheet.tells_at and turn.account.has_pages else None
    return Reply(f"{chat.submitted(sheet.keeper, told_on)}{_poll(turn, sheet)}", after=After.END)


def _illustrated(turn: Turn, sheet: AnswerSheet, said: str) -> str:
    """Return what is said, with the way to the pictures of the question in it: a passive reply is one text, and a
    picture of its own would come without its question. Where there are no pages the words of the picture must do."""
    asked = sheet.position.asked
    if not turn.account.has_pages or asked is None or not asked.pictures or asked.text not in said:
        return said
    return f"{said}\n{texts.pictures_on(f'{turn.account.public_url}/m/surveys/{sheet.survey_id}')}"


def _poll(turn: Turn, sheet: AnswerSheet) -> str:
    """Return the running result of a poll, on lines of its own, where this shop may see it; else nothing."""
    if not sheet.definition.is_poll or not published.are_public(turn.session, sheet, now=turn.now):
        return ""
    found = published.results(turn.session, sheet.survey_id)
    question = found.questions[0] if found.questions else None
    answered = question.answered if question else None
    return "\n" + chat.poll(
        answered, [(bar.label, bar.count, bar.percent) for bar in question.bars] if question else ()
    )


def _intro(turn: Turn, sheet: AnswerSheet) -> str:
    return chat.opening(
        sheet.definition.title,
        sheet.left,
        flow.about_minutes(sheet.definition.questions),
        says=sheet.definition.intro,
        is_anonymous=sheet.is_anonymous,
        is_again=sheet.is_again,
        page=f"{turn.account.public_url}/m/surveys/{sheet.survey_id}" if turn.account.has_pages else "",
    )
