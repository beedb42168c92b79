"""Surveys come as Word documents the way staff write them; what cannot be read is refused with its paragraph."""

import random
import resource
import time
import zipfile
from io import BytesIO
from zoneinfo import ZoneInfo

import pytest

from foundation.errors import Refused
from questions.authoring import files as of_questions
from questions.question import Question, QuestionType
from surveys.rules import files, review
from surveys.rules.definition import Definition
from tests import workbooks
from tests.documents import document, level, numbering, paragraph, run, table

CHINA = ZoneInfo("Asia/Shanghai")
SINGLE, MULTIPLE, TEXT = QuestionType.SINGLE, QuestionType.MULTIPLE, QuestionType.TEXT


def read(content: bytes, previous: Definition | None = None) -> Definition:
    written = of_questions.parse(content, "问卷.docx", files.LAYOUT)
    return review.of_file(written, timezone=CHINA, previous=previous)


def asked(*blocks: str, **more) -> list[tuple[QuestionType, str, tuple[str, ...]]]:
    return [(each.type, each.text, each.labels) for each in read(document("调查", *blocks, **more)).questions]


def refusal(content: bytes) -> str:
    with pytest.raises(Refused) as refused:
        read(content)
    return refused.value.sentence


def one(*blocks: str) -> Question:
    return read(document("调查", *blocks)).questions[0]


YES_NO = (SINGLE, "满意吗？", ("是", "否"))


@pytest.mark.parametrize(
    "stem",
    ["1. ", "1、", "1．", "１、", "（1）", "(1) ", "1) ", "第1题 ", "第 1 题：", "Q1. ", "*1. ", "一、", "（一）"],
)
@pytest.mark.parametrize(
    "options",
    [
        ("A. 是", "B. 否"),
        ("A、是", "B、否"),
        ("Ａ．是", "Ｂ．否"),
        ("（A）是", "（B）否"),
        ("A) 是", "B）否"),
        ("A：是\tB：否",),
        ("A. 是        B. 否",),
        ("A.是B.否",),
        ("a. 是", "b. 否"),
        ("①是 ②否",),
        ("□是□否",),
        ("○ 是", "○ 否"),
        ("A. 是\nB. 否",),
    ],
)
def test_a_question_is_read_however_it_is_numbered(stem, options) -> None:
    assert asked(f"{stem}满意吗？（　　）", *options) == [YES_NO]


def test_options_may_follow_in_the_line_of_the_question() -> None:
    assert asked(
        "1. 满意吗？ A. 是 B. 否", "2. 性别：□男 □女", "3. 您店里卖什么？（1）烟（2）酒".replace("（", "\n（", 1)
    ) == [
        YES_NO,
        (SINGLE, "性别：", ("男", "女")),
        (SINGLE, "您店里卖什么？", ("烟", "酒")),
    ]


def test_numbers_that_word_itself_writes_are_read_though_they_are_not_in_the_text() -> None:
    anew = '<w:lvlOverride w:ilvl="0"><w:startOverride w:val="1"/></w:lvlOverride>'
    lists = {
        1: level(0, "decimal", "%1.") + level(1, "upperLetter", "%2、"),
        2: level(0, "upperLetter", "（%1）"),
        3: level(0, "chineseCountingThousand", "%1、"),
    }
    part = numbering(lists, {5: (1, ""), 6: (2, anew), 7: (2, anew), 8: (3, "")})
    styles = (
        '<w:styles xmlns:w="x"><w:style w:type="paragraph" w:styleId="T"><w:basedOn w:val="S"/></w:style>'
        '<w:style w:styleId="S"><w:pPr><w:numPr><w:numId w:val="5"/></w:numPr></w:pPr></w:style></w:styles>'
    )

    def said(text: str, number: int, at: int = 0) -> str:
        return paragraph(text, numbered=(number, at))

    assert asked(
        *(said("基本情况", 8), said("满意吗？", 5), said("是", 5, 1), said("否", 5, 1)),
        *(said("基本评价", 8), paragraph("好吗？", style="T"), said("好", 5, 1), said("坏", 5, 1)),
        *(said("为什么？", 5), said("近", 6), said("快", 6), said("哪天？", 5), said("周六", 7), said("周日", 7)),
        parts={"word/numbering.xml": part, "word/styles.xml": styles},
    ) == [
        YES_NO,
        (SINGLE, "好吗？", ("好", "坏")),
        (SINGLE, "为什么？", ("近", "快")),
        (SINGLE, "哪天？", ("周六", "周日")),
    ]


