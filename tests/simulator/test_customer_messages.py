"""The window ledger and the types of customer-service messages (wechat-platform.md §4)."""

import pytest


def test_a_message_allows_five_sends(api, li, clock):
    clock.advance(minutes=2)
    li.say("在吗")
    assert [api.say(li.openid) for _ in range(6)] == [0, 0, 0, 0, 0, 45047]
    assert len(li.unread()) == 5


def test_a_new_message_resets_the_five_and_adds_nothing(sim, api, li, clock):
    clock.advance(minutes=2)
    li.say("在吗")
    api.say(li.openid)
    li.say("还在吗")
    assert sim.sends_left(li) == 5


def test_the_window_of_a_message_closes_after_48_hours(api, li, clock):
    li.say("在吗")
    clock.advance(hours=47, minutes=59)
    api.token = None
    assert api.say(li.openid) == 0
    clock.advance(minutes=1)
    assert api.say(li.openid) == 45015


@pytest.mark.parametrize("act", ["follow", "click", "scan", "scancode", "tap"])
def test_following_clicking_scanning_and_tapping_a_choice_allow_three_in_a_minute(sim, api, clock, act):
    li = sim.phone("老李")
    li.follow()
    menu = [{"type": "scancode_waitmsg", "name": "扫", "key": "k"}]
    api("menu/create", {"button": menu})
    choice = {"head_content": "满意吗", "list": [{"id": "7", "content": "满意"}], "tail_content": ""}
    api("message/custom/send", {"touser": li.openid, "msgtype": "msgmenu", "msgmenu": choice})
    clock.advance(minutes=2)
    if act == "follow":
        li.unfollow()
        li.follow()
    if act == "click":
        li.click("k")
    if act == "scan":
        li.scan("shop:1")
    if act == "scancode":
        li.tap_menu("扫", result="690")
    if act == "tap":
        assert li.tap(7).text == "听到text"
    assert [api.say(li.openid) for _ in range(4)] == [0, 0, 0, 45047]
    clock.advance(minutes=1)
    assert api.say(li.openid) == 45015


def test_a_view_button_opens_no_window(api, li, clock):
    api("menu/create", {"button": [{"type": "view", "name": "网页", "url": "http://shop.cn/"}]})
    clock.advance(minutes=2)
    li.tap_menu("网页")
    assert api.say(li.openid) == 45015


def test_a_send_is_taken_from_the_window_that_closes_first(sim, api, li, clock):
    clock.advance(minutes=2)
    li.say("在吗")
    li.click("k")
    assert sim.sends_left(li) == 8
    assert [api.say(li.openid) for _ in range(3)] == [0, 0, 0]
    clock.advance(minutes=1)
    assert sim.sends_left(li) == 5


def test_nothing_reaches_who_unfollowed_a_stranger_or_the_blacklisted(sim, api, li):
    assert api.say("o" * 28) == 40003
    api("tags/members/batchblacklist", {"openid_list": [li.openid]})
    assert api.say(li.openid) == 43019
    api("tags/members/batchunblacklist", {"openid_list": [li.openid]})
    li.follower.refuses = True
    assert api.say(li.openid) == 48002
    li.follower.refuses = False
    li.unfollow()
    assert api.say(li.openid) == 45015


def test_a_refused_send_uses_nothing_up(sim, api, li, clock):
    clock.advance(minutes=2)
    li.say("在吗")
    assert api.say(li.openid, "字" * 683) == 45002
    assert api.say(li.openid, "") == 44004
    assert sim.sends_left(li) == 5
    assert api.say(li.openid, "字" * 682) == 0


def test_an_uncertified_account_may_not_send(make):
    sim, _, api = make(certified=False)
    li = sim.phone("老李")
    li.follow()
    assert api.say(li.openid) == 48001


def send(api, openid, kind, part, **more):
    return api("message/custom/send", {"touser": openid, "msgtype": kind, kind: part} | more)["errcode"]


def test_media_messages_need_a_usable_media_id(api, li, clock):
    media_id = api.upload("media/upload", "a.png", b"png", type="image")["media_id"]
    assert send(api, li.openid, "image", {"media_id": media_id}) == 0
    assert send(api, li.openid, "voice", {"media_id": "nothing"}) == 40007
    li.say("在吗")
    clock.advance(days=3)
    li.say("在吗")
    api.token = None
    assert send(api, li.openid, "image", {"media_id": media_id}) == 40007


def test_news_hold_one_article(api, li):
    article = {"title": "新品", "description": "三月", "url": "http://a.cn/", "picurl": ""}
    assert send(api, li.openid, "news", {"articles": [article, article]}) == 45008
    assert send(api, li.openid, "news", {"articles": [article]}) == 0
    assert li.unread()[0].detail["articles"] == [article]


def test_a_published_article_can_be_sent_and_an_unknown_one_not(sim, api, li, draft):
    api("freepublish/submit", {"media_id": draft()})
    sim.settle()
    article_id = api("freepublish/batchget", {"offset": 0, "count": 1})["item"][0]["article_id"]
    assert send(api, li.openid, "mpnewsarticle", {"article_id": article_id}) == 0
    assert send(api, li.openid, "mpnewsarticle", {"article_id": "x"}) == 53600


def test_music_and_mini_programs_need_their_picture(api, li):
    thumb = api.upload("media/upload", "a.jpg", b"jpg", type="thumb")["thumb_media_id"]
    assert send(api, li.openid, "music", {"title": "歌", "thumb_media_id": thumb}) == 0
    program = {"title": "订货", "appid": "wx1", "pagepath": "a", "thumb_media_id": "none"}
    assert send(api, li.openid, "miniprogrampage", program) == 40007
    assert send(api, li.openid, "miniprogrampage", program | {"thumb_media_id": thumb}) == 0


def test_an_unknown_type_and_an_empty_choice_are_refused(api, li):
    assert send(api, li.openid, "dance", {}) == 40008
    assert send(api, li.openid, "msgmenu", {"head_content": "?", "list": []}) == 40035


def test_a_tapped_choice_arrives_as_text_with_its_id_and_can_be_tapped_again(api, li, shop):
    choices = [{"id": "101", "content": "满意"}, {"id": "102", "content": "不满意"}]
    menu = {"head_content": "服务如何", "list": choices, "tail_content": "谢谢"}
    assert send(api, li.openid, "msgmenu", menu) == 0
    assert li.unread().text == "服务如何\n满意\n不满意\n谢谢"
    li.tap("102")
    li.tap("102")
    assert [(heard["Content"], heard["bizmsgmenuid"]) for heard in shop.heard[-2:]] == [("不满意", "102")] * 2


def test_a_choice_written_as_a_link_in_a_text_can_be_tapped(api, li, shop):
    api.say(li.openid, '<a href="weixin://bizmsgmenu?msgmenucontent=满意&msgmenuid=9">满意</a>')
    li.tap(9)
    assert shop.heard[-1]["bizmsgmenuid"] == "9"


def typing(api, openid, command="Typing"):
    return api("message/custom/typing", {"touser": openid, "command": command})["errcode"]


def test_typing_is_shown_for_15_seconds_within_30_of_an_interaction(api, li, clock):
    assert typing(api, li.openid, "Dance") == 45072
    assert typing(api, li.openid) == 0
    assert typing(api, li.openid) == 45081
    clock.advance(seconds=15)
    assert typing(api, li.openid) == 0
    assert typing(api, li.openid, "CancelTyping") == 0
    clock.advance(seconds=16)
    assert typing(api, li.openid) == 45080
