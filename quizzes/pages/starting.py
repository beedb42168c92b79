"""Console pages on which a quiz is begun: with a title, from a file, as a copy of another; and a draft is deleted."""

import io
from dataclasses import replace

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from console import access, act, authored_pages, drafting, importing
from foundation.errors import Refused
from questions.authoring import files as of_questions
from questions.authoring.head import LONGEST_TITLE
from quizzes.actions import authoring
from quizzes.export import bank as samples
from quizzes.pages.quiz import found_quiz
from quizzes.permissions import QUIZZES_WRITE
from quizzes.queries import listing
from quizzes.queries.papers import WORKS
from quizzes.rules import files, review
from quizzes.rules.definition import QuizDefinition
from wechat_bot.services import current_services


@access.allow(QUIZZES_WRITE, upload=of_questions.LARGEST)
def new() -> ResponseReturnValue:
    """Show every way to begin a quiz; a posted file becomes a draft, and nobody is asked before it is published."""
    return act.form(_load, _page)


@access.allow(QUIZZES_WRITE)
def start() -> ResponseReturnValue:
    """Begin a draft with nothing but a title."""
    return act.form(_start, _page)


@access.allow(QUIZZES_WRITE)
def copy(quiz_id: int) -> ResponseReturnValue:
    """Begin a draft with the rules and the paper of another quiz; its times are not copied."""
    found = found_quiz(quiz_id).draft
    title = authored_pages.copied(found.title)
    copied = _begin(replace(found, title=title, opens_at=None, closes_at=None), "quiz.start")
    return act.done(url_for("quizzes_pages.settings", quiz_id=copied), f"已复制成《{title}》，时间没有复制，请重新填。")


@access.allow(QUIZZES_WRITE)
def discard(quiz_id: int) -> ResponseReturnValue:
    """Delete a draft that was never published."""
    found = found_quiz(quiz_id)
    with act.transaction() as (session, _, note):
        drafting.discard(session, WORKS, quiz_id, stamp=request.form.get("stamp", -1, type=int))
        note("quiz.discard", f"quiz:{quiz_id}", found.title)
    return act.done(url_for("quizzes_pages.quiz_list"), f"草稿《{found.title}》已删除。")


@access.allow(QUIZZES_WRITE)
def template_file() -> ResponseReturnValue:
    """Send the Excel template of a whole quiz."""
    return access.download(io.BytesIO(samples.quiz_template()), "测试模板.xlsx")


def _load() -> ResponseReturnValue:
    given = importing.uploaded()
    written = of_questions.parse(given.read(), given.filename or "", files.LAYOUT)
    definition = review.of_file(written, timezone=current_services().zone, before=())
    quiz_id = _begin(definition, "quiz.load")
    said = "已保存为草稿，还没有发给任何人。请看一遍题目，再发布。"
    return act.done(url_for("quizzes_pages.paper", quiz_id=quiz_id), said)


def _start() -> ResponseReturnValue:
    begun = QuizDefinition(authored_pages.title())
    return act.done(url_for("quizzes_pages.settings", quiz_id=_begin(begun, "quiz.start")))


def _begin(definition: QuizDefinition, did: str) -> int:
    """Save a definition as a new draft; gives its id."""
    with act.transaction() as (session, now, note):
        quiz = authoring.load(session, definition, who=access.visitor().name, now=now)
        note(did, f"quiz:{quiz.id}", quiz.title)
    return quiz.id


def _page(error: Refused | None) -> str:
    services, sought = current_services(), request.args.get("earlier", "").strip()
    with services.reading() as session:
        earlier = listing.page(session, now=services.clock(), search=sought, limit=authored_pages.EARLIER)
    return render_template(
        "quizzes/console/new.html",
        earlier=earlier.lines,
        sought=sought,
        longest=LONGEST_TITLE,
        error=error,
    )
