"""Texts about changed keys: what shops are told, and what staff read."""

from __future__ import annotations

from collections.abc import Mapping

from foundation.text import shortened
from questions.keyed.items import KeyEffect
from quizzes.models.regrades import RegradeState
from quizzes.texts.chat import points

STATES: Mapping[RegradeState, str] = {
    RegradeState.PLANNING: "正在算",
    RegradeState.PLANNED: "只算过",
    RegradeState.SUBMITTED: "等批准",
    RegradeState.RUNNING: "正在改分",
    RegradeState.DONE: "已更正",
    RegradeState.UNDOING: "正在撤销",
    RegradeState.UNDONE: "已撤销",
    RegradeState.REJECTED: "已退回",
}
COLOURS: Mapping[RegradeState, str] = {
    RegradeState.SUBMITTED: "warn",
    RegradeState.RUNNING: "warn",
    RegradeState.DONE: "good",
    RegradeState.UNDOING: "warn",
}
MOVES: Mapping[str, str] = {
    "up": "成绩升的",
    "down": "成绩降的",
    "newly_passed": "变合格的",
    "newly_failed": "变不合格的",
}
EFFECTS: Mapping[KeyEffect, str] = {
    KeyEffect.MARKED: "改答案",
    KeyEffect.STRUCK: "这题不算",
    KeyEffect.FULL: "都给满分",
}
EFFECT_HINTS: Mapping[KeyEffect, str] = {
    KeyEffect.MARKED: "按新答案重新判分",
    KeyEffect.STRUCK: "这题的分和满分都去掉",
    KeyEffect.FULL: "做过这题的店都得满分",
}

NO_SUCH = "没有这次更正。"
NO_SUCH_QUESTION = "这份测试里没有编码为“{}”的题。"
NOT_PUBLISHED = "这份测试还没有发布，直接改试卷就行。"
NOTHING_CHOSEN = "请勾上正确的选项。"
SAME_KEY = "新答案和现在用的一样，不用更正。"
NOT_READY = "还没有算完，请等一会儿再提交。"
NOT_PLANNED = "这次更正已经提交过了。"
NOT_SUBMITTED = "这次更正不在等批准。"
NOT_DONE = "这次更正没有做过，或已经撤销了。"
OTHERS = "这是{}算的。请自己算一次再提交。"
OWN = "自己提交的更正，要由别人批准。"
OUTDATED = "算过以后，这道题的答案又改过。请重新算一次。"
CHANGED_SINCE = "在这之后又更正过这道题。请先撤销后一次（第 {} 号）。"
UNDER_WAY = "这道题有一次更正（第 {} 号）{}，等它做完再改。"
REASON = "请写上为什么改，批准的人会看。"
WHY = "请写上退回的原因。"
LONGEST_QUESTION = 20


def head(title: str, question: str, effect: KeyEffect, *, is_undo: bool) -> str:
    """What every message about a change of a key begins with.

    >>> head("真假鉴别", "封签应贴在哪一面？", KeyEffect.MARKED, is_undo=False)
    '测试《真假鉴别》里“封签应贴在哪一面？”这道题的答案更正了，'
    """
    what = {
        KeyEffect.MARKED: "的答案更正了",
        KeyEffect.STRUCK: "不再计分了",
        KeyEffect.FULL: "改为都得分了",
    }[effect]
    done = "的更正撤销了" if is_undo else what
    return f"测试《{title}》里“{shortened(question, LONGEST_QUESTION)}”这道题{done}，"


def moved(
    before: tuple[int, int, bool], after: tuple[int, int, bool], *, has_pass_mark: bool, is_undo: bool = False
) -> str:
    """How the result of a shop moved; each result is total, maximum, and whether it passes.

    >>> moved((5500, 10_000, False), (6500, 10_000, True), has_pass_mark=True)
    '您的成绩由 55 分改为 65 分，现在合格了。'
    >>> moved((3000, 3000, True), (2500, 2500, True), has_pass_mark=True)
    '您的成绩由 30 分改为 25 分（满分改为 25 分），还是合格。'
    >>> moved((9500, 10_000, True), (9500, 9500, True), has_pass_mark=False)
    '您的成绩 95 分不变（满分改为 95 分）。'
    """
    (total, maximum, was_passed), (new_total, new_maximum, is_passed) = before, after
    of = f"（满分改为 {points(new_maximum)} 分）" if new_maximum != maximum else ""
    now = "还是" if was_passed == is_passed else "现在"
    verdict = f"{now}合格{'了' if now == '现在' else ''}" if is_passed else f"{now}没有合格"
    ends = f"，{verdict}。" if has_pass_mark else "。"
    changed = f"由 {points(total)} 分改{'回' if is_undo else '为'} {points(new_total)} 分"
    return f"您的成绩{changed if new_total != total else f' {points(total)} 分不变'}{of}{ends}"
