"""What a shop is told when a quota (名额) is full."""

from __future__ import annotations

from collections.abc import Iterable

FULL = "这份调查要的份数已经收满，谢谢您愿意填。有事可直接在这里留言。"
FULL_KEPT = "刚刚别家先交，这份调查要的份数已经收满。您填过的都还留着，有了空的名额可以接着交，谢谢您。"


def option_full(labels: Iterable[str]) -> str:
    """For a choice nobody can make any more."""
    return f"{'、'.join(f'“{label}”' for label in labels)}的名额已经满了，请选别的。"


def option_just_full(labels: Iterable[str]) -> str:
    """For a choice that was made while it could be, and cannot be handed in."""
    return f"{'、'.join(f'“{label}”' for label in labels)}的名额刚刚满了，请改选别的；您填的其他题都还留着。"
