"""Mass messages (wechat-platform.md §6)."""

import pytest

from simulator.errors import Refusal


@pytest.fixture
def crowd(sim):
    return sim.follow_many(5)


@pytest.fixture
def send(api, crowd):
    """To the crowd by openids; a text of its own each time unless told otherwise."""
    texts = iter(range(1000))

    def call(**more):
        text = {"content": f"第{next(texts)}条"}
        body = {"touser": [phone.openid for phone in crowd], "msgtype": "text", "text": text}
        return api("message/mass/send", body | more)

    return call


def test_everybody_named_gets_it_and_the_counts_are_right(sim, api, send, crowd, shop):
    crowd[0].unfollow()
    crowd[1].follower.refuses = True
    sim.judge_next_mass(failures=1)
    answer = send()
    assert api("message/mass/get", {"msg_id": answer["msg_id"]})["msg_status"] == "SENDING"
    assert [len(phone.unread()) for phone in crowd[2:]] == [0, 1, 1]
    sim.settle()
    receipt = shop.heard[-1]
    assert (receipt["Event"], receipt["MsgID"], receipt["Status"]) == (
        "MASSSENDJOBFINISH", str(answer["msg_id"]), "send success")  # fmt: skip
    counts = [int(receipt[name]) for name in ("TotalCount", "FilterCount", "SentCount", "ErrorCount")]
    assert counts == [5, 3, 2, 1]
    assert api("message/mass/get", {"msg_id": answer["msg_id"]})["msg_status"] == "SEND_SUCCESS"


def test_a_follower_of_a_service_account_gets_four_a_month(sim, api, send, crowd, shop, clock):
    for _ in range(5):
        send()
        sim.settle()
    assert [int(heard["SentCount"]) for heard in shop.heard[-5:]] == [5, 5, 5, 5, 0]
    assert int(shop.heard[-1]["TotalCount"]) == 5
    assert len(crowd[0].unread()) == 4
    clock.advance(days=31)
    api.token = None
    assert send()["errcode"] == 0
    assert len(crowd[0].unread()) == 1


def test_everybody_is_reached_once_a_day_and_four_times_a_month(api, crowd, clock):
    def to_all(number):
        body = {"filter": {"is_to_all": True}, "msgtype": "text", "text": {"content": str(number)}}
        return api("message/mass/sendall", body)["errcode"]

    assert to_all(0) == 0
    assert to_all(1) == 45028
    for day in range(3):
        clock.advance(days=1)
        api.token = None
        assert to_all(2 + day) == 0
    clock.advance(days=1)
    api.token = None
    assert to_all(9) == 45028


def test_a_tag_is_reached_and_a_bad_tag_refused(sim, api, crowd):
    tag = api("tags/create", {"tag": {"name": "甲"}})["tag"]["id"]
    api("tags/members/batchtagging", {"openid_list": [crowd[0].openid], "tagid": tag})
    body = {"filter": {"is_to_all": False, "tag_id": tag}, "msgtype": "text", "text": {"content": "好"}}
    assert api("message/mass/sendall", body)["errcode"] == 0
    assert (len(crowd[0].unread()), len(crowd[1].unread())) == (1, 0)
    assert api("message/mass/sendall", body | {"filter": {"tag_id": 9999}})["errcode"] == 40050


def test_the_list_has_two_to_ten_thousand_known_openids(send, crowd):
    assert send(touser=[crowd[0].openid])["errcode"] == 40130
    assert send(touser=["o"] * 10_001)["errcode"] == 40032
    assert send(touser=[crowd[0].openid, "stranger"])["errcode"] == 40031


def test_the_same_clientmsgid_is_sent_once_in_24_hours(api, send, crowd, clock):
    first = send(clientmsgid="push-1")
    too_soon = send(clientmsgid="push-1")
    assert (too_soon["errcode"], "msg_id" in too_soon) == (45066, False)
    clock.advance(minutes=1)
    again = send(clientmsgid="push-1")
    assert (again["errcode"], again["msg_id"]) == (45065, first["msg_id"])
    assert len(crowd[0].unread()) == 1
    clock.advance(hours=24)
    api.token = None
    assert send(clientmsgid="push-1")["errcode"] == 0


