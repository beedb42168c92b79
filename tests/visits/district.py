"""A district for tests with real processes: its rows are written straight into the database, and what its people's
phones show is the witness of what was sent."""

from collections import Counter
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from foundation.database import Database
from people.models import Area, Manager, Retailer, ShopClass
from tests.processes import Town
from wechat_bot import reply
from wechat_bot.models import Delivery, DeliveryState

#: Each area with its manager; the first stands above the others.
AREAS = {"新罗区": "周主任", "城区一片": "陈志强", "江山片": "林小燕"}
ARRIVED = {DeliveryState.SENT, DeliveryState.DELIVERED}
#: Settled without having been sent, and nobody misses it: taken back, or said in another way.
TAKEN_BACK = {DeliveryState.CANCELLED}


def settle(session: Session, openids: dict[str, str], now: datetime) -> None:
    """The three areas and their managers, bound to these phones."""
    session.add(ShopClass(name="普通终端"))
    for n, (area, name) in enumerate(AREAS.items()):
        manager = Manager(name=name, phone=f"1390000220{n}", openid=openids[name], bound_at=now)
        session.add(manager)
        session.flush()
        session.add(Area(name=area, manager_id=manager.id))
        session.flush()
    ids = {row.name: row.id for row in session.execute(select(Area.name, Area.id))}
    for area in session.scalars(select(Area).where(Area.id != ids["新罗区"])):
        area.parent_id = ids["新罗区"]


def open_shops(session: Session, area: str, openids: list[str], now: datetime) -> None:
    """Shops of an area, bound to these phones."""
    area_id = session.scalars(select(Area.id).where(Area.name == area)).one()
    class_id = session.scalars(select(ShopClass.id)).one()
    begins = session.scalar(select(func.count()).select_from(Retailer)) or 0
    session.add_all(
        Retailer(
            licence=f"3508029{n:05}",
            shop=f"第{n}家店",
            keeper="李福生",
            phone="13600000000",
            area_id=area_id,
            class_id=class_id,
            openid=openid,
            bound_at=now,
            bind_token=f"token-{n}",
            updated_at=now,
        )
        for n, openid in enumerate(openids, begins)
    )


def _may_have_come(row: Delivery) -> bool:
    return row.state == DeliveryState.UNSURE or (row.state in TAKEN_BACK and row.attempts > 0)


def check_against_the_phones(town: Town, database: Database) -> Counter[str]:
    """What the phones show is what our rows say: sent arrived once, unsure once or not, nothing else came. Gives how
    many rows stand in each state.

    What was taken back while it waited for another try may have come by the one that was cut off.
    """
    with database.reading() as session:
        rows = session.scalars(select(Delivery)).all()
    for openid in {row.openid for row in rows}:
        theirs = [row for row in rows if row.openid == openid]
        sent = Counter(_shown(town, row) for row in theirs if row.state in ARRIVED)
        unsure = Counter(_shown(town, row) for row in theirs if _may_have_come(row))
        entries = [each for each in town.chat(openid) if each["channel"] in ("customer", "template")]
        seen = Counter(each["text"] if _is_text(each) else each["channel"] for each in entries)
        for what in {*sent, *unsure, *seen}:
            assert sent[what] <= seen[what] <= sent[what] + unsure[what], (what, sent[what], unsure[what], seen[what])
    # A passive reply that came too late for WeChat, where nothing more may be sent, waits for the next contact.
    known = ARRIVED | TAKEN_BACK | {DeliveryState.UNSURE}
    other = [row for row in rows if row.state not in known and (row.state, row.about) != (DeliveryState.HELD, None)]
    assert not other, [(row.state, row.error, row.about, row.key) for row in other]
    return Counter(row.state for row in rows)


def _shown(town: Town, row: Delivery) -> str:
    if row.channel != "custom":
        return str(row.channel)
    message = reply.absolute(row.message, town.web)
    return str(message["text"]["content"]) if "text" in message else "customer"


def _is_text(entry: dict[str, str]) -> bool:
    return entry["channel"] == "customer" and entry["kind"] == "text"
