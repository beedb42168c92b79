"""A pasted questionnaire as it is read: exact results for the ways in which people, Word and 问卷星 write one.

A question is told as its kind, its text, its options behind |, … for 其他, the least and the most, and * where it must
be answered or ? where it need not be.
"""

from typing import Any

import pytest

from foundation.errors import Refused
from questions.authoring import pasted_text
from surveys.rules.files import LAYOUT

CASES: tuple[tuple[str, str, dict[str, str], list[str], list[str], list[str]], ...] = (
    (
        "a questionnaire as people write one",
        """三季度服务满意度调查
感谢您抽出宝贵时间参加本次调查！

1. 您对送货时间满意吗？[单选题]
非常满意
满意
一般

2. 您最希望改进哪些？【多选题】【必答】
送货时间
货源信息
其他（请注明）____

3. 您的建议 [填空题]

4. 请打分［打分题］
5. 推荐吗[推荐度]
6. 门头照片【图片题】（选答）
7. 按重要程度排序[排序]
价格
送货
""",
        {"title": "三季度服务满意度调查", "intro": "感谢您抽出宝贵时间参加本次调查！"},
        [
            "single 您对送货时间满意吗？ | 非常满意 / 满意 / 一般 ?",
            "multiple 您最希望改进哪些？ | 送货时间 / 货源信息 / … *",
            "text 您的建议 ?",
            "rating 请打分 ?",
            "nps 推荐吗 ?",
            "photo 门头照片 ?",
            "multiple 按重要程度排序 | 价格 / 送货 ?",
        ],
        [],
        [],
    ),
    (
        "as 问卷星 exports one, an empty line between all",
        """烟草零售户满意度调查

尊敬的零售户：您好！为了更好地为您服务，我们想了解您的意见。

1. 您的性别： [单选题] *

○男

○女

2. 您经营的品类（可多选） [多选题] *

□卷烟

□酒水

□其他 _________________

3. 您对客户经理的评价 [量表题] *

○1\t○2\t○3\t○4\t○5

4. 您向同行推荐我们的可能性 [NPS量表题] *

不可能 ○0 ○1 ○2 ○3 ○4 ○5 ○6 ○7 ○8 ○9 ○10 极有可能

5. 您的建议： [填空题]

_________________________________

6. 外观满意度 [矩阵量表题] *

感谢您的参与！
""",
        {"title": "烟草零售户满意度调查", "intro": "尊敬的零售户：您好！为了更好地为您服务，我们想了解您的意见。"},
        [
            "single 您的性别： | 男 / 女 *",
            "multiple 您经营的品类 | 卷烟 / 酒水 / … *",
            "rating 您对客户经理的评价 *",
            "nps 您向同行推荐我们的可能性 *",
            "text 您的建议： ?",
        ],
        ["31 6. 外观满意度 [矩阵量表题] *"],
        ["25 不可能 ○0 ○1 ○2 ○3 ○4 ○5 ○6 ○7 ○8 ○9 ○10 极有可能", "33 感谢您的参与！"],
    ),
    (
        "without numbers",
        """您的性别
男
女

您的年龄段
18 岁以下
18～30
30 以上

您还有什么建议？
""",
        {},
        ["single 您的性别 | 男 / 女", "single 您的年龄段 | 18 岁以下 / 18～30 / 30 以上", "text 您还有什么建议？"],
        [],
        [],
    ),
    (
        "Chinese numbers, and numbered options",
        """一、您对服务满意吗？
1. 满意
2. 一般
3. 不满意

二、您最希望改进什么？（最多选2项）
1. 送货
2. 货源

三、其他建议
""",
        {},
        [
            "single 您对服务满意吗？ | 满意 / 一般 / 不满意",
            "multiple 您最希望改进什么？ | 送货 / 货源 max=2",
            "text 其他建议",
        ],
        [],
        [],
    ),
    (
        "sections, and another form of number",
        """第一部分 基本情况
1、您的店名：
2、您的类型：A. 现代终端 B. 普通终端
二、满意度
Q3：满意吗？ 满意 一般 不满意
""",
        {},
        ["text 您的店名：", "single 您的类型： | 现代终端 / 普通终端", "single 满意吗？ | 满意 / 一般 / 不满意"],
        [],
        ["1 第一部分 基本情况", "4 二、满意度"],
    ),
    (
        "as Word pastes its own lists",
        """1.\t您的店在哪？
A.\t城区
B.\t乡镇
2.\t您卖什么（多选）
l\t烟
l\t酒
3.\t您的性别：男/女
""",
        {},
        ["single 您的店在哪？ | 城区 / 乡镇", "multiple 您卖什么 | 烟 / 酒", "single 您的性别： | 男 / 女"],
        [],
        [],
    ),
    (
        "circled numbers and small letters",
        """① 您满意吗
a) 满意
b) 不满意
② 您的电话【手机】
""",
        {},
        ["single 您满意吗 | 满意 / 不满意", "text 您的电话"],
        [],
        [],
    ),
    (
        "full width, hard blanks, and a bracketed number",
        """1.\u00a0您满意吗？\u3000【单选】\r
\u00a0A．满意\u00a0\u00a0B．一般\u00a0\u00a0C．不满意\r
\r
（2）为什么？【必答】""",
        {},
        ["single 您满意吗？ | 满意 / 一般 / 不满意 ?", "text 为什么？ *"],
        [],
        [],
    ),
    (
        "options numbered as the questions are",
        """1. 满意吗
1. 满意
2. 不满意

2. 为什么？
""",
        {},
        ["single 满意吗 | 满意 / 不满意", "text 为什么？"],
        [],
        [],
    ),
    (
        "as an assistant writes one",
        """# 新品评价调查
## 一、基本信息
1. **您的店型是？**（单选）
   - A. 便利店
   - B. 超市
2. **您卖过吗？**（单选）
   - 卖过
   - 没卖过

## 二、评价
3. **口味打几分（1-5分）？**
4. **说说原因**
""",
        {"title": "新品评价调查"},
        [
            "single 您的店型是？ | 便利店 / 超市",
            "single 您卖过吗？ | 卖过 / 没卖过",
            "rating 口味打几分（1-5分）？",
            "text 说说原因",
        ],
        [],
        ["2 ## 一、基本信息", "10 ## 二、评价"],
    ),
    (
        "every line alone",
        """性别[单选]

男

女

年龄[单选]

18

20
""",
        {},
        ["single 性别 | 男 / 女", "single 年龄 | 18 / 20"],
        [],
        [],
    ),
    (
        "skips and conditions",
        """1. 您卖过新品吗？[单选题]
卖过
没卖过（请跳至第3题）
2. 卖得如何？[单选题]
依赖于第1题第1个选项
好
不好
""",
        {},
        ["single 您卖过新品吗？ | 卖过 / 没卖过", "single 卖得如何？ | 好 / 不好"],
        ["3 （请跳至第3题）", "5 依赖于第1题第1个选项"],
        [],
    ),
    (
        "marks in front of the number",
        """【必答】1. 您的店型？
A、便利店 B、超市 C、其他
【单选】2、送货准时吗
准时/不准时
""",
        {},
        ["single 您的店型？ | 便利店 / 超市 / 其他 *", "single 送货准时吗 | 准时 / 不准时 ?"],
        [],
        [],
    ),
    (
        "options in the line of the question",
        """1. 您的性别[单选题] 男 女
2. 您的店型：□便利店 □超市 □其他____
3. 您满意吗？ A.满意 B.一般 C.不满意""",
        {},
        [
            "single 您的性别 | 男 / 女",
            "single 您的店型： | 便利店 / 超市 / …",
            "single 您满意吗？ | 满意 / 一般 / 不满意",
        ],
        [],
        [],
    ),
    (
        "scales",
        """1. 请给服务打分（1-10分）
2. 推荐意愿（0-10分）
3. 满意程度[量表题]
非常不满意
不满意
一般
满意
非常满意
4. 打分[打分题]
1 2 3 4 5""",
        {},
        [
            "number 请给服务打分（1-10分） min=1 max=10",
            "nps 推荐意愿（0-10分）",
            "single 满意程度 | 非常不满意 / 不满意 / 一般 / 满意 / 非常满意",
            "rating 打分",
        ],
        [],
        [],
    ),
    (
        "right or wrong",
        """1. 烟草专卖法规定要亮证经营。[判断题]
2. 您有许可证吗[判断题]
有
没有""",
        {},
        ["single 烟草专卖法规定要亮证经营。 | 对 / 错", "single 您有许可证吗 | 有 / 没有"],
        [],
        [],
    ),
    (
        "empty lines between options",
        """1、您卖的最多的是？

A. 卷烟

B. 酒

2、第二多的是？

A. 卷烟

B. 酒

""",
        {},
        ["single 您卖的最多的是？ | 卷烟 / 酒", "single 第二多的是？ | 卷烟 / 酒"],
        [],
        [],
    ),
    (
        "every line alone, numbered twice",
        """一、您满意吗

1、满意

2、不满意

二、为什么
""",
        {},
        ["single 您满意吗 | 满意 / 不满意", "text 为什么"],
        [],
        [],
    ),
    (
        "no kind and no empty line",
        """1. 您的店名
2. 您的电话
3. 您的性别
男
女
""",
        {},
        ["text 您的店名", "text 您的电话", "single 您的性别 | 男 / 女"],
        [],
        [],
    ),
    (
        "head, description, section, and a note",
        """问卷标题：新品调查
说明：请如实填写
结束时间：2027-09-30
对象：客户类型=现代终端

1. 您对新品了解吗？
（说明：新品指本季度上市的）
了解
不了解

二、评价部分

2. 您愿意进货吗？
愿意
不愿意

如有问题请联系客户经理，他会上门帮您处理这件事情的。""",
        {"title": "新品调查", "intro": "请如实填写"},
        [
            "single 您对新品了解吗？（说明：新品指本季度上市的） | 了解 / 不了解",
            "single 您愿意进货吗？ | 愿意 / 不愿意",
        ],
        ["17 如有问题请联系客户经理，他会上门帮您处理这件事情的。"],
        ["11 二、评价部分"],
    ),
    (
        "labels below",
        """1. 您卖哪些（多选）
A. 烟
B. 酒
C. 糖
最多：2
答案：A
""",
        {},
        ["multiple 您卖哪些 | 烟 / 酒 / 糖 max=2"],
        ["6 答案：A"],
        [],
    ),
    (
        "bullets",
        """您的店型
• 便利店
• 超市
您的位置
• 城区
• 乡镇
""",
        {},
        ["single 您的店型 | 便利店 / 超市", "single 您的位置 | 城区 / 乡镇"],
        [],
        [],
    ),
    (
        "no blanks at all",
        """1.您对客户经理满意吗？
①满意②一般③不满意
2.您的意见：______
""",
        {},
        ["single 您对客户经理满意吗？ | 满意 / 一般 / 不满意", "text 您的意见："],
        [],
        [],
    ),
    (
        "Q and small letters",
        """Q1. 满意吗
a. 满意
b. 一般
Q2. 为什么
""",
        {},
        ["single 满意吗 | 满意 / 一般", "text 为什么"],
        [],
        [],
    ),
    (
        "第一题",
        """第一题：满意吗？
（1）满意
（2）一般
第二题：意见？
""",
        {},
        ["single 满意吗？ | 满意 / 一般", "text 意见？"],
        [],
        [],
    ),
    (
        "an option that asks",
        """1. 您为什么没订新品？
不知道有新品？
价格高
其他

2. 您的年龄
18-30
31-45
""",
        {},
        ["single 您为什么没订新品？ | 不知道有新品？ / 价格高 / 其他", "single 您的年龄 | 18-30 / 31-45"],
        [],
        [],
    ),
    (
        "an option twice",
        """1. 满意吗
满意
满意
一般
""",
        {},
        ["single 满意吗 | 满意 / 一般"],
        [],
        ["3 满意"],
    ),
    (
        "one question alone",
        """投票：您最喜欢哪款新品包装？
红色
蓝色
金色
""",
        {},
        ["single 投票：您最喜欢哪款新品包装？ | 红色 / 蓝色 / 金色"],
        [],
        [],
    ),
    (
        "kinds we do not have",
        """1. 您的手机号[手机]
2. 到店日期【日期题】
3. 您的年龄（数字题）
4. 您的签名[签名题]
5. 满意度(评分题)
6. 建议（选填）""",
        {},
        ["text 您的手机号", "text 到店日期", "number 您的年龄", "rating 满意度", "text 建议 ?"],
        ["4 4. 您的签名[签名题]"],
        [],
    ),
)