def test_without_clientmsgid_the_same_content_to_the_same_people_counts_as_the_same(send, clock):
    first = send(text={"content": "同一句"})
    clock.advance(minutes=2)
    assert send(text={"content": "同一句"})["msg_id"] == first["msg_id"]
    assert send(text={"content": "另一句"})["errcode"] == 0


def test_a_clientmsgid_over_32_bytes_is_refused(send):
    assert send(clientmsgid="x" * 32)["errcode"] == 0
    assert send(clientmsgid="x" * 33)["errcode"] == 45067


def test_a_service_account_calls_a_hundred_times_a_day_and_sixty_a_minute(send, clock):
    assert [send()["errcode"] for _ in range(61)] == [0] * 60 + [45011]
    clock.advance(minutes=1)
    assert [send()["errcode"] for _ in range(40)] == [0] * 39 + [45009]


def test_a_subscription_account_sends_once_a_day_and_not_by_list(make, clock):
    sim, _, api = make(kind="subscription")
    phones = sim.follow_many(2)

    def to_all(text):
        body = {"filter": {"is_to_all": True}, "msgtype": "text", "text": {"content": text}}
        return api("message/mass/sendall", body)["errcode"]

    assert [to_all("一"), to_all("二")] == [0, 45028]
    clock.advance(days=1)
    api.token = None
    assert to_all("三") == 0
    body = {"touser": [phone.openid for phone in phones], "msgtype": "text", "text": {"content": "好"}}
    assert api("message/mass/send", body)["errcode"] == 48001


def test_a_sent_draft_disappears_and_its_articles_have_addresses(sim, api, send, draft, crowd, shop):
    media_id = draft(2)
    answer = send(msgtype="mpnews", mpnews={"media_id": media_id}, send_ignore_reprint=1)
    assert "msg_data_id" in answer
    assert api("draft/get", {"media_id": media_id})["errcode"] == 40007
    assert send(msgtype="mpnews", mpnews={"media_id": media_id}, clientmsgid="anew")["errcode"] == 40007
    sim.settle()
    results = shop.heard[-1]["ArticleUrlResult"]
    assert (results.findtext("Count"), len(results.findall("ResultList/item"))) == ("2", 2)
    shown = crowd[0].unread()[0].detail["articles"]
    assert shown[0]["url"] == results.findtext("ResultList/item/ArticleUrl")


def test_a_failed_content_keeps_draft_and_quota(api, send, crowd, draft):
    media_id = draft()
    assert send(msgtype="mpnews", mpnews={"media_id": media_id}, clientmsgid="x" * 40)["errcode"] == 45067
    assert "news_item" in api("draft/get", {"media_id": media_id})


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"msgtype": "wxcard"}, 48008),
        ({"msgtype": "dance"}, 40008),
        ({"text": {"content": ""}}, 44004),
        ({"text": {"content": "字" * 700}}, 45002),
        ({"msgtype": "voice", "voice": {"media_id": "x"}}, 40007),
        ({"msgtype": "image", "images": {"media_ids": []}}, 41006),
        ({"msgtype": "image", "image": {"media_id": "x"}}, 47001),
        ({"msgtype": "images", "images": {"media_ids": ["x"]}}, 40008),
    ],
)
def test_unfit_content_is_refused(send, body, code):
    assert send(**body)["errcode"] == code


def test_a_video_has_to_be_made_ready_first(api, send, crowd):
    media_id = api.upload("media/upload", "a.mp4", b"mp4", type="video")["media_id"]
    assert send(msgtype="mpvideo", mpvideo={"media_id": media_id})["errcode"] == 40007
    ready = api("media/uploadvideo", {"media_id": media_id, "title": "陈列"})["media_id"]
    assert send(msgtype="mpvideo", mpvideo={"media_id": ready, "title": "陈列"})["errcode"] == 0
    assert crowd[0].unread().text == "陈列"


