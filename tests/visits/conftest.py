"""The visits' town: three shops, two managers and their supervisor, all with a phone; and what they get told."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

import pytest
from sqlalchemy import select, update

from people.models import Area, Manager, Retailer
from simulator.phone import Phone
from tests.conftest import House
from visits.actions import intake
from visits.actions.shop_message import ShopMessage
from visits.models.owners import Assignment
from visits.models.requests import Message, Request
from wechat_bot.models import Follower

ROSTER = """许可证号,店名,店主,手机,地址,片区,客户类型,客户经理,经理手机
350802100001,城南便利店,王建国,13600008899,新罗区,城区一片,现代终端,陈志强,13900002201
350802100002,老李食杂店,李福生,13600001234,新罗区,城区一片,普通终端,陈志强,13900002201
350802100003,小王超市,王丽芳,13600005678,新罗区,江山片,优质终端,林小燕,13900002202
350802100004,总部小卖部,郑小青,13600004321,新罗区,新罗区,普通终端,周主任,13900002203
"""
LICENCES = {
    "王建国": ("350802100001", "8899"),
    "老李": ("350802100002", "1234"),
    "小王": ("350802100003", "5678"),
}
NEED = "红七匹狼这周断货了能不能先补两条"
PHONES = {"陈志强": "13900002201", "林小燕": "13900002202", "周主任": "13900002203"}


@dataclass
class Town:
    """The house with its shops and managers. 周主任 heads 新罗区, which stands above 城区一片 and 江山片."""

    house: House

    def shop(self, name: str) -> Phone:
        """The phone of a shopkeeper, bound."""
        phone = self.house.phone(name)
        phone.follow()
        licence, ending = LICENCES[name]
        assert "已绑定" in phone.say(f"绑定 {licence} {ending}").text
        return phone

    def manager(self, name: str) -> Phone:
        """The phone of a customer manager, bound; their window is open."""
        phone = self.house.phone(name)
        phone.follow()
        invited = self.house.flask("people", "invite-manager", PHONES[name])
        assert invited.exit_code == 0, invited.output
        code = invited.output.split("绑定 ")[1].split("（")[0].strip()
        assert "客户经理" in phone.say(f"绑定 {code}").text
        return phone

    def news(self, phone: Phone) -> list[str]:
        """What came to a phone since it was last looked at, once the worker has done all that is due."""
        self.house.work()
        return [entry.text for entry in phone.unread() if entry.source == "account"]

    def run(self, job: str) -> None:
        """Let the clock do one thing of visits."""
        found = [each for each in self.house.app.extensions["jobs"] if each.name == job]
        [each] = found
        each.run(self.house.services)

    def fill(self, area: str, count: int) -> None:
        """So many more shops of an area, each with an open request that was told to its manager."""
        with self.house.services.transaction() as session:
            now, zone = self.house.clock(), self.house.services.zone
            of = session.scalars(select(Retailer).join(Area).where(Area.name == area)).first()
            assert of is not None
            for n in range(count):
                shop = Retailer(
                    licence=f"3508029{n:05}",
                    shop=f"第{n}家店",
                    keeper="李福生",
                    phone="13600000000",
                    area_id=of.area_id,
                    class_id=of.class_id,
                    openid=f"o-shop-{n}",
                    bind_token=f"token-{n}",
                    updated_at=now,
                )
                session.add_all([shop, Follower(openid=f"o-shop-{n}", followed_at=now)])
                session.flush()
                intake.receive(session, f"o-shop-{n}", ShopMessage("text", "断货了"), now=now, zone=zone)

    def leave(self, area: str, deputy: str, begins: date, ends: date) -> None:
        with self.house.services.transaction() as session:
            session.execute(
                update(Area)
                .where(Area.name == area)
                .values(deputy_id=self.id_of(deputy), deputy_from_on=begins, deputy_until_on=ends)
            )

    def disable(self, *names: str) -> None:
        with self.house.services.transaction() as session:
            now = self.house.clock()
            session.execute(update(Manager).where(Manager.name.in_(names)).values(disabled_at=now))

    def id_of(self, manager: str) -> int:
        with self.house.look() as session:
            return session.scalars(select(Manager.id).where(Manager.name == manager)).one()

    def requests(self) -> list[Request]:
        with self.house.look() as session:
            return list(session.scalars(select(Request).order_by(Request.id)))

    def request(self) -> Request:
        [found] = self.requests()
        return found

    def owners(self) -> list[str]:
        with self.house.look() as session:
            rows = session.execute(
                select(Manager.name)
                .select_from(Request)
                .outerjoin(Manager, Manager.id == Request.owner_id)
                .order_by(Request.id)
            )
            return [name or "" for (name,) in rows]

    def said(self) -> list[tuple[str, str]]:
        with self.house.look() as session:
            rows = session.execute(select(Message.kind, Message.content).order_by(Message.id))
            return [(kind, content) for kind, content in rows]

    def reasons(self) -> list[str]:
        with self.house.look() as session:
            return list(session.scalars(select(Assignment.explained).order_by(Assignment.id)))


@pytest.fixture
def house(build: Callable[..., House]) -> House:
    """Quiet from half past nine to half past seven, by which these tests tell their times."""
    return build(quiet_hours="21:30-07:30")


@pytest.fixture
def raise_town(tmp_path: Any) -> Callable[[House], Town]:
    def import_roster(house: House) -> None:
        path = tmp_path / "roster.csv"
        path.write_text(ROSTER, encoding="utf-8")
        done = house.flask("people", "import", str(path))
        assert done.exit_code == 0, done.output
        with house.services.transaction() as session:
            top = session.scalars(select(Area.id).where(Area.name == "新罗区")).one()
            session.execute(update(Area).where(Area.id != top).values(parent_id=top))
            # The roster names a manager for each shop; these belong to whoever has their area.
            session.execute(update(Retailer).values(manager_id=None))

    def build(house: House) -> Town:
        house.lay_out("the visits' town", lambda: import_roster(house))
        return Town(house)

    return build


@pytest.fixture
def town(house: House, raise_town: Callable[[House], Town]) -> Town:
    return raise_town(house)


@pytest.fixture
def asked(town):
    """A shop has asked, and its manager knows."""

    def ask() -> None:
        chen = town.manager("陈志强")
        town.shop("王建国").say(NEED)
        town.news(chen)

    town.house.lay_out("a shop has asked", ask)
    town.chen, town.wang = town.house.phone("陈志强"), town.house.phone("王建国")
    town.n = town.request().number
    return town
