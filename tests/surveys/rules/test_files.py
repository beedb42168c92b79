"""Surveys come as YAML or as a workbook; what cannot be read is refused with its line or cell."""

import io
import time
import zipfile
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import openpyxl
import pytest

from foundation.errors import Refused
from questions.authoring.spelling import Mistaken
from questions.editor import writing
from questions.question import Condition
from surveys.rules import definition, files, review
from tests.workbooks import NO_RESULT, formatted, rows, workbook

CHINA = ZoneInfo("Asia/Shanghai")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("a: &x [1]\nb: *x", "第 1 行：不能用 & 和 * 引用"),
        ("a: 1\nb: *x", "第 2 行：不能用 & 和 * 引用"),
        ("[" * 5000, "第 1 行：套了太多层"),
        ("a: [" + "1," * 6000 + "]", "第 1 行：内容太多"),
        ("title: 甲\ntitle: 乙", "第 2 行：“title”写了两次"),
        ("title：调查", "第 1 行：问卷应由 title: 标题 这样的几项组成，冒号要用英文的"),
        ("title: 甲\nopens：明天\n", "第 3 行第 1 列：格式不对"),
        ("", "第 1 行：问卷应由"),
        ("questions:\n\t- a", "第 2 行第 1 列：缩进请用空格，不要用 Tab"),
        ("title: 甲: 乙", "第 1 行第 9 列：格式不对，一行里有两个冒号"),
        ("title: 甲\nquestions: [{a: 1]", "第 2 行第 18 列：格式不对，请检查逗号和括号"),
        ("title: !!python/object/apply:os.system [ls]", "第 1 行：不能用标记"),
        ("title: !!python/name:os.system x", "第 1 行：不能用标记"),
        ("title: !!int x", "第 1 行：不是整数"),
        ("---\na: 1\n---\nb: 2", "第 3 行第 1 列：一个文件只能写一份问卷"),
        ("? [a]\n: 1", "第 1 行：冒号前应是一个词"),
        ("a: \x00", "文件里有不能读的字符"),
        (b"\xff\xff\xff", "文件的编码读不了"),
        ("#" * 300_000, "文件太大，最多 256 KB"),
    ],
)
def test_a_yaml_file_that_cannot_be_taken_is_refused_by_its_line(content, said):
    with pytest.raises(Refused) as refusal:
        files.of_yaml(content)
    assert str(refusal.value).startswith(said)


def test_labels_stay_as_written_whatever_they_look_like():
    data = files.of_yaml("a: [9:30, 08:00, 1.10, no, 是, 2026-07-01, 1_000, 010, =, <<, 1e3, .inf]").data
    assert data["a"] == ["9:30", "08:00", "1.10", "no", "是", "2026-07-01", "1_000", "010", "=", "<<", "1e3", ".inf"]


def test_whole_numbers_truth_and_nothing_are_read():
    assert files.of_yaml("a: [1, -20, 0, true, False, null, ~, '1']").data["a"] == [
        1,
        -20,
        0,
        True,
        False,
        None,
        None,
        "1",
    ]


def test_a_question_mark_needs_no_quotes_between_braces():
    assert files.of_yaml("{a: 满意吗?, b: [真的?, 是?否], c: 为什么? 请说}").data == {
        "a": "满意吗?",
        "b": ["真的?", "是?否"],
        "c": "为什么? 请说",
    }


def test_the_encodings_of_chinese_windows_are_read():
    for encoding in ("utf-8", "utf-8-sig", "gb18030"):
        assert files.of_yaml("title: 满意度调查".encode(encoding)).data == {"title": "满意度调查"}


def test_hostile_yaml_costs_little():
    began = time.process_time()
    for content in ("- " * 60_000, "{" * 200_000, "'" * 200_000, "a: " + "x" * 200_000, "a\n" * 50_000):
        try:
            files.of_yaml(content)
        except Refused:
            continue
    assert time.process_time() - began < 5


