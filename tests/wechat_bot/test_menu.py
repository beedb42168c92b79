"""The menu is published so that everybody has one at every moment, wherever it fails."""

from urllib.parse import urlsplit

import pytest

from wechat_bot import tagging

CREATE, ADD, REMOVE = (f"/cgi-bin/menu/{name}" for name in ("create", "addconditional", "delconditional"))
FILE = """
menu: [{{name: {0}菜单, key: 帮助}}]
conditional:
  - {{tag: 客户经理, menu: [{{name: {0}经理, key: 帮助}}]}}
  - {{tag: 主任, menu: [{{name: {0}主任, key: 帮助}}]}}
"""


@pytest.fixture
def publish(house, tmp_path):
    def run(name: str, text: str | None = None):
        path = tmp_path / "menu.yaml"
        path.write_text(text or FILE.format(name), encoding="utf-8")
        return house.flask("menu", "publish", str(path))

    return run


@pytest.fixture
def seen(house, publish):
    """What 路人, a manager and a supervisor see after a first menu was published."""
    people = [house.phone(name) for name in ("路人", "陈经理", "周主任")]
    for phone in people:
        phone.follow()
    assert publish("旧").exit_code == 0
    tags = house.services.wechat.tags()
    for phone, tag in zip(people[1:], ("客户经理", "主任"), strict=True):
        house.services.wechat.tag(tags[tag], [phone.openid], add=True)
    return lambda: [phone.menu[0]["name"] for phone in people]


def test_everybody_has_the_old_menu_or_the_new_wherever_publishing_fails(house, publish, seen) -> None:
    assert seen() == ["旧菜单", "旧经理", "旧主任"]
    old, new, steps = ("旧菜单", "旧经理", "旧主任"), ("新菜单", "新经理", "新主任"), 0
    # One step further each time; "errcode" before it is done, "lost_answer" behind it.
    for path, times in ((CREATE, 1), (ADD, 1), (ADD, 2), (REMOVE, 1), (REMOVE, 2)):
        for fault, value in (("errcode", 45009), ("lost_answer", 0)):
            for _ in range(times - 1):
                house.sim.faults.add(path, "slow", value=0.1, times=1)
            house.sim.faults.add(path, fault, value=value, times=1)
            failed = publish("新")
            assert failed.exit_code == 1 and "再发布一次会接着做" in failed.output, (path, times, fault)
            house.sim.faults.clear()
            assert all(menu in pair for menu, pair in zip(seen(), zip(old, new, strict=True), strict=True)), seen()
            assert publish("新").exit_code == 0
            assert seen() == list(new)
            assert len(house.sim.world.conditional_menus) == 2
            assert publish("旧").exit_code == 0
            steps += 1
    assert steps == 10


@pytest.mark.on_sqlite
def test_a_tag_we_mirror_is_found_under_the_name_it_has_there_by_now(house, publish, seen) -> None:
    wechat = house.services.wechat
    tag = wechat.tags()["客户经理"]
    with house.services.transaction() as session:
        tagging.keep(session, wechat.app_id, "managers", "客户经理", tag)
    wechat.rename_tag(tag, "经理们")
    assert publish("新").exit_code == 0
    assert seen() == ["新菜单", "新经理", "新主任"]
    assert "客户经理" not in wechat.tags()


@pytest.mark.on_sqlite
def test_what_wechat_tells_menus_apart_by_no_more_is_said_before_anything_is_published(house, publish, seen) -> None:
    refused = publish(
        "", "menu: [{name: 甲, key: 帮助}]\nconditional: [{tag: 主任, sex: 1, menu: [{name: 乙, key: 帮助}]}]"
    )
    assert refused.exit_code == 1 and "不能按 sex" in refused.output
    assert seen() == ["旧菜单", "旧经理", "旧主任"]


@pytest.mark.on_sqlite
def test_the_picture_of_a_code_lies_on_wechats_pages_and_not_at_its_api(house) -> None:
    picture, _ = house.services.wechat.create_qr("count:3")
    assert urlsplit(picture).hostname == "mp.weixin.qq.com"
    assert house.new_session().get(picture).content.startswith(b"\x89PNG")
