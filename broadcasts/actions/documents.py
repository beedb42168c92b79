"""Documents taken in: their pictures are put on the shelf, and what was read becomes a draft."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from blocks.building import ReadDocument
from broadcasts.actions import pictures
from broadcasts.actions.pictures import PreparedPicture
from broadcasts.rules import article, taken_in
from broadcasts.rules.article import WrittenArticle
from foundation.errors import Refused

#: Kinds of long task: a document becomes a new article (its parameters are `file`, `name`, `column`), or is offered to
#: the author of one (`file`, `name`, `article`).
READ, OFFER = "library.document", "library.offer"


@dataclass(frozen=True, slots=True)
class PreparedDocument:
    """Document with its pictures ready for the shelf by their origins, and the reasons of those that cannot be kept."""

    document: ReadDocument
    pictures: Mapping[str, PreparedPicture]
    refused: Mapping[str, str]


def prepare(document: ReadDocument, contents: Mapping[str, bytes]) -> PreparedDocument:
    """Make a document's pictures ready: those it holds itself, and the given ones by their origins. It takes its time;
    call it outside of a transaction. Raises Refused for a document in which nothing can be read."""
    ready: dict[str, PreparedPicture] = {}
    refused: dict[str, str] = {}
    for origin, content in (taken_in.embedded(document) | dict(contents)).items():
        try:
            ready[origin] = pictures.prepare(content)
        except Refused as refusal:
            refused[origin] = f"去掉了一张图片：{refusal.sentence}"
    if not document.title and not document.blocks:
        raise Refused("里面没有读到文字，请换一个文件，或直接粘贴。")
    return PreparedDocument(document, ready, refused)


def take_in(session: Session, folder: Path, prepared: PreparedDocument, *, now: datetime) -> ReadDocument:
    """Put the pictures of a document on the shelf; gives the document with them."""
    here = {
        origin: pictures.add(session, folder, each, now=now)
        for origin, each in sorted(prepared.pictures.items(), key=lambda pair: pair[1].sha256)
    }
    return taken_in.put_in(prepared.document, here, prepared.refused)


def draft(document: ReadDocument) -> dict[str, Any]:
    """What was read, as a draft."""
    return article.to_json(WrittenArticle(document.title, "", "", "", document.blocks))
