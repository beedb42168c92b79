"""What stands in once the reply window is closed, and pictures of ours on their way out."""

import io
from datetime import timedelta

import pytest

from simulator.phone import PIXEL
from tests.wechat_bot.test_outbox import queue, states
from wechat_bot import media, notices, uploads
from wechat_bot.models import Delivery
from wechat_bot.outbox import queueing

UPLOAD = "/cgi-bin/media/upload"


@pytest.fixture
def house(build):
    return build(
        wechat_templates={
            "answer": {"id": "T-answer", "fields": {"thing1": "{who}", "thing2": "{what}", "time3": "{when}"}}
        }
    )


def queue_picture(house, phone, content=PIXEL):
    picture = media.receive(house.services.media_folder, io.BytesIO(content))
    with house.services.transaction() as session:
        key = media.add(session, picture, openid="", mark="", now=house.clock())
        queueing.queue(session, phone.openid, uploads.picture(key), now=house.clock())
        return key


@pytest.mark.on_sqlite
def test_a_notice_is_filled_as_the_settings_say_when_it_is_sent(house, li) -> None:
    house.sim.add_template(
        "有新回复",
        "来自:{{thing1.DATA}}\n内容:{{thing2.DATA}}\n时间:{{time3.DATA}}",
        kind="template",
        template_id="T-answer",
    )
    house.clock.advance(timedelta(hours=49))
    queue(
        house,
        li,
        template=notices.notice(
            "answer",
            "/m/here",
            when=house.clock(),
            who="陈志强",
            what="明早配送车带两条,\n您签收就行,请准备好现金和空箱",
        ),
    )
    house.work()
    assert states(house) == ["delivered"]
    assert li.unread()[-1].detail["url"] == "http://127.0.0.1:8000/m/here"
    assert "来自：陈志强\n内容：明早配送车带两条, 您签收就行,请准备…\n时间：2026-03-04 10:00" in li.transcript[-1].text


@pytest.mark.on_sqlite
def test_a_notice_with_nothing_to_say_in_a_field_is_taken_all_the_same(build) -> None:
    fields = {"character_string1": "{number}", "thing2": "{who}", "phrase3": "{what}", "time4": "{when}"}
    house = build(wechat_templates={"request": {"id": "T-request", "fields": fields}})
    li = house.phone("老李")
    li.follow()
    content = "\n".join(f"{field}:{{{{{field}.DATA}}}}" for field in fields)
    house.sim.add_template("新留言", content, kind="template", template_id="T-request")
    house.clock.advance(timedelta(hours=49))
    queue(house, li, template=notices.notice("request", "/m/visits", when=None))
    house.work()
    assert states(house) == ["delivered"]


@pytest.mark.on_sqlite
def test_each_field_is_filled_and_cut_as_its_kind_bears_it(build) -> None:
    fields = {
        "character_string1": "No.{number}",
        "thing2": "{what}",
        "phrase3": "{what}",
        "name4": "{who}",
        "number5": "{number}",
        "date6": "{when}",
        "const7": "新留言",
    }
    house = build(wechat_templates={"request": {"id": "T-request", "fields": fields}})
    li = house.phone("老李")
    li.follow()
    content = "\n".join(f"{field}:{{{{{field}.DATA}}}}" for field in fields)
    house.sim.add_template("新留言", content, template_id="T-request", choices={"const7": ["新留言"]})
    house.clock.advance(timedelta(hours=49))
    long = {"who": "城区烟草专卖第一便利店老板", "what": "📦⭐货,没到😡⌚!明天能送来吗,店里已经没有了,请尽快给我答复"}
    queue(house, li, template=notices.notice("request", "/m", when=house.clock(), number="１０４", **long))
    # A number that is none cannot be cut to one, and no Chinese goes where none is taken.
    number = queue(house, li, template=notices.notice("request", "/m", when=house.clock(), number="一零四"))
    house.work()
    told = house.app.test_client().get("/healthz").get_json()["wechat"]
    assert states(house) == ["delivered", "held"]
    shown = li.transcript[-1].text
    assert shown.splitlines()[1:] == [
        "character_string1：No.104",
        "thing2：货,没到!明天能送来吗,店里已经没有了…",
        "phrase3：货没到明天",
        "name4：城区烟草专卖第一便利",
        "number5：104",
        "date6：2026-03-04 10:00",
        "const7：新留言",
    ]
    assert told == {"template:request": "character_string1 cannot hold No.一零四"}
    with house.look() as session:
        assert "character_string1 cannot hold" in session.get_one(Delivery, number).error
    li.say("在吗")
    house.work()
    assert states(house)[1] == "sent"


@pytest.mark.on_sqlite
@pytest.mark.parametrize(
    ("field", "pattern"),
    [("character_string1", "{who}"), ("number1", "{when}"), ("letter1", "{number}"), ("time1", "{what}"),
     ("time1", "{number}"), ("date1", "{number}"), ("date1", "8:30"), ("time1", "25:00"),
     ("phone_number1", "{who}"), ("amount1", "{what}"), ("const1", "这一句话比一个固定的值可以有的二十个字要长")],
)  # fmt: skip
def test_a_template_that_could_never_be_filled_is_refused_at_the_start(build, field, pattern) -> None:
    with pytest.raises(ValueError, match=f"{field} cannot hold"):
        build(wechat_templates={"request": {"id": "T-request", "fields": {field: pattern}}})


@pytest.mark.on_sqlite
def test_a_notice_the_account_has_no_template_for_waits_for_the_next_contact(house, li) -> None:
    house.clock.advance(timedelta(hours=49))
    queue(house, li, template=notices.notice("request", "/m/here", when=house.clock(), who="老李"))
    house.work()
    assert states(house) == ["held"]


def test_a_picture_of_ours_is_uploaded_and_kept_while_wechat_keeps_it(house, li) -> None:
    key = queue_picture(house, li)
    house.work()
    with house.services.transaction() as session:
        queueing.queue(session, li.openid, uploads.picture(key), now=house.clock())
    house.work()
    assert [(entry.kind, li.picture_of(entry)) for entry in li.unread()] == [("image", PIXEL)] * 2
    assert house.sim.count(UPLOAD) == 1


def test_a_picture_that_could_not_be_uploaded_is_tried_again_and_never_unsure(house, li) -> None:
    house.sim.faults.add(UPLOAD, "lost_answer", times=1)
    queue_picture(house, li)
    house.work()
    assert states(house) == ["pending"]
    house.later(seconds=6)
    assert states(house) == ["sent"]
