"""Questions to the classroom: which ask the same."""

import hashlib
from collections.abc import Sequence

from finding.cutting import clean


def meaning(meanings: Sequence[tuple[str, ...]], words: str) -> str:
    """Digest of what a question means: the same for other words that mean the same, in whatever order. Where no word
    says anything, the letters do.

    >>> fine, pay = ("罚款", "处罚"), ("交",)
    >>> meaning([fine, pay], "罚款怎么交") == meaning([pay, fine], "怎么交处罚")
    True
    >>> meaning([], "怎么办") == meaning([], "为什么")
    False
    """
    said = "\n".join(sorted({" ".join(sorted(each)) for each in meanings})) or clean(words)
    return hashlib.sha256(said.encode()).hexdigest()
