"""Bringing in a roster: new, changed and unchanged shops, with the areas and managers it names."""

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from people import identity, queries
from people.models import CLASSES, Area, Manager, Retailer, RetailerTag, ShopClass, Tag
from people.roster import checking, writing
from people.roster.checking import Progress, Roster
from people.roster.headings import COLUMNS
from people.roster.writing import Summary

Make = Callable[..., Any]
NINE, TEN = "350802100009", "350802100010"


def written(session: Session, roster: Roster, now: datetime, progress: Progress | None = None) -> Summary:
    """Part by part, in the one transaction of the test."""
    writing.ensure_classes(session)
    plan = writing.RosterPlan(session, roster, progress)
    for part in plan.parts():
        writing.write(session, json.loads(json.dumps(part)), now=now)
    return plan.summary()


def bring_in(session: Session, content: bytes, now: datetime) -> Summary:
    return written(session, checking.check(content, CLASSES), now)


def tags_of(session: Session, licence: str) -> set[str]:
    session.flush()
    return set(
        session.scalars(
            select(Tag.name)
            .join(RetailerTag)
            .join(Retailer, Retailer.id == RetailerTag.retailer_id)
            .where(Retailer.licence == licence)
        )
    )


def test_a_fresh_database_gets_shops_areas_managers_and_classes(
    session: Session, xlsx: Make, row: Make, now: datetime
) -> None:
    lins = row(许可证号=TEN, 片区="古田片", 客户经理="林小燕", 经理手机="13900002202")
    summary = bring_in(session, xlsx(row(), lins), now)
    assert (summary.new, summary.changed, summary.unchanged) == (2, 0, 0)
    assert summary.new_areas == ("城区一片", "古田片")
    assert summary.new_managers == ("陈志强 139****2201", "林小燕 139****2202")
    assert queries.class_names(session) == list(CLASSES)
    shop = identity.shop_by_licence(session, NINE)
    assert shop is not None and (shop.shop, shop.area, shop.class_name) == ("城南便利店", "城区一片", "普通终端")
    assert (shop.manager_name, shop.manager_phone) == ("陈志强", "13900002201")
    tokens = session.scalars(select(Retailer.bind_token)).all()
    assert len(set(tokens)) == 2 and all(len(token) == 16 for token in tokens)


def test_bringing_in_the_same_roster_again_changes_nothing(
    session: Session, xlsx: Make, row: Make, now: datetime
) -> None:
    bring_in(session, xlsx(row()), now)
    summary = bring_in(session, xlsx(row()), now)
    assert (summary.new, summary.changed, summary.unchanged) == (0, 0, 1)
    assert (summary.new_areas, summary.new_managers) == ((), ())


def test_a_changed_phone_keeps_binding_code_and_moment(
    town: Any, lao_li: Any, xlsx: Make, row: Make, now: datetime
) -> None:
    lao_li.bind("token-of-lao-li")
    content = xlsx(row(许可证号="350802100001", 手机="13811112222"))
    assert bring_in(town.session, content, now).changed == 1
    shop = town.retailer("350802100001")
    assert (shop.phone, shop.openid, shop.bind_token) == ("13811112222", "o-laoli", "token-of-lao-li")
    assert shop.bound_at == now


def test_looking_ahead_tells_what_would_happen_and_keeps_nothing(
    town: Any, xlsx: Make, row: Make, now: datetime
) -> None:
    content = xlsx(
        row(许可证号="350802100001", 店名="李记", 客户经理="陈强"),
        row(许可证号=TEN, 片区="新片", 客户经理="周", 经理手机="13900002203"),
    )
    roster = checking.check(content, CLASSES)
    seen: list[tuple[int, int]] = []
    before = writing.foresee(town.session, roster, lambda done, total: seen.append((done, total)))
    assert seen == [(2, 2)]
    assert (before.new, before.changed, before.new_areas) == (1, 1, ("新片",))
    assert before.renamed_managers == ("陈志强 → 陈强 139****2201",)
    assert town.session.scalar(select(func.count()).select_from(Retailer)) == 2
    assert written(town.session, roster, now) == before
    assert town.session.scalar(select(Manager.name).where(Manager.phone == "13900002201")) == "陈强"


def test_a_new_area_goes_to_the_manager_with_most_of_its_shops(
    session: Session, xlsx: Make, row: Make, now: datetime
) -> None:
    other = {"客户经理": "林小燕", "经理手机": "13900002202"}
    bring_in(session, xlsx(row(), *(row(许可证号=f"35080220000{n}", **other) for n in range(2))), now)
    lin = session.scalar(select(Manager.id).where(Manager.name == "林小燕"))
    assert session.scalar(select(Area.manager_id)) == lin
    shop = identity.shop_by_licence(session, NINE)
    assert shop is not None and shop.manager_name == "陈志强"


def test_an_area_that_has_a_manager_keeps_it(town: Any, xlsx: Make, row: Make, now: datetime) -> None:
    bring_in(town.session, xlsx(row(客户经理="林小燕", 经理手机="13900002202")), now)
    assert town.session.scalar(select(Area.manager_id).where(Area.name == "城区一片")) == town.chen


def test_a_shop_the_roster_names_no_manager_for_has_its_areas(town: Any, xlsx: Make, row: Make, now: datetime) -> None:
    bring_in(town.session, xlsx(row(客户经理="", 经理手机="")), now)
    shop = identity.shop_by_licence(town.session, NINE)
    assert shop is not None and shop.own is None and shop.manager_name == "陈志强"


def test_without_the_address_column_addresses_stay(session: Session, xlsx: Make, row: Make, now: datetime) -> None:
    bring_in(session, xlsx(row()), now)
    header = [name if name != "地址" else "备注" for name in COLUMNS]
    assert bring_in(session, xlsx(row(店名="新店名"), header=header), now).changed == 1
    assert session.scalars(select(Retailer.address)).all() == ["城南路 1 号"]


def test_tags_become_those_of_the_column_and_stay_without_it(
    session: Session, xlsx: Make, row: Make, now: datetime
) -> None:
    header = [*COLUMNS, "标签"]
    bring_in(session, xlsx([*row(), "老店、示范店"], [*row(许可证号=TEN), ""], header=header), now)
    assert tags_of(session, NINE) == {"老店", "示范店"} and tags_of(session, TEN) == set()
    assert bring_in(session, xlsx([*row(), "示范店 、老店"], header=header), now).unchanged == 1
    assert bring_in(session, xlsx(row()), now).unchanged == 1
    assert bring_in(session, xlsx([*row(), "新店"], header=header), now).changed == 1
    assert tags_of(session, NINE) == {"新店"}


def test_classes_that_staff_edited_are_not_brought_back(session: Session, xlsx: Make, row: Make, now: datetime) -> None:
    session.add(ShopClass(name="普通终端"))
    session.flush()
    bring_in(session, xlsx(row()), now)
    assert queries.class_names(session) == ["普通终端"]


def test_a_roster_of_several_batches_is_counted_whole(session: Session, xlsx: Make, row: Make, now: datetime) -> None:
    seen: list[tuple[int, int]] = []
    roster = checking.check(xlsx(*(row(许可证号=f"3508021{n:05}") for n in range(1100))), CLASSES)
    summary = written(session, roster, now, lambda done, total: seen.append((done, total)))
    assert summary.new == 1100
    assert seen == [(1000, 1100), (1100, 1100)]
