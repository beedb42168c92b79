"""A backup of three days ago is put back: nobody gets again what went out since, and what is late is told once."""

from datetime import timedelta

import pytest

from tests.test_access import kept
from tests.visits.test_clocks import steps


@pytest.mark.parametrize("stores", ["sqlite"], indirect=True)
def test_an_old_copy_put_back_sends_nothing_twice_and_tells_what_is_late_once(town) -> None:
    chen, zhou, wang, li = (*map(town.manager, ("陈志强", "周主任")), *map(town.shop, ("王建国", "老李")))
    for phone in (chen, zhou, wang, li):
        town.news(phone)
    assert "已转给" in wang.say("红七匹狼断货了").text
    chen.say("101 明早送到")
    assert "已转给" in li.say("价签要换新的").text
    put_back = kept(town.house)  # as the night's backup finds it: answer and notices wait to be sent
    assert [len(town.news(phone)) for phone in (chen, wang)] == [1, 1]
    town.house.clock.advance(timedelta(days=3))
    put_back()
    assert "已取消 2 条" in town.house.flask("outbox", "cancel", "--all").output
    for phone in (chen, zhou):
        phone.say("你好")
    for phone in (chen, zhou, wang, li):
        phone.unread()
    town.house.tick()
    taken = steps(town)
    town.house.tick()
    assert steps(town) == taken and "late" in taken
    assert [town.news(phone) for phone in (wang, li)] == [[], []]
    for told in (town.news(chen), town.news(zhou)):
        # What was answered is said not to have arrived, as far as the copy knows: the owner may call the shop.
        late = [notice for notice in told if notice.startswith("【已超时】")]
        assert [sum(f"#{number} " in notice for notice in late) for number in (101, 102)] == [1, 1]
        assert len(told) == len(set(told)) <= 3
    town.house.tick()
    assert [town.news(phone) for phone in (chen, zhou)] == [[], []]
