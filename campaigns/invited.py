"""Invitations as a feature declares them for the console, and the list of a wave's shops."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from flask import url_for
from sqlalchemy.orm import Session

from campaigns import progress, texts, waves
from campaigns.invitations import Invitations
from campaigns.kinds import CampaignKind
from campaigns.models import Outcome
from campaigns.rules import ACTED, OPENED
from campaigns.waves import Invited, WaveLine
from console.lists.listing import Asked, Column, Filter, Listing
from console.rules.visitors import Permission
from foundation.errors import Refused
from foundation.paging import Cursor, Page
from people.pages import filters
from people.picker.short import Picker
from people.texts import licence


@dataclass(frozen=True, slots=True)
class Inviting:
    """Declaration of the pages of invitations to a feature's works."""

    #: Beginning of the list's name and of the endpoints.
    feature: str
    of: Invitations[Any]
    #: What shops do with it, who has no more to do with it, and how looking at it is called; empty where that is not
    #: told apart.
    does: str
    done: str
    opens: str
    see: Permission
    write: Permission
    export: Permission
    picker: Picker
    #: Reasons of its own to leave a shop out.
    own_reasons: Mapping[str, str]
    #: Finds a work as its pages show it, and gives what the head of each of them needs.
    detail: Callable[..., Any]
    head: Callable[[Any], Mapping[str, Any]]
    plan: Callable[..., list[int]]
    #: What an invitation to a work says where its author writes nothing else.
    says: Callable[[Any], str]
    #: What the page of all waves needs beside.
    more: Callable[[Any], Mapping[str, Any]] = lambda found: {}
    #: Kinds of waves beside the invitations; and whether nobody may be told which shops took part.
    more_kinds: Sequence[CampaignKind] = ()
    is_secret: Callable[[Any], bool] = lambda found: False

    @property
    def kinds(self) -> Sequence[CampaignKind]:
        return self.of.kind, *self.more_kinds

    @property
    def topic(self) -> str:
        return self.of.kind.topic

    @property
    def noun(self) -> str:
        return self.of.noun

    @property
    def outcomes(self) -> Mapping[Outcome, str]:
        return {**texts.OUTCOMES, Outcome.SPARED: f"发送前{self.done}"}

    @property
    def reasons(self) -> Mapping[str, str]:
        return {**texts.REASONS, **self.own_reasons}

    @property
    def whom(self) -> Mapping[str, str]:
        """What a wave's list of shops can be narrowed to: a part, one outcome, or one reason to leave somebody out."""
        return {
            "": "全部",
            **({OPENED: f"{self.opens}过"} if self.opens else {}),
            ACTED: f"由这一次带来{self.does}",
            **{each.value: word for each, word in self.outcomes.items()},
            progress.LEFT_OUT: "没有发给",
            **{name: f"没有发给：{word}" for name, word in self.reasons.items()},
        }

    def address(self, name: str, work_id: int, **more: Any) -> str:
        """Return the address of one of the pages."""
        values: dict[str, Any] = {f"{self.topic}_id": work_id, **more}
        return url_for(f"{self.feature}_pages.{name}", **values)


def invited(of: Inviting) -> Listing[Invited]:
    """Return the list of a wave's shops."""
    opened: Column[Invited] = Column(
        "opened", of.opens, lambda line: "是" if line.is_opened else "", on_phone=of.opens, width=8
    )
    return Listing(
        name=f"{of.feature}.invited",
        title="邀请名单",
        unit="家",
        see=of.see,
        means=lambda asked: f"{of.noun} {work_of(of, asked.of)} 第 {asked.of['number']} 次",
        size=waves.PAGE,
        filters=(Filter("outcome", "筛选", "全部", lambda asked: [each for each in of.whom.items() if each[0]]),),
        columns=(
            Column("licence", "许可证号", lambda line: licence(line.licence), href=filters.page_of, width=20),
            Column("shop", "店名", lambda line: line.shop, width=24),
            Column("keeper", "店主", lambda line: line.keeper, width=12),
            Column("phone", "手机", lambda line: line.phone, mask=filters.PHONE, width=16),
            Column("area", "片区", lambda line: line.area, is_spare=True),
            Column("became", "送达情况", partial(_became, of), width=24),
            *([opened] if of.opens else []),
            Column("answered", of.does, lambda line: "是" if line.has_acted else "", on_phone=of.does, width=8),
        ),
        find=partial(_find, of),
        nothing=("没有符合的店", "还没有发给谁，或您负责的店不在里面。"),
        nothing_left=("没有符合的店", "换一个条件再看。"),
        export=of.export,
    )


def narrowed(of: Inviting, asked: Asked) -> str:
    """Return what the list is narrowed to; empty where to nothing."""
    given = asked.given.get("outcome", "")
    return ACTED if given == "answered" else given if given in of.whom else ""


def line_of(of: Inviting, session: Session, work_id: int, number: int) -> WaveLine | None:
    """Return a wave of a work; None where there is none."""
    return next((each for each in waves.lines(session, of.kinds, work_id) if each.number == number), None)


def work_of(of: Inviting, which: Mapping[str, Any]) -> int:
    """Return the id of the work that an address names."""
    return int(which[f"{of.topic}_id"])


def _find(of: Inviting, asked: Asked, cursor: Cursor, limit: int) -> Page[Invited]:
    work_id, session = work_of(of, asked.of), asked.session
    found = of.detail(session, work_id, now=asked.now)
    line = line_of(of, session, work_id, asked.of["number"])
    if found is None or line is None or of.is_secret(found):
        raise Refused(f"匿名{of.noun}不列名单。")
    part = narrowed(of, asked)
    return waves.invited(
        session, asked.visitor, line.campaign_id, narrowed=part, today=asked.today, cursor=cursor, limit=limit
    )


def _became(of: Inviting, line: Invited) -> str:
    return of.outcomes[Outcome(line.outcome)] if line.outcome else of.reasons[line.why or ""]
