"""Fullness of a survey's quotas, by the names staff know."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from console.rules.visitors import Visitor
from people.models import Area, ShopClass
from people.visibility import area_ids
from surveys.models import Quota
from surveys.queries import version_cache
from surveys.rules import quotas
from surveys.rules.disclosure import LEAST


@dataclass(frozen=True, slots=True)
class Fullness:
    """Fullness of one quota. `count` is None where an anonymous survey must not show it yet."""

    of: str
    name: str
    most: int
    count: int | None

    @property
    def is_full(self) -> bool:
        return self.count is not None and self.count >= self.most


def fullness(session: Session, visitor: Visitor, survey_id: int) -> list[Fullness]:
    """Return the quotas in force: of the whole, then of areas, classes and options. A visitor with a part of the shops
    sees only those of their areas."""
    rows = session.execute(
        select(Quota.question, Quota.option, Quota.most, Quota.count).where(Quota.survey_id == survey_id)
    ).all()
    if not rows:
        return []
    newest = version_cache.of_survey(session, survey_id)[-1].definition
    mine = area_ids(session, visitor)
    ids: dict[str, list[int]] = {kind: [] for kind in (quotas.AREA, quotas.CLASS)}
    for question, option, *_ in rows:
        if question in ids:
            ids[question].append(int(option))
    areas, classes = _names(session, Area, ids[quotas.AREA]), _names(session, ShopClass, ids[quotas.CLASS])
    asked = {question.code: (n, question) for n, question in enumerate(newest.questions, start=1)}
    found: list[tuple[tuple[int, int, str], Fullness]] = []
    for code, option, most, count in rows:
        shown = None if newest.anonymous and count < LEAST else count
        if mine is not None and (code != quotas.AREA or int(option) not in mine):
            continue
        if (code, option) == quotas.TOTAL:
            found.append(((0, 0, ""), Fullness("", "全部", most, shown)))
        elif code == quotas.AREA:
            found.append(((1, 0, areas.get(option, "")), Fullness("片区", areas.get(option, "?"), most, shown)))
        elif code == quotas.CLASS:
            found.append(((2, 0, classes.get(option, "")), Fullness("客户类型", classes.get(option, "?"), most, shown)))
        elif code in asked:
            n, one = asked[code]
            label = one.label(int(option))
            found.append(((3, n, f"{int(option):03}"), Fullness(f"第 {n} 题", label, most, shown)))
    return [each for _, each in sorted(found, key=lambda entry: entry[0])]


def _names(session: Session, model: Any, ids: list[int]) -> Mapping[str, str]:
    if not ids:
        return {}
    return {str(each): name for each, name in session.execute(select(model.id, model.name).where(model.id.in_(ids)))}
