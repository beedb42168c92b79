"""Article as it is written: its head and its blocks, read from a draft."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from blocks import blocks
from blocks.blocks import ArticleFault, Block, PictureBlock
from console import stamps
from foundation.errors import Refused
from foundation.text import readable

#: Characters of a draft as JSON, and how deep it is.
LARGEST, DEEPEST = 1_000_000, 6
#: The fields of a draft beside its blocks, with what people call them.
FIELDS = {"title": "标题", "author": "作者", "digest": "摘要", "cover": "封面"}
UNTITLED = "还没有标题的文章"
#: Characters of a title in lists.
LONGEST_NAME = 64
_UNSTORABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
_SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class WrittenArticle:
    """Article: what WeChat and our pages show of it."""

    title: str
    author: str
    digest: str
    #: SHA-256 of a picture on the shelf; empty where none was chosen.
    cover: str
    blocks: tuple[Block, ...]

    @property
    def pictures(self) -> tuple[str, ...]:
        """Its pictures with its cover, each once."""
        return tuple(dict.fromkeys((*filter(None, (self.cover,)), *blocks.pictures(self.blocks))))

    @property
    def first_picture(self) -> str:
        """The picture shown in front of it: its cover, else its first."""
        return next(iter(self.pictures), "")

    @property
    def origins(self) -> tuple[str, ...]:
        """Addresses of its pictures that still lie elsewhere."""
        return tuple(
            dict.fromkeys(each.origin for each in self.blocks if isinstance(each, PictureBlock) and each.origin)
        )


@dataclass(frozen=True, slots=True)
class ReadDraft:
    """Draft as it was read: what of it is whole, and the faults of the rest."""

    article: WrittenArticle
    faults: tuple[ArticleFault, ...]
    #: The place in the draft of each of the article's blocks.
    places: tuple[int, ...]


def read(draft: Mapping[str, Any]) -> ReadDraft:
    """Read a draft.

    >>> read({"title": " 看证 ", "blocks": []}).article.title, [str(each) for each in read({"blocks": []}).faults]
    ('看证', ['文章还没有标题。', '文章还没有内容。'])
    """
    found = blocks.read(draft.get("blocks", []))
    title, author, digest, cover = (" ".join(str(draft.get(field) or "").split()) for field in FIELDS)
    faults = list(found.faults)
    if cover and not _SHA256.fullmatch(cover):
        cover = ""
        faults.append(ArticleFault("封面读不出来，请重新选一张。", field="cover"))
    if not title:
        faults.append(ArticleFault("文章还没有标题。", field="title"))
    if not found.blocks and not found.faults:
        faults.append(ArticleFault("文章还没有内容。", field="blocks"))
    return ReadDraft(WrittenArticle(title, author, digest, cover, found.blocks), tuple(faults), found.places)


def to_json(article: WrittenArticle) -> dict[str, Any]:
    """An article as a draft; `read` gives the same back."""
    head = {"title": article.title, "author": article.author, "digest": article.digest, "cover": article.cover}
    return head | {"blocks": blocks.to_json(article.blocks)}


def storable(draft: Mapping[str, Any]) -> dict[str, Any]:
    """A draft as it is stored, whole or not: with its known fields, and without what a database cannot hold.

    Raises Refused for one that is too large, or no draft at all.

    >>> storable({"title": "看\\0证", "more": 1, "blocks": [{"kind": "text", "text": ""}]})["title"]
    '看证'
    """
    kept: dict[str, Any] = {field: draft.get(field) or "" for field in FIELDS}
    kept["blocks"] = draft.get("blocks", [])
    if not isinstance(kept["blocks"], list) or not all(isinstance(kept[field], str) for field in FIELDS):
        raise Refused("文章读不出来，没有存。请重新打开这一页再试。")
    cleaned: dict[str, Any] = _cleaned(kept, DEEPEST)
    if len(json.dumps(cleaned, ensure_ascii=False)) > LARGEST:
        raise Refused("文章太长，没有存。请分成几篇。")
    return cleaned


def stamp(draft: Mapping[str, Any]) -> str:
    """The stamp of a draft: of two that say the same it is the same.

    >>> stamp({"title": "a", "blocks": []}) == stamp({"blocks": [], "title": "a"})
    True
    """
    return stamps.of({"draft": json.dumps(draft, ensure_ascii=False, sort_keys=True)})


def name(draft: Mapping[str, Any]) -> str:
    """What staff call a draft."""
    return " ".join(readable(str(draft.get("title") or "")).split())[:LONGEST_NAME] or UNTITLED


def _cleaned(value: Any, deep: int) -> Any:
    if isinstance(value, str):
        return _UNSTORABLE.sub("", value)
    if deep and isinstance(value, list):
        return [_cleaned(each, deep - 1) for each in value]
    if deep and isinstance(value, dict):
        return {_UNSTORABLE.sub("", str(key)): _cleaned(each, deep - 1) for key, each in value.items()}
    if value is None or isinstance(value, bool) or (isinstance(value, int) and abs(value) < 1 << 31):
        return value
    raise Refused("文章读不出来，没有存。请重新打开这一页再试。")
