"""Courses from files: all of one, or nothing and every fault by its place; media are known by their bytes."""

import io
from datetime import time
from pathlib import Path

import pytest
from openpyxl import Workbook
from sqlalchemy import func, select

from courses.models.courses import Course, CourseMedia
from courses.queries import media as kept
from courses.rules.definition import CourseDefinition, from_json
from questions.keyed.items import Kind
from tests import recordings
from tests.documents import document, illustrated, paragraph
from tests.pictures import png

WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
COURSE = """
title: 怎么辨别真假烟
every_days: 1
at: "10:00"
ordered: true
certificate: true
audience: {area: [城区一片]}
lessons:
  - title: 看封签
    screens:
      - 第一屏的文字…
      - {picture: seal.jpg, text: "## 看花纹\\n- 先看**正面**"}
      - {audio: seal.mp3, text: 听一遍。}
    question: {type: single, text: 封签应贴在哪一面？, options: [正面, 背面, 顶部], answer: 3}
  - title: 看喷码
    screens: [{link: "https://v.qq.com/x/page/a.html", link_title: 喷码怎么看}]
    quiz: 3
"""


def draft(house, printed: str) -> CourseDefinition:
    with house.look() as session:
        return from_json(session.get_one(Course, int(printed.split()[-1])).draft)


def test_a_yaml_file_becomes_a_draft_with_the_media_beside_it(house, tmp_path: Path) -> None:
    (tmp_path / "seal.jpg").write_bytes(png(1))
    (tmp_path / "seal.mp3").write_bytes(recordings.mp3(12))
    file = tmp_path / "course.yaml"
    file.write_text(COURSE, encoding="utf-8")
    done = house.flask("courses", "load", str(file))
    assert done.exit_code == 0, done.output
    found = draft(house, done.output)
    assert (found.title, found.every_days, found.at, found.has_certificate) == ("怎么辨别真假烟", 1, time(10), True)
    assert found.audience == {"area": ["城区一片"]}
    seal, code = found.lessons
    assert [bool(each.media) for each in seal.screens] == [False, True, True]
    assert seal.question is not None and seal.question.kind is Kind.SINGLE and seal.question.right_words == "顶部"
    assert (code.quiz, code.screens[0].link_title) == ("quiz:3", "喷码怎么看")
    with house.look() as session:
        sound = session.get_one(CourseMedia, seal.screens[2].audio)
        assert (sound.kind, sound.content_type, round(sound.seconds or 0)) == ("audio", "audio/mpeg", 12)
        assert round(seal.screens[2].seconds) == 12
        for name in found.media:
            file_of = kept.find(session, house.services.media_folder, name)
            assert file_of is not None and file_of.path.is_file()
    # The quiz it leads to is not there yet.
    done = house.flask("courses", "publish", "1")
    assert done.exit_code == 1 and "第 2 课《看喷码》课后的测试（quiz:3）不在了" in done.output
    # What nothing holds is swept after some days; what a draft shows stays.
    with house.services.transaction() as session:
        session.get_one(Course, 1).draft = session.get_one(Course, 1).draft | {"lessons": []}
    house.later(days=3)
    house.work()
    with house.look() as session:
        assert session.scalar(select(func.count()).select_from(CourseMedia)) == 2


