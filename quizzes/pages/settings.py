"""Console page of a quiz's rules: title, times, attempts, pass mark, what is shown when, and who is asked."""

from dataclasses import replace
from functools import partial
from typing import Any

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from console import access, act, authored_pages, fields
from console.authored_pages import RulesMistaken
from foundation.errors import Refused
from people.picker import short
from people.picker.short import Picked, Picker
from questions.authoring.head import LONGEST_INTRO, LONGEST_TITLE
from quizzes.actions import authoring
from quizzes.pages import quiz
from quizzes.permissions import QUIZZES_WRITE
from quizzes.rules import review
from quizzes.rules.definition import CountRule, QuizDefinition, Reveal
from quizzes.rules.review import CALLED
from quizzes.texts import chat
from wechat_bot.services import Services, current_services

PICKER = Picker(("class", "area", "manager", "tag", "audience"), everybody="全部已绑定的店", legend="请谁来考")
TEXTS = ("title", "intro", "minutes", "opens", "closes", "attempts", "counts", "pass", "reveal")
TICKS = ("start_only", "shuffle", "ranking", "by_speed")


@access.allow(QUIZZES_WRITE)
def settings(quiz_id: int) -> ResponseReturnValue:
    """Change the rules of the draft."""
    return act.form(partial(_save, quiz_id), partial(_page, quiz_id))


def _save(quiz_id: int) -> ResponseReturnValue:
    services, given = current_services(), request.form
    picked = short.read(PICKER, given, services.criteria)
    written = authored_pages.written(TEXTS, TICKS)
    # An audience with nothing chosen must not become everyone.
    written |= {} if picked.is_all else {"audience": picked.written}
    found = review.review_rules(written, timezone=services.zone)
    if not found.is_whole:
        raise RulesMistaken(found.mistakes, found.problems, CALLED)
    kept = quiz.found_quiz(quiz_id).draft
    with act.transaction() as (session, now, note):
        paper = {name: getattr(kept, name) for name in ("questions", "bank", "draw", "order")}
        who, stamp = access.visitor().name, given.get("stamp", -1, type=int)
        authoring.keep(session, quiz_id, replace(found.definition, **paper), stamp=stamp, who=who, now=now)
        note("quiz.edit", f"quiz:{quiz_id}", "设置")
    then = "paper" if not (kept.codes or kept.draw) else "settings"
    return act.done(url_for(f"quizzes_pages.{then}", quiz_id=quiz_id), "设置已保存。")


def _page(quiz_id: int, error: Refused | None) -> str:
    services, found = current_services(), quiz.found_quiz(quiz_id)
    form, picked = _form(found.draft, services)
    if error:
        form, picked = authored_pages.posted(TEXTS, TICKS), short.read(PICKER, request.form, services.criteria)
    with services.reading() as session:
        offer = short.offer(session, PICKER, picked, services.criteria)
    return render_template(
        "quizzes/console/settings.html",
        **quiz.head(found),
        form=form,
        offer=offer,
        counts=[(each.value, each.label) for each in CountRule],
        reveals=[(each.value, each.label) for each in Reveal],
        longest_title=LONGEST_TITLE,
        longest_intro=LONGEST_INTRO,
        faults=error.faults if isinstance(error, RulesMistaken) else {},
        error=error,
    )


def _form(draft: QuizDefinition, services: Services) -> tuple[dict[str, Any], Picked]:
    """Return the fields that show a draft."""
    form = {
        "title": draft.title,
        "intro": draft.intro,
        "minutes": draft.minutes or "",
        "opens": fields.of_moment(draft.opens_at, services.zone),
        "closes": fields.of_moment(draft.closes_at, services.zone),
        "attempts": draft.attempts,
        "counts": draft.counts.value,
        "pass": chat.points(draft.pass_mark),
        "reveal": draft.reveal.value,
        "start_only": draft.is_start_only,
        "shuffle": draft.shuffle,
        "ranking": draft.has_ranking,
        "by_speed": draft.is_ranked_by_speed,
    }
    return form, short.of_spec(PICKER, draft.audience, services.criteria)
