"""Console list of a survey's answer sheets, narrowed by whose they are and what was answered."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Any

from flask import abort, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from console import access, act, fields
from console.authored import AuthoredState
from console.lists import looking
from console.lists.listing import Asked, Column, Filter, Listing
from foundation.errors import Refused
from foundation.paging import Cursor, Page
from foundation.text import shortened, whole_number
from foundation.workbooks.writing import TwoDecimals
from people.pages import filters
from people.texts import licence
from questions.answers import describe
from questions.question import OTHER, OTHER_LABEL, Question
from surveys.models import Survey
from surveys.permissions import SURVEYS_EXPORT, SURVEYS_SEE
from surveys.queries import sheets as queries
from surveys.queries import version_cache
from surveys.queries.sheets import SheetFilter, SheetLine
from surveys.queries.tally import tally
from surveys.queries.version_cache import Frozen
from surveys.rules import scores
from surveys.rules.crossing import is_crossed
from surveys.rules.disclosure import LEAST
from surveys.texts import sheets as texts
from wechat_bot.services import Services, current_services

STATE, ANSWER, WAVE, SINCE, UNTIL, PHOTO = "state", "answer", "wave", "since", "until", "photo"
#: Signs of a question where its options are chosen among.
SHORT = 14


@dataclass(frozen=True, slots=True)
class ListedSheet:
    """Sheet in the list, with its answer to the question the list is narrowed by."""

    sheet: SheetLine
    said: str = ""

    @property
    def licence(self) -> str:
        return self.sheet.licence


def survey_of(session: Session, survey_id: int, services: Services) -> Survey:
    """Return a published survey, or a 404."""
    survey = session.get(Survey, survey_id)
    if survey is None or survey.state(services.clock()) is AuthoredState.DRAFT:
        abort(404)
    return survey


def withheld(asked: Asked) -> str:
    """Return why this visitor sees no sheet of a survey; empty where they do."""
    if _is_identified(asked):
        return ""
    if not asked.visitor.is_company_wide or not asked.visitor.may(SURVEYS_EXPORT):
        return texts.ANONYMOUS
    return texts.too_few(LEAST) if tally(asked.session, asked.of["survey_id"])["returned"] < LEAST else ""


def narrowed(asked: Asked) -> SheetFilter:
    """Return the filter from the parameters of an address."""
    given, is_identified = asked.given, _is_identified(asked)
    question, options, is_scale = _answer(asked, given.get(ANSWER, ""))
    since, until = _day(given.get(SINCE, "")), _day(given.get(UNTIL, ""))

    def number(name: str) -> int | None:
        return asked.number(name) if is_identified else None

    return SheetFilter(
        state=given.get(STATE, ""),
        area_id=number(filters.AREA.name),
        class_id=number(filters.CLASS.name),
        manager_id=number(filters.MANAGER.name),
        wave=number(WAVE),
        begins_at=None if since is None else _midnight(since, asked),
        ends_at=None if until is None else _midnight(until + timedelta(days=1), asked),
        question=question,
        options=options,
        is_scale=is_scale,
        has_photo=given.get(PHOTO) == "yes",
        search=asked.search,
    )


def found(asked: Asked, wanted: SheetFilter, cursor: Cursor, limit: int) -> Page[ListedSheet]:
    """Return a page of sheets, each with its answer to the question that is asked for."""
    if withheld(asked):
        return Page(())
    page = queries.page(
        asked.session,
        asked.visitor,
        asked.of["survey_id"],
        wanted,
        is_anonymous=not _is_identified(asked),
        today=asked.today,
        cursor=cursor,
        limit=limit,
    )
    said = _said(asked, wanted.question)
    return page.of(ListedSheet(line, said(line)) for line in page.lines)


def _find(asked: Asked, cursor: Cursor, limit: int) -> Page[ListedSheet]:
    return found(asked, narrowed(asked), cursor, limit)


def _said(asked: Asked, question: str) -> Any:
    if not question:
        return lambda line: ""
    versions = version_cache.of_survey(asked.session, asked.of["survey_id"])
    asks = {version.id: each for version in versions for each in version.definition.questions if each.code == question}

    def said(line: SheetLine) -> str:
        given, each = line.answers.get(question), asks.get(line.version_id)
        return describe(each, given) if given and each else ""

    return said


def _answer(asked: Asked, written: str) -> tuple[str, tuple[int, ...], bool]:
    """Read `q1:3` or `q1:3,4`; nothing for a question or option that no version has."""
    code, _, rest = written.partition(":")
    for each in _choosable(asked):
        if each.code == code:
            known = {*each.codes, *(option.code for option in each.retired), *(each.type.scale or ())}
            options = [whole_number(part) for part in rest.split(",")]
            return (
                code,
                tuple(each for each in options if each is not None and each in known),
                each.type.scale is not None,
            )
    return "", (), False


def _choosable(asked: Asked) -> list[Question]:
    versions: Sequence[Frozen] = version_cache.of_survey(asked.session, asked.of["survey_id"])
    if not versions:
        return []
    newest = versions[-1].definition
    return [question for question in (*newest.questions, *newest.retired) if is_crossed(question)]


def _answers(asked: Asked) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for n, question in enumerate(_choosable(asked), start=1):
        words = shortened(question.text, SHORT)
        if question.type.scale is not None:
            found += [(f"{question.code}:{point}", f"{n}. {words}：{point} 分") for point in question.type.scale]
            continue
        options = {option.code: option.label for option in (*question.options, *question.retired)}
        options |= {OTHER: OTHER_LABEL} if question.other else {}
        found += [(f"{question.code}:{code}", f"{n}. {words}：{label}") for code, label in options.items()]
    return [*found, *_several(asked.given.get(ANSWER, ""), dict(found))]


def _several(given: str, known: Mapping[str, str]) -> list[tuple[str, str]]:
    """Return a choice of several options of one question, such as a figure leads to."""
    code, _, rest = given.partition(":")
    words = [known.get(f"{code}:{option}", "") for option in rest.split(",")]
    if len(words) < 2 or not all(words):
        return []
    return [(given, "或".join([words[0], *(each.rpartition("：")[2] for each in words[1:])]))]


def waves(session: Session, survey_id: int) -> list[tuple[int, str]]:
    """Return the invitations to an identified survey, to choose among."""
    survey = session.get(Survey, survey_id)
    number = survey.waves if survey is not None and not survey.is_anonymous else 0
    return [(n, f"第 {n} 次邀请") for n in range(1, number + 1)]


def _is_identified(asked: Asked) -> bool:
    survey = asked.session.get(Survey, asked.of["survey_id"])
    return survey is not None and not survey.is_anonymous


def _is_scored(asked: Asked) -> bool:
    versions = version_cache.of_survey(asked.session, asked.of["survey_id"])
    return scores.is_scored(each.definition for each in versions)


def _day(written: str) -> date | None:
    try:
        return fields.day(written)
    except Refused:
        return None


def _midnight(day: date, asked: Asked) -> datetime:
    return datetime.combine(day, time(), asked.services.zone)


def _asks_for(asked: Asked) -> bool:
    return bool(asked.given.get(ANSWER))


def sheet_page(line: ListedSheet, survey_id: int, given: Mapping[str, Any]) -> str:
    """Return the address of a sheet, with the filters of the list it stands in."""
    return url_for("surveys_pages.sheet", survey_id=survey_id, sheet_id=line.sheet.id, **given)


SHEETS: Listing[ListedSheet] = Listing(
    name="surveys.sheets",
    title="答卷",
    unit="份",
    see=SURVEYS_SEE,
    size=queries.PAGE,
    search="店名、店主、许可证号或答卷编号",
    means=lambda asked: f"调查 {asked.of['survey_id']}",
    filters=(
        Filter(STATE, "状态", "全部状态", lambda asked: list(texts.STATES.items())),
        *filters.OF_WHOM,
        Filter(WAVE, "邀请", "全部邀请", lambda asked: waves(asked.session, asked.of["survey_id"])),
        Filter(ANSWER, "回答", "任何回答", _answers),
        Filter(PHOTO, "照片", "有没有照片", lambda asked: [("yes", "有照片")]),
        Filter(SINCE, "从哪天", "从哪天", kind="date"),
        Filter(UNTIL, "到哪天", "到哪天", kind="date"),
    ),
    columns=(
        Column("number", "编号", lambda line: str(line.sheet.id), width=10),
        Column("shop", "店铺", lambda line: line.sheet.shop, seen_if=_is_identified, width=24),
        Column("licence", "许可证号", lambda line: licence(line.licence), seen_if=_is_identified, is_shown=False),
        Column("keeper", "店主", lambda line: line.sheet.keeper, seen_if=_is_identified, is_shown=False),
        Column(
            "phone", "手机", lambda line: line.sheet.phone, mask=filters.PHONE, seen_if=_is_identified, is_shown=False
        ),
        Column("area", "片区", lambda line: line.sheet.area, seen_if=_is_identified, is_spare=True),
        Column("class", "客户类型", lambda line: line.sheet.class_name, seen_if=_is_identified, is_shown=False),
        Column("manager", "客户经理", lambda line: line.sheet.manager, seen_if=_is_identified, is_shown=False),
        Column("said", "回答", lambda line: line.said, seen_if=_asks_for, width=24),
        Column(
            "at",
            "交卷",
            lambda line: line.sheet.submitted_at,
            shows=lambda asked, line: when(asked, line.sheet),
            style="text-nowrap",
            width=18,
        ),
        Column(
            "seconds",
            "用时",
            lambda line: line.sheet.seconds,
            shows=lambda asked, line: texts.spent(line.sheet.seconds),
            seen_if=_is_identified,
            is_number=True,
            is_spare=True,
        ),
        Column("source", "从哪里答", lambda line: texts.SOURCES.get(line.sheet.source, ""), is_spare=True),
        Column(
            "wave",
            "由哪次邀请",
            lambda line: f"第 {line.sheet.wave} 次" if line.sheet.wave else "",
            seen_if=lambda asked: bool(waves(asked.session, asked.of["survey_id"])),
            is_shown=False,
        ),
        Column(
            "score",
            "得分",
            lambda line: None if line.sheet.score is None else TwoDecimals(line.sheet.score / 100),
            shows=lambda asked, line: texts.points(line.sheet.score),
            seen_if=_is_scored,
            is_number=True,
            width=8,
        ),
        Column("state", "状态", lambda line: texts.STATES[line.sheet.state], width=10),
        Column("reason", "作废原因", lambda line: line.sheet.void_reason, is_shown=False, width=30),
    ),
    find=_find,
    nothing=("还没有答卷", "店主交了，马上会列在这里。"),
    nothing_left=("没有符合的答卷", "换一个条件，或清除筛选再看。"),
    export=SURVEYS_EXPORT,
)


def of(listing: Listing[ListedSheet], survey: Survey) -> Listing[ListedSheet]:
    """Return a list of sheets as it is for this survey: of an anonymous one nobody can be sought."""
    if not survey.is_anonymous:
        return listing
    anybody = (STATE, ANSWER, PHOTO, SINCE, UNTIL)
    return replace(listing, search="", filters=tuple(each for each in listing.filters if each.name in anybody))


def when(asked: Asked, line: SheetLine) -> str:
    """Return when a sheet was handed in; of an anonymous survey only the day is known."""
    return texts.handed_in(line.submitted_at, asked.now, asked.services.zone, is_day=not _is_identified(asked))


@access.allow(SURVEYS_SEE)
def sheets(survey_id: int) -> ResponseReturnValue:
    """List the answer sheets of a survey. Seeing them is written to the audit log."""
    services = current_services()
    with services.reading() as session:
        survey = survey_of(session, survey_id, services)
        shown = looking.look(of(SHEETS, survey), session)
        hidden = withheld(shown.asked)
        said = SHEETS.said(shown.asked)
        figures = tally(session, survey_id) if access.visitor().is_company_wide else None
        page = render_template(
            "surveys/console/sheets.html",
            survey=survey,
            shown=shown,
            withheld=hidden,
            figures=figures,
            states=texts.STATES,
            colours=texts.COLOURS,
        )
    if not hidden:
        act.seen("survey.sheets", f"survey:{survey_id}", said)
    return page
