"""The library in the console: articles listed, written, saved while typed, published, withdrawn; columns and brands."""

import io
import re
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from PIL import Image

from broadcasts.queries import articles as queries
from broadcasts.queries import columns
from tests.broadcasts.conftest import BRANDS, LAW, SUPPLY, Library
from tests.conftest import House
from tests.documents import illustrated
from tests.office import Browser, Office
from tests.pictures import png, written

ARTICLES = "/console/broadcasts/articles"


@pytest.fixture
def office(house: House) -> Office:
    office = Office(house)
    office.settle()
    return office


def form(*blocks: dict[str, Any], title: str = "元旦备货", do: str = "save", **more: Any) -> dict[str, Any]:
    """The fields of the editor's form with these blocks in it."""
    fields: dict[str, Any] = {"title": title, "b": [f"b{n}" for n in range(1, len(blocks) + 1)], "do": do}
    for n, block in enumerate(blocks, start=1):
        fields |= {f"b{n}.{name}": value for name, value in block.items()}
    return fields | more


def text(said: str) -> dict[str, Any]:
    return {"kind": "text", "text": said}


def kinds(page: str) -> list[str]:
    """The kinds of the cards on a page, in their order."""
    return re.findall(r'data-kind="(\w+)"', page)


def opened(office: Office, article_id: int, who: str = "market") -> tuple[Browser, str]:
    """The editor, opened by somebody, and its address."""
    browser, path = office.browser(who), f"{ARTICLES}/{article_id}/edit"
    assert browser.get(path).status_code == 200
    return browser, path


def test_an_article_is_begun_in_a_column_written_published_and_found(office: Office, library: Library) -> None:
    market = office.browser("market")
    assert "写文章" in market.get("/console/").text
    assert SUPPLY in market.get(f"{ARTICLES}/new").text
    assert market.post(f"{ARTICLES}/new", {"column": ""}).status_code == 422
    begun = market.post(f"{ARTICLES}/new", {"column": library.column(SUPPLY)})
    assert begun.location.endswith("/edit")
    where = begun.location.removesuffix("/edit")
    market.get(f"{where}/edit")
    saved = market.post(f"{where}/edit", form(text("元旦前还有**两次**到货。")))
    assert saved.status_code == 303, saved.text
    assert "文章《元旦备货》还没有发布" in market.get("/console/").text
    market.get(f"{where}/edit")
    ask = {"kind": "button", "words": "联系我", "link": "message:"}
    done = market.post(f"{where}/edit", form(text("元旦前还有**两次**到货。"), ask, do="publish"))
    assert done.status_code == 303, done.text
    assert done.location.endswith(where)
    page = market.get(where).text
    assert "第 1 版" in page and "已发布" in page
    listed = market.get(f"{ARTICLES}?search=备货&state=published&column={library.column(SUPPLY)}").text
    assert "元旦备货" in listed
    assert "元旦备货" not in market.get(f"{ARTICLES}?state=draft").text
    assert "元旦备货" in market.get("/console/find?q=元旦备货").text
    words = [entry.did for entry in office.audited("article.publish")]
    assert words == ["article.publish"]


def test_what_is_typed_is_saved_by_itself_and_is_one_entry_of_the_log_for_a_sitting(
    office: Office, library: Library
) -> None:
    article_id = library.write()
    market, path = opened(office, article_id)
    stamps = [market.stamps[path]]
    for said in ("元旦", "元旦前", "元旦前还有两次到货。"):
        saved = market.post(path, form(text(said), do="autosave"))
        assert saved.status_code == 200
        assert "market 自动保存" in saved.text
        stamps.append(market.stamps[path])
        office.house.clock.advance(timedelta(seconds=3))
    assert len(set(stamps)) == 4
    assert library.find(article_id).draft["blocks"] == [text("元旦前还有两次到货。")]
    assert len(office.audited("article.edit")) == 1
    office.house.clock.advance(timedelta(minutes=16))
    market.post(path, form(text("第二天接着写。"), do="autosave"))
    assert len(office.audited("article.edit")) == 2


