"""Audiences: they combine, and they only narrow."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Select, null, select, union_all
from sqlalchemy.orm import Session

from foundation.errors import Refused
from people import actions, audiences
from people.models import Area, Audience, Manager, Retailer, RetailerTag, Tag
from wechat_bot.criterion import Criterion
from wechat_bot.models import Follower

Ask = Callable[..., set[str]]


@pytest.fixture
def ask(town: Any, now: datetime) -> Ask:
    """Licences of the shops a specification means, without what they have in common. Both shops are bound."""
    for openid, token in (("o-laoli", "token-of-lao-li"), ("o-xiaowang", "token-of-xiao-wang")):
        town.session.add(Follower(openid=openid, followed_at=now, heard_at=now))
        town.session.flush()
        actions.bind_by_token(town.session, openid, token, now=now)
    third = town.retailer("350802100001")
    town.session.add(
        Retailer(
            licence="350802100003",
            shop="没绑定的店",
            keeper="路",
            phone="13800000003",
            area_id=third.area_id,
            class_id=third.class_id,
            bind_token="t3",
            updated_at=now,
        )
    )
    town.session.flush()

    def ask(spec: Any, criteria: dict[str, Criterion] | None = None) -> set[str]:
        ids = audiences.select_ids(town.session, spec, criteria or {}, now=now)
        found = set(town.session.scalars(select(Retailer.licence).where(Retailer.id.in_(ids))))
        assert audiences.count(town.session, spec, criteria or {}, now=now) == len(found)
        return {licence[-1] for licence in found}

    return ask


def test_nothing_said_is_every_bound_shop(ask: Ask) -> None:
    assert ask(None) == {"1", "2"}


@pytest.mark.parametrize(
    ("spec", "meant"),
    [
        ({"class": ["普通终端"]}, "1"),
        ({"class": "普通终端"}, "1"),
        ({"class": ["普通终端", "现代终端"]}, "12"),
        ({"class": ["普通终端"], "area": ["古田片"]}, ""),
        ({"area": ["古田片"]}, "2"),
        ({"manager": "陈志强"}, "1"),
        ({"manager": 13900002202}, "2"),
        ({"manager": ["陈志强", "139 0000 2202"]}, "12"),
        ({"bound": True}, "12"),
        ({"bound": False}, "3"),
        ({"followed": True}, "12"),
        ({"followed": False}, ""),
        ({"followed": False, "bound": False}, "3"),
        ({"any": [{"bound": False}, {"area": "古田片"}]}, "23"),
        ({"any": [{"class": ["普通终端"]}, {"area": ["古田片"]}]}, "12"),
        ({"none": [{"class": ["普通终端"]}]}, "2"),
        ({"none": {"class": ["普通终端"]}}, "2"),
        ({"all": [{"any": [{"area": "古田片"}, {"area": "城区一片"}]}, {"none": [{"manager": "林小燕"}]}]}, "1"),
    ],
)
def test_criteria_combine(ask: Ask, spec: Any, meant: str) -> None:
    assert ask(spec) == set(meant)


@pytest.mark.parametrize(
    "spec",
    [
        {},
        [],
        "普通终端",
        {"class": []},
        {"class": None},
        {"class": [""]},
        {"class": ["超级终端"]},
        {"area": ["没有的片"]},
        {"areas": ["古田片"]},
        {"manager": "没有"},
        {"tag": "没有"},
        {"bound": "yes"},
        {"bound": 1},
        {"followed": []},
        {"all": []},
        {"any": {}},
        {"none": []},
        {"any": [{}]},
        {"any": ["普通终端"]},
        {"all": None},
        {"audience": "没有"},
        {"last_contact": 7},
        {"last_contact": {}},
        {"last_contact": {"days": 3}},
        {"last_contact": {"within_days": 0}},
        {"last_contact": {"within_days": True}},
        {"last_contact": {"within_days": 10**12}},
        {1: 2},
        {"class": {"a": 1}},
        {"class": ["普通终端", "超级终端"]},
        {None: 1},
    ],
)
def test_what_is_empty_or_unknown_refuses_and_never_means_everyone(ask: Ask, spec: Any) -> None:
    with pytest.raises(Refused):
        ask(spec)


def test_the_refusal_names_what_is_unknown(ask: Ask) -> None:
    with pytest.raises(Refused, match="没有这个客户类型：超级终端。"):
        ask({"class": ["普通终端", "超级终端"]})
    with pytest.raises(Refused, match="没有叫“areas”的对象条件，可以用："):
        ask({"areas": ["古田片"]})


def test_nesting_without_end_is_refused(ask: Ask) -> None:
    spec: dict[str, Any] = {"bound": True}
    for _ in range(500):
        spec = {"all": [spec]}
    with pytest.raises(Refused, match="太深"):
        ask(spec)


def test_a_specification_that_grows_without_end_is_refused(ask: Ask) -> None:
    spec: dict[str, Any] = {"bound": True}
    for _ in range(6):
        spec = {"all": [spec] * 20}
    with pytest.raises(Refused, match="太多"):
        ask(spec)


def test_an_area_means_its_sub_areas_too(ask: Ask, town: Any) -> None:
    town.session.get(Area, town.village).parent_id = town.city
    town.session.flush()
    assert ask({"area": ["城区一片"]}) == {"1", "2"}
    assert ask({"area": ["古田片"]}) == {"2"}


def test_two_managers_of_one_name_are_told_apart_by_phone(ask: Ask, town: Any) -> None:
    town.session.add(Manager(name="陈志强", phone="13900002209"))
    town.session.flush()
    with pytest.raises(Refused, match="请改写手机号"):
        ask({"manager": "陈志强"})


def test_tags(ask: Ask, town: Any) -> None:
    tag = Tag(name="老店")
    town.session.add(tag)
    town.session.flush()
    town.session.add(RetailerTag(tag_id=tag.id, retailer_id=town.xiao_wang))
    town.session.flush()
    assert ask({"tag": ["老店"]}) == {"2"}


def test_the_last_contact(ask: Ask, town: Any, now: datetime) -> None:
    town.session.get(Follower, "o-laoli").heard_at = now - timedelta(days=10)
    town.session.flush()
    assert ask({"last_contact": {"within_days": 7}}) == {"2"}
    assert ask({"last_contact": {"before_days": 7}}) == {"1"}
    assert ask({"last_contact": {"within_days": 30, "before_days": 7}}) == {"1"}


def test_who_left_is_bound_but_does_not_follow(ask: Ask, town: Any, now: datetime) -> None:
    town.session.get(Follower, "o-laoli").unfollowed_at = now
    town.session.flush()
    assert ask({"followed": True}) == {"2"}
    assert ask({"followed": False}) == {"1"}


def test_criteria_of_other_features_join_in(ask: Ask, town: Any) -> None:
    def answered(session: Session, value: Any, now: datetime) -> Select[Any]:
        # An anonymous answer has no shop.
        rows = union_all(select(Retailer.id).where(Retailer.id == town.lao_li), select(null())).subquery()
        return select(rows.c[0])

    criteria = {"answered": Criterion("answered", "", select=answered)}
    assert ask({"answered": 12}, criteria) == {"1"}
    assert ask({"none": [{"answered": 12}]}, criteria) == {"2"}


def test_a_saved_audience_is_used_by_its_name(ask: Ask, town: Any, now: datetime) -> None:
    town.session.add(Audience(name="城里", spec={"area": ["城区一片"]}, created_at=now))
    assert ask({"audience": "城里"}) == {"1"}
    assert ask({"none": [{"audience": ["城里"]}]}) == {"2"}


def test_a_saved_audience_that_holds_itself_is_refused(ask: Ask, town: Any, now: datetime) -> None:
    town.session.add(Audience(name="甲", spec={"audience": "乙"}, created_at=now))
    town.session.add(Audience(name="乙", spec={"any": [{"audience": "甲"}]}, created_at=now))
    with pytest.raises(Refused, match="用到了它自己"):
        ask({"audience": "甲"})


def test_nobody_is_refused_where_somebody_is_needed() -> None:
    with pytest.raises(Refused):
        audiences.require_some(0)
    assert audiences.require_some(3) == 3


def test_a_sample_is_small_and_in_order(ask: Ask, town: Any, now: datetime) -> None:
    [shop] = audiences.sample(town.session, None, {}, now=now, n=1)
    assert (shop.licence, shop.shop, shop.keeper) == ("350802100001", "李记便利店", "李大山")


def test_yaml_and_json_are_read() -> None:
    assert audiences.read("{class: [现代终端]}") == audiences.read('{"class": ["现代终端"]}') == {"class": ["现代终端"]}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{",
        "class",
        "class: [a]\nclass: [b]",
        "a: !!python/object:os.system x",
        "[" * 300,
    ],
)
def test_what_cannot_be_read_is_refused(text: str) -> None:
    with pytest.raises(Refused):
        audiences.read(text)
