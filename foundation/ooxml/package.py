"""OPC package reader (.xlsx, .docx): its parts and their relationships, unpacked piece by piece within limits."""

import io
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from posixpath import join, normpath
from xml.parsers import expat

from foundation.errors import Refused
from foundation.ooxml.kinds import FileKind, megabytes
from foundation.ooxml.parser import Attributes, Parser

ZIP, COMPOUND = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
LOCKED = "这个文件加了密码，请去掉密码再试"
#: Name of the one part of a file with a password.
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_PIECE = 1 << 16
_MOST_PARTS = 2000
#: Limits of the parts that describe the others: bytes and elements.
_LARGEST_PLAN, _LONGEST_PLAN = 32 << 20, 200_000
#: What `zipfile` raises for a broken list of parts: no zip file, one of a newer version, and a name that is not UTF-8.
_BROKEN_DIRECTORY = (zipfile.BadZipFile, NotImplementedError, ValueError)
#: What it raises for a broken part: a wrong checksum, broken compression, patched data, a part that ends too early, and
#: one that begins before the file (ValueError) or further away than a number can say (OverflowError).
_BROKEN_PART = (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError, ValueError, OverflowError)


def opened(content: bytes, kind: FileKind, *, unpacked: int) -> "Package":
    """Open a package of which no part may unpack to more bytes. Raises `Refused` for content that is none."""
    if content.startswith(COMPOUND):
        raise Refused(LOCKED if _ENCRYPTED in content else kind.old)
    if not content.startswith(ZIP):
        raise Refused(kind.unreadable)
    # Each part takes half a kilobyte of memory even if it is never read.
    parts = content.count(b"PK\x01\x02")
    if parts > _MOST_PARTS:
        raise Refused(kind.too_large(f"{kind.whole}里有 {parts:,} 个部分", f"最多 {_MOST_PARTS:,} 个"))
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
    except _BROKEN_DIRECTORY:
        raise Refused(kind.unreadable) from None
    return Package(archive, kind, unpacked)


@dataclass
class Package:
    """Opened package whose parts are read when they are needed."""

    archive: zipfile.ZipFile
    kind: FileKind
    unpacked: int

    @cached_property
    def parts(self) -> dict[str, zipfile.ZipInfo]:
        return {part.filename.replace("\\", "/").lower().lstrip("/"): part for part in self.archive.infolist()}

    @cached_property
    def main(self) -> str:
        """The part that everything begins with; empty where there is none."""
        named = [part for kind, part in self.related("").values() if kind == "officeDocument"]
        return next((part for part in (*named, self.kind.main) if part in self.parts), "")

    def related(self, part: str) -> dict[str, tuple[str, str]]:
        """Relationships of a part by their ids: the kind and path of each target."""
        folder, _, name = part.rpartition("/")
        listed = f"{folder}/_rels/{name}.rels".lstrip("/")
        if listed not in self.parts:
            return {}
        return {
            each.get("Id", ""): (
                each.get("Type", "").rpartition("/")[2],
                normpath(join("/", folder, each.get("Target", "").replace("\\", "/"))).lower().lstrip("/"),
            )
            for element, each in self.elements(listed)
            if element == "Relationship"
        }

    def one(self, kind: str) -> str:
        """The part of this kind that the main part names; empty where there is none."""
        found = self.related(self.main).values()
        return next((part for each, part in found if each == kind and part in self.parts), "")

    def elements(self, part: str) -> list[tuple[str, Attributes]]:
        """The elements of a small part, in order."""
        if not part:
            raise Refused(self.kind.unreadable)
        parser = Parser({}, {}, self.kind)
        found: list[tuple[str, Attributes]] = []
        parser.keep = found
        for _ in self.parse(part, parser, _LARGEST_PLAN):
            if len(found) > _LONGEST_PLAN:
                said = f"{self.kind.whole}的样式和说明超过 {_LONGEST_PLAN:,} 项"
                raise Refused(self.kind.too_large(said, f"最多 {_LONGEST_PLAN:,} 项"))
        return found

    def parse(self, part: str, parser: Parser, most: int | None = None) -> Iterator[None]:
        """Feed a part to a parser, yielding after each piece."""
        for piece in self.pieces(part, most):
            try:
                parser.feed(piece)
            except expat.ExpatError:
                raise Refused(self.kind.unreadable) from None
            yield

    def pieces(self, part: str, most: int | None = None) -> Iterator[bytes]:
        """The unpacked pieces of a part; the last is empty. Never unpacks more than the archive declares."""
        most = min(most or self.unpacked, self.unpacked)
        info = self.parts[part]
        if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise Refused(self.kind.unreadable)
        if info.flag_bits & 1:
            raise Refused(LOCKED)
        if info.file_size > most:
            raise Refused(self.kind.too_large(f"展开后有 {megabytes(info.file_size)}", f"最多 {megabytes(most)}"))
        try:
            with self.archive.open(info) as packed:
                while piece := packed.read(_PIECE):
                    yield piece
        except _BROKEN_PART:
            raise Refused(self.kind.unreadable) from None
        yield b""