@pytest.mark.on_sqlite
def test_a_second_tab_that_saves_over_a_newer_draft_is_shown_both_and_overwrites_it_knowingly(
    office: Office, library: Library
) -> None:
    article_id = library.write("元旦备货", "原来的。")
    first, path = opened(office, article_id, "admin")
    second, _ = opened(office, article_id)
    assert first.post(path, form(text("先写的。"))).status_code == 303
    for do in ("autosave", "save", "publish"):
        told = second.post(path, form(text("后写的。"), do=do))
        assert told.status_code == 409
        assert "两个人同时改" in told.text and "admin" in told.text
        assert "先写的。" in told.text, "what the other has saved"
        assert re.search(r'name="b1.text"[^>]*>后写的。</textarea>', told.text), "nothing typed is lost"
        assert "data-autosave" not in told.text
        second.stamps[path] = re.search(r'name="stamp" value="([^"]+)"', told.text)[1]
    assert library.find(article_id).draft["blocks"] == [text("先写的。")]
    over = re.search(r'value="(overwrite:[^"]+)"', told.text)[1]
    assert second.post(path, form(text("后写的。"), do=over)).status_code == 303
    assert library.find(article_id).draft["blocks"] == [text("后写的。")]
    # The one who had saved has an old draft now, also for 撤下 and 删除.
    assert first.post(f"{ARTICLES}/{article_id}/discard", {"stamp": first.stamps.get(path, "0")}).status_code == 409


@pytest.mark.on_sqlite
def test_a_signed_out_writer_is_given_back_what_was_written(office: Office, library: Library) -> None:
    article_id = library.write()
    market, path = opened(office, article_id)
    office.house.clock.advance(timedelta(days=3))
    told = market.post(path, form(text("写了很久的一段话。")))
    assert told.status_code == 401
    assert "写了很久的一段话。" in told.text and "再发一次" in told.text


@pytest.mark.on_sqlite
def test_every_button_of_the_editor_works_without_script(office: Office, library: Library) -> None:
    article_id = library.write()
    market, path = opened(office, article_id)
    two = (text("甲"), {"kind": "table", "cell": ["规格", "条", "甲", "3"], "wide": "2", "head": "1"})
    assert kinds(market.post(path, form(*two, do="add:list")).text) == ["text", "table", "list"]
    assert kinds(market.post(path, form(*two, do="insert:b1:quote")).text) == ["text", "quote", "table"]
    assert kinds(market.post(path, form(*two, do="down:b1")).text) == ["table", "text"]
    assert kinds(market.post(path, form(*two, do="copy:b1")).text) == ["text", "text", "table"]
    assert market.post(path, form(*two, do="row:b2")).text.count('name="b2.cell"') == 6
    assert market.post(path, form(*two, do="column_delete:b2:0")).text.count('name="b2.cell"') == 2
    sheet = {"pasted_cells": "甲\t3\n乙\t5\t备注"}
    page = market.post(path, form(*two, do="cells:b2:1:0", **sheet)).text
    cells = re.findall(r'name="b2.cell"[^>]*value="([^"]*)"', page)
    assert cells == ["规格", "条", "", "甲", "3", "", "乙", "5", "备注"]
    gone = market.post(path, form(*two, do="delete:b1")).text
    assert kinds(gone) == ["table"] and "已删除文字“甲”。" in gone
    kept = unescape(re.search(r'name="deleted"\s+value="([^"]*)"', gone)[1])
    back = market.post(path, form(two[1], do="undo", deleted=kept)).text
    assert kinds(back) == ["text", "table"]
    assert library.find(article_id).title == "看好有效期", "nothing of it was saved"


@pytest.mark.on_sqlite
def test_a_limit_of_wechat_is_told_at_its_block_while_typing_and_what_is_missing_once_it_is_published(
    office: Office, library: Library
) -> None:
    article_id = library.write()
    market, path = opened(office, article_id)
    video, button = {"url": "javascript:alert(1)", "title": "看"}, {"words": "去", "link": "lesson:5"}
    bad = (text(""), {"kind": "video", **video}, {"kind": "button", **button})
    page = market.post(path, form(*bad, title="题" * 65, digest="要" * 129, do="autosave")).text
    assert "标题有 65 字，微信最多 32 字。" in told(page, "title")
    assert "摘要有 129 字，微信最多 128 字。" in told(page, "digest")
    assert "视频的网址要以 https:// 开头" in told(page, "b2")
    assert "lesson:5）不存在" in told(page, "b3")
    assert told(page, "b1") == "", "an empty block is no mistake yet"
    market.get(path)
    refused = market.post(path, form(*bad, title="题" * 65, do="publish"))
    assert refused.status_code == 422
    assert "还不能发布。" in refused.text
    assert "这一段还没有字" in told(refused.text, "b1")
    assert library.find(article_id).draft["title"] == "题" * 65, "and it is saved all the same"
    assert library.find(article_id).version == 0


def told(page: str, code: str) -> str:
    """What a page says at a block or a field."""
    found = re.search(rf'id="wrong-{code}" data-live>(.*?)</div>', page, re.DOTALL)
    return unescape(re.sub("<[^>]+>", "", found[1])).strip() if found else "no such place"


