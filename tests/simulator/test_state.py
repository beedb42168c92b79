"""What survives a restart."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from simulator import in_process, state
from simulator.desk import Desk
from simulator.simulator import Simulator
from simulator.world import World


@pytest.fixture
def restarted(sim, shop, api, clock, tmp_path: Path) -> Callable[[], Simulator]:
    """Saves the simulator and gives the one that starts from the file, with app and API connected to it."""

    def build() -> Simulator:
        path = tmp_path / "var" / "simulator.json"
        state.save(sim.desk, path)
        fresh = Simulator(sim.account, clock=clock, world=state.load(path))
        fresh.connect(shop)
        in_process.mount(api.session, fresh)
        return fresh

    return build


def test_people_chats_windows_tags_menus_scenes_media_and_tokens_survive(sim, api, li, restarted):
    li.say("你好")
    api.say(li.openid)
    tag = api("tags/create", {"tag": {"name": "甲"}})["tag"]["id"]
    api("tags/members/batchtagging", {"openid_list": [li.openid], "tagid": tag})
    api("menu/create", {"button": [{"type": "click", "name": "调查", "key": "s"}]})
    scene = {"action_name": "QR_LIMIT_STR_SCENE", "action_info": {"scene": {"scene_str": "shop:12"}}}
    ticket = api("qrcode/create", scene)["ticket"]
    media_id = api.upload("media/upload", "a.png", b"\x89png\xff", type="image")["media_id"]
    before = sim.world

    again = restarted()
    assert again.world == before
    assert again.sends_left(again.phone("老李")) == sim.sends_left(li)
    assert [entry.text for entry in again.phone("老李").transcript] == [entry.text for entry in li.transcript]
    assert again.phone("老李").tap_menu("调查").text == "听到event"
    assert api("tags/getidlist", {"openid": li.openid})["tagid_list"] == [tag]
    assert api.get("/cgi-bin/media/get", media_id=media_id).content == b"\x89png\xff"
    assert api.get("/cgi-bin/showqrcode", ticket=ticket).status_code == 200


def test_receipts_and_late_callbacks_still_come_after_a_restart(sim, api, li, shop, restarted):
    number = sim.add_template("到货", "商品:{{thing1.DATA}}")
    body = {"touser": li.openid, "template_id": number, "data": {"thing1": {"value": "红七"}}, "client_msg_id": "r1"}
    first = api("message/template/send", body)
    sim.faults.add("callback:text", "late", value=5)
    li.say("迟到")
    again = restarted()
    assert api("message/template/send", body) == first
    assert again.later(seconds=5) == 2
    assert {heard.get("Event", heard["MsgType"]) for heard in shop.heard[-2:]} == {"TEMPLATESENDJOBFINISH", "text"}
    late = next(heard for heard in shop.heard[-2:] if heard["MsgType"] == "text")
    assert late["MsgId"] == str(sim.desk.deliveries[int(sim.world.later[-1].reference)].fields["MsgId"])


def test_the_idempotency_of_mass_messages_survives(sim, api, clock, restarted):
    openids = [phone.openid for phone in sim.follow_many(2)]
    body = {"touser": openids, "msgtype": "text", "text": {"content": "好"}, "clientmsgid": "row-1"}
    first = api("message/mass/send", body)
    restarted()
    clock.advance(minutes=2)
    again = api("message/mass/send", body)
    assert (again["errcode"], again["msg_id"]) == (45065, first["msg_id"])


def test_media_gone_from_the_world_goes_from_the_disk(sim, api, tmp_path):
    path = tmp_path / "s.json"
    media_id = api.upload("material/add_material", "a.png", b"png", type="image")["media_id"]
    state.save(sim.desk, path)
    assert (tmp_path / "s.media" / media_id).read_bytes() == b"png"
    api("material/del_material", {"media_id": media_id})
    state.save(sim.desk, path)
    assert list((tmp_path / "s.media").iterdir()) == []


def test_no_file_is_an_empty_world_and_an_older_file_takes_the_defaults(tmp_path):
    path = tmp_path / "s.json"
    assert state.load(path) == World()
    assert state.saved_at(path) is None
    path.write_text(json.dumps({"saved_at": "2026-03-02T01:00:00+00:00", "world": {"serial": 7, "gone": 1}}))
    assert state.load(path) == World(serial=7)
    assert state.saved_at(path) is not None


def test_the_keeper_writes_only_after_a_change(sim, tmp_path):
    path = tmp_path / "s.json"
    keeper = state.Keeper(sim.desk, path)
    sim.phone("老李").follow()
    keeper.save_if_changed()
    written = path.stat().st_mtime_ns
    keeper.save_if_changed()
    assert path.stat().st_mtime_ns == written
    sim.phone("老李").say("你好")
    keeper.save_if_changed()
    assert path.stat().st_mtime_ns > written
    assert isinstance(sim.desk, Desk)
