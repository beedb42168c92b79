"""Form of an article: its head, its column and brands, and the cards of its blocks."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from blocks.blocks import ArticleFault
from broadcasts.rules import cards, moves
from broadcasts.rules.cards import Cards, Fields, one
from broadcasts.rules.moves import DeletedBlock
from foundation.text import whole_number


@dataclass(frozen=True)
class ArticleForm:
    """Form of an article, as it is shown and as it was posted."""

    title: str = ""
    author: str = ""
    digest: str = ""
    cover: str = ""
    column_id: int | None = None
    brands: frozenset[int] = frozenset()
    #: The column and the brands when the page was opened, as one text.
    filed: str = ""
    cards: Cards = ()
    deleted: tuple[DeletedBlock, ...] = ()
    #: What was pasted and not yet taken.
    pasted: str = ""

    @property
    def draft(self) -> dict[str, Any]:
        """The draft that it writes."""
        head = {"title": self.title, "author": self.author, "digest": self.digest, "cover": self.cover}
        return head | {"blocks": cards.to_blocks(self.cards)}

    @property
    def is_filed_anew(self) -> bool:
        """Whether its author has chosen another column or other brands."""
        return filed(self.column_id, self.brands) != self.filed


def filed(column_id: int | None, brands: Collection[int]) -> str:
    """A column with brands as one text.

    >>> filed(3, {9, 7})
    '3:7,9'
    """
    return f"{column_id or ''}:{','.join(map(str, sorted(brands)))}"


def of_draft(draft: Mapping[str, Any], column_id: int, brands: Collection[int]) -> ArticleForm:
    """The form that shows a draft."""
    return with_draft(ArticleForm(column_id=column_id, brands=frozenset(brands), filed=filed(column_id, brands)), draft)


def with_draft(form: ArticleForm, draft: Mapping[str, Any]) -> ArticleForm:
    """The form with another draft in it."""
    title, author, digest, cover = (str(draft.get(name) or "") for name in ("title", "author", "digest", "cover"))
    shown = cards.of_blocks(draft.get("blocks", ()))
    return replace(form, title=title, author=author, digest=digest, cover=cover, cards=shown)


def read(fields: Fields) -> ArticleForm:
    """Read the posted form.

    >>> form = read({"title": ["看证"], "column": ["2"], "brand": ["5", "x"], "filed": ["2:5"], "b": ["b1"]})
    >>> form.draft["title"], form.draft["blocks"], form.brands, form.is_filed_anew
    ('看证', [{'kind': 'text', 'text': ''}], frozenset({5}), False)
    """
    chosen = (whole_number(each) for each in fields.get("brand", ()))
    return ArticleForm(
        title=one(fields, "title"),
        author=one(fields, "author"),
        digest=one(fields, "digest"),
        cover=one(fields, "cover"),
        column_id=whole_number(one(fields, "column")),
        brands=frozenset(each for each in chosen if each is not None),
        filed=one(fields, "filed"),
        cards=cards.read(fields),
        deleted=moves.of_texts(fields.get("deleted", ())),
        pasted=one(fields, "pasted"),
    )


def placed(faults: Sequence[ArticleFault], form: ArticleForm, *, is_checked: bool) -> dict[str, list[str]]:
    """The sentences of faults by the code of their card, or by the field of the head.

    What is not written yet is no mistake to somebody who is writing: it is told once they have asked for a check.

    >>> blank, long = cards.BlockCard("b1", "text"), cards.BlockCard("b2", "text", "…")
    >>> form, no_title = ArticleForm(cards=(blank, long)), ArticleFault("没有标题。", None, "title")
    >>> faults = [ArticleFault("还没有字。", 0), ArticleFault("太长。", 1), no_title]
    >>> placed(faults, form, is_checked=False)
    {'b2': ['太长。']}
    >>> sorted(placed(faults, form, is_checked=True))
    ['b1', 'b2', 'title']
    """
    found: dict[str, list[str]] = {}
    for each in faults:
        at = each.block if each.block is not None and each.block < len(form.cards) else None
        is_missing = form.cards[at].is_blank if at is not None else each.field == "blocks" or not form.title
        if is_missing and not is_checked:
            continue
        found.setdefault(form.cards[at].code if at is not None else each.field or "blocks", []).append(each.sentence)
    return found