@pytest.mark.on_sqlite
def test_pasted_text_becomes_blocks_without_what_is_dangerous(office: Office, library: Library) -> None:
    article_id = library.write()
    market, path = opened(office, article_id)
    evil = (
        '<h2>怎么备货</h2><p onclick="x()" style="position:fixed">先看<b>去年</b><svg onload=alert(1)></svg></p>'
        '<ul><li>一<ul><li>下</li></ul></li></ul><a href="javascript:x">点</a><script>alert(1)</script>'
    )
    page = market.post(path, form(text("前"), text("后"), do="paste:b1", pasted_html=evil)).text
    assert kinds(page)[0] == "text" and kinds(page)[-1] == "text" and "list" in kinds(page)
    assert "先看**去年**" in page and "去掉了矢量图（SVG）" in page
    assert "onload=" not in page and "javascript:x" not in page and "position:fixed" not in page
    page = market.post(path, form(text("前"), do="paste", pasted="## 小标题\n\n- 一项\n- 二项\n\n> 依法办事")).text
    assert kinds(page) == ["text", "heading", "list", "quote"]
    page = market.post(path, form(text("前"), do="paste:b1", pasted_html="<p>一、门口</p><h2>二、柜台</h2>")).text
    assert page.index(">前</textarea>") < page.index(">一、门口</textarea>") < page.index(">二、柜台</textarea>")
    nothing = market.post(path, form(text("前"), do="paste", pasted=" "))
    assert nothing.status_code == 422 and "没有读到文字" in nothing.text


@pytest.mark.on_sqlite
def test_a_word_document_is_read_by_a_worker_offered_and_put_behind_the_blocks(
    office: Office, library: Library
) -> None:
    article_id = library.write("看证", "前面写好的。")
    market, path = opened(office, article_id)
    assert "请先选一个文件" in market.post(path, form(text("前面写好的。"), title="看证", do="document")).text
    upload = {"file": (io.BytesIO(illustrated("第一段说明", pictures=1)), "备货.docx")}
    asked = market.post(path, form(text("前面写好的。"), title="看证", do="document", **upload))
    page = asked.location
    assert "读 Word 文件 备货.docx" in market.get(page).text
    office.work()
    shown = market.get(page).text
    assert "第一段说明" in shown and "加到文章后面" in shown
    assert market.post(f"{page}/take", {"stamp": "old"}).status_code == 409
    market.get(page)
    assert market.post(f"{page}/take").location == path
    found = [each["kind"] for each in library.find(article_id).draft["blocks"]]
    assert found[0] == "text" and "picture" in found and "table" in found
    upload = {"file": (io.BytesIO(illustrated("另一篇")), "另一篇.docx")}
    begun = market.post(f"{ARTICLES}/new", {"column": library.column(LAW), "do": "document", **upload})
    office.work()
    assert market.get(begun.location).location.endswith("/edit"), "a new article, at once"


@pytest.mark.on_sqlite
def test_pictures_are_converted_and_shelved_and_one_that_cannot_be_is_refused_with_a_sentence(
    office: Office, library: Library
) -> None:
    article_id = library.write()
    market, path = opened(office, article_id)
    webp = written("WEBP", Image.new("RGB", (1200, 900), "green"))
    files = {"b1.file": (io.BytesIO(webp), "门头.webp")}
    page = market.post(path, form({"kind": "picture"}, do="show", **files)).text
    sha256 = re.search(r'name="b1.picture" value="([0-9a-f]{64})"', page)[1]
    shown = market.get(f"/console/broadcasts/pictures/{sha256}")
    assert shown.mimetype == "image/jpeg" and shown.data.startswith(b"\xff\xd8")
    files = {"shot": (io.BytesIO(png(1)), "shot.png")}
    page = market.post(path, form(text("前"), text("后"), do="picture:b1", **files)).text
    assert kinds(page) == ["text", "picture", "text"]
    files = {"cover_file": (io.BytesIO(png(2)), "cover.png")}
    page = market.post(path, form(text("前"), do="cover", **files)).text
    cover = re.search(r'name="cover" value="([0-9a-f]{64})"', page)[1]
    assert market.post(path, form(text("前"), cover=cover)).status_code == 303
    assert library.find(article_id).draft["cover"] == cover
    market.get(path)
    empty = market.post(path, form({"kind": "picture"}, do="show", **{"b1.file": (io.BytesIO(b""), "空.png")}))
    assert empty.status_code == 422 and 'role="alert"' in empty.text
    listed = market.get("/console/broadcasts/pictures").text
    assert sha256 in listed and cover in listed
    assert office.browser("").get(f"/console/broadcasts/pictures/{sha256}").status_code == 303


