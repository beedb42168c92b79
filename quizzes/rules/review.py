"""Review of a quiz as its author wrote it: all of it is checked, and everything to change is listed at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import tzinfo
from functools import partial
from types import MappingProxyType
from typing import Any

from foundation.text import plain
from questions.authoring.head import Head, Reviewed
from questions.authoring.layout import AuthoredFile
from questions.authoring.question_reader import MOST_QUESTIONS
from questions.authoring.spelling import (
    Misspelt,
    Mistaken,
    Notes,
    Places,
    decimal,
    integer,
    one_of,
    truth,
    words,
)
from questions.authoring.versions import with_codes
from questions.keyed.item_reader import LONGEST_TAG, read_difficulty, read_items, read_points, unshufflable
from questions.keyed.items import KeyedItem
from questions.question import Question
from quizzes.rules.definition import DEFAULT_PASS, CountRule, FromBank, QuizDefinition, Reveal, Stratum

CALLED = "试卷"
LONGEST_TIME = 24 * 60
"""Minutes."""
MOST_ATTEMPTS = 20
MOST_STRATA = 20
KEYS = (
    "title",
    "intro",
    "minutes",
    "opens",
    "closes",
    "start_only",
    "attempts",
    "counts",
    "pass",
    "shuffle",
    "reveal",
    "audience",
    "ranking",
    "by_speed",
    "questions",
    "bank",
    "draw",
    "order",
)
_COUNTS = {each.value: each for each in CountRule} | {
    "取最高分": CountRule.BEST,
    "最高分": CountRule.BEST,
    "取第一次": CountRule.FIRST,
    "第一次": CountRule.FIRST,
    "取最后一次": CountRule.LAST,
    "最后一次": CountRule.LAST,
}
_REVEALS = {each.value: each for each in Reveal} | {
    "交卷就看": Reveal.AT_ONCE,
    "马上": Reveal.AT_ONCE,
    "结束后看": Reveal.AFTER_CLOSING,
    "结束后": Reveal.AFTER_CLOSING,
    "不公布": Reveal.NEVER,
    "不看": Reveal.NEVER,
}
_NOWHERE: Places = MappingProxyType({})
QuizReview = Reviewed[QuizDefinition]


def of_file(written: AuthoredFile, *, timezone: tzinfo, before: Sequence[Question]) -> QuizDefinition:
    """Return the definition an author wrote in a file of any kind; `before` are the quiz's own questions of earlier
    versions. Raises Mistaken naming every mistake by its place."""
    data = written.data
    if not written.is_keyed:
        data = {**data, "questions": with_codes(data["questions"], before)}
    return read(data, timezone=timezone, before=before, places=written.places, keyed=written.is_keyed)


def read(
    data: Mapping[str, Any],
    *,
    timezone: tzinfo,
    before: Sequence[Question] = (),
    places: Places = _NOWHERE,
    keyed: bool = True,
) -> QuizDefinition:
    """Return the definition an author wrote, from a parsed YAML file, workbook or form.

    `timezone` is that of moments written without one. `before` are the questions of earlier versions, whose options
    keep their codes. `places` says where each value stood; `keyed`, whether the author wrote our keys.

    Raises Mistaken (a Refused) naming every mistake by its place in the author's words.

    >>> from datetime import UTC
    >>> one = {"code": "k1", "type": "truth", "text": "证可以转借。", "answer": False, "points": 5}
    >>> read({"title": "测试", "questions": [one]}, timezone=UTC).questions[0].points
    500
    """
    if not isinstance(data, Mapping):
        raise Mistaken([f"{CALLED}应由 title、questions 等几项组成"], CALLED)
    return review(data, timezone=timezone, before=before, places=places, keyed=keyed).whole(CALLED)


def review(
    data: Mapping[str, Any],
    *,
    timezone: tzinfo,
    before: Sequence[Question],
    places: Places = _NOWHERE,
    keyed: bool,
) -> QuizReview:
    """Review a quiz that is still being written: nothing is refused; what is wrong is left out and listed.

    `keyed`: whether the author knows our keys, as the writer of a file does.
    """
    notes = Notes(places, keyed=keyed)
    notes.unknown_keys("", (), data, KEYS)
    head = Head(data, notes)
    return head.reviewed(_with_paper(head, _rules(head, timezone), before))


def review_rules(data: Mapping[str, Any], *, timezone: tzinfo) -> QuizReview:
    """Review the rules of a quiz as a form gives them, without its paper.

    >>> from datetime import UTC
    >>> [each.words for each in review_rules({"title": "测试", "minutes": "x"}, timezone=UTC).problems]
    ['“x”应是数字']
    """
    head = Head(data, Notes(_NOWHERE, keyed=False))
    return head.reviewed(_rules(head, timezone))


def _rules(head: Head, timezone: tzinfo) -> QuizDefinition:
    """Read everything but the paper."""
    title = head.title()
    opens_at, closes_at = head.times(timezone)
    minutes = head.take("minutes", "限时", lambda value: integer(value, 1, LONGEST_TIME), None)
    attempts = head.take("attempts", "可考次数", lambda value: integer(value, 1, MOST_ATTEMPTS), 1)
    definition = QuizDefinition(
        title=title,
        intro=head.intro(),
        minutes=minutes,
        opens_at=opens_at,
        closes_at=closes_at,
        is_start_only=head.take("start_only", "只限开始时间", truth, False),
        attempts=attempts,
        counts=head.take("counts", "成绩取法", partial(one_of, _COUNTS), CountRule.BEST),
        pass_mark=head.take("pass", "及格线", _share, DEFAULT_PASS),
        shuffle=head.take("shuffle", "乱序", truth, False),
        reveal=head.take("reveal", "公布答案", partial(one_of, _REVEALS), Reveal.AT_ONCE),
        audience=head.audience(),
        has_ranking=head.take("ranking", "排行榜", truth, True),
        is_ranked_by_speed=head.take("by_speed", "同分比用时", truth, False),
    )
    if definition.is_start_only and minutes is None:
        head.wrong("start_only", "只限开始时间", "要先写限时，不然永远考不完")
    return definition


def _with_paper(head: Head, definition: QuizDefinition, before: Sequence[Question]) -> QuizDefinition:
    """Read the paper: questions written here and then those of the bank, or how it is drawn."""
    data, notes = head.data, head.notes
    fixed = [key for key in ("questions", "bank") if data.get(key)]
    if data.get("draw"):
        if fixed:
            head.wrong("draw", "抽题", "抽题的试卷不能再写题目，请只留一样")
        return replace(definition, draw=_strata(data["draw"], head))
    bank = _of_bank(data["bank"], head) if data.get("bank") else ()
    items = read_items(data.get("questions"), before=before, notes=notes) if data.get("questions") or not bank else ()
    if len(items) + len(bank) > MOST_QUESTIONS:
        head.wrong("bank", "题库的题", f"共 {len(items) + len(bank)} 题，最多 {MOST_QUESTIONS} 题")
    if definition.shuffle:
        _refuse_falsified(items, data.get("questions") or (), notes)
    order: tuple[str, ...] = head.take("order", "顺序", _order, ())
    return replace(definition, questions=items, bank=bank, order=order)


def _refuse_falsified(items: Sequence[KeyedItem], written: Sequence[Mapping[str, Any]], notes: Notes) -> None:
    """Note the options that another order would make false, unless the author keeps that item in order."""
    at = {plain(str(each.get("code"))): n for n, each in enumerate(written) if isinstance(each, Mapping)}
    for item in items:
        n = at[item.code]
        label = unshufflable(item.question) if item.kind.is_shuffled else None
        if label is not None and written[n].get("shuffle") is None:
            where = f"第 {n + 1} 题 {item.code}"
            notes.add(where, ("questions", n, "options"), f"选项“{label}”换了位置就不对了，请改写，或这一题不打乱选项")


def _of_bank(written: object, head: Head) -> tuple[FromBank, ...]:
    listed = written if isinstance(written, list | tuple) else [written]
    found: dict[str, FromBank] = {}
    for n, each in enumerate(listed, start=1):
        named = each if isinstance(each, Mapping) else {"code": each}
        code = plain(str(named.get("code") or ""))
        try:
            if not code:
                raise Misspelt("缺少编码 code")
            if code in found:
                raise Misspelt(f"编码“{code}”写了两次")
            points = None if named.get("points") is None else read_points(named["points"])
            found[code] = FromBank(code, points)
        except Misspelt as problem:
            head.wrong("bank", "题库的题", f"第 {n} 个{problem}")
    return tuple(found.values())


def _order(written: object) -> tuple[str, ...]:
    if not isinstance(written, list | tuple):
        raise Misspelt("应是题目编码的列表")
    return tuple(plain(str(each)) for each in written)


def _strata(written: object, head: Head) -> tuple[Stratum, ...]:
    if not isinstance(written, list | tuple) or len(written) > MOST_STRATA:
        head.wrong("draw", "抽题", f"应如 [{{tag: 真假鉴别, difficulty: easy, count: 3}}]，最多 {MOST_STRATA} 条")
        return ()
    strata: list[Stratum] = []
    for n, each in enumerate(written, start=1):
        try:
            strata.append(read_stratum(each))
        except Misspelt as problem:
            head.wrong("draw", "抽题", f"第 {n} 条{problem}")
    total = sum(each.count for each in strata)
    if total > MOST_QUESTIONS:
        head.wrong("draw", "抽题", f"共抽 {total} 题，最多 {MOST_QUESTIONS} 题")
    return tuple(strata)


def read_stratum(written: object) -> Stratum:
    """Read one line of how a paper is drawn. Raises Misspelt."""
    if not isinstance(written, Mapping):
        raise Misspelt("应如 {tag: 真假鉴别, difficulty: easy, count: 3}")
    for key in written:
        if key not in ("tag", "difficulty", "count", "points"):
            raise Misspelt(f"不认识“{key}”，应如 {{tag: 真假鉴别, difficulty: easy, count: 3}}")
    for key, name in (("tag", "标签"), ("count", "题数")):
        if written.get(key) is None:
            raise Misspelt(f"缺少{name}")
    return Stratum(
        count=integer(written.get("count"), 1, MOST_QUESTIONS),
        tag=words(written.get("tag"), longest=LONGEST_TAG),
        difficulty=None if written.get("difficulty") is None else read_difficulty(written["difficulty"]),
        points=None if written.get("points") is None else read_points(written["points"]),
    )


def _share(value: object) -> int:
    share = decimal(str(value).rstrip("%％ ")) if isinstance(value, str) else decimal(value)
    if not 0 <= share <= 100:
        raise Misspelt(f"“{value}”应是 0 到 100，满分的百分之几")
    return int(share * 100)
