"""Names of colleagues, as people write them."""

import re


def holds_name(words: str, name: str) -> bool:
    """Whether a text names a colleague, with more around the name.

    >>> holds_name("陈志强经理", "陈志强"), holds_name("交给林小燕", "林小燕")
    (True, True)
    """
    return len(name) > 1 and name in words


def resembles_name(words: str, name: str) -> bool:
    """Whether a colleague's name was written with one wrong character.

    >>> resembles_name("林小雁", "林小燕"), resembles_name("王伟", "王芳"), resembles_name("老赵", "林小燕")
    (True, False, False)
    """
    return len(name) > 2 and differs_once(words, name)


def is_family_name(words: str, name: str) -> bool:
    """Whether a colleague is called by the family name.

    >>> is_family_name("林经理", "林小燕"), is_family_name("小林", "林小燕"), is_family_name("林老板", "林小燕")
    (True, True, False)
    """
    found = re.fullmatch(r"(.{1,2})(?:经理|主任|科长|站长|组长|姐|哥|工)|[小老](.)", words)
    return found is not None and name.startswith(found[1] or found[2])


def differs_once(word: str, other: str) -> bool:
    """Whether one word is the other with one wrong character."""
    return len(word) == len(other) and sum(map(str.__ne__, word, other)) == 1