def test_a_preview_shows_the_draft_to_one_and_keeps_it(api, crowd, draft):
    media_id = draft()
    body = {"msgtype": "mpnews", "mpnews": {"media_id": media_id}}
    assert api("message/mass/preview", body | {"touser": crowd[0].openid})["errcode"] == 0
    assert api("message/mass/preview", body | {"towxname": crowd[1].name, "touser": "x"})["errcode"] == 0
    assert api("message/mass/preview", body | {"towxname": "nobody"})["errcode"] == 40132
    assert [crowd[0].unread()[0].channel, crowd[1].unread()[0].channel] == ["preview", "preview"]
    assert "news_item" in api("draft/get", {"media_id": media_id})


def test_previews_are_a_hundred_a_day(api, crowd):
    body = {"touser": crowd[0].openid, "msgtype": "text", "text": {"content": "看"}}
    assert [api("message/mass/preview", body)["errcode"] for _ in range(101)] == [0] * 100 + [45009]


def test_a_judged_mass_message_reaches_nobody(sim, api, send, crowd, shop):
    sim.judge_next_mass("err(20001)")
    number = send()["msg_id"]
    sim.settle()
    assert (shop.heard[-1]["Status"], shop.heard[-1]["FilterCount"]) == ("err(20001)", "0")
    assert api("message/mass/get", {"msg_id": number})["msg_status"] == "SEND_FAIL"
    assert crowd[0].unread() == []


def test_only_news_and_video_can_be_taken_back(sim, api, send, draft):
    text, news = send()["msg_id"], send(msgtype="mpnews", mpnews={"media_id": draft(2)})["msg_id"]
    sim.settle()
    assert api("message/mass/delete", {"msg_id": text})["errcode"] == 40059
    assert api("message/mass/delete", {"msg_id": news, "article_idx": 3})["errcode"] == 40114
    assert api("message/mass/delete", {"msg_id": news, "article_idx": 1})["errcode"] == 0
    assert api("message/mass/get", {"msg_id": news})["msg_status"] == "SEND_SUCCESS"
    assert api("message/mass/delete", {"msg_id": news})["errcode"] == 0
    assert api("message/mass/get", {"msg_id": news})["msg_status"] == "DELETE"
    assert api("message/mass/get", {"msg_id": 7})["errcode"] == 40059


def test_the_speed_is_a_step_from_0_to_4(api):
    assert api("message/mass/speed/get", {}) == {"speed": 0, "realspeed": 80}
    assert api("message/mass/speed/set", {"speed": 4})["errcode"] == 0
    assert api("message/mass/speed/get", {})["realspeed"] == 10
    assert api("message/mass/speed/set", {"speed": 5})["errcode"] == 45083
    assert api("message/mass/speed/set", {})["errcode"] == 45084


def test_pictures_are_sent_as_image_with_a_list_of_them(api, send, crowd):
    pictures = [api.upload("media/upload", "a.png", b"png", type="image")["media_id"] for _ in range(2)]
    assert send(msgtype="image", images={"media_ids": pictures, "recommend": "新品"})["errcode"] == 0
    assert crowd[0].unread()[0].detail["media_ids"] == pictures


@pytest.mark.parametrize(
    ("copyright", "ignore", "status", "state"),
    [
        ("clean", 0, "send success", "1"),
        ("reprint", 0, "err(30003)", "2"),
        ("reprint", 1, "send success", "2"),
        ("refused", 1, "err(30002)", "3"),
    ],
)
def test_a_reprint_is_sent_only_where_the_original_and_the_caller_allow_it(
    sim, send, draft, crowd, shop, copyright, ignore, status, state
):
    sim.judge_next_mass(copyright=copyright)
    send(msgtype="mpnews", mpnews={"media_id": draft()}, send_ignore_reprint=ignore)
    sim.settle()
    check = shop.heard[-1]["CopyrightCheckResult"]
    assert (shop.heard[-1]["Status"], check.findtext("CheckState")) == (status, state)
    assert bool(check.findtext("ResultList/item/OriginalArticleUrl")) == (copyright != "clean")
    assert len(crowd[0].unread()) == (status == "send success")