def filled(**cells) -> bytes:
    """The template with some cells written over, as `题目_B3=...`."""
    book = openpyxl.load_workbook(io.BytesIO(files.template()))
    for place, value in cells.items():
        sheet, cell = place.split("_")
        book[sheet][cell] = value
    packed = io.BytesIO()
    book.save(packed)
    return packed.getvalue()


def read(content: bytes) -> definition.Definition:
    written = files.of_workbook(content)
    return review.read(written.data, timezone=CHINA, places=written.places)


def refusal(content: bytes) -> str:
    with pytest.raises(Refused) as refused:
        read(content)
    return str(refused.value)


def test_the_template_is_itself_a_survey_and_the_same_every_time():
    survey = read(files.template())
    assert [question.type.value for question in survey.questions] == [
        "single",
        "multiple",
        "rating",
        "nps",
        "number",
        "text",
        "photo",
    ]
    assert survey.audience == {"class": ["普通终端", "现代终端"]}
    assert survey.questions[5].show_if == (Condition("q1", frozenset({3, 4})),)
    assert files.template() == files.template()


def test_the_templates_cells_are_text():
    book = openpyxl.load_workbook(io.BytesIO(files.template()))
    assert {cell.number_format for row in book["题目"].iter_rows() for cell in row} == {"@"}
    assert int(book["题目"].column_dimensions["J"].width) == 28  # and the margin Excel adds


def test_excel_cells_of_every_kind_are_read():
    survey = read(
        filled(
            问卷_B2=datetime(2026, 7, 1, 8),
            题目_D2="好|[4]坏",
            题目_F3=2.0,
            题目_I4=False,
            题目_J5="q1=好；q3=1-3",
            题目_J7="q1：坏",
        )
    )
    assert survey.opens_at == datetime(2026, 7, 1, tzinfo=UTC)
    assert [option.code for option in survey.questions[0].options] == [1, 4]
    assert survey.questions[1].max == 2
    assert survey.questions[2].required is False
    assert [condition.question for condition in survey.questions[3].show_if] == ["q1", "q3"]


def test_mistakes_are_named_by_their_cells():
    assert refusal(filled(问卷_B3="不知道", 题目_B4="打折", 题目_F3=9, 题目_J7="q1=一班")).splitlines()[1:] == [
        "1. 结束时间 closes（问卷!B3）：“不知道”看不懂，请写成 2026-07-01 08:00",
        "2. 第 2 题 q2（题目!F3）：最多 max “9”应是 1 到 4 的整数",
        "3. 第 3 题 q3（题目!B4）：类型“打折”不认识，可用 单选、多选、评分、推荐度、数字、文本、照片",
        "4. 第 6 题 q6（题目!J7）：显示条件 show_if q1 没有选项“一班”，可用 非常满意、满意、一般、不满意",
    ]


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        ({"题目_C1": "题干"}, "题目!C1：不认识表头“题干”"),
        ({"题目_C1": "类型"}, "题目!C1：表头“类型”重复"),
        ({"题目_L3": "备注"}, "题目!L3：这一列没有表头"),
        ({"问卷_A2": "什么时候"}, "问卷!A2：不认识“什么时候”"),
        ({"问卷_A2": "标题"}, "问卷!A2：“标题”写了两次"),
        ({"问卷_A9": None, "问卷_B9": "多余"}, "问卷!A9：B9 有内容，但没有写是哪一项"),
        ({"题目_J7": "满意的人"}, "题目!J7：应如 q1=一般、不满意"),
        ({"题目_J7": 46000.0}, "题目!J7：应如 q1=一般、不满意（先把单元格设为文本格式）"),
        ({"问卷_B4": "现代终端"}, "问卷!B4：应如 客户类型=现代终端、普通终端"),
        ({"题目_A3": None}, "第 2 题（题目!A3）：缺少编码 code"),
        ({"题目_D2": None}, "第 1 题 q1（题目!D2）：缺少选项 options，应是一个列表"),
    ],
)
def test_a_workbook_that_cannot_be_taken_is_refused_by_its_cell(cells, said):
    assert said in refusal(filled(**cells))