@pytest.mark.on_sqlite
def test_the_phone_shows_the_very_bytes_that_wechat_gets(office: Office, library: Library) -> None:
    market = office.browser("market")
    files = {"b1.file": (io.BytesIO(png(3)), "a.png")}
    article_id = library.write()
    market, path = opened(office, article_id)
    page = market.post(path, form({"kind": "picture"}, do="show", **files)).text
    sha256 = re.search(r'name="b1.picture" value="([0-9a-f]{64})"', page)[1]
    blocks = (
        {"kind": "heading", "text": '今年 <元旦> & "备货"'},
        text("先看[去年](https://example.com/a?b=1&c=2)的**销量**。"),
        {"kind": "list", "text": "一项\n  小项\n二项", "numbered": "1"},
        {"kind": "picture", "picture": sha256, "words": "门头"},
        {"kind": "table", "cell": ["规格", "条", "甲", "3"], "wide": "2", "head": "1"},
    )
    assert market.post(path, form(*blocks, do="publish")).status_code == 303
    with office.house.look() as session:
        sent = queries.drafted(queries.version(session, article_id, 1))
    market.get(path)
    frame = market.post(f"{ARTICLES}/{article_id}/preview", form(*blocks))
    assert "unsafe-inline" in frame.headers["Content-Security-Policy"]
    assert "script-src 'self'" in frame.headers["Content-Security-Policy"]
    shown = re.search(r'<div class="mp-content" id="content">(.*)</div></article>', frame.text, re.DOTALL)[1]
    assert shown.replace(f"/console/broadcasts/pictures/{sha256}", f"picture:{sha256}") == sent.content
    h5 = market.post(f"{ARTICLES}/{article_id}/preview", form(*blocks, view="page")).text
    assert "<h2>今年 &lt;元旦&gt; &amp; &#34;备货&#34;</h2>" in h5.replace("&quot;", "&#34;")
    chat = market.post(f"{ARTICLES}/{article_id}/preview", form(*blocks, view="chat")).text
    assert "1. 一项\n  – 小项" in chat
    # What no view of ours carried along is not shown.
    assert market.post(f"{ARTICLES}/{article_id}/preview", {"written": "[" * 100_000}).status_code == 200


def test_versions_say_who_and_when_and_what_and_one_can_be_taken_back(office: Office, library: Library) -> None:
    article_id = library.published("元旦备货", "先看有效期。")
    market, path = opened(office, article_id)
    market.post(path, form(text("先看清有效期。"), do="publish"))
    where = f"{ARTICLES}/{article_id}/versions"
    page = market.get(where).text
    assert "“先看有效期。”改为“先看清有效期。”" in page
    # One press must not take the earlier versions away with this one.
    assert "第 2 版已发布" in page and "撤销" not in page
    assert "周敏" in page and "market" in page
    assert "先看有效期。" in market.get(f"{where}/1").text
    assert market.get(f"{where}/3").status_code == 404
    market.get(where)
    assert market.post(f"{where}/1/back").status_code == 303
    found = library.find(article_id)
    assert found.draft["blocks"] == [text("先看有效期。")] and found.version == 2 and found.is_changed
    assert "有改动没发布" in market.get(ARTICLES).text
    assert office.browser("intern").get(where).status_code == 200


@pytest.mark.on_sqlite
def test_what_is_published_is_withdrawn_by_one_press_and_shown_again_by_another(
    office: Office, library: Library
) -> None:
    article_id = library.published()
    market = office.browser("market")
    where = f"{ARTICLES}/{article_id}"
    market.get(where)
    assert market.post(f"{where}/withdraw").status_code == 303
    page = market.get(where).text
    assert "已撤下" in page and "撤销" in page
    assert market.post(f"{where}/withdraw").status_code == 422
    assert market.post(f"{where}/restore").status_code == 303
    with office.house.look() as session:
        assert queries.find(session, article_id).state == "published"
    for did in ("article.withdraw", "article.restore"):
        assert [entry.about for entry in office.audited(did)] == [f"article:{article_id}"]


