"""Unsaved form input, shown once more when a form came to nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from flask import request
from werkzeug.exceptions import HTTPException

from wechat_bot.services import current_services

#: Never shown again: what lets somebody in, and what belongs to the page that is gone.
SECRET = frozenset({"password", "old", "new", "again", "code", "form_token", "stamp"})
#: No more signs and fields come back: a page that brings a book along helps nobody.
MOST_SIGNS, MOST_FIELDS = 100_000, 500
#: What is longer was written, and not chosen.
CHOSEN = 24


@dataclass(frozen=True, slots=True)
class Written:
    """The fields of a form: those somebody wrote, and the rest, which only goes along."""

    texts: Sequence[tuple[str, str]]
    rest: Sequence[tuple[str, str]]
    #: Fields whose files have to be chosen anew.
    files: Sequence[str]
    #: Nothing is missing but secrets and files: it can be sent again.
    is_whole: bool


def written() -> Written | None:
    """What the request that is being answered wants to write; None where that is nothing, or nobody's own words."""
    if request.method != "POST" or not _is_ours():
        return None
    try:
        fields = [(name, value) for name, value in request.form.items(multi=True) if name not in SECRET]
        files = [name for name, file in request.files.items() if file.filename]
    except HTTPException:  # too large to be read, or cut off
        return None
    texts = [(name, value) for name, value in fields if _is_text(value)]
    is_whole = len(fields) <= MOST_FIELDS and sum(len(value) for _, value in fields) <= MOST_SIGNS
    is_whole = is_whole and not any(name in request.form for name in SECRET - {"form_token", "stamp"})
    if not is_whole:
        room, fitting = MOST_SIGNS, []
        for name, value in texts[:MOST_FIELDS]:
            fitting.append((name, value[:room]))
            room -= len(fitting[-1][1])
        texts = [(name, value) for name, value in fitting if value]
    rest = [(name, value) for name, value in fields if not _is_text(value)] if is_whole else []
    return Written(texts, rest, files, is_whole) if texts or files else None


def _is_text(value: str) -> bool:
    return bool(value.strip()) and (len(value) > CHOSEN or not value.isascii())


def _is_ours() -> bool:
    """Whether the form stood on a page of ours: what another site made somebody post is not offered to them again."""
    origin = request.headers.get("Origin", "")
    site = request.headers.get("Sec-Fetch-Site", "none")
    ours = (request.host, urlsplit(current_services().public_url).netloc)
    return site in ("none", "same-origin") and (not origin or urlsplit(origin).netloc in ours)
