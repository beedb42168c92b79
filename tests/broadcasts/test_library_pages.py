"""The library in the console: articles listed, written, saved while typed, published, withdrawn; columns and brands."""

from typing import Any

import pytest

from tests.broadcasts.conftest import SUPPLY, Library
from tests.office import Browser, Office

ARTICLES = "/console/broadcasts/articles"


@pytest.fixture
def office(house) -> Office:
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


def editor(browser: Browser, article_id: int) -> str:
    page = browser.get(f"{ARTICLES}/{article_id}/edit")
    assert page.status_code == 200
    return page.text


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
    done = market.post(f"{where}/edit", form(text("元旦前还有**两次**到货。"), do="publish"))
    assert done.location.endswith(where)
    page = market.get(where).text
    assert "第 1 版" in page and "已发布" in page
    listed = market.get(f"{ARTICLES}?search=备货&state=published&column={library.column(SUPPLY)}").text
    assert "元旦备货" in listed
    assert "元旦备货" not in market.get(f"{ARTICLES}?state=draft").text
    assert "元旦备货" in market.get("/console/find?q=元旦备货").text
    words = [entry.did for entry in office.audited("article.publish")]
    assert words == ["article.publish"]
