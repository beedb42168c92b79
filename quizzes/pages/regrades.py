"""Console pages of changed keys: all of a quiz, and one with whom it moves; submitted, decided, undone."""

from functools import partial

from flask import abort, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import Session

from campaigns.approving import CampaignAuthor
from console import access, act
from console.lists import looking
from console.lists.listing import Asked, Column, Filter, Listing
from console.stamps import Editable, Kept
from foundation.errors import Refused
from foundation.paging import Count, Cursor, Page
from people.models import ERASED
from people.texts import licence
from quizzes import jobs
from quizzes.actions import rekeying
from quizzes.models.regrades import Regrade, RegradeState
from quizzes.pages.quiz import found_quiz, head
from quizzes.pages.rekeying import AT_ONCE
from quizzes.permissions import QUIZZES_EXPORT, QUIZZES_REKEY, QUIZZES_SEE
from quizzes.queries import regrade_lists as queries
from quizzes.queries import regrades as changes
from quizzes.queries.regrade_lists import MovedShop, RegradeDetail, RegradeLine
from quizzes.texts import regrades as texts
from quizzes.texts.chat import points, verdict
from wechat_bot.services import current_services

MOVE = "move"


def _find(asked: Asked, cursor: Cursor, limit: int) -> Page[RegradeLine]:
    return queries.of_quiz(asked.session, asked.of["quiz_id"], cursor, limit)


REGRADES: Listing[RegradeLine] = Listing(
    name="quizzes.regrades",
    title="改答案的记录",
    unit="次",
    see=QUIZZES_SEE,
    columns=(
        Column("number", "编号", lambda line: line.id, is_number=True, is_spare=True),
        Column("question", "题目", lambda line: line.question, width=40),
        Column("effect", "怎么改", lambda line: texts.EFFECTS[line.effect]),
        Column(
            "state",
            "状态",
            lambda line: texts.STATES[line.state],
            colour=lambda line: texts.COLOURS.get(line.state, ""),
        ),
        Column("up", "升", lambda line: line.counts.up, is_number=True, on_phone="升"),
        Column("down", "降", lambda line: line.counts.down, is_number=True, on_phone="降"),
        Column("by", "谁提的", lambda line: line.made_by, is_spare=True),
        Column("at", "时间", lambda line: line.made_at, style="text-nowrap"),
    ),
    find=_find,
    nothing=("没有改过答案", "在一道题的统计里点“改答案”，先算给您看谁升谁降。"),
)


def _find_shops(asked: Asked, cursor: Cursor, limit: int) -> Page[MovedShop]:
    return queries.shops(asked.session, asked.of["regrade_id"], asked.given.get(MOVE, ""), cursor, limit)


def _count(asked: Asked) -> Count | None:
    row, move = asked.session.get(Regrade, asked.of["regrade_id"]), asked.given.get(MOVE, "")
    known = row is not None and move in changes.MOVES
    return Count(row.counts.get(move, 0)) if row is not None and known else None


def _shop_page(line: MovedShop) -> str:
    """Return the address of a shop's page; an erased one has none."""
    is_erased = line.licence.startswith(ERASED)
    return "" if is_erased else url_for("people_pages.shop", licence=line.licence)


def _result(total: int, maximum: int, is_passed: bool) -> str:
    return f"{points(total)} / {points(maximum)}，{verdict(is_passed)}"


MOVED: Listing[MovedShop] = Listing(
    name="quizzes.moved",
    title="成绩有变的店",
    unit="家",
    see=QUIZZES_REKEY,
    means=lambda asked: f"第 {asked.of['regrade_id']} 号更正",
    filters=(Filter(MOVE, "怎么变", "全部有变的", lambda asked: list(texts.MOVES.items())),),
    columns=(
        Column("shop", "店名", lambda line: line.shop, href=_shop_page, width=24),
        Column("licence", "许可证号", lambda line: licence(line.licence), is_spare=True, width=20),
        Column("area", "片区", lambda line: line.area, is_spare=True),
        Column("manager", "客户经理", lambda line: line.manager, style="text-nowrap", is_spare=True),
        Column(
            "before",
            "原来",
            lambda line: _result(line.total_before, line.maximum_before, line.passed_before),
            on_phone="原来",
            width=18,
        ),
        Column(
            "after",
            "改后",
            lambda line: _result(line.total_after, line.maximum_after, line.passed_after),
            on_phone="改后",
            width=18,
        ),
        Column("told", "告诉店主", lambda line: line.told_at, style="text-nowrap", on_phone="告诉店主", width=18),
    ),
    find=_find_shops,
    count=_count,
    nothing=("没有店的成绩会变", "以后交卷的按新答案判。"),
    nothing_left=("没有这样的店", "换一个条件再看。"),
    export=QUIZZES_EXPORT,
)


