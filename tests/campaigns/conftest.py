"""A few shops, and a kind of campaign that belongs to no feature."""

from dataclasses import dataclass, field, replace
from datetime import timedelta
from itertools import count
from typing import Any

import pytest
from sqlalchemy import insert, select

from campaigns import dividing, listing, sending, steering
from campaigns.approving import CampaignAuthor
from campaigns.kinds import CampaignContext, CampaignKind, CampaignMessage, context
from campaigns.models import Campaign
from console.models import User
from people import audiences
from people.models import Area, Manager, Retailer, ShopClass
from tests.conftest import House
from wechat_bot.models import Follower
from wechat_bot.reply import text_message

_numbers = count(350900000001)


def _meant(session, campaign, context: CampaignContext) -> list[Any]:
    if "shops" in campaign.audience:
        return [Retailer.id.in_(campaign.audience["shops"])]
    chosen = audiences.select_ids(session, campaign.audience, context.criteria, now=context.now)
    return [Retailer.id.in_(chosen.correlate(None))]


def kind(name: str = "leaflet", **more: Any) -> CampaignKind:
    """A message to an audience."""
    message = lambda session, campaign, context: CampaignMessage(text_message(campaign.said))  # noqa: E731
    return CampaignKind(**{"name": name, "topic": name, "meant": _meant, "message": message, **more})


@dataclass
class Town:
    """A house with shops in two areas."""

    house: House
    areas: dict[str, int] = field(default_factory=dict)
    #: On how many of seven days a shop may get a campaign.
    cap: int = 2

    def shop(self, area: str = "城区", *, bound: bool = True, follows: bool = True, **more: Any) -> int:
        """A shop; a day ago its keeper was bound and followed, and their reply window is open for a month."""
        number, before = str(next(_numbers)), self.now - timedelta(days=1)
        openid = f"o{number}" if bound else None
        with self.house.services.transaction() as session:
            shop = Retailer(
                licence=number,
                shop=f"店{number}",
                keeper="店主",
                phone="13600000000",
                area_id=self.areas[area],
                class_id=1,
                openid=openid,
                bound_at=before if bound else None,
                bind_token=number,
                updated_at=before,
            )
            session.add(shop)
            if openid:
                windows = {"message_left": 5, "message_until": self.now + timedelta(days=30), **more}
                gone = None if follows else before
                session.add(Follower(openid=openid, followed_at=before, unfollowed_at=gone, **windows))
            session.flush()
            return shop.id

    def many(self, count: int, area: str = "城区", *, at_a_time: int = 5000) -> list[int]:
        """Shops with closed reply windows, written in one go."""
        before, made = self.now - timedelta(days=1), []
        with self.house.services.transaction() as session:
            for _ in range(0, count, at_a_time):
                numbers = [str(next(_numbers)) for _ in range(min(at_a_time, count - len(made)))]
                shops = [
                    {
                        "licence": number,
                        "shop": f"店{number}",
                        "keeper": "店主",
                        "phone": "",
                        "area_id": self.areas[area],
                        "class_id": 1,
                        "openid": f"o{number}",
                        "bound_at": before,
                        "bind_token": number,
                        "updated_at": before,
                    }
                    for number in numbers
                ]
                made += session.scalars(insert(Retailer).returning(Retailer.id), shops).all()
                session.execute(insert(Follower), [{"openid": f"o{n}", "followed_at": before} for n in numbers])
        return sorted(made)

    def keeper(self, area: str = "城区") -> int:
        """A shop with a phone that WeChat knows, whose keeper has just written."""
        shop = self.shop(area, bound=False)
        phone = self.house.phone(f"店主{shop}")
        phone.follow()
        phone.say("您好")
        with self.house.services.transaction() as session:
            found = session.get_one(Retailer, shop)
            found.openid, found.bound_at = phone.openid, self.now
        return shop

    @property
    def now(self):
        return self.house.clock()

    def plan(self, of: CampaignKind, reference: int = 1, audience: Any = None, **more: Any) -> int:
        """Plan a campaign for now."""
        with self.house.services.transaction() as session:
            given = {"said": "新品到货", "due_at": self.now, "audience": audience, "by": "周主任", "now": self.now}
            return steering.plan(session, of, reference, **{**given, **more}).id

    @property
    def context(self) -> CampaignContext:
        return replace(context(self.house.services, self.now), cap=self.cap)

    def list(self, of: CampaignKind, campaign: int, batch: int = 2) -> bool:
        """One step of listing."""
        with self.house.services.transaction() as session:
            return listing.some(session, campaign, of, self.context, batch=batch)

    def send(self, of: CampaignKind, campaign: int) -> None:
        """List all, hand a batch to the outbox, send it, note what became of it."""
        while self.list(of, campaign):
            pass
        with self.house.services.transaction() as session:
            sending.queue_some(session, campaign, of, self.context)
        self.house.work()
        with self.house.services.transaction() as session:
            sending.note_news(session, of, now=self.now)

    def author(self, name: str) -> CampaignAuthor:
        """Somebody with an account in the console, made at the first mention of their name."""
        with self.house.services.transaction() as session:
            user_id = session.scalar(select(User.id).where(User.name == name))
            if user_id is None:
                user = User(login=name, name=name, password_hash="", role="marketing", created_at=self.now)
                session.add(user)
                session.flush()
                user_id = user.id
        return CampaignAuthor(user_id, name)

    def steer(self, do: Any, campaign: int, *more: Any, **named: Any) -> Any:
        """Pause, resume, approve …"""
        with self.house.services.transaction() as session:
            return do(session, session.get_one(Campaign, campaign), *more, now=self.now, **named)


def settle(house: House) -> Town:
    """Two areas, each with a manager."""
    town = Town(house)
    with house.services.transaction() as session:
        session.add(ShopClass(id=1, name="现代终端"))
        for n, name in enumerate(("城区", "江山"), 1):
            session.add(Manager(id=n, name=f"经理{n}", phone=f"1390000000{n}"))
            session.flush()
            session.add(Area(id=n, name=name, manager_id=n))
            town.areas[name] = n
    return town


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """WeChat takes ten followers at a time."""
    monkeypatch.setattr(dividing, "MOST", 10)


@pytest.fixture
def town(house: House) -> Town:
    return settle(house)
