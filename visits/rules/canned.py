"""Canned answers: their variables, and how they are filled in."""

import re
from collections.abc import Mapping

from foundation.errors import Refused
from foundation.text import visible

VARIABLES = ("店名", "称呼", "经理", "电话", "截止")
LONGEST_TITLE, LONGEST = 40, 500
_PLACE = re.compile(r"[{｛]\s*([^{}｛｝]{1,20})\s*[}｝]")


def check(title: str, content: str) -> tuple[str, str]:
    """Return a canned answer as it is saved. Raises `Refused` where it is empty, too long, or names an unknown
    variable.

    >>> check(" 到货 ", "{店名}的货明天到")
    ('到货', '{店名}的货明天到')
    >>> check("到货", "{店铺}的货明天到")
    Traceback (most recent call last):
    foundation.errors.Refused: 没有变量{店铺}。可以用：{店名} {称呼} {经理} {电话} {截止}。
    """
    title, content = visible(title), visible(content)
    if not title or not content:
        raise Refused("标题和内容都要写。")
    if len(title) > LONGEST_TITLE or len(content) > LONGEST:
        raise Refused(f"标题最多 {LONGEST_TITLE} 字，内容最多 {LONGEST} 字。")
    for name in _PLACE.findall(content):
        if name.strip() not in VARIABLES:
            known = " ".join(f"{{{each}}}" for each in VARIABLES)
            raise Refused(f"没有变量{{{name.strip()}}}。可以用：{known}。")
    return title, content


def unfilled(content: str) -> str | None:
    """Return the first variable left unfilled in a text to be sent.

    >>> unfilled("请打{电话}"), unfilled("请打 13900002201 {急}")
    ('电话', None)
    """
    named = (name.strip() for name in _PLACE.findall(content))
    return next((name for name in named if name in VARIABLES), None)


def fill(content: str, values: Mapping[str, str]) -> str:
    """Fill in a canned answer's variables; an unknown one stays visible for the writer to correct.

    >>> fill("{称呼},{店名}的货｛截止｝前到", {"称呼": "王老板", "店名": "城南便利店", "截止": "明天 15:20"})
    '王老板,城南便利店的货明天 15:20前到'
    >>> fill("请打{电话}", {"电话": ""})
    '请打{电话}'
    """
    return _PLACE.sub(lambda match: values.get(match[1].strip()) or match[0], content)
