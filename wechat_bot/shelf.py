"""Where the media folder keeps a file."""

from pathlib import Path


def path_of(folder: Path, sha256: str) -> Path:
    """Where a file with this hash lies."""
    return folder / sha256[:2] / sha256
