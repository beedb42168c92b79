"""Buttons of the authoring page: each changes the cards, and what is kept of deleted ones; what it did is said."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from foundation.errors import Refused
from questions.editor import moves, pasting, undo
from questions.editor.form import Items
from questions.editor.undo import Deleted
from questions.question import Question

GONE = "放不回去了：原来的题已经不在，或者题目、选项已经满了。"


@dataclass(frozen=True)
class Pressed:
    """Cards behind a button."""

    items: Items
    deleted: tuple[Deleted, ...] = ()
    said: str = ""


def pressed(items: Items, deleted: tuple[Deleted, ...], wanted: str, published: Collection[Question]) -> Pressed:
    """Return the cards after a button: one of `moves.done`, `paste:q3` for the options pasted into a card, or `undo`
    for what was deleted last.

    `published` are the questions of earlier versions. Raises Refused as `moves.done` does, and where nothing can be put
    back.

    >>> cards = moves.done((), "add:text")
    >>> gone = pressed(cards, (), "delete:q1", ())
    >>> gone.items, gone.said, [card.code for card in pressed(gone.items, gone.deleted, "undo", ()).items]
    ((), '已删除第 1 题。', ['q1'])
    """
    verb, _, code = wanted.partition(":")
    if verb == "paste":
        found = pasting.options(items, code)
        return Pressed(found.items, deleted, found.said)
    if verb == "undo" and deleted:
        back = undo.undone(items, deleted[-1])
        if back is None:
            raise Refused(GONE)
        return Pressed(back, deleted[:-1], f"{deleted[-1].said}放回来了。")
    after = moves.done(items, wanted, taken={question.code for question in published} | _codes(deleted))
    if verb not in ("delete", "option_delete"):
        return Pressed(after, deleted)
    kept = undo.noted(items, after, deleted, published)
    return Pressed(after, kept, f"已删除{kept[-1].said}。" if len(kept) > len(deleted) or kept != deleted else "")


def _codes(deleted: Collection[Deleted]) -> set[str]:
    """Codes of deleted questions: no new one gets them, so that they can come back."""
    return {str(each.entry.get("code")) for each in deleted if not each.of}