def test_what_is_no_workbook_is_refused():
    not_a_workbook = io.BytesIO()
    with zipfile.ZipFile(not_a_workbook, "w") as archive:
        archive.writestr("a.txt", "b")
    for content in (b"", b"PK\x03\x04", b"title: x", not_a_workbook.getvalue(), files.template()[:900]):
        assert refusal(content) == "打不开这个文件：这不是 Excel 工作簿，请另存为 .xlsx 再试"


def test_a_workbook_without_the_two_sheets_is_refused():
    book = openpyxl.Workbook()
    packed = io.BytesIO()
    book.save(packed)
    assert refusal(packed.getvalue()) == "缺少工作表“问卷”和“题目”，请用模板填写"


def test_one_cell_far_out_does_not_ask_for_500_gigabytes():
    assert refusal(filled(题目_XFD1048576="x")).startswith("表格太大")


def test_a_far_row_that_its_cells_do_not_name_is_seen_too():
    parts = {}
    with zipfile.ZipFile(io.BytesIO(files.template())) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    sheet = parts["xl/worksheets/sheet2.xml"]
    far = b'<row r="1048576"><c t="inlineStr"><is><t>x</t></is></c></row></sheetData>'
    parts["xl/worksheets/sheet2.xml"] = sheet.replace(b"</sheetData>", far)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    assert refusal(packed.getvalue()).startswith("表格太大")


def test_a_zip_bomb_is_refused():
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b"0" * 40_000_000)
    assert refusal(packed.getvalue()).startswith("表格太大：展开后有 38.1 MB，最多 32 MB")


def test_a_damaged_workbook_never_breaks_the_reader():
    good = bytearray(files.template())
    for at in range(0, len(good), 97):
        damaged = good.copy()
        damaged[at] ^= 0x55
        try:
            read(bytes(damaged))
        except Refused:
            continue


ABOUT = [["标题", "门店 调查"]]
ASKED = [["编码", "类型", "题目", "选项"], ["q1", "单选", "满意吗?", "满意|一般|不满意"]]


def handed_in(*about, asked=ASKED, **more) -> bytes:
    return workbook({"问卷": rows([*ABOUT, *about]), "题目": rows(asked)}, **more)


@pytest.mark.parametrize(
    ("cell", "number_format", "closes"),
    [
        (formatted("B2", 46296), "yyyy-mm-dd hh:mm", datetime(2026, 9, 30, 16, tzinfo=UTC)),
        ("2026-10-01 0:00", "General", datetime(2026, 9, 30, 16, tzinfo=UTC)),
        ("２０２６－１０－０１　０：００", "General", datetime(2026, 9, 30, 16, tzinfo=UTC)),
        (formatted("B2", 46296), "yyyy-mm-dd", datetime(2026, 10, 1, 15, 59, 59, tzinfo=UTC)),
        ("2026-10-01", "General", datetime(2026, 10, 1, 15, 59, 59, tzinfo=UTC)),
    ],
)
def test_the_end_is_the_moment_that_is_shown_be_it_text_or_excels(cell, number_format, closes):
    assert read(handed_in(["结束时间", cell], number_format=number_format)).closes_at == closes


@pytest.mark.parametrize("written", ["满意｜一般｜不满意", "满意\n一般\n 不满意\u200b", " 满意 | 一般 | 不满意 "])
def test_options_are_parted_by_signs_of_any_width(written):
    survey = read(handed_in(asked=[ASKED[0], ["ｑ1", "单选\u200b", "满意吗?", written]]))
    assert [option.label for option in survey.questions[0].options] == ["满意", "一般", "不满意"]