def told(question: dict[str, Any]) -> str:
    said = f"{question['type']} {question['text']}"
    if question.get("options"):
        said += " | " + " / ".join(question["options"])
    said += " / …" if question.get("other") else ""
    said += "".join(f" {key}={question[key]}" for key in ("min", "max") if key in question)
    return said + {True: " *", False: " ?", None: ""}[question.get("required")]


@pytest.mark.parametrize(
    ("text", "head", "questions", "unread", "asides"), [each[1:] for each in CASES], ids=[each[0] for each in CASES]
)
def test_a_pasted_questionnaire_is_read_as_it_was_meant(text, head, questions, unread, asides) -> None:
    found = pasted_text.read(text, LAYOUT)
    assert {key: value for key, value in found.file.data.items() if key in ("title", "intro")} == head
    assert [told(each) for each in found.file.data["questions"]] == questions
    assert [f"{each.line} {each.words}" for each in found.unread] == unread
    assert [f"{each.line} {each.words}" for each in found.asides] == asides


@pytest.mark.parametrize("text", [each[1] for each in CASES], ids=[each[0] for each in CASES])
def test_every_word_of_a_pasted_questionnaire_is_read_or_given_back(text) -> None:
    found = pasted_text.read(text, LAYOUT)
    kept = repr(found.file.data) + "".join(each.words for each in (*found.unread, *found.asides))
    signs = "□○①②③一二、.．:：()（）[]［］【】*_|/~～-–;； \\t"
    for line in text.replace("\u00a0", " ").splitlines():
        for word in "".join(" " if sign in signs else sign for sign in line).split():
            is_mark = len(word) < 4 or word in KINDS
            assert is_mark or word in kept or word.strip("0123456789") in kept, word