def test_brackets_say_the_kind_how_many_and_whether_it_must_be_answered() -> None:
    several = one("1. 【多选题】卖哪些（最多选两项，选填）", "A. 烟", "B. 酒", "C. 茶", "D. 其他（请注明）____")
    assert (several.type, several.text, several.max, several.required, several.other) == (
        MULTIPLE,
        "卖哪些",
        2,
        False,
        True,
    )
    between = one("1. 卖哪些？（选1-2项）", "A. 烟", "B. 酒", "C. 茶")
    assert (between.type, between.min, between.max) == (MULTIPLE, 1, 2)
    assert one("1. 店名（全称）[填空题] *").text == "店名（全称）"
    number = one("1. 几位顾客【数字】", "最少：0", "最多：5000")
    assert (number.type, number.min, number.max) == (QuestionType.NUMBER, 0, 5000)
    assert [one(f"1. 请看【{word}】").type for word in ("评分", "NPS", "照片题", "简答题")] == [
        QuestionType.RATING,
        QuestionType.NPS,
        QuestionType.PHOTO,
        TEXT,
    ]
    assert one("1. 烟是圆的【判断题】").labels == ("对", "错")
    assert [each.most for each in one("1. 哪天？", "A. 周六 [限20]", "B. 周日【限3】").options] == [20, 3]
    scored = one("1. 满意吗？", "A. 满意 [4分]", "B. 不满意【0分】", "C. 不了解", "权重：3")
    assert ([each.points for each in scored.options], scored.weight) == ([4, 0, None], 3)


def test_a_heading_gives_its_kind_to_the_questions_below_which_may_count_anew() -> None:
    assert asked(
        *("一、单选题", "1. 满意吗？", "A. 是", "B. 否", "二、多选题（可多选）", "1、卖哪些", "A. 烟", "B. 酒"),
        *("第三部分 简答题", "1. 有什么建议", "________"),
    ) == [YES_NO, (MULTIPLE, "卖哪些", ("烟", "酒")), (TEXT, "有什么建议", ())]


def test_what_stands_above_the_questions_is_the_title_the_head_and_the_introduction() -> None:
    found = read(
        document(
            *("三季度调查", "结束时间：2027年9月30日20:00", "对象：客户类型=现代终端、普通终端", "匿名：是"),
            *("尊敬的零售户：您好！", "请您如实填写。", "1. 满意吗？", "A. 是", "B. 否"),
        )
    )
    assert (found.title, found.intro, found.anonymous) == ("三季度调查", "尊敬的零售户：您好！ 请您如实填写。", True)
    assert found.closes_at and found.closes_at.isoformat() == "2027-09-30T12:00:00+00:00"
    assert found.audience == {"class": ["普通终端", "现代终端"]}


def test_a_table_has_a_question_in_each_row() -> None:
    found = read(
        document(
            "调查",
            table(["结果公布", "结束后公布"], ["说明", "您好"]),
            table(
                ["序号", "题干", "题型", "选项", "最多", "必填"],
                ["1", "满意吗？", "单选题", "A. 是\nB. 否", "", ""],
                ["2", "卖哪些", "多选", "烟|酒|茶", "2", "否"],
                ["", "", "", "", "", ""],
            ),
            table(["题目", "选项A", "选项B", "选项C"], ["哪天？", "周六", "周日", ""], ["几时？", "早", "中", "晚"]),
        )
    )
    assert (found.results, found.intro) == ("after", "您好")
    assert [(each.type, each.text, each.labels, each.required, each.max) for each in found.questions] == [
        (*YES_NO, True, None),
        (MULTIPLE, "卖哪些", ("烟", "酒", "茶"), False, 2),
        (SINGLE, "哪天？", ("周六", "周日"), True, None),
        (SINGLE, "几时？", ("早", "中", "晚"), True, None),
    ]


