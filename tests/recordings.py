"""Recordings written by hand, with nothing to be heard or seen in them: as their makers write them, and broken ones."""

import struct


def mp3(seconds: float) -> bytes:
    """A sound of 128 kbit a second."""
    return (b"\xff\xfb\x90\x00" + bytes(413)) * round(seconds * 44_100 / 1152)


def amr(seconds: float) -> bytes:
    """A sound as phones record it, of fifty frames a second."""
    return b"#!AMR\n" + (b"\x04" + bytes(12)) * round(seconds * 50)


def m4a(seconds: float) -> bytes:
    return _film(seconds, b"soun", b"aac ")


def mp4(seconds: float, codec: bytes = b"avc1") -> bytes:
    return _film(seconds, b"vide", codec)


def _box(name: bytes, *inside: bytes) -> bytes:
    content = b"".join(inside)
    return struct.pack(">I4s", len(content) + 8, name) + content


def _film(seconds: float, track: bytes, codec: bytes) -> bytes:
    length = _box(b"mvhd", struct.pack(">5I", 0, 0, 0, 1000, round(seconds * 1000)), bytes(80))
    kind = _box(b"hdlr", struct.pack(">II4s", 0, 0, track), bytes(13))
    coded = _box(b"stsd", struct.pack(">II", 0, 1), _box(codec, bytes(60)))
    tracks = _box(b"trak", _box(b"mdia", kind, _box(b"minf", _box(b"stbl", coded))))
    return _box(b"ftyp", b"isom\0\0\0\0isom") + _box(b"moov", length, tracks) + _box(b"mdat", bytes(1000))