@pytest.mark.parametrize("written", ["[满意，一般，不满意]", "［满意，一般，不满意］", "【满意, 一般, 不满意】"])
def test_yaml_lists_are_parted_by_signs_of_any_width(written):
    text = (
        "title: x\naudience: {class: [现代终端，普通终端]}\nquestions:\n  - code: q1\n    type: 单选\n    text: 好吗\n"
    )
    written_file = files.of_yaml(f"{text}    options: {written}\n")
    survey = review.read(written_file.data, timezone=CHINA)
    assert [option.label for option in survey.questions[0].options] == ["满意", "一般", "不满意"]
    assert survey.audience == {"class": ["普通终端", "现代终端"]}


def test_points_behind_options_and_weights_are_the_same_in_every_file():
    said = "满意 [4分]|一般 [2分] [限9]|不了解"
    (scored,) = read(handed_in(asked=[[*ASKED[0], "权重"], ["q1", "单选", "满意吗?", said, "3"]])).questions
    assert [(each.label, each.points, each.most) for each in scored.options] == [
        ("满意", 4, None), ("一般", 2, 9), ("不了解", None, None)
    ]  # fmt: skip
    assert scored.weight == 3
    (written,) = writing.of_questions([scored])
    back = read(files.filled({"title": "调查", "questions": [written]}, with_codes=False))
    assert back.questions == (scored,)


@pytest.mark.parametrize("quota", ["[限20]", "［限２０］", "【限20】", "[ 限 20 人 ]", "〔限20家〕"])
def test_a_quota_behind_an_option_is_one_in_any_brackets_and_any_file(quota):
    from_sheet = read(handed_in(asked=[ASKED[0], ["q1", "单选", "哪天?", f"周六{quota}|周日"]]))
    data = {
        "title": "x",
        "questions": [{"code": "q1", "type": "single", "text": "?", "options": [f"周六 {quota}", "周日"]}],
    }
    for survey in (from_sheet, review.read(data, timezone=CHINA)):
        assert [(each.label, each.most) for each in survey.questions[0].options] == [("周六", 20), ("周日", None)]


@pytest.mark.parametrize(
    "written",
    ["周六[限二十]", "周六(限20)", "周六[限20]上午", "周六[名额20]", "周六【限】", "周六「限20」", "周六{限20}"],
)
def test_a_quota_that_cannot_be_read_is_never_words_for_the_shops(written):
    assert "名额看不懂" in refusal(handed_in(asked=[ASKED[0], ["q1", "单选", "哪天?", f"{written}|周日"]]))


@pytest.mark.parametrize("written", ["满意", "满意，一般，不满意", "满意/一般"])
def test_a_choice_with_a_single_option_is_refused(written):
    said = refusal(handed_in(asked=[ASKED[0], ["q1", "单选", "满意吗?", written]]))
    assert said.startswith(f"第 1 题 q1（题目!D2）：只有一个选项“{written}”")


def test_emoji_are_taken_in_free_text_and_a_sign_that_is_not_is_named():
    family = "👨\u200d👩\u200d👧"
    book = workbook({"问卷": rows([["标题", f"\u200b调查{family}❤\ufe0f\U0001fae9"]]), "题目": rows(ASKED)})
    assert read(book).title == f"调查{family}❤\ufe0f\U0001fae9"
    for sign in ("\ue000", "\x07"):
        with pytest.raises(Mistaken, match=f"不能显示的字符.U.{ord(sign):04X}"):
            review.read({"title": f"调查{sign}", "questions": []}, timezone=CHINA)


UNREADABLE = [
    NO_RESULT,
    '<c r="{}" t="e"><v>#REF!</v></c>',
    '<c r="{}" t="str"><f>A1</f><v>#N/A</v></c>',
    '<c r="{}" t="str"><f>A1</f></c>',
]


@pytest.mark.parametrize("cell", UNREADABLE)
@pytest.mark.parametrize(
    "name", ["对象", "总名额", "片区名额", "客户类型名额", "结束时间", "匿名", "最短用时", "结果公布"]
)
def test_what_is_written_and_cannot_be_read_is_never_left_out(cell, name):
    assert "问卷!B2：是" in refusal(handed_in([name, cell.format("B2")]))


