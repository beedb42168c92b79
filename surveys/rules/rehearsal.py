"""Trial of a draft by its author: every step is computed afresh from the replies so far, nothing is saved."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from questions import flow, stepping, texts
from questions.answers import Answer, Json, NotUnderstood, Photo, describe
from questions.question import Question, QuestionType
from questions.reading import forms, replies
from questions.reading.replies import Command
from surveys.rules.definition import Definition
from surveys.texts import chat

Fields = Mapping[str, Sequence[str]]
CARRIED = "a."
"""The prefix of the fields of questions answered before: `a.q1.option`."""

_KEPT = ("option", "other", "text", "said", "skip", "photo")


@dataclass(frozen=True)
class TrialStep:
    """Step of a trial. `at` is None before the first question and after the last (`is_done`)."""

    answers: Mapping[str, Json]
    carried: Mapping[str, Mapping[str, Sequence[str]]]
    at: Question | None = None
    is_done: bool = False
    sentence: str = ""
    tried: Mapping[str, Sequence[str]] | None = None


def step(definition: Definition, fields: Fields) -> TrialStep:
    """Compute the next step: `do` is a button of the page (begin, answer, skip, back, finish) or `say` in the chat;
    `question` is the one that was shown. Without `do` the trial is at question `at`, or before the first.

    >>> from questions.question import Condition, Option
    >>> first = Question("q1", QuestionType.SINGLE, "满意吗?", (Option(1, "满意"), Option(2, "不满意")))
    >>> why = Question("q2", QuestionType.TEXT, "为什么?", show_if=(Condition("q1", frozenset({2})),))
    >>> survey = Definition("调查", (first, why))
    >>> step(survey, {"do": ["answer"], "question": ["q1"], "option": ["1"]}).is_done
    True
    >>> step(survey, {"do": ["say"], "question": ["q1"], "said": ["不满意"]}).at.code
    'q2'
    >>> step(survey, {"do": ["say"], "question": ["q1"], "said": ["好"]}).sentence
    '请回复选项前的一个数字，1 到 2。也可以回复“上一题”“退出”“人工”。'
    """
    carried = _carried(definition, fields)
    answers = _answers(definition, carried)
    by_code = {question.code: question for question in definition.questions}
    asked = by_code.get(_first(fields, "question"))
    do = _first(fields, "do")
    if do == "begin":
        return _go_on(definition, carried, None)
    if asked is None or do not in ("answer", "skip", "back", "say"):
        return TrialStep(answers, carried, by_code.get(_first(fields, "at")), is_done=do == "finish")
    given = {name: list(fields[name]) for name in _KEPT if fields.get(name)}
    said = _first(fields, "said")
    command = replies.command(said, asked) if do == "say" and said else None
    if do == "back" or command is Command.PREVIOUS:
        before = flow.previous_question(definition.questions, answers, asked.code)
        return TrialStep(answers, carried, before or asked, sentence="" if before else texts.FIRST_QUESTION)
    if do == "skip" or command is Command.SKIP:
        given = {"skip": ["1"]}
    elif command in (Command.HELP, Command.EXIT):
        sentence = texts.HELP if command is Command.HELP else chat.paused(flow.left(definition.questions, answers))
        return TrialStep(answers, carried, asked, sentence=sentence)
    if asked.type is QuestionType.PHOTO and do == "answer":
        given = {"photo": ["1"]}
    answer = _understood(asked, given)
    if isinstance(answer, NotUnderstood):
        return TrialStep(answers, carried, asked, sentence=answer.sentence, tried=given)
    return _go_on(definition, {**carried, asked.code: given}, asked)


def talk(definition: Definition, now: TrialStep, *, opening: str, keeper: str) -> list[tuple[bool, str]]:
    """Return the same trial as the chat shows it: each line with whether it is the account's."""
    lines: list[tuple[bool, str]] = []
    before, answers = opening, dict[str, Json]()
    shown = [question for question in flow.shown(definition.questions, now.answers) if question.code in now.answers]
    for question in shown:
        at = flow.progress(definition.questions, answers, question.code)
        lines.append((True, f"{before}\n{texts.question(question, *at)}".strip()))
        answers[question.code] = now.answers[question.code]
        lines.append((False, _reply(question, now)))
        given = _understood(question, now.carried[question.code])
        before = "" if isinstance(given, NotUnderstood) else stepping.echo(question, given)
    if now.at is not None and now.at.code not in answers:
        at = flow.progress(definition.questions, answers, now.at.code)
        lines.append((True, f"{before}\n{texts.question(now.at, *at)}".strip()))
    elif now.at is not None:
        previous = describe(now.at, now.answers[now.at.code])
        lines.append(
            (True, texts.question(now.at, *flow.progress(definition.questions, answers, now.at.code), previous))
        )
    elif now.is_done:
        lines.append((True, f"{before}\n{chat.submitted(keeper)}".strip()))
    if now.sentence:
        if now.tried:
            lines.append((False, _first(now.tried, "said") or "…"))
        lines.append((True, now.sentence))
    return lines


def _go_on(
    definition: Definition, carried: Mapping[str, Mapping[str, Sequence[str]]], behind: Question | None
) -> TrialStep:
    answers = _answers(definition, carried)
    order = [question.code for question in definition.questions]
    # From where the author started: earlier questions may be unanswered.
    here = order.index(behind.code) if behind else -1
    waiting = [each for each in flow.shown(definition.questions, answers) if each.code not in answers]
    following = next((each for each in waiting if order.index(each.code) > here), None)
    return TrialStep(answers, carried, following, is_done=following is None)


def _answers(definition: Definition, carried: Mapping[str, Mapping[str, Sequence[str]]]) -> dict[str, Json]:
    answers: dict[str, Json] = {}
    for question in definition.questions:
        if question.code in carried:
            answer = _understood(question, carried[question.code])
            if not isinstance(answer, NotUnderstood):
                answers[question.code] = answer.to_json()
    return answers


def _carried(definition: Definition, fields: Fields) -> dict[str, Mapping[str, Sequence[str]]]:
    found: dict[str, Mapping[str, Sequence[str]]] = {}
    for question in definition.questions:
        given = {name: list(fields[key]) for name in _KEPT if fields.get(key := f"{CARRIED}{question.code}.{name}")}
        if given:
            found[question.code] = given
    return found


def _understood(question: Question, given: Fields) -> Answer | NotUnderstood:
    if given.get("skip"):
        return replies.skip(question)
    if given.get("photo") and question.type is QuestionType.PHOTO:
        return Photo(("",))
    if given.get("said"):
        return replies.understand(question, _first(given, "said"))
    return forms.read(question, given)


def _reply(question: Question, now: TrialStep) -> str:
    said = _first(now.carried.get(question.code, {}), "said")
    return said or describe(question, now.answers[question.code])


def _first(fields: Fields, name: str) -> str:
    return next(iter(fields.get(name, ())), "")
