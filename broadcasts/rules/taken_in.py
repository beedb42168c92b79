"""Pictures of a document that was read: those that are here are put in, the others wait or go with a sentence."""

import base64
import binascii
from collections.abc import Mapping
from dataclasses import replace
from urllib.parse import unquote

from blocks import inline
from blocks.blocks import ArticleFault, Block, PictureBlock
from blocks.building import ReadDocument

_WAITS = "这张图片在别的网站，正在取到我们这里，取到以前不能发布。"
_ELSEWHERE = "去掉了一张图片：它不在剪贴板里。请上传 .docx 文件，或单独加这张图片。"
_FILE = "去掉了一张图片：文件旁边没有 {name}。"


def origins(document: ReadDocument) -> tuple[str, ...]:
    """Where the pictures of a document are, each once."""
    return tuple(dict.fromkeys(each.origin for each in document.blocks if isinstance(each, PictureBlock)))


def embedded(document: ReadDocument) -> dict[str, bytes]:
    """The pictures that a document holds itself, as data addresses; none for one that is broken.

    >>> embedded(ReadDocument("", (PictureBlock("", "", "data:image/png;base64,QUJD"),), ()))
    {'data:image/png;base64,QUJD': b'ABC'}
    """
    found = {}
    for each in origins(document):
        head, _, body = each.partition(",")
        if head.startswith("data:image/") and head.endswith(";base64"):
            try:
                found[each] = base64.b64decode(body, validate=False)
            except (binascii.Error, ValueError):
                found[each] = b""
    return found


def put_in(document: ReadDocument, here: Mapping[str, str], refused: Mapping[str, str]) -> ReadDocument:
    """The document with its pictures: `here` are those on our shelf by their origins, `refused` the reasons of those
    that cannot be kept. A picture of another site waits; whatever else is not here goes, with a sentence.

    >>> one, two = PictureBlock("", "", "https://a.com/1.png"), PictureBlock("", "门头", "b.png")
    >>> found = put_in(ReadDocument("", (one, two), ()), {"https://a.com/1.png": "f" * 64}, {})
    >>> len(found.blocks), str(found.notes[0])
    (1, '第 1 块：去掉了一张图片：文件旁边没有 b.png。')
    """
    blocks: list[Block] = []
    notes: list[ArticleFault] = []
    new_places: list[int] = []
    for block in document.blocks:
        new_places.append(len(blocks))
        if not isinstance(block, PictureBlock) or block.origin in here:
            blocks.append(
                replace(block, picture=here[block.origin], origin="") if isinstance(block, PictureBlock) else block
            )
        elif block.origin not in refused and inline.is_address(block.origin):
            notes.append(ArticleFault(_WAITS, len(blocks)))
            blocks.append(block)
        else:
            said = refused.get(block.origin) or _lost(block.origin)
            notes.append(ArticleFault(said, max(len(blocks) - 1, 0)))
    moved = (
        replace(each, block=min(new_places[each.block], max(len(blocks) - 1, 0)))
        if each.block is not None and each.block < len(new_places)
        else each
        for each in document.notes
    )
    told = sorted((*moved, *notes), key=lambda each: -1 if each.block is None else each.block)
    title_at = (*new_places, len(blocks))[document.title_at]
    return ReadDocument(document.title, tuple(blocks), tuple(dict.fromkeys(told)), title_at)


def _lost(origin: str) -> str:
    is_file = ":" not in origin and len(origin) < 200
    return _FILE.format(name=unquote(origin)) if is_file else _ELSEWHERE
