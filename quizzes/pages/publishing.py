"""Console pages of publishing a quiz: what is still wrong, whom it asks, what is frozen; and of ending it."""

from functools import partial

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from console import access, act, drafting
from console.authored import AuthoredState
from foundation.clock import day_in
from foundation.errors import Refused
from people import audiences
from people.audiences import Look
from people.picker import short
from quizzes.actions import authoring
from quizzes.pages import quiz
from quizzes.permissions import QUIZZES_WRITE
from quizzes.queries import readiness
from quizzes.queries.papers import WORKS
from quizzes.texts import chat
from quizzes.texts.rules import rules_line
from wechat_bot.services import current_services

EVERYBODY = "全部已绑定微信的店，以后绑定的也可以考"


@access.allow(QUIZZES_WRITE)
def publish(quiz_id: int) -> ResponseReturnValue:
    """Show whom the draft would ask and what is wrong with it, then publish it."""
    return act.form(partial(_publish, quiz_id), partial(_page, quiz_id))


@access.allow(QUIZZES_WRITE)
def close(quiz_id: int) -> ResponseReturnValue:
    """End a quiz now."""
    with act.transaction() as (session, now, note):
        drafting.close(session, WORKS, quiz_id, now=now)
        note("quiz.close", f"quiz:{quiz_id}")
    return act.done(url_for("quizzes_pages.quiz", quiz_id=quiz_id), "测试已结束：不能再开始，已经开始的考完为止。")


def _publish(quiz_id: int) -> ResponseReturnValue:
    criteria, stamp = current_services().criteria, request.form.get("stamp", -1, type=int)
    with act.transaction() as (session, now, note):
        who = access.visitor().name
        published = authoring.publish(session, quiz_id, criteria=criteria, stamp=stamp, who=who, now=now)
        said = f"第 {published.number} 版，新列入 {published.listed} 家"
        note("quiz.publish", f"quiz:{quiz_id}", said)
    return act.done(url_for("quizzes_pages.share", quiz_id=quiz_id), f"已发布{said}店。下面几种办法可以一起用。")


def _page(quiz_id: int, error: Refused | None) -> str:
    services, found = current_services(), quiz.found_quiz(quiz_id)
    now, draft = services.clock(), found.draft
    look: Look | None = None
    broken = ""
    with services.reading() as session:
        faults = readiness.faults(session, draft, now=now)
        is_new = readiness.is_new(session, found)
        extent = readiness.extent(session, draft)
        whom = short.words(session, draft.audience, services.criteria, everybody=EVERYBODY)
        try:
            today = day_in(now, services.zone)
            criteria = services.criteria
            look = audiences.look(session, access.visitor(), draft.audience, criteria, now=now, today=today)
        except Refused as refusal:
            broken = refusal.sentence
    if broken:
        faults = [*faults, broken]
    elif look is not None and not look.bound and draft.audience is not None and found.asked is None:
        faults = [*faults, "请谁来考里写的条件，现在没有符合的、已绑定的店。"]
    return render_template(
        "quizzes/console/publish.html",
        **quiz.head(found),
        points=chat.points,
        draft=draft,
        faults=faults,
        extent=extent,
        whom=whom,
        look=look,
        is_new=is_new,
        is_first=found.asked is None,
        is_over=found.state is AuthoredState.CLOSED,
        drafted=rules_line(draft),
        # The draft that was looked at, and no newer one.
        stamp=request.form.get("stamp", found.stamp),
        error=error,
    )