def test_what_is_sent_by_hand_counts_and_the_app_hears_nothing_of_it(sim, api, send, crowd, shop, draft):
    heard = len(shop.heard)
    msg_id = sim.send_by_hand(media_id=draft())
    sim.settle()
    assert (crowd[0].unread()[0].channel, len(shop.heard)) == ("mass", heard)
    assert api("message/mass/get", {"msg_id": msg_id})["msg_status"] == "SEND_SUCCESS"
    to_all = {"filter": {"is_to_all": True}, "msgtype": "text", "text": {"content": "好"}}
    assert api("message/mass/sendall", to_all)["errcode"] == 45028
    for number in range(3):
        send(text={"content": str(number)})
    send(text={"content": "第五条"})
    assert len(crowd[0].unread()) == 3
    with pytest.raises(Refusal):
        sim.send_by_hand(text="今天的第二条")
    with pytest.raises(LookupError):
        sim.send_by_hand(text="好", tag_id=9999)


def test_what_is_sent_by_hand_may_be_reported_too(sim, crowd, shop):
    msg_id = sim.send_by_hand(text="公众平台手工发的", is_told=True)
    sim.settle()
    assert (shop.heard[-1]["MsgID"], int(shop.heard[-1]["SentCount"])) == (str(msg_id), 5)


def test_an_administrator_agrees_to_a_mass_message_or_not_or_lets_half_an_hour_pass(make, clock):
    sim, shop, api = make(confirms_mass=True)
    crowd = sim.follow_many(3)

    def send(text):
        body = {"touser": [phone.openid for phone in crowd], "msgtype": "text", "text": {"content": text}}
        return api("message/mass/send", body)["msg_id"]

    agreed, refused, forgotten = (send(text) for text in "甲乙丙")
    sim.settle()
    assert (shop.heard, crowd[0].unread()) == ([], [])
    assert api("message/mass/get", {"msg_id": agreed})["msg_status"] == "SENDING"
    sim.confirm_mass(agreed)
    sim.confirm_mass(refused, agrees=False)
    sim.settle()
    assert [(heard["Status"], heard["SentCount"]) for heard in shop.heard] == [
        ("send success", "3"),
        ("err(40001)", "0"),
    ]
    assert [entry.text for entry in crowd[0].unread()] == ["甲"]
    with pytest.raises(LookupError):
        sim.confirm_mass(refused)
    clock.advance(minutes=30)
    sim.settle()
    assert (shop.heard[-1]["MsgID"], shop.heard[-1]["Status"], len(shop.heard)) == (str(forgotten), "err(40002)", 3)


def test_a_draft_is_used_up_unless_the_account_keeps_them(make):
    for keeps, code in ((False, 40007), (True, 0)):
        sim, _, api = make(keeps_drafts=keeps)
        crowd = sim.follow_many(4)
        cover = api.upload("material/add_material", "a.png", b"png", type="image")["media_id"]
        article = {"title": "通知", "content": "<p>好</p>", "thumb_media_id": cover}
        media_id = api("draft/add", {"articles": [article]})["media_id"]
        codes = []
        for some in (crowd[:2], crowd[2:]):
            body = {"touser": [each.openid for each in some], "msgtype": "mpnews", "mpnews": {"media_id": media_id}}
            codes.append(api("message/mass/send", body)["errcode"])
        assert codes == [0, code]


@pytest.mark.parametrize(("kind", "times"), [("lost", 0), ("doubled", 2), ("late", 1)])
def test_the_end_of_a_mass_message_is_lost_doubled_or_late(sim, send, shop, clock, kind, times):
    sim.faults.add("callback:MASSSENDJOBFINISH", kind, value=3600)
    send()
    sim.settle()
    clock.advance(hours=2)
    sim.settle()
    assert [heard["Event"] for heard in shop.heard] == ["MASSSENDJOBFINISH"] * times
