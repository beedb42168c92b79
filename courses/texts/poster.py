"""Texts of a course's poster, said to shops."""

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from courses.rules.definition import CourseDefinition
from courses.texts import report

STEPS = ("1. 打开微信，点“扫一扫”", "2. 第一次来，请按提示绑定您的店", "3. 一屏一屏看，三分钟学一课")


def about(definition: CourseDefinition) -> Sequence[str]:
    """The lines below the title.

    >>> about(CourseDefinition("辨别", every_days=1, has_certificate=True))
    ['0 课，每天一课，学完发结业证书']
    """
    pace = report.pace(definition.every_days) if definition.every_days else ""
    certificate = "学完发结业证书" if definition.has_certificate else ""
    return ["，".join(filter(None, (f"{len(definition.lessons)} 课", pace, certificate)))]


def ends(closes_at: datetime | None, zone: ZoneInfo) -> Sequence[str]:
    """The lines at the foot."""
    ask = "有问题，请问您的客户经理"
    if closes_at is None:
        return [ask]
    local = closes_at.astimezone(zone)
    return [f"{local.month}月{local.day}日 {local:%H:%M} 截止", ask]
