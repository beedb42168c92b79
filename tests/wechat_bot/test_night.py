"""Colours of the pages inside WeChat: each one a token with a value for the night, and all of them can be read."""

import re
from itertools import product
from pathlib import Path

import pytest

from config.settings import ROOT

BASE = ROOT / "wechat_bot/static/mobile.css"
TOKENS = re.compile(r'body:not\(\[data-weui-theme="none"\]\) \{([^}]*)\}')
COLOUR = re.compile(
    r"#[0-9a-f]{3,8}\b|\b(?:rgba?|hsla?)\(|(?<![-\w])(?:white|black|gray|grey|red|green|yellow)(?![-\w])", re.I
)


def phone_pages() -> dict[str, str]:
    """The templates of pages inside WeChat, by name."""
    written = {
        path.relative_to(path.parents[1]).as_posix(): path.read_text(encoding="utf-8")
        for folder in ROOT.glob("*/templates")
        for path in folder.rglob("*.html")
    }
    pages = {"mobile/base.html"}
    while more := {
        name
        for name, text in written.items()
        if name not in pages and (above := re.search(r'{% extends "([^"]+)"', text)) and above[1] in pages
    }:
        pages |= more
    return {page: written[page] for page in pages}


def phone_sheets() -> list[Path]:
    """The style sheets that pages inside WeChat load."""
    named = {each for text in phone_pages().values() for each in re.findall(r"asset\('(\w+/[\w.]+\.css)'\)", text)}
    ours = (each.split("/") for each in named if not each.startswith("weui/"))
    return [ROOT / feature / "static" / name for feature, name in ours]


def themes() -> list[dict[str, str]]:
    text = re.sub(r"(?s)/\*.*?\*/", "", BASE.read_text(encoding="utf-8"))
    return [
        {name: value.strip() for name, value in re.findall(r"(--[\w-]+):\s*([^;]+);", each)}
        for each in TOKENS.findall(text)
    ]


def light(colour: str) -> float:
    """Relative luminance, by WCAG 2."""
    digits = colour.removeprefix("#")
    digits = "".join(2 * each for each in digits) if len(digits) == 3 else digits
    parts = [int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    linear = [each / 12.92 if each <= 0.03928 else ((each + 0.055) / 1.055) ** 2.4 for each in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    brighter, darker = sorted((light(one), light(other)), reverse=True)
    return (brighter + 0.05) / (darker + 0.05)


def test_every_colour_of_a_page_inside_wechat_is_a_token_with_a_value_for_the_night() -> None:
    day, night = themes()
    assert day.keys() - {"--gap", "--round"} == night.keys()
    codes = [(each["--code-paper"], each["--code-ink"]) for each in (day, night)]
    assert codes == [("#fff", "#191919")] * 2, "a code is scanned black on white, at night too"
    sheets = phone_sheets()
    assert BASE in sheets and len(sheets) > 3
    literal = {}
    for path in sheets:
        text = re.sub(r"(?s)/\*.*?\*/|\"[^\"]*\"", "", TOKENS.sub("", path.read_text(encoding="utf-8")))
        assert not re.search(r"var\(--weui", text), f"{path}: a colour of WeUI's own"
        literal[path.relative_to(ROOT).as_posix()] = COLOUR.findall(text)
    assert not any(literal.values()), literal


@pytest.mark.parametrize("at", [0, 1], ids=["day", "night"])
def test_text_stands_out_from_its_ground_by_day_and_by_night(at) -> None:
    token = themes()[at]
    grounds = ("--page", "--paper")
    texts = [(text, ground) for text, ground in product(("--ink", "--ink-2", "--link"), grounds)]
    texts += [(f"{kind}-text", ground) for kind in ("--go", "--bad", "--warn") for ground in (f"{kind}-soft", *grounds)]
    texts += [("--ink", f"{kind}-soft") for kind in ("--go", "--bad", "--warn")]
    texts += [("--on-go", "--go"), ("--on-go", "--bad"), ("--on-go", "--said")]
    pale = [(*pair, round(contrast(*(token[each] for each in pair)), 1)) for pair in texts]
    assert [each for each in pale if each[2] < 4.5] == []
    edges = [(ground, round(contrast(token["--edge"], token[ground]), 1)) for ground in grounds]
    assert [each for each in edges if each[1] < 3] == []


def test_no_page_inside_wechat_speaks_of_an_openid() -> None:
    pages = phone_pages()
    assert len(pages) > 20
    said = {name: re.sub(r"(?s)\{[%{#].*?[%}#]\}|<[^>]*>", "", text) for name, text in pages.items()}
    assert [name for name, text in said.items() if "openid" in text.lower() or "请看这里" in text] == []
