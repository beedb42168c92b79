"""Drafts, publishing and media (wechat-platform.md §7)."""

import pytest

MB = 1024 * 1024


def test_a_draft_is_kept_changed_counted_and_deleted(api, draft):
    media_id = draft(2)
    assert api("draft/count")["total_count"] == 1
    kept = api("draft/get", {"media_id": media_id})["news_item"]
    assert (len(kept), kept[0]["title"], kept[0]["digest"]) == (2, "三月新品", "货源策略")
    changed = kept[1] | {"title": "四月新品"}
    assert api("draft/update", {"media_id": media_id, "index": 1, "articles": changed})["errcode"] == 0
    assert api("draft/update", {"media_id": media_id, "index": 2, "articles": changed})["errcode"] == 40114
    titles = [item["title"] for item in api("draft/get", {"media_id": media_id})["news_item"]]
    assert titles == ["三月新品", "四月新品"]
    assert api("draft/delete", {"media_id": media_id})["errcode"] == 0
    assert api("draft/get", {"media_id": media_id})["errcode"] == 40007


def test_drafts_are_listed_one_to_twenty_at_a_time(api, draft):
    for _ in range(3):
        draft()
    listed = api("draft/batchget", {"offset": 1, "count": 20, "no_content": 1})
    assert (listed["total_count"], listed["item_count"]) == (3, 2)
    assert listed["item"][0]["content"]["news_item"][0]["content"] == ""
    assert api("draft/batchget", {"offset": 0, "count": 21})["errcode"] == 40097
    assert api("draft/batchget", {"offset": 0, "count": 0})["errcode"] == 40097


@pytest.mark.parametrize(
    ("article", "code"),
    [
        ({"title": ""}, 45003),
        ({"title": "字" * 33}, 45003),
        ({"title": "字" * 32, "author": "字" * 16, "digest": "字" * 128, "content_source_url": "h" * 1024}, 0),
        ({"author": "字" * 17}, 45110),
        ({"digest": "字" * 129}, 45004),
        ({"content_source_url": "h" * 1025}, 45005),
        ({"content": "字" * 20_000}, 45002),
        ({"content": ""}, 44004),
        ({"thumb_media_id": "x"}, 40007),
        ({"article_type": "newspic", "image_info": {"image_list": [{"image_media_id": "x"}] * 21}}, 45008),
        ({"article_type": "newspic", "image_info": {"image_list": [{"image_media_id": "x"}]}}, 40007),
    ],
)
def test_unfit_articles_are_refused(api, article, code):
    cover = api.upload("material/add_material", "a.jpg", b"jpg", type="image")["media_id"]
    good = {"title": "新品", "content": "好", "thumb_media_id": cover}
    assert api("draft/add", {"articles": [good | article]}).get("errcode", 0) == code
    assert api("draft/add", {"articles": [good] * 9})["errcode"] == 45008
    assert api("draft/add", {"articles": []})["errcode"] == 44003


def test_a_cover_must_be_permanent(api):
    passing = api.upload("media/upload", "a.jpg", b"jpg", type="image")["media_id"]
    article = {"title": "新品", "content": "好", "thumb_media_id": passing}
    assert api("draft/add", {"articles": [article]})["errcode"] == 40007


def test_scripts_and_foreign_pictures_are_taken_out(api, draft):
    ours = api.upload("media/uploadimg", "a.png", b"png")["url"]
    content = f'<p onclick="x()">好</p><script>alert(1)</script><img src="{ours}"><img src="http://a.cn/b.png">'
    kept = api("draft/get", {"media_id": draft(content=content)})["news_item"][0]["content"]
    assert kept == f'<p>好</p><img src="{ours}">'


def test_publishing_takes_the_draft_and_tells_when_it_is_done(sim, api, draft, shop):
    media_id = draft()
    publish_id = api("freepublish/submit", {"media_id": media_id})["publish_id"]
    assert api("draft/get", {"media_id": media_id})["errcode"] == 40007
    assert api("freepublish/get", {"publish_id": publish_id})["publish_status"] == 1
    sim.settle()
    info = shop.heard[-1]["PublishEventInfo"]
    assert (shop.heard[-1]["Event"], info.findtext("publish_status")) == ("PUBLISHJOBFINISH", "0")
    done = api("freepublish/get", {"publish_id": publish_id})
    assert done["article_id"] == info.findtext("article_id")
    assert done["article_detail"]["item"][0]["article_url"] == info.findtext("article_detail/item/article_url")


