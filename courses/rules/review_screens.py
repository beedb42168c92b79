"""Review of a screen as its author wrote it: its text, and at most one picture, sound or video."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, NamedTuple

from blocks import inline, markdown
from blocks.blocks import PictureBlock
from courses.rules.definition import Screen
from foundation.errors import Refused
from foundation.text import plain, readable, visible
from questions.authoring.head import LONGEST_TITLE, Reviewed
from questions.authoring.spelling import Misspelt, Notes, Path, words

#: The media of a screen: its key in a file, and what people call it.
MEDIA = {"picture": "图片", "audio": "声音", "video": "视频"}
SCREEN_KEYS = ("text", *MEDIA, "link", "link_title")
#: Characters of a screen: what is read in two minutes.
LONGEST_TEXT = 1500
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")


class FoundMedium(NamedTuple):
    """Medium that a screen names: where it is kept, and how long a sound or a video is."""

    sha256: str
    seconds: float = 0
    #: Whether no page plays it.
    is_for_chat: bool = False


#: Finds the medium of a kind by the name an author wrote. Raises Misspelt.
MediaFinder = Callable[[str, str], FoundMedium]


def review_screen(data: Mapping[str, Any], media: MediaFinder) -> Reviewed[Screen]:
    """Review a screen as a form gives it."""
    notes = Notes({}, keyed=False)
    screen = _ScreenReader(data, (), "", notes, media).screen()
    return Reviewed(screen, tuple(notes.problems), tuple(notes.mistakes))


def read_screen(written: object, path: Path, where: str, notes: Notes, media: MediaFinder) -> Screen:
    """Read a screen in a file: its keys, or its text alone."""
    given = written if isinstance(written, Mapping) else {"text": written}
    notes.unknown_keys(where, path, given, SCREEN_KEYS)
    return _ScreenReader(given, path, where, notes, media).screen()


def no_media(name: str, kind: str) -> FoundMedium:
    """Find none of the media that are named, where none can be."""
    raise Misspelt(f"没有找到文件“{name}”，请和这个文件一起上传")


@dataclass(frozen=True)
class _ScreenReader:
    """Screen as written, with its place."""

    data: Mapping[str, Any]
    path: Path
    where: str
    notes: Notes
    media: MediaFinder

    def screen(self) -> Screen:
        faults = len(self.notes.problems)
        text = self._take("text", "文字", _text) or ""
        link = self._take("link", "视频网址", _link) or ""
        link_title = self._take("link_title", "视频标题", partial(words, longest=LONGEST_TITLE)) or ""
        found = {key: self._take(key, name, partial(self._medium, key)) for key, name in MEDIA.items()}
        given = [*(MEDIA[key] for key, medium in found.items() if medium), *(["外面的视频"] if link else [])]
        if len(given) > 1:
            self._wrong("", f"{'、'.join(given)}只能放一样，请分成几屏")
        if link and not link_title and len(self.notes.problems) == faults:
            self._wrong("link_title", "请给外面的视频写上标题")
        if len(self.notes.problems) == faults and not (text or given):
            self._wrong("", "还是空的，请写上文字，或放图片、声音、视频")
        sound = found["audio"]
        if sound and sound.is_for_chat:
            found = {"voice": sound._replace(seconds=0)}
            if not text:
                self._wrong("text", "AMR 录音只在聊天里听得到，请把说的话也写成文字")
        return Screen(
            text=text,
            link=link,
            link_title=link_title if link else "",
            seconds=max((medium.seconds for medium in found.values() if medium), default=0),
            **{key: medium.sha256 for key, medium in found.items() if medium},
        )

    def _take(self, key: str, name: str, reader: Callable[[Any], Any]) -> Any:
        value = self.data.get(key)
        if value is None or (isinstance(value, str) and not visible(value)):
            return None
        try:
            return reader(value)
        except Misspelt as problem:
            self._wrong(key, f"{name}{problem}" if self.where else str(problem))
            return None

    def _medium(self, key: str, value: object) -> FoundMedium:
        if not isinstance(value, str):
            raise Misspelt("应是文件名")
        return self.media(value.strip(), key)

    def _wrong(self, key: str, problem: str) -> None:
        self.notes.add(self.where, (*self.path, key) if key else self.path, problem)


def _text(value: object) -> str:
    """Read the text of a screen: our light notation, and nothing in it that a page would not show."""
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise Misspelt("应是一段文字")
    text = visible(_CONTROL.sub("", readable(str(value).replace("\r\n", "\n"))))
    if len(text) > LONGEST_TEXT:
        raise Misspelt(f"太长：{len(text):,} 字，最多 {LONGEST_TEXT:,} 字，请分成几屏")
    try:
        found = markdown.read(text)
    except Refused as refusal:
        raise Misspelt(f"读不出来：{refusal.sentence}") from None
    if any(isinstance(each, PictureBlock) for each in found.blocks):
        raise Misspelt("里不能放图片，请放在这一屏的图片里")
    if found.notes:
        raise Misspelt("有放不进去的：" + " ".join(dict.fromkeys(each.sentence for each in found.notes)).rstrip("。"))
    return text


def _link(value: object) -> str:
    address = plain(str(value))
    if not inline.is_address(address):
        raise Misspelt("要以 https:// 开头，请从浏览器的地址栏里复制")
    return address
