"""Texts for people use Chinese punctuation; half-width marks only in codes, numbers, commands and what is typed."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = sorted(
    path.parent.name for path in ROOT.glob("*/__init__.py") if path.parent.name not in ("tests", "benchmarks")
)

HAN = r"[\u3400-\u9fff]"
#: A half-width mark that touches a Chinese character, or a value put between such: `…了,`, `{name}:`, `家)`.
BEHIND = rf"(?:{HAN}[”’》】』）]?|(?<={HAN})\s?[0-9\ue000]+%?)[,:;?!()\"]"
BEFORE = rf"[,;?!()\"]{HAN}|(?<![A-Za-z]): ?{HAN}"
MARK = re.compile(f"{BEHIND}|{BEFORE}")
#: Not for people: patterns, addresses, tags of HTML, and what is spelled as YAML (a word, a colon and a blank; braces).
PATTERN = re.compile(r"\(\?|\|.*\||\[\^|[\])][+*?]|\\[sdwSDWb]")
CODE = re.compile(
    r"https?://[^\s\u3000-\uffff]+|<[a-zA-Z/!][^<>]*>|\{[^{}]*(?:\[[^\[\]]*\])?[^{}]*\}"
    r"|[A-Za-z_]+: |\d,\d{3}|\d:\d|![A-Z\ue000]\d?"
)

#: What stands there with a half-width mark all the same, and why.
ALLOWED = {
    "英文的 :": "which colon YAML wants",
    "英文的 ,": "which comma YAML wants",
    "名称: 值": "how YAML is written",
    " ,、;/|+&.。和与跟及加": "signs that part the options of a reply",
}
#: What `make run` prints is English.
LEFT_OUT = {"config/run.py"}


def wrong(text: str) -> list[str]:
    """The half-width marks of a text, each with what stands around it."""
    if not re.search(HAN, text) or PATTERN.search(text):
        return []
    for allowed in ALLOWED:
        text = text.replace(allowed, "")
    text = CODE.sub("x", text)
    return [text[max(found.start() - 8, 0) : found.end() + 8] for found in MARK.finditer(text)]


def sentences(path: Path) -> Iterator[tuple[int, str]]:
    """The string literals of a module, with \ue000 for each value that is put in; no pattern, and of
    the docstrings only those that a command shows as its help."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    skipped: set[ast.AST] = set()
    helps = {
        node.body[0]
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef)
        and any(re.search(r"\.(command|group)\(|^click\.", ast.unparse(each)) for each in node.decorator_list)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and node not in helps:
            skipped.add(node.value)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            called = ast.unparse(node.func)
            if called.startswith("re.") or node.func.attr in ("strip", "rstrip", "lstrip"):
                skipped.update(inner for argument in node.args for inner in ast.walk(argument))
        if isinstance(node, ast.JoinedStr):
            skipped.update(part for part in node.values if isinstance(part, ast.Constant))
    for node in ast.walk(tree):
        if node in skipped:
            continue
        if isinstance(node, ast.JoinedStr):
            yield (
                node.lineno,
                "".join(part.value if isinstance(part, ast.Constant) else "\ue000" for part in node.values),
            )
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.lineno, node.value


def shown(path: Path) -> Iterator[tuple[int, str]]:
    """What a template says: the text between its tags, the texts in its tags, the sentences in its expressions."""
    source = re.sub(
        r"\{#.*?#\}|<!--.*?-->|<(script|style)\b.*?</\1>", _blank, path.read_text(encoding="utf-8"), flags=re.S
    )
    for found in re.finditer(r"\{[{%].*?[%}]\}", source, re.S):
        for said in re.finditer(r"\"([^\"]*)\"|'([^']*)'", found[0]):
            yield source.count("\n", 0, found.start()) + 1, said[1] or said[2] or ""
    bare = re.sub(r"\{\{.*?\}\}", lambda found: "\ue000" + "\n" * found[0].count("\n"), source, flags=re.S)
    bare = re.sub(r"\{%.*?%\}", _blank, bare, flags=re.S)
    for found in re.finditer(r"(?:placeholder|title|alt|aria-label|data-confirm)=\"([^\"]*)\"", bare):
        yield bare.count("\n", 0, found.start()) + 1, found[1]
    # A tag within a sentence does not part it.
    text = re.sub(r"<code>.*?</code>", "x", bare, flags=re.S)
    text = re.sub(r"</?(?:a|b|strong|em|span|small|kbd|time|br)\b[^<>]*>", "", text)
    yield from enumerate(re.sub(r"<[^<>]*>", _blank, text).split("\n"), 1)


