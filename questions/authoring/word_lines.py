"""Lines of a Word document of questions: their numbers, the marks of options, labels, and what brackets say.

Marks are matched on the half-width form of a line, which has the same length; what is kept is the line as written.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from questions.question import QuestionType

_HALF = str.maketrans({chr(code): chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)} | {"\u3000": " ", "．": "."})
_NUMBER = r"[0-9]{1,3}"
_CHINESE = r"[一二三四五六七八九十]{1,3}"
#: How the number of a question may be written; the first form found in a document is that of its questions.
STEMS = {
    "dotted": re.compile(rf"(?:[*]\s*)?(?:[Qq]|第\s*)?({_NUMBER})\s*(?:[、)]|[.:](?![0-9])|题\s*[、:.]?|\t)\s*"),
    "bracketed": re.compile(rf"[(]\s*({_NUMBER})\s*[)][.、:]?\s*"),
    "chinese": re.compile(rf"(?:({_CHINESE})\s*[、.:\t]|[(]({_CHINESE})[)][、.:]?)\s*"),
}
PART = re.compile(rf"第\s*(?:{_CHINESE}|{_NUMBER})\s*(?:部分|大题|章|节)[、:.]?\s*")
_DIGITS = "一二三四五六七八九十"
_LETTERS, _CIRCLED = "ABCDEFGHIJKLMNOPQRSTUVWXYZ", "①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳"
_BOXES = "□○☐◯◻▢◇●•❑❏"
#: A box that is ticked already, which nobody means as an option to choose from.
TICKED = re.compile("[☑☒✓✔■√]")
_RULES = "_＿—…"
_BRACKETS = re.compile(r"[\[【(（〔]([^\[\]【】()（）〔〕]{1,30})[\]】)）〕]")
#: Space for the letter of an answer, behind a whole sentence.
_EMPTY_BRACKETS = re.compile(r"(?<=[?？。:：])\s*[(（]\s*[)）]\s*$")
_ANSWERS = re.compile(r"[A-L](?:[,，、;；\s]*[A-L]){0,11}|[√×✓✗对错T]")

SINGLE, MULTIPLE, TRUTH = QuestionType.SINGLE.value, QuestionType.MULTIPLE.value, "truth"
TEXT = QuestionType.TEXT.value
_KINDS = {
    SINGLE: "单选 单项 单项选择 下拉 下拉单选 下拉选择",
    MULTIPLE: "多选 多项 多项选择 不定项 不定项选择 可多选 可以多选 可选多项",
    TRUTH: "判断 是非 对错",
    TEXT: "文本 文字 填空 单项填空 单行填空 多行填空 单行文本 多行文本 简答 问答 主观 开放",
    QuestionType.RATING.value: "评分 打分 量表 星级",
    QuestionType.NPS.value: "nps 推荐度 推荐 nps量表 净推荐值",
    QuestionType.NUMBER.value: "数字 数值 数字填空",
    QuestionType.PHOTO.value: "照片 图片 拍照 上传图片 图片上传 上传照片 拍照上传",
}
KINDS = {f"{word}{end}": kind for kind, words in _KINDS.items() for word in words.split() for end in ("", "题")}
_REQUIRED = {
    **dict.fromkeys(("必填", "必答", "必选"), "是"),
    **dict.fromkeys(("选填", "选答", "非必填", "非必答", "可不填", "可不答", "可跳过"), "否"),
}
_COUNT = r"([0-9]{1,2}|[一二两三四五六七八九十])\s*[项个]"
_LEAST, _EXACTLY = re.compile(rf"(?:至少|最少)(?:选择?)?\s*{_COUNT}"), re.compile(rf"(?:请|任)?选择?\s*{_COUNT}")
_MOST = re.compile(rf"(?:可|请)?(?:最多|至多|不超过|限)(?:可?选择?)?\s*{_COUNT}")
_BETWEEN = re.compile(rf"(?:请|可)?选择?\s*([0-9]{{1,2}})\s*(?:-|~|至|到)\s*{_COUNT}")
_POINTS = re.compile(r"(?:本题|每小?题)?\s*([0-9]{1,3}(?:\.[0-9]{1,2})?)\s*分")
#: Skips to another question, which a Word file cannot say in a way that is safe to read.
SKIPS = re.compile(
    r"[跳转][至到答往]+\s*(?:第\s*)?[QqTt]?[0-9０-９]{1,3}|跳[至到答转题]|[→⇒]|(?:结束|终止)(?:答题|问卷|作答|访问)"
    r"|(?:如果?|若|凡|仅限?|只有)选择?"
)
#: Marks of options, where they stand in a text that has been split at its options already.
UNSPLIT = re.compile(rf"[{_BOXES}]|(?:^|\s)[(]?[A-Z]\s*[.、:)]")

#: Words of a label below a question, by the word that stands for them all.
LABELS = {
    "答案": ("答案", "正确答案", "参考答案", "标准答案", "本题答案"),
    "解析": ("解析", "答案解析", "题目解析", "试题解析"),
    "分值": ("分值", "分数", "本题分值"),
    "难度": ("难度", "难易程度"),
    "知识点": ("知识点", "考点", "标签"),
    "出处": ("出处", "依据"),
    "学习": ("学习",),
    "计分": ("计分",),
    "编码": ("编码",),
    "类型": ("类型", "题型"),
    "必填": ("必填",),
    "最多": ("最多", "最大"),
    "最少": ("最少", "最小"),
    "小数": ("小数", "小数位"),
    "权重": ("权重",),
    "显示条件": ("显示条件",),
}
_SPLIT = re.compile(r"[,，、;；\s]+")


class Marked(NamedTuple):
    """Option as a line has it: its place in the order (from 1) and its text."""

    place: int
    label: str


@dataclass
class BracketNotes:
    """What the brackets of a question say beside its text."""

    text: str
    kind: str = ""
    answer: str = ""
    points: str = ""
    required: str = ""
    bounds: dict[str, str] = field(default_factory=dict)


def half(line: str) -> str:
    """A line with half-width signs, in as many characters."""
    return line.translate(_HALF)


def number_of_stem(line: str, form: str) -> tuple[int, str] | None:
    """The number of a question and the text behind it; None for a line without a number of this form.

    >>> number_of_stem("（１）您满意吗", "bracketed"), number_of_stem("十二、其他", "chinese")
    ((1, '您满意吗'), (12, '其他'))
    >>> number_of_stem("3.5 元", "dotted"), number_of_stem("3、店名", "dotted")
    (None, (3, '店名'))
    """
    found = STEMS[form].match(half(line))
    if found is None:
        return None
    digits = next(filter(None, found.groups()))
    return whole(digits), line[found.end() :].strip()


def options_of(line: str, family: str, first: int) -> list[Marked]:
    """The options of a line whose marks are of one family and go on from `first`; none where it begins otherwise.

    >>> options_of("A．满意  Ｂ、一般\\tC) 维生素B、钙", "letter", 1)
    [Marked(place=1, label='满意'), Marked(place=2, label='一般'), Marked(place=3, label='维生素B、钙')]
    >>> options_of("□男□女", "box", 1), options_of("③ 一般", "circled", 3)
    ([Marked(place=1, label='男'), Marked(place=2, label='女')], [Marked(place=3, label='一般')])
    """
    seen = half(line)
    if family == "box":
        labels = [each.strip() for each in re.split(_mark(family, None), line)]
        return [Marked(first + at, label) for at, label in enumerate(labels[1:])] if not labels[0] else []
    found = re.match(_mark(family, first), seen)
    options: list[Marked] = []
    place = first
    while found is not None:
        behind = found.end()
        mark = _mark(family, place + 1)
        # A mark behind a blank is surer than one that touches the label before it.
        found = re.compile(rf"(?<=\s){mark}").search(seen, behind) or re.compile(rf"(?<![A-Za-z0-9]){mark}").search(
            seen, behind
        )
        options.append(Marked(place, line[behind : found.start() if found else len(line)].strip()))
        place += 1
    return options


FAMILIES = ("letter", "circled", "box", "bracketed")


def family_of(line: str, families: tuple[str, ...]) -> str:
    """The family of the mark a line begins with, at whatever place in the order; empty where it begins with none.

    >>> family_of("C. 一般", FAMILIES), family_of("（2）一般", FAMILIES), family_of("一般", FAMILIES)
    ('letter', 'bracketed', '')
    """
    seen = half(line)
    return next((each for each in families if re.match(_mark(each, None), seen)), "")


def behind_stem(text: str) -> tuple[str, str]:
    """The text of a question, and the options that follow it in its own line; nothing where none do.

    >>> behind_stem("性别：□男 □女"), behind_stem("您对 A 类店满意吗")
    (('性别：', '□男 □女'), ('您对 A 类店满意吗', ''))
    """
    seen = half(text)
    for family in ("letter", "circled", "box"):
        first = re.compile(rf"(?:^|(?<=[\s?:。)】_]))(?:{_mark(family, 1)})").search(seen)
        if first and len(options_of(text[first.start() :], family, 1)) > 1:
            return text[: first.start()].strip(), text[first.start() :]
    return text, ""


def labelled(line: str) -> list[tuple[str, str]]:
    """The labels of a line with their values, such as 答案：B; none where it does not begin with a known label.

    >>> labelled("【答案】B　难度：易"), labelled("参考答案: AC"), labelled("答案很多")
    ([('答案', 'B'), ('难度', '易')], [('答案', 'AC')], [])
    >>> [labelled(each) for each in ("答案是 A、C。", "答：×", "答案（B）", "答案是什么？", "答：____")]
    [[('答案', 'A、C')], [('答案', '×')], [('答案', 'B')], [], []]
    """
    seen = half(line)
    if bare := _BARE_ANSWER.fullmatch(seen):
        return [("答案", line[bare.start(1) : bare.end(1)].strip())]
    found = list(_LABEL.finditer(seen))
    if not found or found[0].start():
        return []
    ends = [each.start() for each in found[1:]] + [len(line)]
    return [
        (_LABEL_WORDS[each[1] or each[2]], line[each.end() : end].strip())
        for each, end in zip(found, ends, strict=True)
    ]


def brackets(text: str, *, has_points: bool) -> BracketNotes:
    """Read what the brackets of a question say: its kind, how many to choose, an answer. Other brackets stay.

    >>> brackets("【多选】您卖哪些（最多选 3 项，必答）", has_points=False)
    BracketNotes(text='您卖哪些', kind='multiple', answer='', points='', required='是', bounds={'max': '3'})
    >>> brackets("假烟是（ B ）。", has_points=False).answer, brackets("名称（全称）", has_points=False).text
    ('B', '名称（全称）')
    """
    notes = BracketNotes("")

    def read(found: re.Match[str]) -> str:
        inside = half(found[1]).strip()
        letters = _SPLIT.sub("", inside)
        # Letters out of their order are a word, such as a brand.
        if _ANSWERS.fullmatch(inside) and list(letters) == sorted(letters):
            notes.answer += letters
            return "（ ）"
        words = [word for word in re.split(r"[,，、;；]", inside) if word.strip()]
        if not words or not all(_take(word.strip(), notes, has_points=has_points, is_sure=False) for word in words):
            return found[0]
        for word in words:
            _take(word.strip(), notes, has_points=has_points, is_sure=True)
        return ""

    kept = _BRACKETS.sub(read, text).strip()
    if kept.startswith(("*", "＊")) or kept.endswith(("*", "＊")):
        notes.required, kept = notes.required or "是", kept.strip("*＊ ")
    notes.text = _EMPTY_BRACKETS.sub("", kept).strip()
    return notes


def _take(word: str, notes: BracketNotes, *, has_points: bool, is_sure: bool) -> bool:
    """Whether a word in brackets is known; where it `is_sure`, it is noted."""
    kind, required = KINDS.get(word.lower().replace(" ", ""), ""), _REQUIRED.get(word, "")
    bounds: dict[str, str] = {}
    if between := _BETWEEN.fullmatch(word):
        bounds = {"min": str(whole(between[1])), "max": str(whole(between[2]))}
    elif most := _MOST.fullmatch(word):
        bounds = {"max": str(whole(most[1]))}
    elif least := _LEAST.fullmatch(word):
        bounds = {"min": str(whole(least[1]))}
    elif exactly := _EXACTLY.fullmatch(word):
        bounds = dict.fromkeys(("min", "max"), str(whole(exactly[1])))
    points = _POINTS.fullmatch(word) if has_points else None
    if is_sure:
        notes.kind, notes.required = kind or notes.kind, required or notes.required
        notes.points = points[1] if points else notes.points
        notes.bounds |= bounds
    return bool(kind or required or bounds or points)


def several_letters(answer: str) -> bool:
    """Whether an answer names several options by their letters.

    >>> several_letters("ＡＣ"), several_letters("A、C"), several_letters("A"), several_letters("三十天")
    (True, True, False, False)
    """
    letters = _SPLIT.sub("", half(answer).strip()).upper()
    return bool(re.fullmatch("[A-Z]{2,20}", letters))


def points_of(heading: str) -> str:
    """How many points a heading gives to each of its questions, as in 每题 2 分; empty where it does not say."""
    found = re.search(r"每小?题\s*([0-9]{1,3}(?:\.[0-9]{1,2})?)\s*分", half(heading))
    return found[1] if found else ""


def kind_of(heading: str) -> str:
    """The kind of question a heading announces, as in 一、单项选择题（共 10 题）; empty where it announces none.

    >>> kind_of("单项选择题（每题 2 分）"), kind_of("基本情况")
    ('single', '')
    """
    words = re.split(r"[\s(:,，、]", half(heading).strip("【】[] "))
    return KINDS.get(words[0].lower(), "") if words[0] else ""


def with_own_words(label: str) -> bool:
    """Whether an option asks for words of one's own: 其他（请注明）____.

    >>> with_own_words("其他（请注明）____"), with_own_words("其它：＿＿"), with_own_words("其他")
    (True, True, False)
    """
    return len(label) <= _LONGEST_OWN and bool(_OWN_WORDS.fullmatch(half(label)))


def is_ruled(line: str) -> bool:
    """Whether a line is only space for an answer by hand.

    >>> is_ruled(" ______ "), is_ruled("答：____")
    (True, False)
    """
    signs = {*line} - {*" \t\u3000.。"}
    return bool(signs) and signs <= {*_RULES}


_LONGEST_OWN = 80
_OWN_WORDS = re.compile(
    r"其[他它]\s*[,:]?\s*(?:[(]?\s*(?:请|可)?\s*(?:注明|说明|填写|写明|补充|列出|具体说明)\s*:?\s*_*\s*[)]?\s*:?\s*_*|[(]?\s*_+\s*[)]?)\s*[.。]?"
)


def _mark(family: str, place: int | None) -> str:
    """The pattern of an option's mark; of any in its family where no place is given."""
    if family == "box":
        return rf"(?:[{_BOXES}])\s*"
    if family == "circled":
        return rf"(?:{f'[{_CIRCLED}]' if place is None else _nth(_CIRCLED, place)})\s*[.、]?\s*"
    if family == "bracketed":
        return rf"(?:[(]\s*{_NUMBER if place is None else place}\s*[)])\s*[.、]?\s*"
    letter = "[A-Za-z]" if place is None else _nth(_LETTERS, place)
    letter = letter if place is None or letter == _NEVER else f"[{letter}{letter.lower()}]"
    return rf"(?:[(]\s*{letter}\s*[)][.、:]?|{letter}\s*[.、:)]|{letter}\t)\s*"


