"""What comes of articles: figures and comments, by the msg_data_id that sending and publishing answer with (§7)."""

import json
from functools import partial

import pytest

from simulator import state
from simulator.handset import NotPossible


@pytest.fixture
def crowd(sim):
    return sim.follow_many(3)


@pytest.fixture
def sent(api, sim, crowd, draft):
    """Two articles sent to the crowd, comments open on the first: the answer, and their addresses."""
    media_id = draft(2)
    body = {"touser": [phone.openid for phone in crowd], "msgtype": "mpnews", "mpnews": {"media_id": media_id}}
    answer = api("message/mass/send", body)
    return answer["msg_data_id"], [card["url"] for card in crowd[0].unread()[0].detail["articles"]]


@pytest.fixture
def figures(api):
    def ask(name, begin, end=None):
        body = {"begin_date": begin, "end_date": end or begin}
        token = api.token or api.fetch_token()["access_token"]
        url = f"{api.base}/datacube/{name}"
        return api.session.post(url, params={"access_token": token}, json=body).json()

    return ask


def test_who_read_and_shared_is_counted_from_the_next_day_on(sim, api, crowd, sent, figures, clock):
    data_id, (first, second) = sent
    crowd[0].read(first), crowd[0].read(first), crowd[1].read(first, scene="朋友圈"), crowd[1].share(first)
    assert figures("getarticleread", "2026-03-02")["errcode"] == 61501
    clock.advance(days=1)
    crowd[2].read(first), crowd[2].read(second)
    clock.advance(days=1)
    api.token = None
    [line] = figures("getarticleread", "2026-03-02")["list"]
    assert (line["msgid"], line["detail"]["read_user"]) == (f"{data_id}_1", 2)
    assert {"user_count": 1, "scene_desc": "朋友圈"} in line["detail"]["read_user_source"]
    assert [one["msgid"] for one in figures("getarticleread", "2026-03-03")["list"]] == [f"{data_id}_1", f"{data_id}_2"]
    [line] = figures("getarticleshare", "2026-03-02")["list"]
    assert line["detail"] == {"share_user": 1}
    total = figures("getarticletotaldetail", "2026-03-02", "2026-03-03")
    assert [one["read_user"] for one in total["list"][0]["detail_list"]] == [2, 3]
    assert (total["list"][0]["publish_type"], total["is_delay"]) == (0, False)
    summary = figures("getbizsummary", "2026-03-02", "2026-03-03")["list"]
    assert [one["detail"]["read_user"] for one in summary] == [2, 1]


def test_a_publication_that_was_sent_to_nobody_has_figures_too(sim, api, li, draft, figures, clock):
    answer = api("freepublish/submit", {"media_id": draft()})
    sim.settle()
    done = api("freepublish/get", {"publish_id": answer["publish_id"]})
    li.read(done["article_detail"]["item"][0]["article_url"], scene="公众号主页")
    clock.advance(days=1)
    api.token = None
    [line] = figures("getarticletotaldetail", "2026-03-02")["list"]
    assert (line["msgid"], line["publish_type"]) == (f"{answer['msg_data_id']}_1", 1)
    assert line["detail_list"][0]["read_user"] == 1


@pytest.mark.parametrize(
    ("name", "begin", "end", "code"),
    [
        ("getarticleread", "2026-02-01", "2026-02-02", 61501),
        ("getbizsummary", "2026-01-01", "2026-02-01", 61501),
        ("getbizsummary", "2026-02-02", "2026-02-01", 61501),
        ("getbizsummary", "2026/02/01", "2026-02-01", 61500),
    ],
)
def test_days_that_cannot_be_asked_for_are_refused(figures, name, begin, end, code):
    assert figures(name, begin, end)["errcode"] == code


