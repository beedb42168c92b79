"""Screen of a lesson as a phone shows it: its heading, blocks as articles have them, its picture, sound or video."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from markupsafe import Markup

from blocks import rendering
from blocks.blocks import HeadingBlock
from courses.models.courses import CourseMedia
from courses.rules import screens
from courses.rules.definition import Screen
from courses.texts import pages


@dataclass(frozen=True, slots=True)
class ScreenPage:
    """Screen as the template draws it; addresses are empty where there is none."""

    heading: str
    content: Markup
    picture: str = ""
    width: int | None = None
    height: int | None = None
    audio: str = ""
    video: str = ""
    #: Where a sound is heard that no page plays.
    voice: str = ""
    #: How long the sound or video is, and how large.
    played: str = ""
    link: str = ""
    link_title: str = ""
    outside: str = pages.OUTSIDE


def screen_page(
    screen: Screen,
    title: str,
    kept: Mapping[str, CourseMedia],
    media: Callable[[str], str],
    leads_to: Callable[[str], str],
) -> ScreenPage:
    """Return a screen of the lesson with this title: `media` gives the address of a medium, `leads_to` that of one of
    our topics. A screen that begins with a heading is called by it."""
    heading, found = title, screens.blocks(screen)
    if found and isinstance(found[0], HeadingBlock):
        heading, found = found[0].text, found[1:]
    played = screen.audio or screen.video
    fact = kept.get(played or screen.picture)
    return ScreenPage(
        heading=heading,
        # Written by `rendering`, which escapes all that anybody wrote.
        content=Markup(rendering.page(found, media, leads_to)) if found else Markup(),  # noqa: S704
        picture=media(screen.picture) if screen.picture else "",
        width=fact.width if fact else None,
        height=fact.height if fact else None,
        audio=media(screen.audio) if screen.audio else "",
        voice=pages.VOICE if screen.voice else "",
        video=media(screen.video) if screen.video else "",
        played=pages.played("听" if screen.audio else "看", screen.seconds, fact.size) if played and fact else "",
        link=screen.link,
        link_title=screen.link_title,
    )