def test_fields_boxes_and_ticks_of_word_are_read_as_they_are_seen() -> None:
    box = '<w:r><w:sym w:font="Wingdings" w:char="F0A8"/></w:r>'
    field = '<w:r><w:fldChar w:fldCharType="begin"/><w:instrText>REF x</w:instrText></w:r>'
    aside = "<w:pPrChange><w:pPr><w:numPr><w:numId w:val='9'/></w:numPr></w:pPr></w:pPrChange>"
    line = f"<w:p><w:pPr><w:tabs><w:tab/></w:tabs>{aside}</w:pPr>{box}{run('是')}{box}{field}{run('否')}</w:p>"
    assert asked("1. 满意吗？", line) == [YES_NO]


def test_a_new_version_keeps_the_codes_of_questions_whose_words_stay() -> None:
    first = read(document("调查", "1. 满意吗？", "A. 是", "B. 否", "2. 为什么？", "3. 店名？"))
    again = read(document("调查", "1. 几分【评分】", "2. 店名?", "3. 满意吗？", "A. 否", "B. 是", "C. 难说"), first)
    assert [(each.code, each.text) for each in again.questions] == [("q4", "几分"), ("q3", "店名?"), ("q1", "满意吗？")]
    assert [(each.code, each.label) for each in again.questions[2].options] == [(2, "否"), (1, "是"), (3, "难说")]
    assert [each.code for each in again.retired] == ["q2"]


GOOD = ("1. 满意吗？", "A. 是", "B. 否")
CELL_MERGED = table(["题目", "选项"], ["甲？", "是|否"]).replace(
    "<w:tc>", '<w:tc><w:tcPr><w:gridSpan w:val="2"/></w:tcPr>', 1
)


