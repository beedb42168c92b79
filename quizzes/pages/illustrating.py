"""Pictures of questions in the console: put there with the form of a question, and sent to whoever may see tests."""

from __future__ import annotations

from typing import IO

from flask import url_for
from flask.typing import ResponseReturnValue

from console import access
from console.item_pages import ItemKeeper
from quizzes.actions import pictures
from quizzes.permissions import QUIZZES_SEE
from quizzes.queries import pictures as kept
from wechat_bot import media, serving
from wechat_bot.services import Services, current_services


@access.allow(QUIZZES_SEE)
def picture(key: str) -> ResponseReturnValue:
    """Send a picture of a question."""
    services = current_services()
    with services.reading() as session:
        found = kept.find(session, services.media_folder, key)
    return serving.send(found, key)


def address() -> str:
    """Return the address of a picture of a question, before its key."""
    return url_for("quizzes_pages.picture", key="-").removesuffix("-")


def _add(services: Services, stream: IO[bytes]) -> str:
    taken = media.receive_shrunk(services.media_folder, stream)
    with services.transaction() as session:
        return pictures.add(session, taken, now=services.clock())


KEEPER = ItemKeeper(address, _add)
