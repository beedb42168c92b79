"""A town that gets pushes: three shops with phones, bound and in touch; pushes written, approved by another, sent."""

import json
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select, update

from broadcasts.models.pushes import Push
from campaigns.models import Campaign, CampaignTally, Recipient
from people.models import Retailer
from simulator.phone import Phone
from tests.broadcasts.conftest import SUPPLY, Library
from tests.conftest import House
from tests.h5 import Browser
from tests.office import Office

SHANGHAI = ZoneInfo("Asia/Shanghai")
SHOPS = {
    "王建国": ("350802100001", "8899"),
    "老李": ("350802100002", "1234"),
    "小王": ("350802100003", "5678"),
}


@dataclass
class PushTown:
    """The house on 10 December 2026 at 10:00, with its office and its shops."""

    house: House
    office: Office = field(init=False)

    def __post_init__(self) -> None:
        self.office = Office(self.house)

    def settle(self, names: Collection[str] = tuple(SHOPS)) -> None:
        """Everybody is there; these shops are bound, and have just written."""
        self.house.clock.advance(datetime(2026, 12, 10, 10, tzinfo=SHANGHAI) - self.house.clock())
        self.office.settle()
        self.office.user("sun", "marketing", name="孙宁")
        for name in names:
            licence, ending = SHOPS[name]
            phone = self.house.phone(name)
            phone.follow()
            assert "已绑定" in phone.say(f"绑定 {licence} {ending}").text

    def phone(self, name: str) -> Phone:
        return self.house.phone(name)

    def page(self, name: str) -> Browser:
        return Browser(self.house, self.phone(name))

    def manager(self, name: str, mobile: str) -> Phone:
        """The phone of a customer manager, bound."""
        phone = self.house.phone(name)
        phone.follow()
        invited = self.house.flask("people", "invite-manager", mobile)
        code = invited.output.split("绑定 ")[1].split("（")[0].strip()
        assert "客户经理" in phone.say(f"绑定 {code}").text
        return phone

    def push(
        self,
        title: str = "旺季陈列怎么摆",
        *,
        audience: str = "all",
        kind: str = "promo",
        channel: str = "message",
        buttons: Any = (),
        column: str = SUPPLY,
        in_hours: int = 1,
    ) -> int:
        """Write a push, have it approved by another, and let its moment come; gives its id."""
        article = Library(self.house).published(title, column=column)
        at = (self.house.clock() + timedelta(hours=in_hours)).astimezone(SHANGHAI)
        more = ("--at", f"{at:%Y-%m-%d %H:%M}", "--kind", kind, "--channel", channel, "--by", "market")
        push_id = int(self.run("push", str(article), "--audience", audience, *more))
        with self.house.services.transaction() as session:
            session.execute(update(Push).where(Push.id == push_id).values(buttons=[list(each) for each in buttons]))
        self.run("submit", str(push_id), "--by", "market", "--aware")
        self.run("approve", str(push_id), "--by", "sun")
        self.house.later(hours=in_hours)
        self.house.tick()
        return push_id

    def run(self, *words: str) -> str:
        done = self.house.flask("broadcasts", *words)
        assert done.exit_code == 0, done.output
        return done.output.strip()

    def report(self, push_id: int) -> Any:
        return json.loads(self.run("report", str(push_id), "--json"))

    def missed(self, push_id: int) -> Any:
        return json.loads(self.run("missed", str(push_id), "--json"))

    def address(self, push_id: int) -> str:
        with self.house.look() as session:
            return f"/m/p/{session.scalars(select(Push.token).where(Push.id == push_id)).one()}"

    def counts(self, push_id: int) -> dict[str, int]:
        """The counters of a push, of all areas together."""
        with self.house.look() as session:
            mine = select(Campaign.id).where(Campaign.kind == "push", Campaign.reference == push_id)
            rows = session.execute(
                select(CampaignTally.key, CampaignTally.count).where(CampaignTally.campaign_id.in_(mine))
            )
            found: dict[str, int] = {}
            for key, count in rows:
                found[key] = found.get(key, 0) + count
            return {key: count for key, count in found.items() if count}

    def recipient(self, push_id: int, name: str) -> Recipient:
        with self.house.look() as session:
            mine = select(Campaign.id).where(Campaign.kind == "push", Campaign.reference == push_id)
            shop = select(Retailer.id).where(Retailer.licence == SHOPS[name][0])
            return session.scalars(
                select(Recipient).where(Recipient.campaign_id.in_(mine), Recipient.retailer_id.in_(shop))
            ).one()
