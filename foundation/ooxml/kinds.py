"""Kinds of office files: where a file's main part is, and what people are told of one that cannot be read."""

from dataclasses import dataclass

from foundation.errors import Refused


@dataclass(frozen=True, slots=True)
class FileKind:
    """Kind of an office file."""

    main: str
    #: What people call the file, and what they are shown of it.
    whole: str
    called: str
    unreadable: str
    old: str
    shrink: str

    def too_large(self, found: str, most: str) -> str:
        """The sentence for a file that is too large."""
        return f"{self.called}太大：{found}，{most}。{self.shrink}，再试一次。"

    def weigh(self, size: int, most: int) -> None:
        """Raise `Refused` for a file of more bytes than these."""
        if size > most:
            raise Refused(self.too_large(f"文件有 {megabytes(size)}", f"最多 {megabytes(most)}"))


def megabytes(size: int) -> str:
    """A size in megabytes, in words.

    >>> megabytes(64 << 20), megabytes(1_700_000)
    ('64 MB', '1.6 MB')
    """
    return f"{size / (1 << 20):,.1f}".removesuffix(".0") + " MB"
