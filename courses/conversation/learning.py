"""Chat door of courses: a card of the lesson, one screen a message, then its end question; all in passive replies."""

from dataclasses import replace

from sqlalchemy.orm import Session

from blocks import rendering
from courses.actions import learning, voices
from courses.actions.learning import AnswerOutcome
from courses.queries import course_sheet, learner_courses, lesson_sheet, weak_spots
from courses.queries.course_sheet import CourseSheet
from courses.queries.learner_courses import opened_by
from courses.queries.lesson_sheet import LessonSheet
from courses.rules import end_question, screens
from courses.rules.definition import Screen
from courses.rules.progress import StepVerdict
from courses.texts import certificates, chat
from foundation.errors import Refused
from foundation.text import cut, whole_number
from people.choosing import OpenChoice
from questions import stepping
from questions.numerals import same
from questions.reading import replies
from questions.reading.replies import Command
from questions.stepping import Position, StepOutcome
from wechat_bot import messages
from wechat_bot.conversation import After, Article, Reply, Turn
from wechat_bot.models import Talk
from wechat_bot.reply import TEXT_LIMIT

COURSE, LESSON = "course", "lesson"
#: In the talk's state: the step that is looked at (0: the card), misread answers, and the link that comes next.
VIEW, MISREAD, LEADS = "view", "misread", "leads"
_NEXT = {chat.NEXT, "下页", "下一屏", "下一步", "下一个", "往下", "开始", "开始学"}
_PREVIOUS = {chat.PREVIOUS, "上页", "上一屏", "上一步", "上一个", "返回"}
_YES = {"1", "好", "好的", "去", "是", *_NEXT}


def open_course(turn: Turn, reference: str) -> Reply:
    """Go on with a course by its link `course:2`; `course:` goes on with the one that waits, or offers a choice."""
    return _open_one(turn, reference) if reference else _open_any(turn)


def open_lesson(turn: Turn, reference: str) -> Reply:
    """Open a lesson by its link `lesson:5`: as a card, or where it was left."""
    lesson_id = whole_number(reference)
    if lesson_id is None:
        raise Refused(chat.UNKNOWN_LESSON)
    if leads := _leads_on(turn, reference):
        return turn.open(leads)
    sheet = lesson_sheet.look(turn.session, lesson_id, turn.openid, now=turn.now)
    sentence = lesson_sheet.obstacle(sheet, now=turn.now, zone=turn.zone)
    if sentence:
        return _barred(turn, sheet.course, sentence)
    if not sheet.at:
        return replace(_card(turn, sheet), after=After.KEEP, state={VIEW: 0})
    if sheet.is_finished:
        head, step = chat.read_again(sheet.lesson.title), 1
    else:
        head, step = chat.go_on(sheet.lesson.title), sheet.at
    if step < sheet.end and sheet.screen(step).voice:  # given on its page, where it cannot be heard
        voices.say(turn.session, sheet, step, openid=turn.openid, now=turn.now)
    return Reply(f"{head}\n{_shown(turn, sheet, step)}", after=After.KEEP, state={VIEW: step})


def hear_course(turn: Turn, talk: Talk) -> Reply:
    """Handle the choice among several courses."""
    return _CHOICE.hear(turn, talk)


def hear_lesson(turn: Turn, talk: Talk) -> Reply:
    """Handle a reply: a word that turns the page, an answer to the end question, or the way on behind it."""
    said = turn.text
    if leads := talk.state.get(LEADS):
        if same(said) in _YES:
            return replace(turn.open(leads), after=After.END)
        return Reply(chat.LEFT, after=After.END, yields=True)
    sheet = lesson_sheet.look(turn.session, int(talk.reference), turn.openid, now=turn.now)
    sentence = lesson_sheet.obstacle(sheet, now=turn.now, zone=turn.zone)
    turns = same(said) in _NEXT | _PREVIOUS
    if sentence:
        return Reply(sentence, after=After.END, yields=not turns)
    view = int(talk.state.get(VIEW, 0))
    if not view and same(said) in _YES:
        return _turned(turn, sheet, 1)
    if same(said) in _PREVIOUS or (view == sheet.end and replies.command(said) is Command.PREVIOUS):
        if view <= 1:
            return Reply(f"{chat.FIRST_PAGE}\n{_shown(turn, sheet, 1)}" if view else chat.HOW_TO_BEGIN)
        return Reply(_shown(turn, sheet, view - 1), state={VIEW: view - 1})
    if view == sheet.end and sheet.is_asked:
        return _answered(turn, talk, sheet, said)
    if same(said) in _NEXT:
        return _turned(turn, sheet, view + 1)
    return Reply(chat.HOW if view else chat.HOW_TO_BEGIN, yields=True)


