"""Readiness of a draft: what keeps it from being published, in words, and where its questions of the bank are."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from foundation.digest_cache import digest
from questions.keyed.items import to_json
from quizzes.models.bank import BANK, BankQuestion, QuestionVersion
from quizzes.queries import papers, pools
from quizzes.queries.detail import QuizDetail
from quizzes.queries.extent import PaperExtent, of_drawn
from quizzes.queries.papers import PaperPlace
from quizzes.rules import drawing
from quizzes.rules.definition import QuizDefinition, Stratum


class BankPlaces(NamedTuple):
    """Places of a paper whose questions are in the bank, by their codes, and what is wrong with others."""

    places: Mapping[str, PaperPlace]
    faults: Sequence[str] = ()


def faults(session: Session, definition: QuizDefinition, *, now: datetime) -> list[str]:
    """Return why a complete draft cannot be published now: an end in the past, questions the bank lacks."""
    found = []
    if not (definition.codes or definition.draw):
        found.append("试卷里还没有题，请先加题，或写好怎么抽。")
    if definition.closes_at is not None and definition.closes_at <= now:
        found.append("结束时间已经过了，请先改结束时间。")
    if definition.bank:
        found += of_bank(session, definition).faults
    if definition.is_drawn and (said := shortage(session, definition.draw)):
        found.append(f"题库里的题不够抽：{said}。")
    return found


def is_new(session: Session, found: QuizDetail) -> bool:
    """Tell whether publishing the draft would ask something else than what is asked now: by another rule, another
    question, or one that was changed in the bank."""
    draft = found.draft
    if found.version_id is None:
        return True
    if replace(draft, questions=(), bank=(), order=()) != found.asked:
        return True
    if draft.is_drawn:
        return False
    asked = papers.fixed(session, found.version_id)
    would = {item.code: (digest(to_json(item)), item.points) for item in draft.questions}
    would |= {code: (place.digest, place.points) for code, place in of_bank(session, draft).places.items()}
    if [would.get(code) for code in draft.codes] != [(place.digest, place.points) for place in asked]:
        return True
    keys = papers.keys_in_force(session, found.id, [place.version_id for place in asked])
    own = {item.code: item.key for item in draft.questions}
    pairs = zip(draft.codes, asked, strict=True)
    return any(code in own and own[code] != keys[place.version_id].key for code, place in pairs)


def of_bank(session: Session, definition: QuizDefinition) -> BankPlaces:
    """Return the places of the questions that a fixed paper takes from the bank. One statement."""
    codes = [each.code for each in definition.bank]
    rows = session.execute(
        select(
            BankQuestion.code, BankQuestion.points, BankQuestion.is_retired, QuestionVersion.id, QuestionVersion.digest
        )
        .join(QuestionVersion, QuestionVersion.id == BankQuestion.version_id)
        .where(BankQuestion.home_quiz_id == BANK, BankQuestion.code.in_(codes))
    )
    known = {row.code: row for row in rows}
    lacking = [code for code in codes if code not in known]
    retired = [code for code in codes if code in known and known[code].is_retired]
    twice = sorted({item.code for item in definition.questions} & set(codes))
    said = (
        (lacking, "题库里没有编码为“{}”的题。"),
        (retired, "题库里编码为“{}”的题已停用，请换一题。"),
        (twice, "编码“{}”的题，试卷里和题库里各有一题，请改一个编码。"),
    )
    return BankPlaces(
        {
            each.code: PaperPlace(known[each.code].id, known[each.code].digest, each.points or known[each.code].points)
            for each in definition.bank
            if each.code in known
        },
        [sentence.format("”“".join(those)) for those, sentence in said if those],
    )


def extent(session: Session, definition: QuizDefinition) -> PaperExtent:
    """Return the extent of a draft's paper."""
    if definition.is_drawn:
        return of_drawn(definition)
    places = of_bank(session, definition).places.values() if definition.bank else ()
    points = [*(item.points for item in definition.questions), *(place.points for place in places)]
    return PaperExtent(len(points), sum(points))


def shortage(session: Session, strata: Sequence[Stratum]) -> str:
    """Return in words which strata the bank cannot fill; empty where it can fill all."""
    lacks = drawing.shortage(strata, pools.candidates(session, strata))
    return "；".join(
        f"“{one.tag}”{f'（{one.difficulty.label}）' if one.difficulty else ''}要 {one.count} 题，还差 {lacking} 题"
        for one, lacking in lacks
    )
