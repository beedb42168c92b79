"""Pictures of the library: the file behind a name, what is on the shelf, what still lies on other sites."""

import hashlib
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from broadcasts.models.library import ForeignPicture, ShelfPicture
from broadcasts.rules.limits import ShelvedPicture
from wechat_bot.media import Found
from wechat_bot.storage import path_of


def key(address: str) -> str:
    """The key of a picture that lies on another site."""
    return hashlib.sha256(address.encode(errors="replace")).hexdigest()


def path(folder: Path, sha256: str) -> Path:
    """Where a picture of the shelf lies in the media folder: in a part of it, for files elsewhere there go with their
    rows in the media inbox."""
    return path_of(folder / "shelf", sha256)


def find(session: Session, folder: Path, sha256: str) -> Found | None:
    """The file of a picture on the shelf; None where it is not there."""
    kept = session.get(ShelfPicture, sha256)
    found = path(folder, sha256)
    return Found(found, kept.content_type) if kept and found.is_file() else None


def shelved(session: Session, names: Collection[str]) -> dict[str, ShelvedPicture]:
    """Those of the pictures that are on the shelf."""
    if not names:
        return {}
    rows = session.execute(
        select(ShelfPicture.sha256, ShelfPicture.content_type, ShelfPicture.size).where(ShelfPicture.sha256.in_(names))
    )
    return {row.sha256: ShelvedPicture(row.content_type, row.size) for row in rows}


def fetching(session: Session, addresses: Collection[str]) -> dict[str, str]:
    """Addresses of pictures that are not here yet, each with the reason why it was given up, or an empty text."""
    rows = _foreign(session, addresses)
    return {row.address: row.fault for row in rows if row.sha256 is None}


def fetched(session: Session, draft: Mapping[str, Any]) -> dict[str, Any]:
    """A draft with the pictures put in that were fetched meanwhile; the rest of it as it is."""
    blocks = draft.get("blocks")
    pending = [each for each in blocks if _waits(each)] if isinstance(blocks, list) else []
    if not pending:
        return dict(draft)
    here = {row.address: row.sha256 for row in _foreign(session, {each["origin"] for each in pending}) if row.sha256}
    return dict(draft) | {"blocks": [_put_in(each, here) for each in blocks or ()]}


def _waits(block: Any) -> bool:
    return (
        isinstance(block, dict)
        and block.get("kind") == "picture"
        and not block.get("picture")
        and isinstance(block.get("origin"), str)
    )


def _put_in(block: Any, here: Mapping[str, str]) -> Any:
    if not _waits(block) or block["origin"] not in here:
        return block
    return {name: value for name, value in block.items() if name != "origin"} | {"picture": here[block["origin"]]}


def _foreign(session: Session, addresses: Collection[str]) -> Collection[ForeignPicture]:
    if not addresses:
        return ()
    keys = {key(each) for each in addresses}
    return session.scalars(select(ForeignPicture).where(ForeignPicture.key.in_(keys))).all()