def overhear(turn: Turn) -> Reply | None:
    """Take a word that turns a page where no talk runs any more: it goes on where the lesson was left."""
    said = turn.text
    return turn.open(f"{COURSE}:") if same(said) in (chat.NEXT, chat.PREVIOUS) else None


def remains(turn: Turn, talk: Talk) -> str:
    """Return what to say of a half-read lesson that was left; empty where nothing is left of it."""
    if not talk.reference:
        return ""
    try:
        sheet = lesson_sheet.look(turn.session, int(talk.reference), turn.openid, now=turn.now)
    except Refused:  # unbound since, or taken out of the course
        return ""
    if sheet.is_finished or lesson_sheet.obstacle(sheet, now=turn.now, zone=turn.zone):
        return ""
    left = sheet.end - 1 - sheet.at if sheet.at < sheet.end else 0
    return chat.remains(sheet.lesson.title, left, has_question=sheet.lesson.question is not None)


def course_page(session: Session, reference: str) -> str:
    """Return the address of a course's page inside WeChat; of all courses for the link that leaves open which one."""
    course_id = whole_number(reference)
    return f"/m/courses/{course_id}" if course_id is not None else "/m/courses"


def lesson_page(session: Session, reference: str) -> str:
    """Return the address of a lesson's page inside WeChat."""
    lesson_id = whole_number(reference)
    return f"/m/lessons/{lesson_id}" if lesson_id is not None else ""


def awaits(turn: Turn) -> str:
    """Return one sentence on the courses that wait for this follower; empty where none does."""
    waiting = [each for each in learner_courses.of_openid(turn.session, turn.openid, now=turn.now) if each.waits]
    if len(waiting) > 1:
        return chat.several_wait(len(waiting))
    return chat.one_waits(waiting[0].sheet.definition.title) if waiting else ""


# Opening


def _open_one(turn: Turn, reference: str) -> Reply:
    """Open the lesson of a course to go on with; of a finished one the first, to read it again."""
    course_id = whole_number(reference)
    if course_id is None:
        raise Refused(chat.UNKNOWN_COURSE)
    sheet = course_sheet.look(turn.session, course_id, turn.openid, now=turn.now)
    sentence = course_sheet.obstacle(sheet, now=turn.now, zone=turn.zone)
    if sentence:
        return _barred(turn, sheet, sentence)
    lines = course_sheet.lines(turn.session, sheet)
    waiting = course_sheet.waiting(lines)
    if waiting is None and sheet.finished_at is None:
        opens = next((each for each in lines if each.opens_at is not None), None)
        if opens is None or opens.opens_at is None:
            return Reply(chat.NEXT_LATER)
        return Reply(chat.opens_at(opens.number, opens.opens_at, now=turn.now, zone=turn.zone))
    return turn.open(f"{LESSON}:{(waiting or lines[0]).lesson.id}")


def _barred(turn: Turn, sheet: CourseSheet, sentence: str) -> Reply:
    """Say what stands in the way of a course; where another is to be finished first, go on with that one."""
    if not sheet.lacks:
        return Reply(sentence)
    first = turn.open(f"{COURSE}:{next(iter(sheet.lacks))}")
    if first.articles:
        return replace(
            first, articles=tuple(replace(e, description=f"{sentence}\n{e.description}") for e in first.articles)
        )
    return replace(first, text=f"{sentence}\n{first.text}")


