"""The chat's door to surveys: one question a message, answered by a number; all of it in the passive reply."""

from dataclasses import replace
from typing import Any

from sqlalchemy import delete

from foundation.clock import day_in
from foundation.errors import Refused
from foundation.text import whole_number
from surveys.actions import answering
from surveys.queries import answer_sheet, listing
from surveys.queries import results as published
from surveys.queries.answer_sheet import Sheet
from surveys.rules import choices, flow, quotas, replies
from surveys.rules.answers import Answer, Multiple, NotUnderstood, Single, describe
from surveys.rules.definition import Option, Question, QuestionType
from surveys.rules.replies import Command
from surveys.rules.shape import OTHER
from surveys.texts import chat
from surveys.texts import quotas as quota_texts
from wechat_bot import media, messages
from wechat_bot.conversation import After, Reply, Turn
from wechat_bot.models import Talk

TOPIC = "survey"
SOURCE = "chat"
#: Unreadable replies in a row to one question, before the ways out are said in place of a correction.
TRIES = 3


def open_survey(turn: Turn, reference: str) -> Reply:
    """`survey:12` begins or resumes that survey, `survey:` the one that waits; of several the person chooses."""
    return _open_one(turn, reference) if reference else _open_any(turn)


def hear(turn: Turn, talk: Talk) -> Reply:
    """A reply to the question asked: an answer, or a word that steers."""
    if not talk.reference:
        return _choose(turn, talk)
    sheet = answer_sheet.hold(turn.session, int(talk.reference), turn.openid)
    if sheet is None or answer_sheet.obstacle(sheet, now=turn.now, zone=turn.zone):
        return _open_again(turn, talk)
    question = sheet.asked
    if question is None:  # a condition or a `required` let go of the last open question
        return _went_on(turn, answering.go_on(turn.session, sheet, now=turn.now, zone=turn.zone, source=SOURCE))
    match turn.message:
        case messages.Text(content=content):
            return _said(turn, sheet, question, content)
        case messages.Image() as picture if question.type is QuestionType.PHOTO:
            key = media.keep(turn.session, picture, now=turn.now)
            return _given(turn, sheet, question, replies.understand(question, "", media=key))
        case messages.Image(media_id=key):
            return _given(turn, sheet, question, replies.understand(question, "", media=key))
        case messages.Voice():
            return _misread(turn, sheet, question, chat.VOICE_NOT_WANTED + chat.not_understood(question))
        case _:
            return _misread(turn, sheet, question, chat.not_understood(question))


def remains(turn: Turn, talk: Talk) -> str:
    """What to say of a survey half done when another talk has ended; empty where nothing is left to do."""
    if not talk.reference:
        return ""
    sheet = answer_sheet.hold(turn.session, int(talk.reference), turn.openid)
    if sheet is None or answer_sheet.obstacle(sheet, now=turn.now, zone=turn.zone):
        return ""
    return chat.left_over(sheet.left) if sheet.left else ""


def awaits(turn: Turn) -> str:
    """One sentence on the surveys that wait for this follower; empty where none does."""
    found = listing.open_for(turn.session, turn.openid, now=turn.now) or []
    waiting = [each for each in found if not (each.is_submitted or each.is_shut)]
    if len(waiting) > 1:
        return chat.several_wait(len(waiting))
    return chat.one_waits(waiting[0].title, flow.about_minutes(waiting[0].definition)) if waiting else ""


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
    if begun.asked is None:  # all is answered, and only a place was wanting
        return _went_on(turn, answering.go_on(turn.session, begun, now=turn.now, zone=turn.zone, source=SOURCE))
    said = chat.welcome_back(begun.definition.title, begun.left) if begun.answers else _intro(turn, begun)
    # Written without leading zeros, so that one survey is one talk however its link was written.
    return Reply(f"{said}\n{_ask(begun)}", after=After.KEEP, reference=str(begun.survey_id))


def _open_again(turn: Turn, talk: Talk) -> Reply:
    """By now the sheet is closed or handed in through another door, or the openid is bound to another shop, or none."""
    try:
        reply = _open_one(turn, talk.reference)
    except Refused as refusal:  # nothing is done yet that would have to be undone
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
        state = {"choices": [[each.survey_id, each.title] for each in waiting]}
        return Reply(chat.several_open(each.title for each in waiting), after=After.KEEP, state=state, reference="")
    if len(found) == 1 and found[0].definition.is_poll:
        return _open_one(turn, str(found[0].survey_id))
    if any(each.is_shut for each in found):
        return Reply(quota_texts.FULL)
    if found:
        last = max((each.submitted_on for each in found if each.submitted_on), default=None)
        return Reply(chat.already_done(last) if last else chat.ALREADY_DONE)
    return Reply(chat.NONE_OPEN)