@pytest.mark.parametrize("status", [2, 3, 4])
def test_a_publication_may_fail_and_says_which_articles(sim, api, draft, shop, status):
    sim.judge_next_publication(status, failed=[1, 3])
    publish_id = api("freepublish/submit", {"media_id": draft(3)})["publish_id"]
    sim.settle()
    info = shop.heard[-1]["PublishEventInfo"]
    assert (info.findtext("publish_status"), info.findtext("article_id")) == (str(status), None)
    assert [each.text for each in info.findall("fail_idx")] == ["1", "3"]
    got = api("freepublish/get", {"publish_id": publish_id})
    assert (got["publish_status"], got["fail_idx"]) == (status, [1, 3])
    assert api("freepublish/batchget", {"offset": 0, "count": 20})["total_count"] == 0


def test_a_published_article_is_read_and_deleted(sim, api, draft):
    publish_id = api("freepublish/submit", {"media_id": draft(2)})["publish_id"]
    sim.settle()
    article_id = api("freepublish/get", {"publish_id": publish_id})["article_id"]
    assert len(api("freepublish/getarticle", {"article_id": article_id})["news_item"]) == 2
    assert api("freepublish/delete", {"article_id": article_id, "index": 1})["errcode"] == 0
    items = api("freepublish/getarticle", {"article_id": article_id})["news_item"]
    assert [item["is_deleted"] for item in items] == [True, False]
    assert api("freepublish/delete", {"article_id": article_id})["errcode"] == 0
    assert api("freepublish/getarticle", {"article_id": article_id})["errcode"] == 53600
    assert api("freepublish/get", {"publish_id": publish_id})["publish_status"] == 5


def test_an_uncertified_account_may_not_publish(make):
    assert make(certified=False)[2]("freepublish/submit", {"media_id": "x"})["errcode"] == 48001


@pytest.mark.parametrize(
    ("kind", "name", "size", "code"),
    [
        ("image", "a.png", 10 * MB, 0),
        ("image", "a.png", 10 * MB + 1, 40009),
        ("image", "a.bmp", 1, 40005),
        ("voice", "a.amr", 2 * MB + 1, 40006),
        ("video", "a.mp4", 10 * MB + 1, 40006),
        ("thumb", "a.jpg", 64 * 1024 + 1, 40012),
        ("dance", "a.jpg", 1, 40004),
        ("image", "a.png", 0, 41005),
    ],
)
def test_types_and_sizes_of_temporary_media_are_limited(api, kind, name, size, code):
    assert api.upload("media/upload", name, b"x" * size, type=kind).get("errcode", 0) == code


def test_temporary_media_is_there_for_three_days(api, clock):
    media_id = api.upload("media/upload", "a.png", b"png", type="image")["media_id"]
    answer = api.get("/cgi-bin/media/get", media_id=media_id)
    assert answer.content == b"png"
    assert "a.png" in answer.headers["Content-Disposition"]
    clock.advance(days=3)
    api.token = None
    assert api.get("/cgi-bin/media/get", media_id=media_id).json()["errcode"] == 40007


def test_what_a_follower_sent_can_be_fetched(api, li, shop):
    li.send_image(b"photo")
    assert api.get("/cgi-bin/media/get", media_id=shop.heard[-1]["MediaId"]).content == b"photo"
    li.send_video(b"film")
    assert "video_url" in api.get("/cgi-bin/media/get", media_id=shop.heard[-1]["MediaId"]).json()


def test_permanent_material_stays_until_deleted(api, clock):
    given = {"type": "video", "form_description": '{"title": "课", "introduction": "短"}'}
    video = api.upload("material/add_material", "a.mp4", b"mp4", **given)["media_id"]
    image = api.upload("material/add_material", "a.bmp", b"bmp", type="image")
    assert image["url"]
    clock.advance(days=100)
    api.token = None
    assert api("material/get_material", {"media_id": video})["title"] == "课"
    assert api("material/get_materialcount")["image_count"] == 1
    assert api("material/del_material", {"media_id": video})["errcode"] == 0
    assert api("material/get_material", {"media_id": video})["errcode"] == 40007


def test_pictures_for_articles_are_up_to_one_megabyte(api):
    assert api.upload("media/uploadimg", "a.jpg", b"x" * MB)["url"]
    assert api.upload("media/uploadimg", "a.jpg", b"x" * (MB + 1))["errcode"] == 40009
    assert api.upload("media/uploadimg", "a.gif", b"x")["errcode"] == 40005


@pytest.mark.parametrize(
    "content",
    [b"RIFF\0\0\0\0WEBPVP8 ", b"\0\0\0\x18ftypheic", b"<svg/>", b"GIF89a"],
    ids=["webp", "heic", "svg", "gif"],
)
def test_a_picture_of_another_kind_under_the_name_of_a_jpeg_is_refused(api, content):
    assert api.upload("media/uploadimg", "a.jpg", content)["errcode"] == 40005
    is_gif = content.startswith(b"GIF")  # which a cover may be
    assert api.upload("material/add_material", "a.jpg", content, type="image").get("errcode") == (
        None if is_gif else 40005
    )
