"""Pictures on the authoring page: taken from the posted form, and sent to whoever may see the survey."""

from __future__ import annotations

from dataclasses import replace

from flask import request
from flask.typing import ResponseReturnValue

from console import access
from questions.editor import form as cards
from surveys.actions import pictures
from surveys.permissions import SURVEYS_SEE
from surveys.queries import pictures as kept
from surveys.rules.editor import Form
from wechat_bot import media, serving
from wechat_bot.pictures import LIMIT
from wechat_bot.services import Services, current_services

#: Bytes of a form with a picture.
LARGEST = LIMIT + (1 << 20)
ENDING = ".file"
"""Ending of the name of a file field; before it stand the code of the question and, for an option, its key."""


@access.allow(SURVEYS_SEE)
def picture(survey_id: int, key: str) -> ResponseReturnValue:
    """Send a picture of a survey."""
    services = current_services()
    with services.reading() as session:
        found = kept.find(session, services.media_folder, survey_id, key)
    return serving.send(found, f"{survey_id}-{key}")


def received(services: Services, survey_id: int, form: Form) -> Form:
    """Return the posted form with the pictures that came with it, stored. Raises Refused for one that cannot be."""
    items = form.items
    for name, upload in request.files.items():
        if not upload.filename or not name.endswith(ENDING):
            continue
        code, _, option = name.removesuffix(ENDING).partition(".")
        at = cards.place(items, code)
        if at is None:
            continue
        taken = media.receive_shrunk(services.media_folder, upload.stream)
        with services.transaction() as session:
            key = pictures.add(session, survey_id, taken, now=services.clock())
        items = cards.changed(items, _with_picture(items[at], option, key))
    return replace(form, items=items)


def _with_picture(item: cards.QuestionCard, option: str, key: str) -> cards.QuestionCard:
    if not option:
        return replace(item, picture=key)
    rows = (replace(row, picture=key, alt=row.alt or row.label) if row.key == option else row for row in item.options)
    return replace(item, options=tuple(rows))