@pytest.mark.parametrize("cell", UNREADABLE)
@pytest.mark.parametrize("name", ["必填", "最多", "最少", "小数", "其他", "显示条件"])
def test_nor_is_what_a_question_says(cell, name):
    asked = [[*ASKED[0], name], [*ASKED[1], cell.format("E2")]]
    assert "题目!E2：是" in refusal(handed_in(asked=asked))
    assert "题目!E1：是" in refusal(handed_in(asked=[[*ASKED[0], cell.format("E1")], [*ASKED[1], "是"]]))


@pytest.mark.parametrize(
    ("about", "more", "said"),
    [
        (["对象", ";"], {}, "对象 audience（问卷!B2）：是空的或写法不对"),
        (["对象", "\u200b"], {}, "问卷!B2：应如 客户类型=现代终端"),
        (["对象", "", "客户类型=现代终端"], {}, "问卷!C2：“对象”请写在 B 列"),
        (["对象", "", "", "客户类型=现代终端"], {}, "问卷!D2：“对象”请写在 B 列"),
        (["对象", "", "<f>D1</f>"], {}, "问卷!C2：“对象”请写在 B 列"),
        (["对象", '<c r="B2" t="str"><f>D1</f><v></v></c>'], {}, "问卷!B2：“对象”这一格里有公式或空格，却没有内容"),
        (["对象", ""], {"merged": ["B1:B2"]}, "问卷!B1:B2 是合并的单元格"),
        (["片区名额", ";"], {}, "片区名额 area_limits（问卷!B2）：是空的或看不懂"),
        (["总名额", formatted("B2", 0.5)], {"number_format": "0%"}, "问卷!B2：存的是“0.5”，显示的却不同"),
    ],
)
def test_an_audience_or_a_quota_that_went_astray_is_never_everyone(about, more, said):
    assert said in refusal(handed_in(about, **more))


def test_the_audience_in_full_width_is_read():
    survey = read(handed_in(["对\u200b象", "客户类型＝现代\u200b终端｜普通终端"]))
    assert survey.audience == {"class": ["普通终端", "现代终端"]}


def test_formulas_that_give_nothing_are_no_questions():
    nothing = '<c r="{}" t="str"><f>IF(A1="","",A1)</f><v></v></c>'
    cells = rows(ASKED) | {place: nothing.format(place) for place in ("A9", "J2", "A9000")}
    survey = read(workbook({"问卷": rows(ABOUT), "题目": cells}))
    assert len(survey.questions) == 1


def test_signs_nobody_sees_are_as_if_they_were_not_there_in_yaml_too():
    text = "\u2060title\u200b: x\naud\u00adience: {class: [现代\u200b终端]}\n"
    text += "questions: [{code: q1, type: text, text: 好}]\n"
    survey = review.read(files.of_yaml(text).data, timezone=CHINA)
    assert (survey.title, survey.audience) == ("x", {"class": ["现代终端"]})


def test_merged_questions_and_two_sheets_of_one_name_are_refused():
    assert "题目!C2:C3 是合并的单元格" in refusal(handed_in(merged=["C2:C3"]))
    twice = workbook({"问卷": rows(ABOUT), "题目": rows(ASKED), "问卷 ": rows(ABOUT)})
    assert refusal(twice) == "有两张工作表都叫“问卷”，请只留下一张"


@pytest.mark.parametrize("escaped", ['"a\\0b"', '"\\ud800"', '"\\x1b"'])
def test_control_signs_in_yaml_are_refused_by_their_line(escaped):
    for line in (f"audience: {{class: [{escaped}]}}", f"audience: {{{escaped}: [x]}}"):
        with pytest.raises(Refused, match="第 2 行：有不能读的控制字符"):
            files.of_yaml(f"title: x\n{line}\n")