def _open_any(turn: Turn) -> Reply:
    found = learner_courses.of_openid(turn.session, turn.openid, now=turn.now)
    if not found:
        return Reply(learner_courses.none(turn.session, turn.openid))
    # What can be gone on with; else what is begun and waits for a lesson; else what can be read again.
    those = [each for each in found if each.waits] or [each for each in found if not each.is_finished] or found
    if len(those) == 1:
        return _open_one(turn, str(those[0].sheet.course_id))
    return _CHOICE.offer((each.sheet.course_id, each.sheet.definition.title) for each in those)


_CHOICE = OpenChoice(COURSE, chat.SEVERAL_OPEN, chat.LEFT, _open_one)


def _leads_on(turn: Turn, reference: str) -> str:
    """Return what comes behind a lesson that is through, for whoever says 继续 there; else an empty text."""
    talk = turn.talk
    if talk is None or (talk.topic, talk.reference) != (LESSON, reference):
        return ""
    said = turn.text
    return str(talk.state.get(LEADS, "")) if replies.command(said) is Command.RESUME else ""


def _card(turn: Turn, sheet: LessonSheet) -> Reply:
    of, has_page = sheet.course.definition, turn.account.has_pages
    title = chat.card_title(sheet.number, sheet.lesson.title)
    minutes = screens.minutes(sheet.lesson)
    about = chat.card(of.title, sheet.number, len(of.lessons), minutes, has_page=has_page)
    if not has_page:
        return Reply(f"{title}\n{about}")
    return Reply(articles=(Article(title, about, "", _url(turn, sheet)),))


# Learning


def _turned(turn: Turn, sheet: LessonSheet, step: int) -> Reply:
    if step > sheet.end or (step == sheet.end and sheet.is_finished):
        return _ended(turn, sheet, chat.SEEN_THROUGH)
    given = learning.give(
        turn.session, sheet, step, openid=turn.openid, heard_at=turn.said_at, now=turn.now, zone=turn.zone
    )
    if given.refusal:
        way = chat.TURN_LATER if given.verdict is StepVerdict.TOO_SOON else ""
        return Reply(f"{given.refusal}{way}")
    if given.finishes_lesson or (step == given.sheet.end and given.sheet.is_finished):
        return _ended(turn, given.sheet, _finish(given.sheet, is_course=given.finishes_course))
    if step < given.sheet.end and (given.verdict is StepVerdict.NEXT or given.sheet.screen(step).voice):
        voices.say(turn.session, given.sheet, step, openid=turn.openid, now=turn.now)
    return Reply(_shown(turn, given.sheet, step), state={VIEW: step})


def _answered(turn: Turn, talk: Talk, sheet: LessonSheet, said: str) -> Reply:
    position = _position(sheet, int(talk.state.get(MISREAD, 0)))
    assert position.asked is not None and sheet.lesson.question is not None
    if same(said) == chat.NEXT or replies.command(said, position.asked) is Command.SKIP:
        return Reply(f"{chat.MUST_BE_ANSWERED}\n{_shown(turn, sheet, sheet.end)}")
    step = stepping.step(position, said, is_voice=isinstance(turn.message, messages.Voice))
    if step.outcome is not StepOutcome.GOES_ON:
        return Reply(step.text, state={**talk.state, MISREAD: step.position.misread}, yields=True)
    given = dict(step.position.answers[position.asked.code])
    done = learning.answer(turn.session, sheet, given, openid=turn.openid, now=turn.now, zone=turn.zone)
    explanation = sheet.lesson.question.explanation
    if done.outcome is AnswerOutcome.WRONG:
        parts = (step.text, chat.wrong(explanation), chat.LOOK_BACK)
        return Reply("\n".join(filter(None, parts)), state={VIEW: sheet.end})
    right = chat.right(explanation) if done.outcome is AnswerOutcome.RIGHT else ""
    finish = _finish(done.sheet, is_course=done.finishes_course)
    return _ended(turn, done.sheet, "\n".join(filter(None, (step.text, right, finish))))


