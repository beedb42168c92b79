"""Recordings of lessons: sounds and videos, told apart by their bytes and not by their names, and how long they are."""

import io
import re
from dataclasses import dataclass

from tinytag import TinyTag, TinyTagException

from foundation.errors import Refused

#: Bytes: what a telephone loads in a shop, and the largest video that WeChat takes.
LARGEST = 10 << 20
#: Seconds of a recording: a lesson is short.
SHORTEST, LONGEST = 1, 1800
MP3, AMR = "audio/mpeg", "audio/amr"
#: What WeChat takes as a voice of the chat (wechat-platform.md §7).
VOICE_TYPES, LONGEST_VOICE, LARGEST_VOICE = (MP3, AMR), 60, 2 << 20
_AMR_HEAD = b"#!AMR\n"
#: Bytes of a frame of AMR by its type, and how long each sounds.
_AMR_FRAMES = {0: 13, 1: 14, 2: 16, 3: 18, 4: 20, 5: 21, 6: 27, 7: 32, 8: 6, 15: 1}
_AMR_SECONDS = 0.02
_VIDEO_TRACK = re.compile(rb"hdlr.{8}vide", re.DOTALL)
_SOUND_TRACK = re.compile(rb"hdlr.{8}soun", re.DOTALL)
#: Codecs of videos that telephones play.
_SEEN = re.compile(rb"stsd.{12}(?:avc1|avc3|hvc1|hev1)", re.DOTALL)

TOO_LARGE = "这个文件超过 10 MB，请压缩或截短，再上传。"
EMPTY = "这个文件是空的，请重新选。"
WIDE_AMR = "这种 AMR（AMR-WB）微信放不出来。请另存为 MP3 或 M4A，再上传。"
LONG_AMR = f"AMR 录音只能在聊天里听，最长 {LONGEST_VOICE} 秒、2 MB。请截短，或另存为 MP3、M4A，再上传。"
OTHER = "这不是照片（JPG、PNG），也不是 MP3、M4A、AMR 或 MP4。请另存为其中一种，再上传。"
BROKEN = "这个文件不完整，或是坏的，读不出有多长。请重新导出，再上传。"
CODEC = "这个视频的编码有的手机放不出来。请另存为 H.264 编码的 MP4，再上传。"


@dataclass(frozen=True, slots=True)
class Recording:
    """Recording as a page plays it, or, where it is AMR, the chat alone."""

    content_type: str
    seconds: float

    @property
    def is_video(self) -> bool:
        return self.content_type == "video/mp4"

    @property
    def is_for_chat(self) -> bool:
        """Whether no page plays it."""
        return self.content_type == AMR


def is_voice(content_type: str, seconds: float | None, size: int) -> bool:
    """Whether a sound can go as a voice of the chat.

    >>> is_voice(MP3, 60, 480_000), is_voice(MP3, 61, 480_000), is_voice("audio/mp4", 9, 90_000), is_voice(AMR, 9, 90)
    (True, False, False, True)
    """
    return content_type in VOICE_TYPES and (seconds or 0) <= LONGEST_VOICE and size <= LARGEST_VOICE


def read(content: bytes) -> Recording:
    """Read what a recording is and how long it lasts. Raises Refused for what neither pages nor the chat play.

    >>> sound = read((b"\\xff\\xfb\\x90\\x00" + bytes(413)) * 100)
    >>> sound.content_type, round(sound.seconds, 1)
    ('audio/mpeg', 2.6)
    >>> read(b"#!AMR\\n" + (b"\\x04" + bytes(12)) * 100)
    Recording(content_type='audio/amr', seconds=2.0)
    >>> read(b"#!AMR\\n" + (b"\\x04" + bytes(12)) * 4000)
    Traceback (most recent call last):
    foundation.errors.Refused: AMR 录音只能在聊天里听，最长 60 秒、2 MB。请截短，或另存为 MP3、M4A，再上传。
    """
    if not content:
        raise Refused(EMPTY)
    if len(content) > LARGEST:
        raise Refused(TOO_LARGE)
    if content.startswith(b"#!AMR"):
        return _amr(content)
    content_type = _type(content)
    try:
        seconds = TinyTag.get(file_obj=io.BytesIO(content), tags=False).duration
    except TinyTagException:
        seconds = None
    if not seconds or (content_type != MP3 and not _is_whole(content)):
        raise Refused(BROKEN)
    if not SHORTEST <= seconds <= LONGEST:
        raise Refused(f"这段有 {seconds:,.0f} 秒，应在 {SHORTEST} 秒到 {LONGEST // 60} 分钟之间，请截成几段，再上传。")
    return Recording(content_type, round(seconds, 2))


def _type(content: bytes) -> str:
    if content.startswith(b"ID3") or (content[0] == 0xFF and content[1:2] and content[1] & 0xE6 == 0xE2):
        return MP3
    if content[4:8] != b"ftyp":
        raise Refused(OTHER)
    if _VIDEO_TRACK.search(content):
        if not _SEEN.search(content):
            raise Refused(CODEC)
        return "video/mp4"
    if not _SOUND_TRACK.search(content):
        raise Refused(OTHER)
    return "audio/mp4"


def _amr(content: bytes) -> Recording:
    """Count the frames of an AMR recording, as phones make it."""
    if not content.startswith(_AMR_HEAD):
        raise Refused(WIDE_AMR)
    at, frames = len(_AMR_HEAD), 0
    while at < len(content):
        size = _AMR_FRAMES.get(content[at] >> 3 & 0x0F)
        if size is None or at + size > len(content):
            raise Refused(BROKEN)
        at, frames = at + size, frames + 1
    seconds = round(frames * _AMR_SECONDS, 2)
    if not is_voice(AMR, seconds, len(content)):
        raise Refused(LONG_AMR)
    if seconds < SHORTEST:
        raise Refused(BROKEN)
    return Recording(AMR, seconds)


def _is_whole(content: bytes) -> bool:
    """Whether the boxes of an MP4 file end where the file does: else its upload or its making broke off."""
    at = 0
    while at + 8 <= len(content):
        size = int.from_bytes(content[at : at + 4])
        if size == 1:
            size = int.from_bytes(content[at + 8 : at + 16])
        if size == 0:  # the last one, to the end of the file
            return True
        if size < 8:
            return False
        at += size
    return at == len(content)
