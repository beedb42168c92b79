"""Console page of a quiz's paper: a fixed one put together place by place, or how each attempt draws its own."""

from collections.abc import Mapping
from functools import partial
from typing import Any, NamedTuple

from flask import Response, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from console import access, act
from foundation.errors import Refused
from questions import flow
from questions.authoring.question_reader import MOST_QUESTIONS
from questions.authoring.spelling import Misspelt
from questions.keyed.item_reader import read_points
from questions.keyed.items import Difficulty, KeyedItem
from quizzes.actions import authoring
from quizzes.pages import quiz
from quizzes.permissions import QUIZZES_WRITE
from quizzes.queries import bank, bank_lines, extent, pools, readiness
from quizzes.queries.detail import QuizDetail
from quizzes.rules import drawing, paper_steps
from quizzes.rules.definition import QuizDefinition, Stratum
from quizzes.rules.review import MOST_STRATA, read_stratum
from quizzes.texts import chat
from wechat_bot.services import current_services

#: Empty lines below the strata, for new ones.
SPARE = 3
POINTS = "points:"


class PaperLine(NamedTuple):
    """Place of a paper as the page shows it; without an item where the bank does not have it."""

    place: paper_steps.DraftPlace
    item: KeyedItem | None
    is_retired: bool
    points: str


class StratumLine(NamedTuple):
    """Line of a drawn paper's form, as it is written, and how many questions of the bank match."""

    tag: str = ""
    difficulty: str = ""
    number: str = ""
    points: str = ""
    matching: int | None = None


@access.allow(QUIZZES_WRITE)
def paper(quiz_id: int) -> ResponseReturnValue:
    """Show the draft's paper; a posted form is one of its steps."""
    return act.form(partial(_step, quiz_id), partial(_page, quiz_id))


def keep(found: QuizDetail, changed: QuizDefinition, stamp: int, did: str) -> int:
    """Save a draft with another paper; gives the stamp it has then."""
    with act.transaction() as (session, now, note):
        who = access.visitor().name
        kept = authoring.keep(session, found.id, changed, stamp=stamp, who=who, now=now)
        note("quiz.edit", f"quiz:{found.id}", did)
        return kept.stamp


def _step(quiz_id: int) -> ResponseReturnValue:
    given, found = request.form, quiz.found_quiz(quiz_id)
    here, stamp = url_for("quizzes_pages.paper", quiz_id=quiz_id), given.get("stamp", -1, type=int)
    verb, _, code = given.get("do", "").partition(":")
    if verb == "undo":
        with act.transaction() as (session, now, note):
            authoring.take_back(session, quiz_id, stamp=stamp, who=access.visitor().name, now=now)
            note("quiz.edit", f"quiz:{quiz_id}", "撤销上一步")
        return act.done(here, "已撤销。")
    if verb in ("strata", "unstratum"):
        changed = paper_steps.drawn(found.draft, _strata(given, without=code if verb == "unstratum" else ""))
        said = "抽题的办法已保存。"
    else:
        # Points that were typed are kept by each of the form's buttons.
        changed = paper_steps.worth(found.draft, _points(given))
        changed, said = _pressed(changed, verb, code)
    stamp = keep(found, changed, stamp, said.rstrip("。"))
    return act.done(here, said, undo=(here, {"do": "undo", "stamp": stamp}))


def _pressed(changed: QuizDefinition, verb: str, code: str) -> tuple[QuizDefinition, str]:
    """Return the definition after a button beside a place, and what to say of it."""
    number = next((n for n, each in enumerate(changed.codes, start=1) if each == code), 0)
    if verb in ("up", "down"):
        return paper_steps.moved(changed, code, -1 if verb == "up" else 1), f"第 {number} 题已移动。"
    if verb == "remove":
        return paper_steps.without(changed, code), f"第 {number} 题已拿掉。"
    return changed, "分值已保存。"


def _points(given: MultiDict[str, str]) -> dict[str, int | None]:
    """Read the points beside the places. Raises Refused."""
    found: dict[str, int | None] = {}
    for name, text in given.items():
        if name.startswith(POINTS):
            code = name.removeprefix(POINTS)
            try:
                found[code] = read_points(text) if text.strip() else None
            except Misspelt as problem:
                raise Refused(f"编码为“{code}”的题，分值{problem}。") from None
    return found


