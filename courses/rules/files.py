"""Files of courses: YAML with all that a course has, a workbook with a screen in each row, a document with a screen
below each heading."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple
from urllib.parse import unquote

from blocks import markdown, notation, word_document
from blocks.blocks import Block, HeadingBlock, PictureBlock, TextBlock
from blocks.building import ReadDocument
from courses.rules.review import CALLED
from foundation import foreign
from foundation.documents import reading as documents
from foundation.errors import Refused
from foundation.workbooks import csv
from foundation.workbooks import reading as workbooks
from questions.authoring import excel_file, yaml_file
from questions.authoring.layout import FileLayout, Names
from questions.authoring.spelling import Mistaken, Path, Places
from questions.keyed.item_reader import TYPES

_WORD, _EXCEL, _MARKDOWN = (".docx", ".docm", ".doc", ".wps"), (".xlsx", ".xlsm", ".xls"), (".md", ".markdown", ".txt")
#: Keys of a row that belong to the question at the end of its lesson, and what they are there.
_OF_QUESTION = {"type": "type", "ask": "text", "options": "options", "answer": "answer", "explanation": "explanation"}
_OF_SCREEN = ("text", "picture", "audio", "video", "link", "link_title")

LAYOUT = FileLayout(
    called=CALLED,
    rows={
        "标题": "title",
        "说明": "intro",
        "几天一课": "every_days",
        "几点放出": "at",
        "按顺序学": "ordered",
        "必学": "required",
        "发证书": "certificate",
        "给客户经理学": "staff",
        "对象": "audience",
        "开始时间": "opens",
        "结束时间": "closes",
        "先学完": "requires",
    },
    names={
        "audience": Names(
            {"客户类型": "class", "片区": "area", "客户经理": "manager", "标签": "tag", "类型": "class"},
            "应如 客户类型=现代终端、普通终端",
        )
    },
    narrowing=("audience",),
    sheet="各屏",
    columns={
        "课": "lesson",
        "文字": "text",
        "图片": "picture",
        "声音": "audio",
        "视频": "video",
        "视频网址": "link",
        "视频标题": "link_title",
        "题型": "type",
        "题目": "ask",
        "选项": "options",
        "答案": "answer",
        "解析": "explanation",
        "先学": "requires",
    },
    also_columns={"课名": "lesson", "题干": "ask"},
    widths=(16, 50, 14, 14, 14, 24, 16, 8, 30, 24, 10, 30, 10),
    types=TYPES,
    notes=(
        ("课", "一行一屏；新的一课在第一屏写课名，后面几屏可以空着"),
        ("文字", "一屏最多 1,500 字；可以写 **粗体**、- 列表、## 小标题"),
        (
            "图片 声音 视频",
            "文件名，如 seal.jpg；和这个文件一起上传。一屏最多放一样。AMR 录音只在聊天里放，同时要写文字",
        ),
        ("视频网址 视频标题", "别的网站上的视频，https:// 开头"),
        ("先学", "不按顺序学的课：要先学完前面哪几课，写序号，如 1、2；写在这一课任何一屏的行里"),
        (
            "题型 题目 选项 答案 解析",
            "课后一题，写在这一课任何一屏的行里；单选 多选 判断 填空，选项一行一个，答案写字母",
        ),
    ),
    most_rows=2000,
)


class CourseFile(NamedTuple):
    """Course as it stands in a file: where each value stood, the pictures inside the file, and what was left out."""

    data: dict[str, Any]
    places: Places
    pictures: Mapping[str, bytes]
    notes: tuple[str, ...] = ()


def parse(content: bytes, name: str) -> CourseFile:
    """Read a file of any of the kinds, told apart by its content. Raises Refused."""
    foreign.refuse(content, name, takes="Word、Excel、Markdown 或 YAML")
    ending = f".{name.rpartition('.')[2].lower()}"
    is_office = workbooks.is_workbook(content)
    if documents.is_document(content) or (not is_office and ending in _WORD):
        word = word_document.read(content)
        return _of_document(word.document, name, word.pictures)
    if is_office or ending in _EXCEL:
        return _of_workbook(content)
    if ending in _MARKDOWN:
        text = content.decode(csv.encoding_of(content)).removeprefix("\ufeff")
        return _of_document(markdown.read(text), name, {})
    written = yaml_file.parse(content, LAYOUT)
    return CourseFile(written.data, written.places, {})


def _of_workbook(content: bytes) -> CourseFile:
    written = excel_file.parse(content, LAYOUT)
    data = {key: value for key, value in written.data.items() if key != "questions"}
    places: dict[Path, str] = {path: place for path, place in written.places.items() if path[:1] != ("questions",)}
    lessons: list[dict[str, Any]] = []
    faults: list[str] = []
    for n, row in enumerate(written.data["questions"]):
        of_row: Path = ("questions", n)
        title = row.get("lesson")
        if title is not None and (not lessons or lessons[-1]["title"] != title):
            lessons.append({"title": title, "screens": []})
            places["lessons", len(lessons) - 1, "title"] = written.places[*of_row, "lesson"]
        if not lessons:
            faults.append(f"{written.places[of_row]}：第一行要写课名")
            break
        lesson, at = lessons[-1], len(lessons) - 1
        asked = {key: row[column] for column, key in _OF_QUESTION.items() if column in row}
        if asked and "question" in lesson:
            faults.append(f"{written.places[of_row]}：“{lesson['title']}”这一课已经有一题了")
        elif asked:
            lesson["question"] = asked
            places["lessons", at, "question"] = written.places[of_row]
            for column, key in _OF_QUESTION.items():
                if place := written.places.get((*of_row, column)):
                    places["lessons", at, "question", key] = place
        if "requires" in row:
            lesson["requires"] = row["requires"]
            places["lessons", at, "requires"] = written.places[*of_row, "requires"]
        shown = {key: row[key] for key in _OF_SCREEN if key in row}
        if shown or not (asked or "requires" in row):
            path: Path = ("lessons", at, "screens", len(lesson["screens"]))
            lesson["screens"].append(shown)
            places |= {(*path, key): written.places[*of_row, key] for key in shown}
            places[path] = written.places[of_row]
    if faults:
        raise Mistaken(faults, CALLED)
    return CourseFile({**data, "lessons": lessons}, places, {})


def _of_document(document: ReadDocument, name: str, pictures: Mapping[str, bytes]) -> CourseFile:
    """Return a course of one lesson: its title is the document's, and each heading begins a screen."""
    if not document.blocks:
        raise Refused("里面没有读到文字，请换一个文件。")
    title = document.title or name.rpartition("/")[2].rpartition(".")[0]
    lesson = {"title": title, "screens": screens(document.blocks)}
    return CourseFile({"title": title, "lessons": [lesson]}, {}, pictures, tuple(map(str, document.notes)))


def screens(blocks: tuple[Block, ...]) -> list[dict[str, str]]:
    """Return the screens of a text: a heading begins one, and so does what stands behind a picture.

    >>> read = TextBlock("先。"), HeadingBlock("看"), PictureBlock("", "封签", "a.jpg"), TextBlock("后。")
    >>> for each in screens(read):
    ...     print(each)
    {'text': '先。'}
    {'text': '## 看\\n\\n封签', 'picture': 'a.jpg'}
    {'text': '后。'}
    """
    found: list[tuple[list[Block], str]] = []
    for block in blocks:
        is_full = bool(found and found[-1][1])
        if not found or isinstance(block, HeadingBlock) or is_full:
            found.append(([], ""))
        if isinstance(block, PictureBlock):
            origin = block.origin if block.origin.startswith("part:") else unquote(block.origin)
            found[-1] = (found[-1][0], origin)
        words: Block = TextBlock(block.words) if isinstance(block, PictureBlock) else block
        found[-1][0].append(words)
    return [
        {"text": notation.write(tuple(those))} | ({"picture": picture} if picture else {}) for those, picture in found
    ]