def scripted(path: Path) -> Iterator[tuple[int, str]]:
    """The string literals of a script."""
    source = re.sub(r"(?m)^\s*//.*$|/\*.*?\*/", _blank, path.read_text(encoding="utf-8"), flags=re.S)
    for found in re.finditer(r"\"([^\"\n]*)\"|`([^`]*)`", source):
        said = re.sub(r"\$\{[^{}]*\}", "\ue000", found[1] or found[2] or "")
        yield source.count("\n", 0, found.start()) + 1, said


def written(path: Path) -> Iterator[tuple[int, str]]:
    """The lines of a page in Chinese, without its code."""
    text = re.sub(r"(?s)```.*?```", _blank, path.read_text(encoding="utf-8"))
    for number, line in enumerate(text.split("\n"), 1):
        yield number, re.sub(r"`[^`]*`|\]\([^)]*\)|<[^<>]*>", "x", line)


def _blank(found: re.Match[str]) -> str:
    return "\n" * found[0].count("\n")


READERS = {".py": sentences, ".html": shown, ".js": scripted, ".md": written}


def files(ending: str) -> list[Path]:
    if ending == ".md":
        return [ROOT / "README.zh-CN.md"]
    found = (path for package in PACKAGES for path in (ROOT / package).rglob(f"*{ending}"))
    return sorted(path for path in found if str(path.relative_to(ROOT)) not in LEFT_OUT)


@pytest.mark.parametrize("ending", READERS)
def test_texts_for_people_use_chinese_punctuation(ending: str) -> None:
    found = [
        f"{path.relative_to(ROOT)}:{number}: …{mark}…"
        for path in files(ending)
        for number, text in READERS[ending](path)
        for mark in wrong(text)
    ]
    assert found == []


def test_a_half_width_mark_is_found_and_what_is_no_sentence_is_left_alone() -> None:
    for text in (
        "请写上内容,再发。",
        "共 3 题(约 2 分钟)",
        "已选:甲",
        '回复"退出"',
        "要删除吗?",
        "\ue000 家店,\ue000 家",
        "共 12,再",
    ):
        assert wrong(text), text
    for text in (
        "12:30 到",
        "共 1,200 家",
        "https://x.cn/a?b=1",
        "{class: [现代终端, 普通终端]}",
        r"第\s*(\d+)",
        "Err:502",
        "题目!A1：",
    ):
        assert wrong(text) == [], text


def test_no_line_of_a_template_is_longer_than_140_signs() -> None:
    """Broken before a statement (`{%- if`), between blocks, or between attributes: there a blank is never seen."""
    found = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in files(".html")
        for number, line in enumerate(path.read_text(encoding="utf-8").split("\n"), 1)
        if len(line) > 140
    ]
    assert found == []


def test_no_field_of_the_console_speaks_the_language_of_the_browser() -> None:
    """Days and moments are fields of text with a calendar of ours (kit.day, kit.moment), not the browser's own."""
    found = [
        str(path.relative_to(ROOT))
        for path in files(".html")
        if "console" in path.parts
        and re.search(r'type="(date|datetime-local|time|month|week)"', path.read_text(encoding="utf-8"))
    ]
    assert found == []
