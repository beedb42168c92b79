"""What WeChat reports once and nobody listens to yet is kept, and found by the id it is about."""

import pytest
from sqlalchemy import func, select

from simulator.world import Account
from tests.conftest import AES_KEY
from wechat_bot.mass.models import MassReceipt
from wechat_bot.models import Reported


def reported(house, about: object) -> list[list[str]]:
    shown = house.flask("outbox", "reported", str(about))
    assert shown.exit_code == 0, shown.output
    return [line.split("\t")[1:] for line in shown.output.splitlines()]


@pytest.mark.parametrize("form", ["xml", "json"])
def test_results_of_notices_are_found_by_their_ids_and_those_of_mass_messages_are_receipts(build_chat, form) -> None:
    house = build_chat(account=Account(aes_key=AES_KEY, format=form))
    people = [house.phone(name) for name in ("老李", "小王")]
    for phone in people:
        phone.follow()
    call = house.services.wechat.call
    mass = {"touser": [phone.openid for phone in people], "msgtype": "text", "text": {"content": "通知"}}
    msg_id = call("/cgi-bin/message/mass/send", mass)["msg_id"]
    template = house.sim.add_template("通知", "内容:{{thing1.DATA}}", kind="subscribe")
    people[0].answer_subscription(template)
    notice = {"touser": people[0].openid, "template_id": template, "data": {"thing1": {"value": "到货"}}}
    call("/cgi-bin/message/subscribe/bizsend", notice)
    house.sim.settle()
    with house.look() as session:
        assert session.get_one(MassReceipt, str(msg_id)).sent == 2
    [[kind, whose, _]] = reported(house, template)
    assert (kind, whose) == ("subscribe_msg_popup_event", people[0].openid[-6:])
    sent = [each for each in house.sim.deliveries if each.name == "subscribe_msg_sent_event"][-1]
    entry = (sent.fields.get("SubscribeMsgSentEvent") or sent.fields)["List"]
    assert reported(house, entry["MsgID"])[0][0] == "subscribe_msg_sent_event"
    # Delivered again it is the same; in a shape nobody knows it is found all the same.
    house.sim.redeliver(sent)
    odd = {"MsgType": "event", "Event": "MASSSENDJOBFINISH", "MsgID": "77", "TotalCount": "many"}
    house.sim.courier.deliver(house.sim.courier.make(None, odd))
    assert len(reported(house, entry["MsgID"])) == len(reported(house, "77")) == 1
    assert house.flask("outbox", "reported", "123").exit_code == 1
    house.later(days=400)
    house.tick()
    assert len(reported(house, "77")) == 1


def test_what_a_person_consented_to_goes_with_the_person(build) -> None:
    house = build()
    passer = house.phone("路人")
    passer.follow()
    passer.answer_subscription(house.sim.add_template("通知", "内容:{{thing1.DATA}}", kind="subscribe"))
    assert house.flask("people", "erase", passer.openid, "--yes").exit_code == 0
    with house.look() as session:
        assert session.scalar(select(func.count()).select_from(Reported)) == 0
