"""The library of a broadcasts test: the whole house, with articles that are quickly written."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pytest

from broadcasts.actions import articles, brands
from broadcasts.queries import articles as queries
from broadcasts.queries import columns
from tests.conftest import House

LAW = "法规与真假鉴别"
SUPPLY = "货源策略"
BRANDS = "品牌信息"


def text(said: str) -> dict[str, Any]:
    """A paragraph as the editor posts it."""
    return {"kind": "text", "text": said}


def draft(title: str = "看好有效期", *blocks: Any, **head: str) -> dict[str, Any]:
    """A draft as the editor posts it; a block may be a plain text."""
    written = [text(each) if isinstance(each, str) else each for each in blocks or ("许可证上印着**有效期**。",)]
    return {"title": title, "author": "", "digest": "", "cover": "", "blocks": written} | head


@dataclass
class Library:
    """What writes articles in a house, and looks at them."""

    house: House

    def column(self, name: str) -> int:
        with self.house.look() as session:
            return columns.named(session, name)

    def brand(self, name: str) -> int:
        with self.house.services.transaction() as session:
            return brands.add(session, name).id

    def write(
        self, title: str = "看好有效期", *blocks: Any, column: str = SUPPLY, brands: Sequence[int] = (), **head: str
    ) -> int:
        """Begin an article; gives its id."""
        services = self.house.services
        with services.transaction() as session:
            begun = articles.begin(
                session,
                columns.named(session, column),
                draft=draft(title, *blocks, **head),
                brands=brands,
                who="周敏",
                now=services.clock(),
            )
            return begun.id

    def publish(self, article_id: int) -> int:
        """Publish what is written of it; gives the number of the version."""
        services, stamp = self.house.services, self.find(article_id).stamp
        with services.transaction() as session:
            return articles.publish(
                session, article_id, stamp=stamp, who="周敏", knows=lambda link: True, now=services.clock()
            )

    def published(self, title: str = "看好有效期", *blocks: Any, **where: Any) -> int:
        """Write an article and publish it; gives its id."""
        article_id = self.write(title, *blocks, **where)
        self.publish(article_id)
        return article_id

    def save(self, article_id: int, written: dict[str, Any], stamp: str | None = None, who: str = "周敏") -> Any:
        services = self.house.services
        stamp = self.find(article_id).stamp if stamp is None else stamp
        with services.transaction() as session:
            return articles.save(session, article_id, written, stamp=stamp, who=who, now=services.clock())

    def find(self, article_id: int) -> queries.ArticleDetail:
        with self.house.look() as session:
            found = queries.find(session, article_id)
        assert found is not None
        return found


@pytest.fixture
def library(house: House) -> Library:
    """The library of the house as it is built by default."""
    return Library(house)