@access.allow(QUIZZES_SEE)
def regrades(quiz_id: int) -> ResponseReturnValue:
    """List the changes of keys of a quiz."""
    found = found_quiz(quiz_id)
    with current_services().reading() as session:
        shown = looking.look(REGRADES, session)
        return render_template("quizzes/console/regrades.html", shown=shown, **head(found))


@access.allow(QUIZZES_REKEY)
def regrade(quiz_id: int, regrade_id: int) -> ResponseReturnValue:
    """Show a change of a key: how far it is, whom it moves, and who was told."""
    return _page(quiz_id, regrade_id, None)


@access.allow(QUIZZES_REKEY)
def submit_regrade(quiz_id: int, regrade_id: int) -> ResponseReturnValue:
    """Submit what was reckoned, for somebody else to decide."""
    return act.form(partial(_submit, quiz_id, regrade_id), partial(_page, quiz_id, regrade_id))


@access.allow(QUIZZES_REKEY)
def decide_regrade(quiz_id: int, regrade_id: int) -> ResponseReturnValue:
    """Approve a change, or reject it with a reason."""
    return act.form(partial(_decide, quiz_id, regrade_id), partial(_page, quiz_id, regrade_id))


@access.allow(QUIZZES_REKEY)
def undo_regrade(quiz_id: int, regrade_id: int) -> ResponseReturnValue:
    """Undo a change: every attempt gets its marks of before."""
    return act.form(partial(_undo, quiz_id, regrade_id), partial(_page, quiz_id, regrade_id))


def _submit(quiz_id: int, regrade_id: int) -> ResponseReturnValue:
    with act.transaction(over=_editable(quiz_id, regrade_id)) as (session, now, note):
        rekeying.submit(session, regrade_id, who=_me(), now=now)
        note("regrade.submit", detail=f"第 {regrade_id} 号")
    return act.done(_here(quiz_id, regrade_id), "已提交，等别人批准。")


def _decide(quiz_id: int, regrade_id: int) -> ResponseReturnValue:
    is_approved = request.form.get("do") == "approve"
    with act.transaction(over=_editable(quiz_id, regrade_id)) as (session, now, note):
        if is_approved:
            rekeying.approve(session, regrade_id, who=_me(), now=now)
            note("regrade.approve", detail=f"第 {regrade_id} 号")
        else:
            why = request.form.get("why", "")
            rekeying.reject(session, regrade_id, why=why, who=_me(), now=now)
            note("regrade.reject", detail=f"第 {regrade_id} 号：{why}")
    jobs.go_on(current_services(), regrade_id, most=AT_ONCE)
    return act.done(_here(quiz_id, regrade_id), "已批准，正在重新判分。" if is_approved else "已退回。")


def _undo(quiz_id: int, regrade_id: int) -> ResponseReturnValue:
    with act.transaction(over=_editable(quiz_id, regrade_id)) as (session, now, note):
        rekeying.undo(session, regrade_id, who=_me(), now=now)
        note("regrade.undo", detail=f"第 {regrade_id} 号")
    jobs.go_on(current_services(), regrade_id, most=AT_ONCE)
    return act.done(_here(quiz_id, regrade_id), "正在撤销，每份答卷都回到原来的分。")


def _page(quiz_id: int, regrade_id: int, error: Refused | None) -> str:
    quiz, me = found_quiz(quiz_id), access.visitor()
    with current_services().reading() as session:
        found = queries.detail(session, quiz_id, regrade_id)
        if found is None:
            abort(404)
        return render_template(
            "quizzes/console/regrade.html",
            found=found,
            row=found.row,
            error=error,
            said=queries.said,
            shown=looking.look(MOVED, session, endpoint="quizzes_pages.regrade"),
            may_decide=found.state is RegradeState.SUBMITTED and changes.may_decide(found.row, me.user_id),
            may_submit=found.state is RegradeState.PLANNED and found.row.made_by_id in (None, me.user_id),
            approvers=queries.approvers(session, found.row, [*QUIZZES_REKEY.roles]),
            words=texts.STATES,
            tints=texts.COLOURS,
            moves=texts.MOVES,
            most_since=queries.MOST_SINCE,
            **head(quiz),
        )


def _editable(quiz_id: int, regrade_id: int) -> Editable:
    rows = select(Regrade.id).where(Regrade.id == regrade_id)
    return Editable(f"quiz:{quiz_id}", rows, partial(_kept, quiz_id=quiz_id, regrade_id=regrade_id))


def _kept(session: Session, quiz_id: int, regrade_id: int) -> Kept:
    found: RegradeDetail | None = queries.detail(session, quiz_id, regrade_id)
    if found is None:
        abort(404)
    return found.kept


def _me() -> CampaignAuthor:
    return CampaignAuthor.of(access.visitor())


def _here(quiz_id: int, regrade_id: int) -> str:
    return url_for("quizzes_pages.regrade", quiz_id=quiz_id, regrade_id=regrade_id)
