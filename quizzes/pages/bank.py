"""Console pages of the question bank: its list, one question with its versions and uses, retiring."""

from flask import abort, current_app, render_template, url_for
from flask.typing import ResponseReturnValue

from console import access, act
from console.lists import looking
from console.lists.listing import Asked, Column, Filter, LineLink, Listing
from foundation.paging import Count, Cursor, Page
from foundation.workbooks.writing import Percent
from questions.keyed.items import Difficulty, Kind
from quizzes.actions import bank as actions
from quizzes.export.bank import answer
from quizzes.permissions import QUIZZES_WRITE
from quizzes.queries import bank_lines, bank_question
from quizzes.queries.bank_lines import BankLine
from quizzes.texts.chat import points
from wechat_bot import collecting
from wechat_bot.services import current_services

ALL, RETIRED = "all", "retired"


def _wanted(asked: Asked) -> bank_lines.BankSearch:
    given = asked.given
    return bank_lines.BankSearch(
        search=asked.search,
        tag=given.get("tag", ""),
        kind=next((each for each in Kind if each == given.get("kind")), None),
        difficulty=next((each for each in Difficulty if each == given.get("difficulty")), None),
        is_retired=None if given.get("state") == ALL else given.get("state") == RETIRED,
    )


def _find(asked: Asked, cursor: Cursor, limit: int) -> Page[BankLine]:
    return bank_lines.page(asked.session, _wanted(asked), cursor=cursor, limit=limit)


def _count(asked: Asked) -> Count:
    return Count(bank_lines.count(asked.session, _wanted(asked)))


def _tags(asked: Asked) -> list[tuple[str, str]]:
    return [(tag, f"{tag}（{number}）") for tag, number in bank_lines.tags(asked.session)]


def _facility(line: BankLine) -> Percent | None:
    facility = line.answered.facility
    return None if facility is None else Percent(facility)


BANK: Listing[BankLine] = Listing(
    name="quizzes.bank",
    title="题库",
    see=QUIZZES_WRITE,
    unit="题",
    search="题目或编码",
    filters=(
        Filter("tag", "标签", "全部标签", _tags),
        Filter("kind", "题型", "全部题型", lambda asked: [(each.value, each.label) for each in Kind]),
        Filter("difficulty", "难度", "全部难度", lambda asked: [(each.value, each.label) for each in Difficulty]),
        Filter("state", "状态", "在用的", lambda asked: [(RETIRED, "已停用的"), (ALL, "全部")]),
    ),
    columns=(
        Column("code", "编码", lambda line: line.code, is_spare=True, style="text-nowrap"),
        Column(
            "text",
            "题目",
            lambda line: line.text,
            href=LineLink("quizzes_pages.bank_item", "question_id", lambda line: line.id),
        ),
        Column("kind", "题型", lambda line: line.kind.label, style="text-nowrap"),
        Column("tags", "标签", lambda line: "、".join(line.tags)),
        Column("difficulty", "难度", lambda line: line.difficulty.label, is_spare=True),
        Column("points", "分值", lambda line: points(line.points), is_number=True, is_shown=False, on_phone="分值"),
        Column("source", "出处", lambda line: line.source, is_spare=True),
        Column("uses", "用过", lambda line: line.uses, is_number=True, on_phone="用过"),
        Column("answered", "答过", lambda line: line.answered.n, is_number=True, is_shown=False, on_phone="答过"),
        Column("facility", "得分率", _facility, is_number=True, on_phone="得分率"),
    ),
    find=_find,
    count=_count,
    nothing=("题库还是空的", "一题一题地出，或者从 Excel、Word 一次导入。"),
    nothing_left=("没有符合的题", "换一个条件，或清除筛选再看。"),
)


@access.allow(QUIZZES_WRITE)
def bank() -> ResponseReturnValue:
    """List the questions of the bank, each with how often it was used and how it was answered."""
    with current_services().reading() as session:
        return render_template("quizzes/console/bank.html", shown=looking.look(BANK, session))


@access.allow(QUIZZES_WRITE)
def bank_item(question_id: int) -> ResponseReturnValue:
    """Show one question: as shops see it, its versions and keys, where it was used."""
    services = current_services()
    with services.reading() as session:
        found = bank_question.find(session, question_id)
        lessons = collecting.destinations(session, current_app.extensions["features"], services.clock())
    if found is None:
        abort(404)
    shown: dict[str, object] = {"found": found, "item": found.item, "answer": answer, "points": points}
    shown["lessons"] = {each.link: each.label for each in lessons}
    return access.with_frame(render_template("quizzes/console/bank_item.html", **shown))


@access.allow(QUIZZES_WRITE)
def bank_retire(question_id: int) -> ResponseReturnValue:
    """Take a question out of use; papers that have it keep it."""
    return _retire(question_id, is_retired=True)


@access.allow(QUIZZES_WRITE)
def bank_restore(question_id: int) -> ResponseReturnValue:
    """Take a retired question into use again."""
    return _retire(question_id, is_retired=False)


def _retire(question_id: int, *, is_retired: bool) -> ResponseReturnValue:
    with act.transaction() as (session, now, note):
        who = access.visitor().name
        question = actions.retire(session, question_id, is_retired=is_retired, who=who, now=now)
        note("quiz.bank.retire" if is_retired else "quiz.bank.restore", f"question:{question_id}", question.code)
    said = (
        f"{question.code} 已停用，不会再被选到；已经发布的试卷不变。" if is_retired else f"{question.code} 恢复使用了。"
    )
    back = "quizzes_pages.bank_restore" if is_retired else "quizzes_pages.bank_retire"
    here = url_for("quizzes_pages.bank_item", question_id=question_id)
    return act.done(here, said, undo=(url_for(back, question_id=question_id), {}))
