"""Prices of text messages: in thousandths of a yuan, as people write them."""

import re

from effect.texts import costs as texts
from foundation.errors import Refused

#: The dearest message that anybody would pay for, in thousandths of a yuan.
MOST = 10_000


def read(said: str) -> int:
    """Return a price in yuan that somebody wrote, in thousandths. Raises Refused where it is none.

    >>> read("0.05"), read(" 0.045 元 "), read("1")
    (50, 45, 1000)
    >>> read("五分")
    Traceback (most recent call last):
        ...
    foundation.errors.Refused: 请写一条短信多少元，例如 0.05。
    """
    found = re.fullmatch(r"(\d{1,2})(?:\.(\d{1,3}))?元?", said.replace(" ", ""), re.ASCII)
    mills = int(found[1]) * 1000 + int((found[2] or "").ljust(3, "0")) if found else 0
    if not 0 < mills <= MOST:
        raise Refused(texts.NO_PRICE)
    return mills


def written(mills: int) -> str:
    """Return a price as people write it.

    >>> written(50), written(45), written(1000)
    ('0.05', '0.045', '1.00')
    """
    return f"{mills // 1000}.{mills % 1000:03}".removesuffix("0")


def yuan(messages: int, mills: int) -> float:
    """Return what messages cost, in yuan.

    >>> yuan(1284, 45)
    57.78
    """
    return messages * mills / 1000
