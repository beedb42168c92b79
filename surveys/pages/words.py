"""Console page of the words people wrote in answer to a question: searched, and with its file."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import abort, render_template
from flask.typing import ResponseReturnValue

from console import access, act
from console.authored import AuthoredState
from console.lists import looking
from console.lists.listing import Asked, Column, Filter, Listing
from foundation.paging import Cursor, Page
from people.pages import filters
from people.texts import licence
from surveys.models import Survey
from surveys.permissions import SURVEYS_EXPORT, SURVEYS_SEE
from surveys.queries import version_cache
from surveys.queries import words as queries
from surveys.queries.tally import tally
from surveys.queries.words import WrittenAnswer
from surveys.rules.crossing import has_words
from surveys.rules.disclosure import LEAST
from surveys.rules.shown import shown
from surveys.texts.figures import offered
from wechat_bot.services import current_services

QUESTION = "question"


@dataclass(frozen=True, slots=True)
class WordsQuestion:
    """Question whose words are asked for, among those of its survey that have words: text questions come first."""

    entries: Sequence[dict[str, Any]]
    entry: dict[str, Any] | None
    #: Why its words are not shown; empty where they are.
    withheld: str = ""


def _question(asked: Asked) -> WordsQuestion:
    session, survey_id, code = asked.session, asked.of["survey_id"], asked.given.get(QUESTION)
    figures = shown(tally(session, survey_id))
    newest = version_cache.of_survey(session, survey_id)[-1].definition
    codes = {question.code for question in (*newest.questions, *newest.retired) if has_words(question)}
    entries = [entry for entry in figures["questions"] if entry["code"] in codes]
    entries.sort(key=lambda entry: entry["type"] != "text")
    entry = next((each for each in entries if code in (None, each["code"])), None)
    # Anonymous texts belong to no area: a visitor who sees a part of the shops sees none of them.
    if figures["anonymous"] and not asked.visitor.is_company_wide:
        return WordsQuestion(entries, entry, "匿名调查的文字不分片区，只有看全公司的角色能看。")
    if entry is not None and entry.get("is_hidden"):
        return WordsQuestion(entries, entry, f"写的人还不到 {LEAST} 个，为了匿名暂不显示。")
    return WordsQuestion(entries, entry)


def _choices(asked: Asked) -> list[tuple[str, str]]:
    return offered(_question(asked).entries)


def _is_identified(asked: Asked) -> bool:
    survey = asked.session.get(Survey, asked.of["survey_id"])
    return survey is not None and not survey.is_anonymous


def _find(asked: Asked, cursor: Cursor, limit: int) -> Page[WrittenAnswer]:
    question = _question(asked)
    if question.entry is None or question.withheld:
        return Page(())
    return queries.said(
        asked.session,
        asked.visitor,
        asked.of["survey_id"],
        question.entry["code"],
        asked.search,
        is_anonymous=not _is_identified(asked),
        today=asked.today,
        cursor=cursor,
        limit=limit,
    )


WORDS: Listing[WrittenAnswer] = Listing(
    name="surveys.words",
    title="文字回答",
    see=SURVEYS_SEE,
    search="写的话，如：送货",
    filters=(Filter(QUESTION, "题目", "", _choices),),
    means=lambda asked: f"调查 {asked.of['survey_id']}",
    columns=(
        Column("said", "写的话", lambda line: line.said, style="said", width=60),
        Column(
            "licence", "许可证号", lambda line: licence(line.licence), seen_if=_is_identified, is_shown=False, width=20
        ),
        Column("shop", "店", lambda line: line.shop, href=filters.page_of, seen_if=_is_identified, width=24),
        Column("keeper", "店主", lambda line: line.keeper, style="text-nowrap", seen_if=_is_identified),
        Column("area", "片区", lambda line: line.area, style="text-nowrap", seen_if=_is_identified),
        Column("at", "时间", lambda line: line.submitted_at, style="text-nowrap", seen_if=_is_identified, width=18),
    ),
    find=_find,
    export=SURVEYS_EXPORT,
)


@access.allow(SURVEYS_SEE)
def words(survey_id: int) -> ResponseReturnValue:
    """Search what people wrote. Seeing it is written to the audit log."""
    services = current_services()
    with services.reading() as session:
        survey = session.get(Survey, survey_id)
        if survey is None or survey.state(services.clock()) is AuthoredState.DRAFT:
            abort(404)
        page = looking.look(WORDS, session)
        question = _question(page.asked)
    if question.entry is None and QUESTION in page.kept:
        abort(404)
    if question.entry is not None and not question.withheld:
        search = page.asked.search
        told = question.entry["text"] + (f"，找“{search}”" if search else "")
        act.seen("survey.words", f"survey:{survey_id}", told)
    return render_template("surveys/console/words.html", shown=page, survey=survey, question=question)
