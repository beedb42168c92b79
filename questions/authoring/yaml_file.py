"""Reader of YAML: gives the mapping its author means, with the line of every value."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Any

import yaml

from foundation.errors import Refused
from foundation.text import bare
from questions.authoring.layout import AuthoredFile, FileLayout
from questions.authoring.spelling import Path

LARGEST = 256 * 1024
"""Bytes; the largest allowed set of questions, each at its longest, needs less."""

DEEPEST = 12
MOST_NODES = 5000

_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")
#: A list in brackets that YAML does not know, where a list is meant.
_BRACKETED = re.compile("[［【](.*)[］】]")
_COMMAS = re.compile("[,，]")


class _Loader(yaml.SafeLoader):
    """YAML loader that reads only whole numbers, true, false and null as more than text.

    YAML 1.1 would also turn 9:30 into 570, 1.10 into 1.1, no into false and a moment into a date: all wrong in a label.
    And PyYAML ends a text in braces at a question mark, which YAML 1.2 treats as a letter: {text: 满意吗?, …}.
    """

    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}
    _in_text = False

    def scan_plain(self) -> yaml.ScalarToken:
        self._in_text = True
        try:
            return super().scan_plain()
        finally:
            self._in_text = False

    def peek(self, index: int = 0) -> str:
        # Only looked at; the text itself is cut from the buffer, including the question mark.
        letter = super().peek(index)
        return "x" if letter == "?" and self._in_text else letter


_Loader.add_implicit_resolver("tag:yaml.org,2002:int", re.compile("^-?(?:0|[1-9][0-9]{0,14})$"), list("-0123456789"))
_Loader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile("^(?:true|false|True|False)$"), list("tfTF"))
_Loader.add_implicit_resolver("tag:yaml.org,2002:null", re.compile("^(?:~|null|)$"), ["~", "n", ""])


def parse(content: bytes | str, layout: FileLayout) -> AuthoredFile:
    """Read a YAML file; bytes are UTF-8, or GB18030 as an old Windows writes them.

    Raises Refused naming the line: for what is no YAML, is too large or deep, or uses anchors, tags or a key twice.

    >>> layout = FileLayout("问卷", {})
    >>> written = parse("title: 周末\\nquestions:\\n  - {code: q1, type: text, text: 为什么?}\\n", layout)
    >>> written.data["questions"][0]["text"], written.places["questions", 0, "text"]
    ('为什么?', '第 3 行')
    """
    if len(content) > LARGEST:
        raise Refused(f"文件太大，最多 {LARGEST // 1024} KB")
    text = _decoded(content) if isinstance(content, bytes) else content
    try:
        _look_over(text)
        node = yaml.compose(text, Loader=_Loader)
    except yaml.reader.ReaderError:
        raise Refused("文件里有不能读的字符，请另存为 UTF-8 文本再试") from None
    except yaml.MarkedYAMLError as error:
        raise Refused(_explained(error, text, layout.called)) from None
    if not isinstance(node, yaml.MappingNode):
        hint = "，冒号要用英文的 : 并在后面空一格" if "：" in text else ""
        raise Refused(f"第 1 行：{layout.called}应由 title: 标题 这样的几项组成{hint}")
    places: dict[Path, str] = {}
    data = _value(node, (), places, {"show_if", *layout.names})
    del places[()]  # the whole file needs no place
    return AuthoredFile(data, places)


def _decoded(content: bytes) -> str:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise Refused("文件的编码读不了，请另存为 UTF-8 文本再试")


def _look_over(text: str) -> None:
    """Refuse dangerous YAML before anything is built: a few lines of aliases can expand into gigabytes, a few brackets
    overflow the stack."""
    depth = 0
    for nodes, event in enumerate(yaml.parse(text, Loader=_Loader)):
        line = f"第 {event.start_mark.line + 1 if event.start_mark else 1} 行"
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise Refused(f"{line}：不能用 & 和 * 引用，如果是文字请加引号")
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > DEEPEST:
            raise Refused(f"{line}：套了太多层")
        if nodes > MOST_NODES:
            raise Refused(f"{line}：内容太多")


def _value(node: yaml.Node, path: Path, places: dict[Path, str], listed: Collection[str]) -> Any:
    line = f"第 {node.start_mark.line + 1} 行"
    places[path] = line
    tag = node.tag.removeprefix("tag:yaml.org,2002:")
    if tag not in ("str", "int", "bool", "null", "map", "seq"):
        raise Refused(f"{line}：不能用标记 {tag[:30]}")
    if isinstance(node, yaml.MappingNode):
        mapping: dict[str, Any] = {}
        for key_node, value_node in node.value:
            key_line = f"第 {key_node.start_mark.line + 1} 行"
            if not isinstance(key_node, yaml.ScalarNode):
                raise Refused(f"{key_line}：冒号前应是一个词")
            key = bare(_legible(key_node, key_line)).strip()
            if key in mapping:
                raise Refused(f"{key_line}：“{key}”写了两次")
            mapping[key] = _value(value_node, (*path, key), places, listed)
        return mapping
    if isinstance(node, yaml.SequenceNode):
        return [_value(one, (*path, n), places, listed) for n, one in enumerate(_entries(node, line))]
    _legible(node, line)
    if isinstance(node, yaml.ScalarNode) and node.style is None and _is_list(path, listed):
        bracketed = _BRACKETED.fullmatch(node.value)
        if bracketed:
            return [each.strip() for each in _COMMAS.split(bracketed[1]) if each.strip()]
    if tag == "int":
        return _whole(node.value, line)
    if tag == "bool":
        return node.value in ("true", "True")
    return None if tag == "null" else node.value


def _legible(node: yaml.Node, line: str) -> str:
    if _CONTROL.search(node.value):
        raise Refused(f"{line}：有不能读的控制字符，请删去")
    return str(node.value)


def _is_list(path: Path, listed: Collection[str]) -> bool:
    """Whether a list is meant here, and not a text that may begin with 【."""
    return path[-1:] == ("options",) or (isinstance(path[-1], str) and any(key in listed for key in path[:-1]))


def _entries(node: yaml.SequenceNode, line: str) -> list[yaml.Node]:
    """Return the entries of a list; a text between [ and ] written with full-width commas is split at them."""
    plain = [one for one in node.value if isinstance(one, yaml.ScalarNode) and one.style is None]
    apart = [one for one in plain if "，" in one.value] if node.flow_style else []
    if not apart:
        return list(node.value)
    if len(node.value) > 1:
        raise Refused(f"{line}：“{apart[0].value[:30]}”里的逗号是全角的，请改成英文的 , 如果是文字请加引号")
    (one,) = apart
    return [
        yaml.ScalarNode(one.tag, each.strip(), one.start_mark, one.end_mark)
        for each in one.value.split("，")
        if each.strip()
    ]


def _whole(text: str, line: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise Refused(f"{line}：不是整数") from None  # only after an explicit !!int


def _explained(error: yaml.MarkedYAMLError, text: str, called: str) -> str:
    mark = error.problem_mark or error.context_mark
    if mark is None:
        return "文件的格式不对"
    lines = text.splitlines()
    line = lines[mark.line] if mark.line < len(lines) else ""
    problem = error.problem or ""
    if "\\t" in problem or "\t" in line[: mark.column + 1]:
        said = "缩进请用空格，不要用 Tab"
    elif "single document" in problem or "single document" in (error.context or ""):
        said = f"一个文件只能写一份{called}，请去掉多余的 ---"
    elif "：" in line:
        said = "格式不对，冒号要用英文的 : 并在后面空一格"
    elif "mapping values are not allowed" in problem:
        said = "格式不对，一行里有两个冒号，文字请加引号"
    elif "expected ',' or" in problem:
        said = "格式不对，请检查逗号和括号是否成对"
    else:
        said = "格式不对，请检查缩进、引号和括号"
    return f"第 {mark.line + 1} 行第 {mark.column + 1} 列：{said}"