def test_columns_are_ordered_and_retired_and_never_deleted_while_used(office: Office, library: Library) -> None:
    library.write(column=LAW)
    market, path = office.browser("market"), "/console/broadcasts/columns"
    market.get(path)
    assert market.post(f"{path}/new", {"name": "经营技巧", "reader": "bound"}).status_code == 303
    assert market.post(f"{path}/new", {"name": "经营技巧", "reader": "bound"}).status_code == 422
    number = library.column("经营技巧")
    market.get(path)
    market.post(f"{path}/{number}/move", {"do": "up"})
    page = market.get(path).text
    assert page.index("经营技巧</a>") < page.index("法规与真假鉴别</a>")
    assert market.post(f"{path}/{number}", {"name": "经营之道", "reader": "brand"}).status_code == 303
    market.get(path)
    assert market.post(f"{path}/{number}/retire").status_code == 303
    market.get(path)
    assert "经营之道" not in market.get(f"{ARTICLES}/new").text
    market.get(path)
    assert market.post(f"{path}/{number}/delete").status_code == 303
    used = library.column(LAW)
    refused = market.post(f"{path}/{used}/delete", {"stamp": market.stamps.get(f"{path}/{used}", "")})
    assert refused.status_code == 422 and "里有文章，不能删除" in refused.text


@pytest.mark.on_sqlite
def test_an_article_that_names_a_brand_is_kept_out_of_a_column_that_is_open_to_all(
    office: Office, library: Library
) -> None:
    market, path = office.browser("market"), "/console/broadcasts/brands"
    market.get(path)
    assert market.post(f"{path}/new", {"name": "某品牌"}).status_code == 303
    with office.house.look() as session:
        (brand,) = (each.id for each in columns.brands(session))
    article_id = library.write(column=BRANDS)
    market, editor = opened(office, article_id)
    named = {"brand": str(brand), "column": str(library.column(BRANDS)), "filed": f"{library.column(BRANDS)}:"}
    assert market.post(editor, form(text("说明"), **named)).status_code == 303
    assert library.find(article_id).brands == {brand: "某品牌"}
    market.get(editor)
    filed = {"filed": f"{library.column(BRANDS)}:{brand}"}
    refused = market.post(editor, form(text("说明"), **{**named, **filed, "column": str(library.column(LAW))}))
    assert refused.status_code == 422 and "写到品牌的文章不能放在这里" in refused.text
    assert f'value="{library.column(LAW)}" selected' in refused.text, "the choice stands"
    assert "某品牌" in market.get(f"{ARTICLES}?brand={brand}").text


@pytest.mark.on_sqlite
def test_a_writer_sends_the_draft_to_their_own_phone_alone(office: Office, library: Library) -> None:
    house, article_id = office.house, library.write("看证", "许可证上印着有效期。")
    where = f"{ARTICLES}/{article_id}"
    admin, path = opened(office, article_id, "admin")
    admin.post(f"{where}/try")
    assert "没有对应的客户经理微信" in admin.get(where).text
    office.user("mei", "marketing", manager_id=office.manager("陈志强"))
    chen, other = house.phone("陈志强"), house.phone("王建国")
    for phone in (chen, other):
        phone.follow()
    invited = house.flask("people", "invite-manager", "13900002201").output
    assert "已绑定" in chen.say(re.search(r"绑定 \w+", invited)[0]).text
    mei, _ = opened(office, article_id, "mei")
    mei.post(f"{where}/try")
    house.work()
    assert "只有您收到】\n《看证》\n许可证上印着有效期。" in chen.unread().text
    # With a cover it goes as WeChat will show it, and counts among the day's previews.
    files = {"cover_file": (io.BytesIO(png(2)), "cover.png")}
    page = mei.post(path, form(text("许可证上印着有效期。"), title="看证", do="cover", **files)).text
    cover = re.search(r'name="cover" value="([0-9a-f]{64})"', page)[1]
    assert mei.post(path, form(text("许可证上印着有效期。"), title="看证", cover=cover)).status_code == 303
    mei.get(where)
    mei.post(f"{where}/try")
    assert "已发到您的微信，只有您收到。" in mei.get(where).text
    assert [entry.channel for entry in chen.follower.transcript][-1] == "preview"
    assert chen.follower.transcript[-1].text == "看证"
    assert other.unread().text == ""
    assert house.sim.world.drafts == {}
    assert len(office.audited("article.try")) == 2


@pytest.mark.on_sqlite
def test_who_may_only_look_writes_nothing(office: Office, library: Library) -> None:
    article_id = library.published()
    intern = office.browser("intern")
    page = intern.get(f"{ARTICLES}/{article_id}")
    assert page.status_code == 200
    assert "编辑</a>" not in page.text and "写文章" not in intern.get(ARTICLES).text
    for path in (f"{ARTICLES}/{article_id}/edit", f"{ARTICLES}/new"):
        assert intern.get(path).status_code == 403
    assert intern.post(f"{ARTICLES}/{article_id}/withdraw").status_code == 403
    with office.house.look() as session:
        assert queries.find(session, article_id).state == "published"