def _strata(given: MultiDict[str, str], *, without: str = "") -> list[Stratum]:
    """Read the lines of a drawn paper; empty ones are left out. Raises Refused."""
    strata = []
    for n, line in enumerate(_written(given)):
        if str(n) == without or not (line.tag.strip() or line.number.strip()):
            continue
        values = {"tag": line.tag, "difficulty": line.difficulty, "count": line.number, "points": line.points}
        try:
            strata.append(read_stratum({key: value.strip() or None for key, value in values.items()}))
        except Misspelt as problem:
            raise Refused(f"第 {n + 1} 行{problem}。") from None
    if len(strata) > MOST_STRATA:
        raise Refused(f"最多 {MOST_STRATA} 行。")
    return strata


_COLUMNS = ("tag", "difficulty", "count", "points")


def _written(given: Mapping[str, str]) -> list[StratumLine]:
    """Return the lines of the form as they are written."""

    def line(n: int) -> StratumLine:
        tag, difficulty, number, points = (given.get(f"{name}.{n}", "") for name in _COLUMNS)
        return StratumLine(tag, difficulty, number, points)

    listed = [line(n) for n in range(MOST_STRATA + SPARE)]
    while listed and listed[-1] == StratumLine():
        listed.pop()
    return listed


def _page(quiz_id: int, error: Refused | None) -> Response:
    services, found = current_services(), quiz.found_quiz(quiz_id)
    is_drawn = request.values.get("how", "drawn" if found.draft.is_drawn else "fixed") == "drawn"
    with services.reading() as session:
        shown = _drawn(session, found.draft) if is_drawn else _fixed(session, found.draft)
        faults = readiness.faults(session, found.draft, now=services.clock())
        is_new = readiness.is_new(session, found)
    page = render_template(
        "quizzes/console/paper.html",
        **quiz.head(found),
        **shown,
        points=chat.points,
        is_drawn=is_drawn,
        is_new=is_new,
        faults=faults if found.draft.codes or found.draft.draw else [],
        most=MOST_QUESTIONS,
        error=error,
    )
    return access.with_frame(page)


def _fixed(session: Session, draft: QuizDefinition) -> dict[str, Any]:
    places = paper_steps.places(draft)
    known = bank.items(session, [each.code for each in draft.bank])
    lines = []
    for place in places:
        stored = known.get(place.code)
        item = place.item or (stored.item if stored else None)
        typed = request.form.get(f"{POINTS}{place.code}")
        points = place.points or (item.points if item else 0)
        lines.append(PaperLine(place, item, bool(stored and stored.is_retired), typed or chat.points(points)))
    asked = [line.item.question for line in lines if line.item]
    worth = sum(line.place.points or line.item.points for line in lines if line.item)
    return {"lines": lines, "worth": worth, "minutes": flow.about_minutes(tuple(asked)) if asked else 0}


def _drawn(session: Session, draft: QuizDefinition) -> dict[str, Any]:
    strata = [
        StratumLine(
            each.tag,
            each.difficulty.value if each.difficulty else "",
            str(each.count),
            "" if each.points is None else chat.points(each.points),
        )
        for each in draft.draw
    ]
    if request.method == "POST":
        strata = _written(request.form)
    pool = pools.candidates(session, draft.draw)
    matching = {(each.tag, each.difficulty or ""): drawing.matching(each, pool) for each in draft.draw}
    lines = [each._replace(matching=matching.get((each.tag, each.difficulty))) for each in strata]
    count, worth = extent.of_drawn(draft)
    return {
        "strata": lines,
        "blank_line": StratumLine(),
        "minutes": flow.minutes_for(count),
        "spare": range(len(lines), min(len(lines) + SPARE, MOST_STRATA)),
        "tags": bank_lines.tags(session),
        "difficulties": [(each.value, each.label) for each in Difficulty],
        "drawn": count,
        "worth": worth,
        "would_lose": len(draft.codes),
    }