def test_every_fault_is_told_at_once_by_its_place_and_nothing_is_written(house, tmp_path: Path) -> None:
    (tmp_path / "voice.mp3").write_bytes(b"#!AMR\n" + bytes(2000))
    (tmp_path / "film.mp4").write_bytes(recordings.mp3(5))
    file = tmp_path / "course.yaml"
    file.write_text(
        "\n".join(
            (
                "title: 辨别",
                "every_day: 1",
                "at: 25点",
                "lessons:",
                "  - title: 看封签",
                "    screens: [{audio: voice.mp3}, {video: film.mp4}, {picture: ../x.jpg}, {text: '![a](b.jpg)'}]",
                "    question: {type: single, text: 哪一面？, options: [正面, 背面], answer: 5}",
                "  - screens: ['']",
            )
        ),
        encoding="utf-8",
    )
    done = house.flask("courses", "load", str(file))
    assert done.exit_code == 1
    assert done.output.splitlines() == [
        "微课有 9 处要改：",
        "1. 第 2 行：不认识“every_day”，是不是“every_days”",
        "2. 第 1 课第 1 屏（第 6 行）：声音“voice.mp3”不能用：这个文件不完整，或是坏的，读不出有多长。"
        "请重新导出，再上传",
        "3. 第 1 课第 2 屏（第 6 行）：视频“film.mp4”是声音，不是视频",
        "4. 第 1 课第 3 屏（第 6 行）：图片没有找到文件“../x.jpg”，请和这个文件一起上传（命令行里放在它旁边）",
        "5. 第 1 课第 4 屏（第 6 行）：文字里不能放图片，请放在这一屏的图片里",
        "6. 第 1 课的课后一题（第 7 行）：答案“5”但只有 2 个选项",
        "7. 第 2 课（第 8 行）：缺少标题 title",
        "8. 第 2 课第 1 屏（第 8 行）：还是空的，请写上文字，或放图片、声音、视频",
        "9. 几点放出 at（第 3 行）：“25点”应如 10:00",
    ]
    with house.look() as session:
        assert not session.scalar(select(func.count()).select_from(Course))
        assert not session.scalar(select(func.count()).select_from(CourseMedia))


@pytest.mark.on_sqlite
def test_a_heading_begins_a_screen_in_markdown_and_in_word(house, tmp_path: Path) -> None:
    (tmp_path / "seal.png").write_bytes(png(1))
    file = tmp_path / "seal.md"
    file.write_text(
        "# 看封签\n\n封签是一条纸。\n\n## 看位置\n\n贴在**顶部**。\n\n![封签](seal.png)\n\n"
        "## 看花纹\n\n1. 清楚\n2. 不糊\n",
        encoding="utf-8",
    )
    found = draft(house, house.flask("courses", "load", str(file)).output)
    (lesson,) = found.lessons
    assert (found.title, lesson.title) == ("看封签", "看封签")
    assert [each.text for each in lesson.screens] == [
        "封签是一条纸。",
        "## 看位置\n\n贴在**顶部**。\n\n封签",
        "## 看花纹\n\n1. 清楚\n2. 不糊",
    ]
    assert lesson.screens[1].picture
    word = tmp_path / "证.docx"
    word.write_bytes(illustrated(paragraph("看有效期", style="Heading1"), "先看日期。", pictures=1))
    done = house.flask("courses", "load", str(word))
    (lesson,) = draft(house, done.output).lessons
    assert lesson.title == "证件管理"
    assert [each.text.split("\n")[0] for each in lesson.screens] == ["| 年 | 月 |", "## 看有效期"]
    assert lesson.screens[1].picture


@pytest.mark.on_sqlite
@pytest.mark.parametrize(
    ("content", "said"),
    [
        (recordings.mp3(0.5), "应在 1 秒到 30 分钟之间"),
        (recordings.mp3(2)[:200], "这段有 0 秒"),
        (recordings.mp4(20)[:-400], "这个文件不完整"),
        (recordings.mp4(20, b"mp4v"), "请另存为 H.264 编码的 MP4"),
        (recordings.mp4(4000), "有 4,000 秒"),
        (recordings.mp3(700), "超过 10 MB"),
        (b"<html><script>alert(1)</script>", "这不是照片（JPG、PNG），也不是 MP3、M4A、AMR 或 MP4"),
        (recordings.amr(61), "AMR 录音只能在聊天里听，最长 60 秒、2 MB"),
        (b"#!AMR-WB\n" + bytes(999), "AMR-WB"),
        (recordings.amr(8), "请把说的话也写成文字"),
        (b"ID3\x03\0\0\0\0\0\0" + b"<html>" * 500, "这个文件不完整"),
        (b"", "是空的"),
    ],
)
def test_a_recording_that_is_something_else_gets_a_clear_sentence(house, tmp_path: Path, content, said) -> None:
    (tmp_path / "a.mp3").write_bytes(content)
    file = tmp_path / "course.yaml"
    file.write_text("title: 辨别\nlessons:\n  - {title: 看, screens: [{audio: a.mp3}]}\n", encoding="utf-8")
    done = house.flask("courses", "load", str(file))
    assert done.exit_code == 1 and said in done.output, done.output


