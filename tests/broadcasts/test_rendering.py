"""One renderer: what the phone preview shows is what WeChat gets, and no longer than it was counted."""

import re
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from blocks import blocks, rendering
from broadcasts.actions import pictures, sending
from broadcasts.queries import articles as queries
from broadcasts.rules import limits
from tests.blocks.test_rendering import WRITTEN
from tests.broadcasts.conftest import Library
from tests.pictures import png
from wechat_bot.mass import preparing
from wechat_bot.mass.source import MassContent


@given(st.lists(WRITTEN, max_size=6))
def test_no_article_is_longer_than_it_was_counted(written: list[Any]) -> None:
    read = blocks.read(written)
    assert limits.size(read.blocks)[0] >= len(rendering.wechat(read.blocks))


def test_what_the_preview_shows_is_what_wechat_gets_byte_for_byte(library: Library) -> None:
    services = library.house.services
    shown = []
    for number in range(2):
        made = pictures.prepare(png(number))
        with services.transaction() as session:
            shown.append(pictures.add(session, services.media_folder, made, now=services.clock()))
    article_id = library.published(
        "看好有效期",
        {"kind": "heading", "text": "先看", "level": 1},
        "许可证上印着**有效期**，见[全文](https://a.com/1)。",
        {"kind": "picture", "picture": shown[0], "words": "许可证 <正本>"},
        {"kind": "list", "numbered": True, "items": [{"text": "一", "items": ["甲"]}, {"text": "二"}]},
        {"kind": "table", "has_head": True, "rows": [["年", "月"], ["2027", "1"]]},
        {"kind": "quote", "text": "第五十条", "source": "《行政许可法》（2019 年修正）"},
        {"kind": "picture", "picture": shown[1], "words": ""},
        {"kind": "line"},
        {"kind": "button", "words": "填写调查", "link": "survey:1"},
        author="专卖科",
    )

    with library.house.look() as session:
        published = queries.version(session, article_id, 1)
    assert published is not None
    article = queries.drafted(published, "https://wx.example.com/m/p/x")

    preparing.get_ready(services, MassContent(article=article), sending.picture)
    (draft,) = library.house.sim.world.drafts.values()
    stored = draft.articles[0]
    places = dict(zip(shown, re.findall(r'<img src="([^"]+)"', stored["content"]), strict=True))
    assert rendering.previewed(article.content, places.__getitem__).encode() == stored["content"].encode()
    assert stored["title"] == "看好有效期" and stored["author"] == "专卖科"
    # … and the digest is what WeChat would make of it, or its author's.
    assert stored["digest"].startswith("先看 许可证上印着有效期，见全文。") and "甲 二" in stored["digest"]
