"""Sources that texts of ours name."""

import re

#: A law without its year and version behind it: 《行政许可法》（2019年修正）第五十条 has them.
_UNDATED = re.compile(r"《([^》]*(?:法|条例|规定))》(?!（\d{4}年[^）]*）)")


def undated(text: str) -> list[str]:
    """The laws that a text cites without saying which version it means."""
    return _UNDATED.findall(text)
