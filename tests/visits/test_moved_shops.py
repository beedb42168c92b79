"""A shop that the roster gives to another manager takes its open request along; both are told, no clock is reset."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from people.models import Area
from tests.visits.conftest import NEED, ROSTER, Town
from visits.models.owners import Assignment

LEFT = "您不用再答复"


@pytest.fixture
def named(asked):
    """The roster names 陈志强 for the shop itself; 林小燕 has a phone too."""
    asked.lin = asked.manager("林小燕")
    asked.news(asked.lin)
    return asked


def bring_in(town: Town, text: str) -> None:
    path = town.house.settings.media_path.parent / "moved.csv"
    path.write_text(text, encoding="utf-8")
    done = town.house.flask("people", "import", str(path))
    assert done.exit_code == 0, done.output


def moved(area: str = "城区一片", manager: str = "林小燕,13900002202") -> str:
    lines = ROSTER.splitlines()
    return "\n".join([lines[0], f"350802100001,城南便利店,王建国,13600008899,新罗区,{area},现代终端,{manager}", ""])


@pytest.mark.on_sqlite
@pytest.mark.parametrize("area", ["城区一片", "江山片"])
def test_a_shop_moved_by_the_roster_takes_its_request_to_its_new_manager(named, area: str) -> None:
    due = named.request().due_at
    bring_in(named, moved(area))
    named.run("sweep requests of absent owners")
    assert named.owners() == ["林小燕"]
    assert (named.request().due_at, named.request().opened_at + timedelta(hours=24)) == (due, due)
    [told] = named.news(named.lin)
    assert f"【转来 #{named.n}】城南便利店" in told and "这家店换了客户经理" in told and NEED in told
    [left] = named.news(named.chen)
    assert left.startswith(f"【转走 #{named.n}】这家店换了客户经理，留言已转给林小燕，您不用再答复。")
    assert "这家店换了客户经理" in named.reasons()[-1] and "林小燕" in named.reasons()[-1]
    named.run("sweep requests of absent owners")
    assert (named.news(named.lin), named.news(named.chen), len(named.reasons())) == ([], [], 2)
    named.lin.say(f"{named.n} 明早带两条")
    assert "林小燕：明早带两条" in named.news(named.wang)


@pytest.mark.on_sqlite
def test_an_area_given_to_another_manager_in_the_console_takes_its_requests_along_in_one_notice(named) -> None:
    named.shop("老李").say("打火机卖完了,麻烦送一盒")
    named.news(named.chen)
    with named.house.services.transaction() as session:
        session.scalars(select(Area).where(Area.name == "城区一片")).one().manager_id = named.id_of("林小燕")
    named.run("sweep requests of absent owners")
    assert named.owners() == ["林小燕", "林小燕"]
    [told] = named.news(named.lin)
    assert told.startswith("【转来 2 条留言】这家店换了客户经理")
    [left] = named.news(named.chen)
    assert left.startswith("【转走 2 条留言】") and LEFT in left


@pytest.mark.on_sqlite
def test_what_was_handed_on_by_hand_and_what_is_the_deputys_stays_or_goes_by_the_rules(named) -> None:
    zhou = named.manager("周主任")
    named.news(zhou)
    named.chen.say(f"转 {named.n} 周主任")
    if named.owners() != ["周主任"]:
        named.chen.say(f"{named.n} 转周主任")
    assert named.owners() == ["周主任"]
    bring_in(named, moved("江山片"))
    named.run("sweep requests of absent owners")
    assert named.owners() == ["周主任"], "somebody gave it to a colleague: it is theirs"
    with named.house.look() as session:
        assert [each.reason for each in session.query(Assignment).order_by(Assignment.id)][-1] == "transfer"


@pytest.mark.on_sqlite
def test_a_shop_that_moves_while_its_deputy_answers_goes_to_its_new_manager(town) -> None:
    lin, zhou = town.manager("林小燕"), town.manager("周主任")
    today = town.house.clock().astimezone(town.house.services.zone).date()
    town.leave("城区一片", "周主任", today, today + timedelta(days=5))
    town.shop("王建国").say(NEED)
    assert town.owners() == ["周主任"]
    town.news(lin), town.news(zhou)
    bring_in(town, moved("江山片"))
    town.run("sweep requests of absent owners")
    assert town.owners() == ["林小燕"]
    assert any("【转来" in each for each in town.news(lin)) and any("【转走" in each for each in town.news(zhou))


@pytest.mark.on_sqlite
def test_a_complaint_stays_with_the_supervisor_when_its_shop_moves(named) -> None:
    zhou = named.manager("周主任")
    named.wang.say("我要投诉陈志强，态度太差，一个月没来过")
    named.news(zhou), named.news(named.chen), named.news(named.lin)
    before = named.owners()
    assert before == ["周主任"]
    bring_in(named, moved("江山片"))
    named.run("sweep requests of absent owners")
    assert named.owners() == before
    assert (named.news(named.lin), named.news(named.chen)) == ([], [])
