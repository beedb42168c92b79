"""Unsaved form input: shown again on the error page of a form that could not be saved."""

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from flask import request
from werkzeug.exceptions import HTTPException

from wechat_bot.services import current_services

#: Fields never shown again: passwords, codes, and the tokens of the page before.
SECRET = frozenset({"password", "old", "new", "again", "code", "form_token", "stamp"})
#: Fields that pages fill in by themselves, often at length: they go along unseen.
FILLED_IN = frozenset({"back", "n", "next", "token", "voided", "was"})
#: Characters and fields shown again at most.
MOST_CHARACTERS, MOST_FIELDS = 100_000, 500
#: The longest value, in ASCII, that is taken for a choice from a list; longer ones were typed.
LONGEST_CHOICE = 24


@dataclass(frozen=True, slots=True)
class UnsavedInput:
    """Input of a form: the texts somebody typed, and the other fields, which go along unseen."""

    texts: Sequence[tuple[str, str]]
    rest: Sequence[tuple[str, str]]
    #: Fields whose files have to be chosen again.
    files: Sequence[str]
    #: Whether nothing but files is missing, so that the form can be sent again.
    is_whole: bool


def unsaved_input() -> UnsavedInput | None:
    """The input of the current request's form; None if there is none, or another site's page posted it."""
    if request.method != "POST" or not _is_ours():
        return None
    try:
        fields = [(name, value) for name, value in request.form.items(multi=True) if name not in SECRET]
        files = [name for name, file in request.files.items() if file.filename]
    except HTTPException:  # too large to be read, or cut off
        return None
    texts = [(name, value) for name, value in fields if _is_text(name, value)]
    is_whole = len(fields) <= MOST_FIELDS and sum(len(value) for _, value in fields) <= MOST_CHARACTERS
    is_whole = is_whole and not any(name in request.form for name in SECRET - {"form_token", "stamp"})
    if not is_whole:
        room, fitting = MOST_CHARACTERS, []
        for name, value in texts[:MOST_FIELDS]:
            fitting.append((name, value[:room]))
            room -= len(fitting[-1][1])
        texts = [(name, value) for name, value in fitting if value]
    rest = [(name, value) for name, value in fields if not _is_text(name, value)] if is_whole else []
    return UnsavedInput(texts, rest, files, is_whole) if texts or files else None


def _is_text(name: str, value: str) -> bool:
    return name not in FILLED_IN and bool(value.strip()) and (len(value) > LONGEST_CHOICE or not value.isascii())


def _is_ours() -> bool:
    """Whether the form was posted from a page of ours, and not by another site in somebody's name."""
    origin = request.headers.get("Origin", "")
    site = request.headers.get("Sec-Fetch-Site", "none")
    ours = (request.host, urlsplit(current_services().public_url).netloc)
    return site in ("none", "same-origin") and (not origin or urlsplit(origin).netloc in ours)