def test_comments_are_written_listed_elected_answered_and_deleted(api, crowd, sent, shop):
    data_id, (first, _) = sent
    where = {"msg_data_id": data_id, "index": 0}
    with pytest.raises(NotPossible):
        crowd[0].comment(first, "还没有打开")
    assert api("comment/open", where)["errcode"] == 0
    heard = len(shop.heard)
    crowd[0].comment(first, "什么时候到货"), crowd[1].comment(first, "好")
    assert len(shop.heard) == heard
    listed = api("comment/list", where | {"begin": 0, "count": 49, "type": 0})
    assert (listed["total"], [one["content"] for one in listed["comment"]]) == (2, ["什么时候到货", "好"])
    one = where | {"user_comment_id": listed["comment"][0]["user_comment_id"]}
    assert api("comment/markelect", one)["errcode"] == 0
    assert api("comment/reply/add", one | {"content": "明天"})["errcode"] == 0
    assert api("comment/reply/add", one | {"content": "后天"})["errcode"] == 88005
    [elected] = api("comment/list", where | {"begin": 0, "count": 10, "type": 2})["comment"]
    assert (elected["comment_type"], elected["reply"]["content"]) == (1, "明天")
    assert api("comment/reply/delete", one)["errcode"] == 0
    assert api("comment/unmarkelect", one)["errcode"] == 0
    assert api("comment/list", where | {"begin": 0, "count": 10, "type": 2})["total"] == 0
    assert api("comment/delete", one)["errcode"] == 0
    assert api("comment/delete", one)["errcode"] == 88008
    assert api("comment/list", where | {"begin": 0, "count": 50, "type": 0})["errcode"] == 88010
    assert api("comment/close", where)["errcode"] == 0
    with pytest.raises(NotPossible):
        crowd[0].comment(first, "又关了")
    assert api("comment/open", {"msg_data_id": 7, "index": 0})["errcode"] == 88001


def test_an_account_without_the_right_to_comments_is_told_so(make):
    assert make(comments=False)[2]("comment/open", {"msg_data_id": 1})["errcode"] == 88000


def test_comments_may_be_open_from_the_draft_and_to_followers_alone(sim, api, draft, crowd):
    media_id = draft(need_open_comment=1, only_fans_can_comment=1)
    answer = api("freepublish/submit", {"media_id": media_id})
    sim.settle()
    url = api("freepublish/get", {"publish_id": answer["publish_id"]})["article_detail"]["item"][0]["article_url"]
    crowd[0].comment(url, "好")
    with pytest.raises(NotPossible):
        sim.phone("路人").comment(url, "我没有关注")


def test_a_notice_is_chosen_from_the_library_and_sent(api, li):
    token = api.fetch_token()["access_token"]

    def library(name, data=None, **query):
        url, params = f"{api.base}/wxaapi/newtmpl/{name}", {"access_token": token} | query
        body = json.dumps(data, ensure_ascii=False).encode()
        call = api.session.get if data is None else partial(api.session.post, data=body)
        return call(url, params=params).json()

    [category] = [one for one in library("getcategory")["data"] if "物流" in one["name"]]
    found = library("getpubtemplatetitles", ids=str(category["id"]), start="0", limit="1")
    assert (found["count"], len(found["data"])) == (2, 1)
    tid = found["data"][0]["tid"]
    words = library("getpubtemplatekeywords", tid=str(tid))["data"]
    assert {"kid", "name", "example", "rule"} == set(words[0])
    assert library("addtemplate", {"tid": tid, "kidList": [1], "sceneDesc": "到货"})["errcode"] == 200020
    assert library("addtemplate", {"tid": tid, "kidList": [1, 3], "sceneDesc": "字" * 16})["errcode"] == 200021
    assert library("addtemplate", {"tid": 5, "kidList": [1, 3], "sceneDesc": "到货"})["errcode"] == 200014
    chosen = library("addtemplate", {"tid": tid, "kidList": [3, 1], "sceneDesc": "到货"})["priTmplId"]
    [mine] = library("gettemplate")["data"]
    assert (mine["priTmplId"], mine["type"]) == (chosen, 2)
    assert mine["content"] == "到货时间：{{time3.DATA}}\n商品名称：{{thing1.DATA}}"
    li.answer_subscription(chosen)
    data = {"time3": {"value": "2026-03-02 09:00"}, "thing1": {"value": "红塔山"}}
    body = {"touser": li.openid, "template_id": chosen, "data": data}
    assert api("message/subscribe/bizsend", body)["errcode"] == 0
    assert "红塔山" in li.unread().text
    assert library("deltemplate", {"priTmplId": chosen})["errcode"] == 0
    assert library("deltemplate", {"priTmplId": chosen})["errcode"] == 40037


def test_reads_and_comments_survive_a_restart(sim, api, sent, crowd, tmp_path):
    data_id, (first, _) = sent
    api("comment/open", {"msg_data_id": data_id})
    crowd[0].read(first), crowd[0].comment(first, "好")
    state.save(sim.desk, tmp_path / "world.json")
    world = state.load(tmp_path / "world.json")
    [publication] = world.publications.values()
    assert (publication.data_id, publication.comments[0].content, publication.touches[0].kind) == (
        data_id,
        "好",
        "read",
    )