def _finish(sheet: LessonSheet, *, is_course: bool) -> str:
    of = sheet.course.definition
    if not is_course:
        return chat.lesson_finished(sheet.number)
    said = chat.course_finished(of.title, len(of.lessons))
    return f"{said}{certificates.COMES}" if of.has_certificate else said


def _ended(turn: Turn, sheet: LessonSheet, said: str) -> Reply:
    """Say that a lesson is through, and what comes next: its quiz, the next lesson now, or when that opens."""
    if sheet.lesson.quiz:
        return Reply(f"{said}\n{chat.TO_QUIZ}", state={LEADS: sheet.lesson.quiz})
    retake = weak_spots.retake(turn.session, turn.board.declared, turn.openid, sheet.lesson.id, now=turn.now)
    if retake is not None:
        return Reply(f"{said}\n{chat.to_retake(retake.title)}", state={LEADS: retake.link})
    course = course_sheet.look(turn.session, sheet.course.course_id, turn.openid, now=turn.now)
    lines = course_sheet.lines(turn.session, course)
    waiting = course_sheet.waiting(lines)
    if waiting is not None:
        way = chat.to_lesson(waiting.number, waiting.lesson.title)
        return Reply(f"{said}\n{way}", state={LEADS: f"{LESSON}:{waiting.lesson.id}"})
    opens = next((each for each in lines if each.opens_at is not None), None)
    for each in opened_by(turn.session, turn.openid, course.course_id, now=turn.now) if course.finished_at else ():
        return Reply(
            f"{said}\n{chat.to_course(each.sheet.definition.title)}", state={LEADS: f"{COURSE}:{each.sheet.course_id}"}
        )
    way = ""
    if opens is not None and opens.opens_at is not None:
        way = chat.opens_at(opens.number, opens.opens_at, now=turn.now, zone=turn.zone)
    else:
        way = chat.TO_ALL if course.finished_at is not None else chat.NEXT_LATER
    return Reply("\n".join(filter(None, (said, way))), after=After.END)


def _shown(turn: Turn, sheet: LessonSheet, step: int) -> str:
    """Return a step as a message: a screen, or the end question."""
    if step >= sheet.end:
        return stepping.ask(_position(sheet, 0))
    screen = sheet.screen(step)
    count = len(sheet.lesson.screens)
    if step == count:
        way = chat.TURN_TO_QUESTION if sheet.lesson.question is not None else chat.TURN_TO_END
    else:
        way = chat.TURN if step > 1 else chat.TURN_FIRST
    head, media = chat.place(step, count), _media(turn, sheet, screen)
    text = rendering.chat_text(screens.blocks(screen)).strip()
    rest = "\n".join(filter(None, (head, media, way)))
    room = TEXT_LIMIT - len(rest.encode()) - 2
    if len(text.encode()) > room:
        more = f"…{chat.medium(chat.ALL, _url(turn, sheet))}" if turn.account.has_pages else "…"
        text = cut(text, room - len(more.encode()))[0] + more
    return "\n".join(filter(None, (head, text, media, way)))


def _media(turn: Turn, sheet: LessonSheet, screen: Screen) -> str:
    """Return the way to what a screen shows beside its text."""
    if screen.link:
        return chat.outside(screen.link_title, screen.link)
    if screen.voice:
        return chat.HAS_SOUND
    those = (
        (screen.audio, chat.LISTEN, chat.HAS_SOUND),
        (screen.picture, chat.LOOK, chat.HAS_PICTURE),
        (screen.video, chat.WATCH, chat.HAS_VIDEO),
    )
    for key, word, without in those:
        if key:
            return chat.medium(word, _url(turn, sheet)) if turn.account.has_pages else without
    return ""


def _url(turn: Turn, sheet: LessonSheet) -> str:
    return f"{turn.account.public_url}{lesson_page(turn.session, str(sheet.lesson.id))}"


def _position(sheet: LessonSheet, misread: int) -> Position:
    item = sheet.lesson.question
    return end_question.position(item, misread=misread)