@pytest.mark.on_sqlite
def test_what_a_file_is_called_does_not_matter(house, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(recordings.m4a(8))
    (tmp_path / "b.mp3").write_bytes(recordings.mp4(50))
    file = tmp_path / "course.yaml"
    file.write_text(
        "title: 辨别\nlessons:\n  - {title: 看, screens: [{audio: a.txt}, {video: b.mp3, text: 看。}]}\n",
        encoding="utf-8",
    )
    done = house.flask("courses", "load", str(file))
    sound, film = draft(house, done.output).lessons[0].screens
    assert (sound.seconds, film.seconds) == (8, 50)
    with house.look() as session:
        kinds = [session.get_one(CourseMedia, each).content_type for each in (sound.audio, film.video)]
    assert kinds == ["audio/mp4", "video/mp4"]


def load(house, folder: Path, name: str, content: bytes | str):
    file = folder / name
    file.write_bytes(content.encode() if isinstance(content, str) else content)
    return house.flask("courses", "load", str(file))


@pytest.mark.on_sqlite
def test_more_than_fits_is_refused_by_its_place_and_nothing_is_written(house, tmp_path: Path) -> None:
    (tmp_path / "seal.jpg").write_bytes(png(1))
    for name, content in (("seal.mp3", recordings.mp3(12)), ("film.mp4", recordings.mp3(12))):
        (tmp_path / name).write_bytes(content)
    (tmp_path / "big.mp3").write_bytes(recordings.mp3(12) + bytes(11 << 20))
    head, lesson = "title: 辨别\nlessons:\n", "  - {title: 看, screens: [一]}\n"
    screens = "  - {title: 看, screens: [%s]}\n"
    ask = "  - {title: 看, screens: [一], question: {type: %s}}\n"
    image = f"{'图' * 90}.jpg"
    faults = {
        lesson * 61: "各课 lessons（第 3 行）：有 61 课，最多 60 课",
        screens % ",".join("一" * 31): "第 1 课（第 3 行）：有 31 屏，最多 30 屏，请分成几课",
        screens % "{picture: seal.jpg, audio: seal.mp3}": "第 1 课第 1 屏（第 3 行）：图片、声音只能放一样，请分成几屏",
        lesson + screens % "一, {video: film.mp4}": "第 2 课第 2 屏（第 4 行）：视频“film.mp4”是声音，不是视频",
        screens % "{audio: big.mp3}": "第 1 课第 1 屏（第 3 行）：声音“big.mp3”不能用：这个文件超过 10 MB，"
        "请压缩或截短，再上传",
        screens % f"{{picture: {image}}}": f"第 1 课第 1 屏（第 3 行）：图片没有找到文件“{image}”，"
        "请和这个文件一起上传（命令行里放在它旁边）",
        ask % "multiple, text: 哪些？, options: [正, 反], answer: [1, 5]": "第 1 课的课后一题（第 3 行）："
        "答案“5”但只有 2 个选项",
        ask % "truth, text: 对吗？": "第 1 课的课后一题（第 3 行）：缺少答案 answer",
        "  - {title: 看, screens: [一], quiz: 三}\n": "第 1 课（第 3 行）：测试“三”应是测试的编号，如 3",
    }
    for written, fault in faults.items():
        done = load(house, tmp_path, "course.yaml", head + written)
        assert (done.exit_code, done.output.strip()) == (1, fault)
    with house.look() as session:
        assert not session.scalar(select(func.count()).select_from(Course))
        assert not session.scalar(select(func.count()).select_from(CourseMedia))
    assert load(house, tmp_path, "course.yaml", head + lesson * 59 + screens % ",".join("一" * 30)).exit_code == 0


@pytest.mark.on_sqlite
def test_a_file_of_a_kind_that_nobody_reads_is_named_by_what_it_is(house, tmp_path: Path) -> None:
    save = "请另存为 Word、Excel、Markdown 或 YAML，再试。"
    said = {
        ("a.pdf", b"%PDF-1.7\n%\xe2\xe3\n1 0 obj"): f"这是 PDF 文件，读不了。{save}",
        ("课.yaml", b"%PDF-1.7\n"): f"这是 PDF 文件，读不了。{save}",
        (
            "a.csv",
            "课,文字\n看封签,先看\n".encode("gb18030"),
        ): "这是 CSV 表格，读不了。请用 Excel 打开，另存为 .xlsx，再试。",
        ("a.html", b"<html><body>a</body></html>"): f"这是网页，读不了。{save}",
        ("a.jpg", b"\xff\xd8\xff\xe0\0"): "这是图片，读不了。请选 Word、Excel、Markdown 或 YAML 文件。",
        ("a.dat", b"some words"): "读不懂这个文件，请选 Word、Excel、Markdown 或 YAML 文件。",
        ("a.docx", b""): "这个文件是空的，请重新选。",
    }
    for (name, content), sentence in said.items():
        done = load(house, tmp_path, name, content)
        assert (done.exit_code, done.output.strip()) == (1, sentence)


@pytest.mark.on_sqlite
def test_end_questions_of_every_kind_are_read_and_what_is_left_out_has_its_usual_value(house, tmp_path: Path) -> None:
    asked = (
        "{type: single, text: 哪一面？, options: [正面, 背面, 顶部], answer: 3}",
        "{type: multiple, text: 哪些？, options: [正面, 背面, 顶部], answer: [1, 3]}",
        "{type: truth, text: 贴在顶部。, answer: true}",
        "{type: fill, text: 喷码有几位？, answer: 32}",
    )
    lines = [f"  - {{title: 第{n}课, screens: [一], question: {each}}}" for n, each in enumerate(asked)]
    found = draft(house, load(house, tmp_path, "course.yaml", "\n".join(["title: 辨别", "lessons:", *lines])).output)
    kinds = [Kind.SINGLE, Kind.MULTIPLE, Kind.TRUTH, Kind.FILL]
    assert [each.question.kind for each in found.lessons if each.question] == kinds
    assert [each.question.right_words for each in found.lessons if each.question] == ["顶部", "正面；顶部", "对", "32"]
    assert (found.every_days, found.at, found.is_ordered, found.has_certificate) == (None, time(10), True, False)
    assert (found.audience, found.is_required, found.is_for_staff) == (None, False, False)


@pytest.mark.on_sqlite
def test_an_hour_that_a_workbook_took_for_a_time_is_read_and_merged_cells_are_named(house, tmp_path: Path) -> None:
    book = Workbook()
    book.create_sheet("微课", 0)
    book.worksheets[1].title = "各屏"
    for row in (("标题", "辨别"), ("几天一课", 1), ("几点放出", time(9, 30))):
        book["微课"].append(row)
    for screen in (("课", "文字"), ("看封签", "一"), (None, "二"), ("看喷码", "三")):
        book["各屏"].append(screen)

    def loaded():
        packed = io.BytesIO()
        book.save(packed)
        return load(house, tmp_path, "course.xlsx", packed.getvalue())

    found = draft(house, loaded().output)
    assert (found.every_days, found.at) == (1, time(9, 30))
    assert [len(each.screens) for each in found.lessons] == [2, 1]
    book["各屏"].merge_cells("A2:A3")
    done = loaded()
    assert done.exit_code == 1 and "各屏!A2:A3 是合并的单元格" in done.output


@pytest.mark.on_sqlite
def test_the_title_of_a_word_document_is_the_lessons_and_its_headings_begin_screens(house, tmp_path: Path) -> None:
    names = {"Title": "Title", "a1": "heading 1", "a2": "heading 2"}
    styles = "".join(
        f'<w:style w:type="paragraph" w:styleId="{each}"><w:name w:val="{name}"/></w:style>'
        for each, name in names.items()
    )
    written = [
        paragraph("辨别", style="Title"),
        paragraph("看封签", style="a1"),
        "一",
        paragraph("看花纹", style="a2"),
        "二",
    ]
    parts = {"word/styles.xml": f'<w:styles xmlns:w="{WORD}">{styles}</w:styles>'}
    (lesson,) = draft(house, load(house, tmp_path, "a.docx", document(*written, parts=parts)).output).lessons
    assert (lesson.title, [each.text for each in lesson.screens]) == ("辨别", ["## 看封签\n\n一", "### 看花纹\n\n二"])
