"""Console page of versions: what changed from one to the next, and what is counted together."""

import re
from datetime import datetime
from itertools import pairwise
from typing import Any

from flask import render_template
from flask.typing import ResponseReturnValue

from console import access, authored_pages
from foundation.clock import when
from questions.authoring.versions import Change
from surveys.permissions import SURVEYS_SEE
from surveys.queries import version_cache
from surveys.queries.detail import SurveyDetail, detail
from surveys.queries.tally import merged
from surveys.rules.definition import Definition
from surveys.rules.differences import differences
from wechat_bot.services import Services, current_services

_QUOTED = re.compile(r" ?“([^”]*)” ?")
_SHOWN = {"none": "不公布", "after": "结束后公布", "live": "填完就公布", True: "匿名", False: "实名", None: "没有"}


@access.allow(SURVEYS_SEE)
def versions(survey_id: int) -> ResponseReturnValue:
    """List every version, the newest first, after the draft that is not published yet."""
    services = current_services()
    with services.reading() as session:
        found = authored_pages.find(detail, survey_id, session)
        published = version_cache.of_survey(session, survey_id)
    newest = published[-1].definition if published else None
    lines = [
        {
            "number": version.number,
            "published_at": version.published_at,
            "count": len(version.definition.questions),
            "groups": told(before.definition, version.definition, services) if before else [],
        }
        for before, version in pairwise([None, *published])
        if version is not None
    ]
    return render_template(
        "surveys/console/versions.html",
        survey=found,
        versions=list(reversed(lines)),
        draft=told(newest, found.draft, services) if newest and found.has_changes else [],
        merged=_merged(found, newest, merged(published)),
    )


def told(before: Definition, after: Definition, services: Services) -> list[dict[str, Any]]:
    """Return the changes, grouped by the question they are in."""
    names = _names(before) | _names(after)
    groups: dict[str, list[dict[str, str]]] = {}
    for change in differences(before, after):
        groups.setdefault(change.question, []).append(
            {
                "said": change.said + _QUOTED.sub(r"“\1”", change.words) + _values(change, services),
                "tally": change.tally,
            }
        )
    return [{"name": names.get(code, "") or "问卷", "changes": lines} for code, lines in groups.items()]


def _names(definition: Definition) -> dict[str, str]:
    asked = {question.code: f"第 {n} 题 {question.text}" for n, question in enumerate(definition.questions, start=1)}
    return {question.code: question.text for question in definition.retired} | asked


def _values(change: Change, services: Services) -> str:
    if change.then == change.now or isinstance(change.then, dict) or isinstance(change.now, dict):
        return ""
    return f"：{_value(change.then, services)} → {_value(change.now, services)}"


def _value(value: Any, services: Services) -> str:
    if isinstance(value, datetime):
        return when(value, now=services.clock(), zone=services.zone)
    if isinstance(value, bool) or value is None or value in _SHOWN:
        return _SHOWN[value]
    return f"{value} 秒" if isinstance(value, int) else f"“{value}”"


def _merged(found: SurveyDetail, newest: Definition | None, said: list[dict[str, Any]]) -> list[dict[str, Any]]:
    names = _names(newest) if newest else {}
    return [{**each, "name": names.get(each["question"], each["question"])} for each in said]
