"""Snippets: the place in a message that a search has found, with some words around it."""

from dataclasses import dataclass

from foundation.text import folded

#: Characters shown in front of what was found.
LEAD = 12


@dataclass(frozen=True, slots=True)
class Snippet:
    """Place in a text: what stands before it, itself, and what follows."""

    before: str
    hit: str
    after: str


def around(text: str, sought: str, longest: int = 60) -> Snippet | None:
    """Return the first place of a text that holds what is sought, ignoring width and case; None where none does.

    >>> around("红七匹狼这周断货了", "断货")
    Snippet(before='红七匹狼这周', hit='断货', after='了')
    >>> around("老板您好，想问一下这个星期能不能送ＡＢＣ两箱来", "abc两", 20)
    Snippet(before='…问一下这个星期能不能送', hit='ＡＢＣ两', after='箱来')
    >>> around("断货", "补货"), around("断货", "")
    (None, None)
    """
    line = " ".join(text.split())
    # The place of each folded character in the line: folding may change the length of a text.
    places = [at for at, letter in enumerate(line) for _ in folded(letter)]
    at = "".join(map(folded, line)).find(folded(sought)) if sought else -1
    if at < 0:
        return None
    first, last = places[at], places[at + len(folded(sought)) - 1] + 1
    begin = max(first - LEAD, 0) if len(line) > longest else 0
    lead = f"…{line[begin + 1 : first]}" if begin else line[:first]
    rest = max(longest - len(lead) - (last - first), 0)
    tail = line[last:] if len(line) - last <= rest else f"{line[last : last + max(rest - 1, 0)]}…"
    return Snippet(lead, line[first:last], tail)
