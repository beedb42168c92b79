"""Pictures of questions in the console: taken from the posted form of a question, and sent to whoever may see tests."""

from __future__ import annotations

from flask import request
from flask.typing import ResponseReturnValue

from console import access
from quizzes.actions import pictures
from quizzes.pages import item_form
from quizzes.pages.item_form import ItemForm
from quizzes.permissions import QUIZZES_SEE
from quizzes.queries import pictures as kept
from wechat_bot import media, serving
from wechat_bot.pictures import LIMIT
from wechat_bot.services import Services, current_services

#: Bytes of a form with a picture.
LARGEST = LIMIT + (1 << 20)
ENDING = ".file"
"""Ending of the name of a file field; before it stand the card and, for an option, its key."""


@access.allow(QUIZZES_SEE)
def picture(key: str) -> ResponseReturnValue:
    """Send a picture of a question."""
    services = current_services()
    with services.reading() as session:
        found = kept.find(session, services.media_folder, key)
    return serving.send(found, key)


def received(services: Services, form: ItemForm) -> ItemForm:
    """Return the posted form with the pictures that came with it, stored. Raises Refused for one that cannot be."""
    for name, upload in request.files.items():
        if not upload.filename or not name.endswith(ENDING):
            continue
        taken = media.receive_shrunk(services.media_folder, upload.stream)
        with services.transaction() as session:
            key = pictures.add(session, taken, now=services.clock())
        form = item_form.with_picture(form, name.removesuffix(ENDING).partition(".")[2], key)
    return form