_NEVER = "(?!)"


def _nth(signs: str, place: int) -> str:
    return signs[place - 1] if 1 <= place <= len(signs) else _NEVER


def whole(digits: str) -> int:
    """A number in digits, or in Chinese up to 十九.

    >>> whole("12"), whole("两"), whole("十"), whole("十二"), whole("二十一")
    (12, 2, 10, 12, 21)
    """
    if digits.isdecimal():
        return int(digits)
    if digits == "两":
        return 2
    tens, is_ten, ones = digits.rpartition("十")
    value = _DIGITS.find(ones[-1]) + 1 if ones else 0
    return (10 * (_DIGITS.find(tens[-1]) + 1 if tens else 1) if is_ten else 0) + value


_LABEL_WORDS: Mapping[str, str] = {word: label for label, words in LABELS.items() for word in words}
_KNOWN = "|".join(sorted(_LABEL_WORDS, key=len, reverse=True))
_LABEL = re.compile(rf"(?:^|(?<=[\s;；。]))(?:[【\[]\s*({_KNOWN})\s*[】\]]\s*:?|({_KNOWN})\s*[为是]?\s*:)\s*")
#: Letters or a mark behind a word for an answer, with or without a colon; other words there are a sentence.
_BARE_ANSWER = re.compile(
    rf"(?:{'|'.join(LABELS['答案'])}|答)\s*[为是]?\s*:?\s*[(\[【]?\s*({_ANSWERS.pattern})\s*[)\]】]?[.。]?"
)