@pytest.mark.parametrize(
    ("blocks", "said"),
    [
        ((), "没有读到题目"),
        (("您好", "谢谢"), "没有读到题目"),
        ((*GOOD, "谢谢您的配合"), "第 5 段“谢谢您的配合”：看不出是题目还是选项"),
        (("1. 满意吗？", "是", "否"), "问卷有 2 处要改：\n1. 第 3 段“是”：看不出是题目还是选项"),
        (("1. 店铺地址",), "第 2 段“1. 店铺地址”：看不出怎么回答：没有选项。如果是让人写字的题，请在后面加上【文本】"),
        ((*GOOD, "3. 为什么？"), "第 5 段“3. 为什么？”：题号是 3，前一题是 1"),
        (("2. 为什么？",), "第 2 段“2. 为什么？”：题号是 2，应从 1 开始"),
        (("一、您满意吗？", "1. 为什么？"), "第 2 段“一、您满意吗？”：这是大标题，不会发给店铺"),
        (("一、基本情况（选填）", "1. 为什么？"), "第 2 段“一、基本情况（选填）”：这是大标题，不会发给店铺"),
        (("1. 满意吗？", "A. 是", "C. 否"), "第 4 段“C. 否”：选项接不上：前面有 1 个选项"),
        (("1. 满意吗？", "A. 是   C. 否"), "第 3 段“A. 是 C. 否”：“是   C. 否”里像是有几个选项，字母却接不上"),
        (("1. 满意吗？", "A. 是", "□否"), "第 4 段“□否”：这一题的选项有几种写法，请都写成“A.”的样子"),
        (("1. 满意吗？", "A. 是"), "第 1 题 q1（第 2 段“1. 满意吗？”）：只有一个选项“是”，至少要两个"),
        (("1. 满意吗？", "□是 ☑否"), "第 3 段“□是 ☑否”：选项“是 ☑否”里有打了勾的格子"),
        (("1. 满意吗？ ☑是 □否",), "第 2 段“1. 满意吗？ ☑是 □否”：题目里像是写着选项"),
        (("一、基本情况", "A. 是", "1. 满意吗？"), "第 3 段“A. 是”：选项前面没有题目"),
        ((*GOOD, "答案：B"), "第 5 段“答案：B”：问卷没有“答案”这一项，请删去"),
        ((*GOOD, "【解析】因为"), "第 5 段“【解析】因为”：问卷没有“解析”这一项，请删去"),
        (("1. 满意吗（ B ）？", *GOOD[1:]), "第 2 段“1. 满意吗（ B ）？”：题目的括号里写着“B”，像是答案"),
        (("一、单选题（每题 2 分）", *GOOD), "第 2 段“一、单选题（每题 2 分）”：写着每题 2 分。问卷没有分值"),
        ((*GOOD, "显示条件：q1=是"), "第 5 段“显示条件：q1=是”：Word 文件里不能写显示条件"),
        (("1. 满意吗？", "A. 是（跳到第 3 题）", "B. 否"), "第 3 段“A. 是（跳到第 3 题）”：写着跳题"),
        (("1. 如选择 A，为什么？",), "第 2 段“1. 如选择 A，为什么？”：写着跳题"),
        (("1. 几分【评分】", "A. 1", "B. 2"), "第 2 段“1. 几分【评分】”：这种题没有选项"),
        (("1. 卖哪些？", "A. 其他____", "B. 烟"), "第 3 段“A. 其他____”：让人自己写的“其他”只能有一个，放在最后"),
        (("1. 卖哪些【多选】", *("A. 烟", "B. 烟")), "第 1 题 q1（第 4 段“B. 烟”）：第 2 个选项“烟”重复"),
        (("1. 满意吗？", "类型：单选题目", *GOOD[1:]), "第 3 段“类型：单选题目”：不认识题型“单选题目”"),
        ((*GOOD, "必填："), "第 5 段“必填：”：“必填”后面没有内容"),
        (("对象：", *GOOD), "第 2 段“对象：”：“对象”后面没有内容"),
        (("对象：现代终端", *GOOD), "第 2 段“对象：现代终端”：应如 客户类型=现代终端、普通终端"),
        (("发放对象：现代终端", *GOOD), "第 2 段“发放对象：现代终端”：不认识“发放对象”，是不是“对象”"),
        (("说明", "□是", *GOOD), "第 3 段“□是”：选项前面没有题目"),
        (
            (paragraph("对象：客户类型=甲", numbered=(5, 0)), *GOOD),
            "问卷有 3 处要改：\n1. 第 2 段“1. 对象：客户类型=甲”：“对象”请不要编号",
        ),
        ((*GOOD, "对象：客户类型=现代终端"), "第 5 段“对象：客户类型=现代终端”：“对象”请写在题目前面"),
        (("1. 为什么？", "显示条件：q1=1", "2. 显示条件：q1=1？"), "问卷有 2 处要改"),
        (("一、单选题", *GOOD[1:]), "第 2 段“一、单选题”：只写了题型，没有写题目"),
        (
            ("1. 愿意吗？", "A. 愿意", "B. 不，因为____"),
            "第 4 段“B. 不，因为____”：“不，因为____”里留着空",
        ),
        (("匿名", *GOOD), "第 2 段“匿名”：“匿名”后面没有内容"),
        (("结束时间：改天", *GOOD), "结束时间（第 2 段“结束时间：改天”）：“改天”看不懂"),
        ((*GOOD, "<w:p><w:r><w:drawing/></w:r></w:p>"), "第 5 段：有图片或图形，读不了。请删去"),
        ((*GOOD, "<w:p><w:r><w:pict><w:txbxContent><w:p/></w:txbxContent></w:pict></w:r></w:p>"), "问卷有 2 处要改"),
        ((*GOOD, f"<w:p><w:del>{run('C. 无')}</w:del></w:p>"), "第 5 段：有还没接受的修订，读不了。请在“审阅”里"),
        ((*GOOD, f"<w:p><w:ins>{run('C. 无')}</w:ins></w:p>"), "第 5 段“C. 无”：有还没接受的修订"),
        ((*GOOD, f"<w:p>{run('C. 无', '<w:vanish/>')}</w:p>"), "第 5 段“C. 无”：有隐藏的文字"),
        ((*GOOD, f"<w:p>{run('C. 无', '<w:strike/>')}</w:p>"), "第 5 段“C. 无”：有划掉的文字"),
        (
            ("1. 满意吗？", paragraph("A. 是", inside="<w:r><w:footnoteReference/></w:r>"), "B. 否"),
            "第 3 段“A. 是”：有脚注",
        ),
        (("1. 满意吗？", paragraph("A. 是", inside="<w:oMath/>"), "B. 否"), "第 3 段“A. 是”：有公式"),
        (
            ("1. 满意吗？", paragraph("A. 是", inside='<w:r><w:sym w:char="F04A"/></w:r>'), "B. 否"),
            "第 3 段“A. 是”：有特殊符号",
        ),
        ((*GOOD, "<w:altChunk/>"), "第 5 段：有嵌入的文档"),
        ((table(["", "很好", "好"], ["送货", "", ""]),), "表格 1 第 1 行：看不懂这张表格"),
        ((table(["题目", "选项"], ["甲？", "是|否", "多"]),), "表格 1 第 2 行：有 3 格，表头有 2 格"),
        ((table(["题目", "价格"], ["甲？", "5"]),), "表格 1 第 2 行：不认识表头“价格”"),
        ((table(["题目", "选项A", "选项B"], ["甲？", "", "否"]),), "表格 1 第 2 行：“选项B”前面有空的选项"),
        ((table(["题目", "选项"], ["", "是|否"]),), "表格 1 第 2 行：没有写题目"),
        (
            (table(["题目", "选项"], [table(["甲"]), "是|否"]).replace("&lt;", "<").replace("&gt;", ">"),),
            "表格 1 第 2 行",
        ),
        ((CELL_MERGED,), "表格 1 第 1 行：有合并的单元格"),
        (("1. " + "满" * 4000,), "第 2 段“1. 满满满满满满满满满…”：太长：4,003 字"),
        (("1. " + "满" * 400 + "？",), "第 1 题 q1（第 2 段“1. 满满满满满满满满满…”）：题目太长"),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_paragraph(blocks, said) -> None:
    part = numbering({1: level(0, "decimal", "%1.")}, {5: (1, "")})
    assert refusal(document("调查", *blocks, parts={"word/numbering.xml": part})).startswith(said)


def test_a_list_whose_numbers_are_unknown_is_refused() -> None:
    part = numbering({1: level(0, "hebrew1", "%1.")}, {5: (1, "")})
    content = document("调查", paragraph("满意吗？", numbered=(5, 0)), parts={"word/numbering.xml": part})
    assert "第 2 段“满意吗？”：有看不懂格式的自动编号" in refusal(content)


def test_nobodys_document_takes_the_worker_down() -> None:
    main = "word/document.xml"
    laughs = '<!DOCTYPE w [<!ENTITY a "' + "x" * 1000 + '"><!ENTITY b "' + "&a;" * 1000 + '">]>'
    good = document("调查", *GOOD)
    long_label = numbering({1: level(0, "decimal", "%1" * 500_000)}, {5: (1, "")})
    before, began = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.process_time()
    hostile = [
        ("文档太大：展开后有 900 MB，最多 16 MB", workbooks.claiming(good, main, 900 << 20)),
        ("文档太大：展开后有", document("调查", paragraph("满" * 6_000_000))),
        ("文档太大：超过 300,000 个字", document("调查", *["满" * 2000] * 200)),
        ("文档太大：超过 10,000 段", document("调查", *["满"] * 12_000)),
        ("文档太大：超过 10,000 段", document("调查", table(*[["", ""]] * 9_000))),
        ("文档太大：文档里有 2,103 个部分", document("调查", parts={f"word/{n}.xml": "" for n in range(2100)})),
        (
            "没有读到题目",
            document("调查", *[paragraph("满意吗？", numbered=(5, 0))] * 300, parts={"word/numbering.xml": long_label}),
        ),
        ("问卷有", document("调查", *["1. " + "□" * 2900] * 100)),
        ("说明（第 2 段", document("调查", *["_" * 2900 + "x", "其他" + "_" * 2900 + "x"] * 50, "1. 甲？")),
        ("打不开这个文件", document("调查", parts={main: "<w:document>" + "<a>" * 100_000})),
        ("打不开这个文件", document("调查", parts={main: "<w:x>" + "".join(f"<n{n}/>" for n in range(100_000))})),
        ("打不开这个文件", document("调查", parts={main: "<w:x><!--" + "<a> " * 1_000_000 + "--></w:x>"})),
        ("打不开这个文件", document("调查", parts={main: '<w:x a="' + "a" * 4_000_000 + '"/>'})),
        ("打不开这个文件", document("调查", head=laughs)),
        ("打不开这个文件", document("调查", parts={main: "<html/>"})),
        ("打不开这个文件", document("调查", kept=14)),
        ("打不开这个文件：这不是 Word 文档", good[: len(good) // 2]),
        ("这是写字板文件，读不了。请另存为 Word、Excel 或 YAML", b"{\\rtf1 x}"),
        ("这是旧式的 Word 文件（.doc）", b"\xd0\xcf\x11\xe0" + bytes(600) + "WordDocument".encode("utf-16-le")),
        ("这个文件加了密码", b"\xd0\xcf\x11\xe0" + "EncryptedPackage".encode("utf-16-le")),
    ]
    for said, content in hostile:
        assert refusal(content).startswith(said), said
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    assert grown < 200, f"{grown} MB"
    assert time.process_time() - began < 20


def test_a_mutated_document_is_read_or_refused_and_nothing_else() -> None:
    chance = random.Random(24)
    part = numbering({1: level(0, "decimal", "%1.") + level(1, "upperLetter", "%2.")}, {5: (1, "")})
    listed = [paragraph("好吗？", numbered=(5, 0)), paragraph("好", numbered=(5, 1)), paragraph("坏", numbered=(5, 1))]
    whole = document(
        "调查",
        "匿名：是",
        *listed,
        table(["题目", "选项"], ["甲？", "A. 是\nB. 否"]),
        parts={"word/numbering.xml": part},
    )
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with zipfile.ZipFile(BytesIO(whole)) as archive:
        texts = {name: archive.read(name).decode() for name in archive.namelist()}
    signs = '<>&/"=:0９ABZ.、（）【】□①\t\n_限题答案：wtp\u202e\ufeff'
    for n in range(600):
        if n % 3:
            name = chance.choice(list(texts))
            text = texts[name]
            for _ in range(chance.randint(1, 4)):
                at, end = sorted(chance.randrange(len(text) + 1) for _ in range(2))
                end = min(end, at + chance.randint(0, 40))
                middle = chance.choice((text[at:end] * 3, "".join(chance.choices(signs, k=3)), ""))
                text = text[:at] + middle + text[end:]
            content = document(parts={**texts, name: text})
        else:
            mutated = bytearray(whole)
            for _ in range(chance.randint(1, 6)):
                mutated[chance.randrange(4, len(mutated))] = chance.randrange(256)
            content = bytes(mutated)
        try:
            read(content)
        except Refused:
            continue
    assert (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024 < 100
