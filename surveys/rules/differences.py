"""Differences between two versions of a survey, in words: its head, and its questions as `questions` describes them."""

from __future__ import annotations

from questions.authoring import versions
from questions.authoring.versions import Change
from surveys.rules.definition import Definition


def changes(previous: Definition, new: Definition) -> tuple[str, ...]:
    """Return what an edit changed and what it means for the counts, one sentence each; empty when nothing did.

    >>> from questions.question import Option, Question, QuestionType
    >>> old = Definition("调查", (Question("q1", QuestionType.SINGLE, "?", (Option(1, "好"), Option(2, "满意"))),))
    >>> new = Definition("调查", (Question("q1", QuestionType.SINGLE, "?", (Option(1, "好"), Option(2, "比较满意"))),))
    >>> changes(old, new)
    ('q1 选项 2 “满意” 改为 “比较满意”，计票合并',)
    """
    return tuple(map(str, differences(previous, new)))


def differences(previous: Definition, new: Definition) -> tuple[Change, ...]:
    """Return the same as values, for a page that shows questions by their words."""
    said: list[Change] = []
    if previous.title != new.title:
        said.append(Change("标题改为", words=f"“{new.title}”"))
    for name, then, now in (
        ("说明", previous.intro, new.intro),
        ("开始时间", previous.opens_at, new.opens_at),
        ("结束时间", previous.closes_at, new.closes_at),
        ("调查对象", previous.audience, new.audience),
        ("是否匿名", previous.anonymous, new.anonymous),
        ("最短用时", previous.min_seconds, new.min_seconds),
        ("结果公布", previous.results, new.results),
        ("片区名额", previous.area_limits, new.area_limits),
        ("客户类型名额", previous.class_limits, new.class_limits),
    ):
        if then != now:
            said.append(Change(f"{name}有改动", then=then, now=now))
    if previous.limit != new.limit:
        said.append(Change(f"总名额改为 {new.limit}" if new.limit else "不再限总名额"))
    return (*said, *versions.differences(previous.questions, new.questions, previous.retired))