def _choose(turn: Turn, talk: Talk) -> Reply:
    """The number of one of several surveys."""
    offered: list[Any] = talk.state["choices"]
    said = turn.message.content if isinstance(turn.message, messages.Text) else ""
    # The same reading as of a question with options.
    question = Question("", QuestionType.SINGLE, "", tuple(Option(number, title) for number, title in offered))
    if replies.command(said) is Command.EXIT:
        return Reply(chat.LEFT, after=After.END)
    chosen = choices.single(question, said)
    if not isinstance(chosen, Single):
        again = f"{chat.several_open(title for _, title in offered)}\n{chat.CHOOSE_ONE}"
        return Reply(again, after=After.KEEP, yields=True)  # a need said meanwhile is no wrong number
    reply = _open_one(turn, str(chosen.option))
    if reply.after is not After.KEEP:
        return replace(reply, after=After.END)
    # This talk becomes the survey's own; one that waited under its name would be a second talk about one sheet.
    turn.session.execute(
        delete(Talk).where(Talk.openid == turn.openid, Talk.topic == TOPIC, Talk.reference == reply.reference)
    )
    talk.reference, talk.begun_at = str(reply.reference), turn.now
    return replace(reply, state={})


# Answering


def _said(turn: Turn, sheet: Sheet, question: Question, content: str) -> Reply:
    match replies.command(content, question):
        case None:
            return _given(turn, sheet, question, replies.understand(question, content))
        case Command.PREVIOUS:
            gone_back = answering.back(turn.session, sheet)
            return Reply(_ask(gone_back)) if gone_back else Reply(f"{chat.FIRST_QUESTION}\n{_ask(sheet)}")
        case Command.SKIP if sheet.at and question.code in sheet.answers:
            # Said of a question gone back to, it means: leave the answer as it is.
            return _went_on(turn, answering.go_on(turn.session, sheet, now=turn.now, zone=turn.zone, source=SOURCE))
        case Command.SKIP:
            skipped = replies.skip(question)
            if isinstance(skipped, NotUnderstood):
                return Reply(f"{skipped.sentence}\n{_ask(sheet)}")
            return _given(turn, sheet, question, skipped)
        case Command.EXIT:
            return Reply(chat.paused(sheet.left), after=After.PAUSE)
        case Command.PROGRESS:
            at = flow.progress(sheet.definition, sheet.answers, question.code)
            return Reply(f"{chat.progress(*at)}\n{_ask(sheet)}")
        case Command.HELP:
            return Reply(f"{_ask(sheet)}\n{chat.HELP}")
        case Command.RESUME:
            return Reply(_ask(sheet))


def _given(turn: Turn, sheet: Sheet, question: Question, given: Answer | NotUnderstood) -> Reply:
    if not isinstance(given, NotUnderstood):
        given = quotas.refused(question, given, sheet.full or ()) or given
    if isinstance(given, NotUnderstood):
        return _misread(turn, sheet, question, given.sentence)
    after = answering.answer(turn.session, sheet, question, given, now=turn.now, zone=turn.zone, source=SOURCE)
    return _went_on(turn, after, _echo(question, given))


def _went_on(turn: Turn, sheet: Sheet, echo: str = "") -> Reply:
    if not sheet.is_submitted and sheet.is_shut:
        return Reply(quota_texts.FULL_KEPT, after=After.END)
    if not sheet.is_submitted:
        return Reply(f"{echo}\n{_ask(sheet)}" if echo else _ask(sheet))
    # Nobody is told where there is no page to see the results on.
    told_on = day_in(sheet.tells_at, turn.zone) if sheet.tells_at and turn.account.has_pages else None
    return Reply(f"{chat.submitted(sheet.keeper, told_on)}{_poll(turn, sheet)}", after=After.END)


def _poll(turn: Turn, sheet: Sheet) -> str:
    """The running result of a poll, on lines of its own, for who may see it; else nothing."""
    if not sheet.definition.is_poll or not published.are_public(turn.session, sheet, now=turn.now):
        return ""
    found = published.results(turn.session, sheet.survey_id)
    question = found.questions[0] if found.questions else None
    answered = question.answered if question else None
    return "\n" + chat.poll(
        answered, [(bar.label, bar.count, bar.percent) for bar in question.bars] if question else ()
    )


def _misread(turn: Turn, sheet: Sheet, question: Question, sentence: str) -> Reply:
    counted = answering.misread(turn.session, sheet)
    if counted.misread < TRIES:
        return Reply(sentence)
    return Reply(f"{_ask(sheet)}\n{chat.after_three_tries(question)}")


def _echo(question: Question, given: Answer) -> str:
    """Where several numbers or words of one's own were sent, a slip is easy and worth seeing."""
    if isinstance(given, Multiple) or (isinstance(given, Single) and given.option == OTHER):
        return chat.chosen(describe(question, given.to_json()))
    return ""


def _intro(turn: Turn, sheet: Sheet) -> str:
    return chat.opening(
        sheet.definition.title,
        sheet.left,
        flow.about_minutes(sheet.definition),
        says=sheet.definition.intro,
        is_anonymous=sheet.is_anonymous,
        page=f"{turn.account.public_url}/m/surveys/{sheet.survey_id}" if turn.account.has_pages else "",
    )


def _ask(sheet: Sheet) -> str:
    question = sheet.asked
    if question is None:
        return ""
    stored = sheet.answers.get(question.code)
    late = quotas.just_filled(question, stored, sheet.full or ())
    previous = describe(question, stored) if stored and "s" not in stored and not late else ""
    gone = quotas.gone(sheet.full or (), question)
    full = [n for n, option in enumerate(question.options, start=1) if option.code in gone]
    at = flow.progress(sheet.definition, sheet.answers, question.code)
    return "\n".join(filter(None, (late, chat.question(question, *at, previous=previous, full=full))))
