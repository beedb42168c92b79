"""Console pages of questions that nothing answered (没答上的问题): the list, and one with what can be done about it."""

from functools import partial

from flask import abort, current_app, render_template, request, url_for
from flask.typing import ResponseReturnValue

from console import access, act
from console.lists import seeing
from console.lists.listing import Asked, Column, Filter, LineLink, Listing
from courses.actions import asking as actions
from courses.models.asking import Settled
from courses.permissions import COURSES_EXPORT, COURSES_SEE, COURSES_WRITE
from courses.queries import asking, questions
from courses.queries.questions import AskedDetail, AskedLine
from finding.topics import Seeker
from foundation.clock import day_in
from foundation.errors import Refused
from foundation.paging import Cursor, Page
from foundation.text import shortened
from wechat_bot import collecting
from wechat_bot.services import current_services


def _find(asked: Asked, cursor: Cursor, limit: int) -> Page[AskedLine]:
    how = next((each for each in Settled if each == asked.given.get("state")), None)
    return questions.page(asked.session, asked.visitor, how=how, today=asked.today, cursor=cursor, limit=limit)


#: Letters of a question in the list; its own page has all of it.
SHOWN = 60
QUESTIONS: Listing[AskedLine] = Listing(
    name="courses.questions",
    title="没答上的问题",
    unit="个",
    see=COURSES_SEE,
    filters=(
        Filter("state", "状态", "没答上", lambda asked: [(each.value, word) for each, word in questions.WORDS.items()]),
    ),
    columns=(
        Column(
            "words",
            "问题",
            lambda line: line.words,
            shows=lambda asked, line: shortened(line.words, SHOWN),
            href=LineLink("courses_pages.question", "question_id", lambda line: line.id),
            width=60,
        ),
        Column("asked", "几个人问", lambda line: line.asked, is_number=True, on_phone="几个人问", width=10),
        Column("last_at", "最近一次", lambda line: line.last_at, style="text-nowrap", on_phone="最近", width=18),
        Column(
            "state",
            "状态",
            lambda line: line.state,
            colour=lambda line: "good" if line.settled_at else "warn",
            is_spare=True,
        ),
        Column("settled_by", "谁处理", lambda line: line.settled_by, is_shown=False),
    ),
    find=_find,
    nothing=("没有没答上的问题", "店主问了、课堂和资料库里找不到的，会列在这里。"),
    nothing_left=("没有这样的问题", "换一个状态再看。"),
    export=COURSES_EXPORT,
)


@access.allow(COURSES_SEE)
def question_list() -> ResponseReturnValue:
    """List the questions that nothing answered. Seeing it is written to the audit log."""
    return seeing.page(QUESTIONS, "courses/console/questions.html", "classroom.see", "question-asked:")


@access.allow(COURSES_SEE)
def question(question_id: int) -> ResponseReturnValue:
    """Show a question, who asked it, what is found by now, and what can be done."""
    return _page(question_id, None)


@access.allow(COURSES_WRITE)
def question_answer(question_id: int) -> ResponseReturnValue:
    """Answer a question: whoever asked it is told, and the answer is found from now on."""
    return act.form(partial(_answer, question_id), partial(_page, question_id))


@access.allow(COURSES_WRITE)
def question_words(question_id: int) -> ResponseReturnValue:
    """Add words that mean the same, or words of the trade."""
    return act.form(partial(_words, question_id), partial(_page, question_id))


@access.allow(COURSES_WRITE)
def question_step(question_id: int) -> ResponseReturnValue:
    """Put a question aside, open it again, or withdraw its answer."""
    return act.form(partial(_step, question_id), partial(_page, question_id))


def _answer(question_id: int) -> ResponseReturnValue:
    form, services = request.form, current_services()
    _found(question_id)
    with act.transaction(over=questions.editable(question_id)) as (session, now, note):
        link = form.get("link", "")
        known = {each.link for each in collecting.destinations(session, current_app.extensions["features"], now)}
        if link and link not in known | {str(questions.kept(session, question_id).get("链接", ""))}:
            raise Refused("请从列表里选一篇。")
        told = actions.answer(
            session,
            question_id,
            form.get("title", ""),
            form.get("text", ""),
            link,
            path=services.switchboard.page(session, link) if link else "",
            is_open=form.get("is_open") == "1",
            who=access.visitor().name,
            now=now,
        )
        note("classroom.answer", detail=form.get("title", ""))
    return act.done(_address(question_id), f"已答复，发给了提问的 {told} 人；以后再问，找得到这条答复。")


def _words(question_id: int) -> ResponseReturnValue:
    _found(question_id)
    kind, written, who = request.form.get("kind", ""), request.form.get("words", ""), access.visitor().name
    add, did = (actions.add_words, "添加") if kind == "trade" else (actions.add_synonyms, "添加一行同义词")
    with act.transaction() as (session, now, note):
        said = add(session, question_id, written, who=who, now=now)
        note("classroom.words", f"question-asked:{question_id}", said)
    return act.done(_address(question_id), f"已{did}：{said}。文章和课会在一分钟内按新的词重新整理。")


def _step(question_id: int) -> ResponseReturnValue:
    _found(question_id)
    do = request.form.get("do", "")
    undo = None
    with act.transaction() as (session, now, note):
        if do == "aside":
            actions.put_aside(session, question_id, who=access.visitor().name, now=now)
            said, undo = "已放在一边，再有人问也不再列出来。", (request.path, {"do": "reopen"})
        elif do == "reopen":
            actions.reopen(session, question_id)
            said = "已放回没答上的问题里。"
        elif do == "withdraw":
            actions.withdraw(session, question_id, now=now)
            said = "已撤下答复，不再找得到。"
        else:
            raise Refused("请按页面上的按钮。")
        note(f"classroom.{do}", f"question-asked:{question_id}")
    return act.done(_address(question_id), said, undo=undo)


def _page(question_id: int, error: Refused | None) -> str:
    services, now = current_services(), current_services().clock()
    found = _found(question_id)
    with services.reading() as session:
        kept = questions.kept(session, question_id)
        who = Seeker(is_staff=True)
        hits = asking.answers(session, services.declared, found.line.words, who, now=now, zone=services.zone)
        places = collecting.destinations(session, current_app.extensions["features"], now)
    answer = found.answer
    given = {"title": found.line.words, "text": "", "link": "", "is_open": "", "words": "", "kind": "same"}
    if answer is not None:
        given |= {"title": answer.title, "text": answer.text, "link": answer.link, "is_open": "1" * answer.is_open}
    return render_template(
        "courses/console/question.html",
        found=found,
        kept=kept,
        hits=hits,
        places=[(each.link, each.label) for each in places],
        given=given | ({"is_open": ""} | request.form.to_dict() if error else {}),
        longest=actions.LONGEST,
        error=error,
    )


def _found(question_id: int) -> AskedDetail:
    """Return a question. Ends the request with 404 where the visitor may see none."""
    services = current_services()
    with services.reading() as session:
        today = day_in(services.clock(), services.zone)
        found = questions.find(session, access.visitor(), question_id, today=today)
    if found is None:
        abort(404)
    return found


def _address(question_id: int) -> str:
    return url_for("courses_pages.question", question_id=question_id)