KINDS = (
    *(
        "单选题",
        "多选题",
        "填空题",
        "打分题",
        "推荐度",
        "图片题",
        "量表题",
        "NPS量表题",
        "判断题",
        "日期题",
        "数字题",
        "评分题",
    ),
    *("最多选2项", "可多选", "请注明", "第一题", "第二题", "结束时间", "客户类型=现代终端", "2027", "问卷标题"),
)


def test_what_was_guessed_is_said_and_what_was_said_is_not() -> None:
    found = pasted_text.read("1. 店名？\n2. 满意吗[单选题]\n满意\n不满意\n3. 请打 1-5 分\n4. 拍一张照片", LAYOUT)
    assert [list(each) for each in found.guesses] == [
        ["没写题型，也没有选项：读成文本题"],
        [],
        ["读成评分（1–5）"],
        ["没写题型，像是要照片：读成照片题"],
    ]


def test_an_empty_or_endless_text_is_refused_with_a_sentence() -> None:
    for text, said in (("  \n\u3000", "还没有粘贴内容。"), ("题" * 60_001, "太长：60,001 字")):
        with pytest.raises(Refused, match=said):
            pasted_text.read(text, LAYOUT)


def test_a_table_of_a_spreadsheet_is_read_by_its_heading() -> None:
    text = (
        "编码\t类型\t题目\t选项\t其他\t最多\t必填\t备注\n"
        'q1\t单选题\t您满意吗？\t"满意\n一般\n不满意"\t\t\t是\t\n'
        "q2\t多选\t改进哪些？\tA. 送货|B. 货源\t是\t2\t否\t问仔细\n"
        "\t矩阵题\t外观\t好|坏\t\t\t\t\n"
        "\t\t为什么？\t\t\t\t\t\n"
    )
    found = pasted_text.read(text, LAYOUT)
    assert [told(each) for each in found.file.data["questions"]] == [
        "single 您满意吗？ | 满意 / 一般 / 不满意 *",
        "multiple 改进哪些？ | 送货 / 货源 / … max=2 ?",
        "text 为什么？ ?",
    ]
    assert found.lines == (2, 5, 7)
    assert [f"{each.line} {each.words}" for each in found.unread] == ["5 问仔细", "6 矩阵题\t外观\t好|坏"]
    options_behind = pasted_text.read("1. 您的性别\t男\t女", LAYOUT)
    assert [told(each) for each in options_behind.file.data["questions"]] == ["single 您的性别 | 男 / 女"]
