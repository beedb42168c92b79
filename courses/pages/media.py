"""Media of lessons in the console: put there with a form, and sent to whoever may see courses."""

from typing import IO

from flask import Response, url_for

from console import access
from console.item_pages import ItemKeeper
from courses.actions import media
from courses.permissions import COURSES_SEE
from courses.queries import media as queries
from courses.rules import recordings
from foundation.errors import Refused
from wechat_bot import serving
from wechat_bot.services import Services, current_services

NOT_A_PICTURE = "这里要放图片（JPG、PNG、GIF 或 WebP）。"


@access.allow(COURSES_SEE)
def medium(sha256: str) -> Response:
    """Send a medium, or the part of a sound or a video that a player asks for."""
    services = current_services()
    with services.reading() as session:
        found = queries.find(session, services.media_folder, sha256)
    if found is not None and found.content_type in serving.PLAYED:
        return serving.play(found)
    return serving.send(found, sha256[:12])


def address() -> str:
    """Return the address of a medium, before its name."""
    return url_for("courses_pages.medium", sha256="-").removesuffix("-")


def received(services: Services, stream: IO[bytes]) -> str:
    """Keep a medium that came with a form; gives its name. Raises Refused for one that cannot be kept."""
    return _kept(services, media.prepare(stream.read(recordings.LARGEST + 1)))


def _picture(services: Services, stream: IO[bytes]) -> str:
    made = media.prepare(stream.read(recordings.LARGEST + 1))
    if made.kind != "picture":
        raise Refused(NOT_A_PICTURE)
    return _kept(services, made)


def _kept(services: Services, made: media.PreparedMedium) -> str:
    with services.transaction() as session:
        media.add(session, services.media_folder, made, now=services.clock())
    return made.sha256


KEEPER = ItemKeeper(address, _picture, is_marked=False)
