"""Audience criteria of surveys: who answered a survey (with this option), who was asked and did not."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, exists, select
from sqlalchemy.orm import Session

from campaigns import waves as of_waves
from campaigns.models import Campaign, Recipient
from console import authored
from foundation.dialects import json_has
from foundation.errors import Refused
from questions.question import Question, QuestionType
from surveys.models import Participation, Submission, Survey
from surveys.queries import version_cache
from surveys.rules import waves
from wechat_bot.criterion import Choice, Criterion, Field, Input, KeptSpec
from wechat_bot.feature import About, Title

Ids = Select[Any]


def answered(session: Session, value: Any, now: datetime) -> Ids:
    """Return who answered a survey, `{survey: 12}`, or chose an option or a point of a scale, `{survey: 12, question:
    q1, option: 3}`.

    `option` is the code, as `surveys tally` shows it, or a list of codes; then only valid submissions count. Raises
    Refused where there is no such survey, question or option, and for the answers of an anonymous survey.
    """
    survey_id, is_anonymous = _survey(session, value, "answered_survey", ("survey", "question", "option"))
    if "question" not in value and "option" not in value:
        return select(Participation.retailer_id).where(Participation.survey_id == survey_id, Participation.is_submitted)
    if is_anonymous:
        raise Refused("匿名调查看不出谁选了什么，不能按回答挑选。")
    question, options = _choice(session, survey_id, value)
    return select(Submission.retailer_id).where(
        Submission.survey_id == survey_id,
        Submission.is_valid,
        Submission.retailer_id.is_not(None),
        _chose(session, question, options),
    )


def not_answered(session: Session, value: Any, now: datetime) -> Ids:
    """Return who was asked a survey and has not answered it: `{survey: 12}`, or `{survey: 12, wave: 2}` for those whom
    that invitation was for.

    Raises Refused where there is no such survey or invitation.
    """
    survey_id, _ = _survey(session, value, "not_answered_survey", ("survey", "wave"))
    found = select(Participation.retailer_id).where(
        Participation.survey_id == survey_id, Participation.is_submitted.is_(False)
    )
    if "wave" not in value:
        return found
    invitations = (Campaign.kind == waves.INVITATION, Campaign.reference == survey_id)
    campaign = session.scalar(select(Campaign.id).where(*invitations, Campaign.number == _number(value["wave"])))
    if campaign is None:
        raise Refused(f"调查 {survey_id} 没有这一次邀请。")
    meant = (Recipient.campaign_id == campaign, Recipient.retailer_id == Participation.retailer_id)
    return found.where(exists().where(*meant, Recipient.outcome.is_not(None)))


def kept_specs(session: Session) -> Sequence[KeptSpec]:
    """Return the audiences of drafts: they are read again when the draft is published."""
    rows = session.execute(select(Survey.title, Survey.draft["audience"]).order_by(Survey.id))
    return [KeptSpec(f"调查《{title}》", spec) for title, spec in rows if spec is not None]


def titles(session: Session, abouts: Sequence[About]) -> Mapping[About, Title]:
    """Return the titles of the messages of surveys: which invitation to which survey; and all of one survey."""
    return of_waves.titles(session, Survey, "survey", abouts, _title)


def _title(survey_id: int, name: str, number: int | None) -> Title:
    if number is None:
        return Title(f"调查《{name}》", f"/console/surveys/{survey_id}")
    page = f"/console/surveys/{survey_id}/invitations/{number}"
    return Title(f"调查结果通知《{name}》" if number == waves.RESULTS else f"调查邀请《{name}》第 {number} 次", page)


def _survey_choices(session: Session, given: Mapping[str, Any]) -> Sequence[Choice]:
    return authored.choices(session, Survey)


def _question_choices(session: Session, given: Mapping[str, Any]) -> Sequence[Choice]:
    """Return the questions of a survey that show who chose what: with options or a scale, and not anonymous."""
    versions = _versions(session, given)
    if not versions:
        return ()
    newest = versions[-1].definition
    return [
        Choice(question.code, f"{number}. {question.text}")
        for number, question in enumerate((*newest.questions, *newest.retired), 1)
        if question.type.has_options or question.type.scale
    ]


def _option_choices(session: Session, given: Mapping[str, Any]) -> Sequence[Choice]:
    versions = _versions(session, given)
    if not versions:
        return ()
    newest = versions[-1].definition
    for question in (*newest.questions, *newest.retired):
        if question.code == given.get("question"):
            break
    else:
        return ()
    if question.type.scale:
        return [Choice(point, str(point)) for point in question.type.scale]
    codes = dict.fromkeys(option.code for option in (*question.options, *question.retired))
    return [Choice(code, question.label(code)) for code in (*codes, *(question.codes - codes.keys()))]


def _wave_choices(session: Session, given: Mapping[str, Any]) -> Sequence[Choice]:
    number = session.scalar(select(Survey.waves).where(Survey.id == _number(given.get("survey"))))
    return [Choice(wave, f"第 {wave} 次邀请") for wave in range(1, (number or 0) + 1)]


def _versions(session: Session, given: Mapping[str, Any]) -> Sequence[Any]:
    survey_id = given.get("survey")
    if not isinstance(survey_id, int) or isinstance(survey_id, bool):
        return ()
    known = session.execute(
        select(Survey.is_anonymous).where(Survey.id == survey_id, Survey.version_id.is_not(None))
    ).first()
    return version_cache.of_survey(session, survey_id) if known is not None and not known.is_anonymous else ()


CRITERIA = (
    Criterion(
        "answered_survey",
        "填写了某份调查，或选了某个选项：{survey: 编号, question: 题号, option: 选项编码}",
        "填写了调查",
        (
            Field("调查", Input.ONE, _survey_choices, "survey", is_number=True),
            Field("题目", Input.ONE, _question_choices, "question", "survey", is_optional=True),
            Field("选了其中一个", Input.MANY, _option_choices, "option", "question", is_number=True, is_optional=True),
        ),
        select=answered,
    ),
    Criterion(
        "not_answered_survey",
        "在某份调查（的第几次邀请）的名单里、还没有填写：{survey: 编号, wave: 第几次}",
        "在名单里，还没有填写",
        (
            Field("调查", Input.ONE, _survey_choices, "survey", is_number=True),
            Field("邀请", Input.ONE, _wave_choices, "wave", "survey", is_number=True, is_optional=True),
        ),
        select=not_answered,
    ),
)


def _survey(session: Session, value: Any, name: str, known: tuple[str, ...]) -> tuple[int, bool]:
    if not isinstance(value, Mapping) or not set(value) <= set(known) or not _is_number(value.get("survey")):
        raise Refused(f"对象条件 {name} 应写成 {{survey: 调查编号}}，可用 {'、'.join(known)}。")
    row = session.execute(
        select(Survey.id, Survey.is_anonymous).where(Survey.id == value["survey"], Survey.version_id.is_not(None))
    ).first()
    if row is None:
        raise Refused(f"没有编号为 {value['survey']} 的已发布调查。")
    return row.id, row.is_anonymous


def _choice(session: Session, survey_id: int, value: Mapping[str, Any]) -> tuple[Question, list[int]]:
    """Return the question as last published, and the codes; every code any version offered is allowed."""
    newest = version_cache.of_survey(session, survey_id)[-1].definition
    for question in (*newest.questions, *newest.retired):
        if question.code == value.get("question"):
            break
    else:
        raise Refused(f"调查 {survey_id} 没有题目“{value.get('question')}”。")
    wanted = value.get("option")
    options: list[Any] = wanted if isinstance(wanted, list) and wanted else [wanted]
    known = {*question.codes, *(option.code for option in question.retired), *(question.type.scale or ())}
    if not (question.type.has_options or question.type.scale):
        raise Refused(f"题目 {question.code} 没有选项，不能按回答挑选。")
    for option in options:
        if not _is_number(option) or option not in known:
            raise Refused(f"题目 {question.code} 没有编码为“{option}”的选项。")
    return question, options


def _chose(session: Session, question: Question, options: list[int]) -> ColumnElement[bool]:
    """Return the condition that a submission's answer to a question is, or contains, one of these codes."""
    part = "v" if question.type in (QuestionType.RATING, QuestionType.NPS) else "o"
    return json_has(session, Submission.answers, (question.code, part), options)


def _plain(text: str) -> bool:
    return text.isascii() and text.isdigit()


def _number(value: Any) -> int:
    return value if _is_number(value) else -1


def _is_number(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)
