"""Console list of the attempts at a quiz, all of them as a file, and the page of one: its paper, answers and marks."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import abort, render_template, request, url_for
from flask.typing import ResponseReturnValue

from console import access, act, fields, tasks
from console.lists import looking, seeing
from console.lists.listing import Asked, Column, Filter, Listing
from foundation.clock import when
from foundation.paging import Cursor, Page
from foundation.workbooks.files import FORMS, NO_SUCH_FORM
from people.pages import filters
from quizzes.export.attempts import EXPORT
from quizzes.pages import quiz
from quizzes.permissions import QUIZZES_EXPORT, QUIZZES_SEE
from quizzes.queries import attempts as queries
from quizzes.queries import regrades, results
from quizzes.queries.attempts import AttemptLine
from quizzes.queries.results import MarkedItem
from quizzes.texts import attempts as texts
from quizzes.texts import chat
from wechat_bot.services import current_services

STATE = "state"
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


@dataclass(frozen=True, slots=True)
class OptionLine:
    """Option of a question as it was shown."""

    letter: str
    label: str
    is_chosen: bool
    is_right: bool


def _find(asked: Asked, cursor: Cursor, limit: int) -> Page[AttemptLine]:
    return queries.page(
        asked.session,
        asked.of["quiz_id"],
        filters.shops(asked),
        state=asked.given.get(STATE, ""),
        search=asked.search,
        cursor=cursor,
        limit=limit,
    )


def _moment(asked: Asked, line: AttemptLine) -> str:
    return when(line.started_at, now=asked.now, zone=asked.services.zone)


#: Columns of what an attempt got and how long it took.
SCORE: Column[Any] = Column(
    "score", "得分", lambda line: texts.score(line.total, line.maximum), is_number=True, on_phone="得分", width=12
)
SPENT: Column[Any] = Column(
    "seconds",
    "用时",
    lambda line: line.seconds,
    shows=lambda asked, line: texts.spent(line.seconds),
    is_number=True,
    on_phone="用时",
    width=10,
)
ATTEMPTS: Listing[AttemptLine] = Listing(
    name="quizzes.attempts",
    title="答卷",
    unit="份",
    see=QUIZZES_SEE,
    size=queries.PAGE,
    search="店名、店主或许可证号",
    means=lambda asked: f"测试 {asked.of['quiz_id']}",
    filters=(
        Filter(STATE, "结果", "全部结果", lambda asked: texts.filters(quiz.has_pass_mark(asked))),
        *filters.OF_WHOM,
    ),
    columns=(
        *filters.WHICH_SHOP,
        Column("phone", "手机", lambda line: line.phone, mask=filters.PHONE, is_shown=False, width=16),
        *filters.WHERE,
        Column("number", "第几次", lambda line: line.number, is_number=True, on_phone="第几次", width=8),
        Column("begun", "开始", lambda line: line.started_at, shows=_moment, style="text-nowrap", width=18),
        Column("ended", "交卷", lambda line: line.ended_at, is_shown=False, style="text-nowrap", width=18),
        SPENT,
        Column("source", "从哪里答", lambda line: texts.SOURCES.get(line.source, ""), is_shown=False),
        SCORE,
        Column("state", "结果", lambda line: texts.STATES[line.state], seen_if=quiz.has_pass_mark, width=12),
        Column(
            "ended_state",
            "结果",
            lambda line: texts.result(line.state, 0)[0],
            seen_if=lambda asked: not quiz.has_pass_mark(asked),
            width=12,
        ),
        Column("counts", "计入成绩", lambda line: line.counts, is_for_page=False, width=10),
        Column("late", "有迟到的答案", lambda line: line.has_late, is_for_page=False, width=12),
    ),
    find=_find,
    nothing=("还没有人开始考", "店主一开始，马上会列在这里。"),
    nothing_left=("没有符合的答卷", "换一个条件，或清除筛选再看。"),
    export=QUIZZES_EXPORT,
)


@access.allow(QUIZZES_SEE)
def attempts(quiz_id: int) -> ResponseReturnValue:
    """List the attempts at a quiz. Seeing them is written to the audit log."""
    found = quiz.published(quiz_id)
    values = {"texts": texts, **quiz.head(found)}
    return seeing.page(ATTEMPTS, "quizzes/console/attempts.html", "quiz.attempts", f"quiz:{quiz_id}", **values)


@access.allow(QUIZZES_SEE)
def attempt(quiz_id: int, attempt_id: int) -> ResponseReturnValue:
    """Show an attempt as it was taken and marked. Seeing it is written to the audit log."""
    found, services = quiz.published(quiz_id), current_services()
    with services.reading() as session:
        asked = looking.ask(ATTEMPTS, session, request.args)
        line = queries.one(session, quiz_id, attempt_id, filters.seen(asked))
        if line is None:
            abort(404)
        result = results.result(session, attempt_id, now=asked.now) if line.ended_at is not None else None
        page = render_template(
            "quizzes/console/attempt.html",
            line=line,
            result=result,
            options=options,
            others=queries.of_shop(session, quiz_id, line.licence),
            changing=regrades.changing(session, quiz_id),
            texts=texts,
            points=chat.points,
            pending=regrades.PENDING,
            **quiz.head(found),
        )
    act.seen("quiz.attempt", f"quiz:{quiz_id}", f"{line.shop}，第 {line.number} 次")
    return page


@access.allow(QUIZZES_EXPORT)
def export(quiz_id: int) -> ResponseReturnValue:
    """Ask for a file of every attempt."""
    form = fields.choice(request.form.get("format", "xlsx"), FORMS, NO_SUCH_FORM)
    title, owner_id = quiz.published(quiz_id).title, access.visitor().user_id
    params = {"quiz_id": quiz_id, "form": form}
    with act.transaction() as (session, now, note):
        task_id = tasks.ask(session, EXPORT, f"导出 {title}", params, owner_id=owner_id, now=now)
        note("quiz.export", f"quiz:{quiz_id}", f"{title} {FORMS[form]}")
    return act.done(url_for("console.task", task_id=task_id))


def options(each: MarkedItem) -> Sequence[OptionLine]:
    """Return the options of a question in the order they were shown; none of a fill-in."""
    given = (each.answer or {}).get("o", ())
    chosen = set(given) if isinstance(given, list) else {given}
    return [
        OptionLine(LETTERS[place], option.label, option.code in chosen, option.code in each.item.key.right)
        for place, option in enumerate(each.item.question.options)
    ]
