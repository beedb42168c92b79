"""Question of a pasted questionnaire: its kind as said or guessed, its options, and everything told about it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from questions.authoring import pasted_lines as marks
from questions.authoring import word_lines as words
from questions.authoring.pasted_lines import Line, Numbered
from questions.question import QuestionType

SINGLE, MULTIPLE, TEXT = QuestionType.SINGLE.value, QuestionType.MULTIPLE.value, QuestionType.TEXT.value
RATING, NPS, NUMBER = QuestionType.RATING.value, QuestionType.NPS.value, QuestionType.NUMBER.value
PHOTO = QuestionType.PHOTO.value
_CHOICES = (SINGLE, MULTIPLE)

#: Kinds that we do not have, with the nearest, and what to say of it.
_NEAREST = {
    "排序": (MULTIPLE, "没有排序题：先读成多选。只问最看重的几项，可以写“最多选 3 项”"),
    "多项填空": (TEXT, "多项填空读成一道文本题。要分开统计，请分成几题"),
    **dict.fromkeys(
        ("日期", "时间", "手机", "手机号", "电话", "姓名", "地址", "邮箱"), (TEXT, "读成文本题，不检查格式")
    ),
    "评价": (RATING, "读成评分（1–5）"),
    **dict.fromkeys(("滑动条", "滑块"), (NUMBER, "滑动条读成数字题")),
    **dict.fromkeys(("文件上传", "上传文件", "文件"), (PHOTO, "文件上传读成照片题，只收照片")),
}
_NOT_HERE = ("矩阵", "比重", "签名", "表格", "考试", "评分单选", "量表矩阵", "级联")
_TAG = re.compile(r"\s*[\[【［]\s*([^\[\]【】［］]{1,14}?)\s*[\]】］]\s*")
#: The kind behind the question without brackets.
_BARE_KIND = re.compile(r"\s+([\u4e00-\u9fffA-Za-z]{2,6}题)\s*[*＊]?$")
_TAGGED_INSIDE = re.compile(r"(.{2,}[\[【]\s*(?:单选|多选|判断|下拉)题?\s*[\]】])\s*([^\s*＊\[【(（].*)")
_DESCRIPTION = re.compile(r"^(?:[(（].*[)）]|(?:说明|提示|注|备注|注意|温馨提示)\s*[:：].*)$")
_SKIP_BRACKET = re.compile(r"\s*[(（][^()（）]*(?:跳|结束|终止)[^()（）]*[)）]")
_DEPENDS = re.compile(r"^[(（【\[]?\s*(?:依赖于?|关联|如果?|若)\s*.*第?\s*[0-9]+\s*题")
_WORDY_BLANK = re.compile("[_＿]{2,}")
_BETWEEN = re.compile(r"([0-9]{1,2})\s*(?:-|~|至|到|–|—|～)\s*([0-9]{1,2})\s*(?:分|星)?")
_ENDING = re.compile(r"\s*[;；,，]$")


@dataclass
class PastedQuestion:
    """Question being read."""

    line: int
    kind: str = ""
    text: str = ""
    family: str = ""
    """The mark of its options; empty where they have none."""
    options: list[tuple[str, Line]] = field(default_factory=list)
    loose: list[Line] = field(default_factory=list)
    """Lines below it without a mark."""
    scale: list[int] = field(default_factory=list)
    """The points that a line below it shows."""
    other: bool = False
    required: str = ""
    bounds: dict[str, str] = field(default_factory=dict)
    guesses: list[str] = field(default_factory=list)
    unread: list[tuple[int, str, str]] = field(default_factory=list)
    asides: list[tuple[int, str, str]] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    """All that was read into it."""
    why_not: str = ""
    """Why we have no such question."""

    @property
    def is_full(self) -> bool:
        """Whether nothing more belongs to it for sure: it has its options, or takes none."""
        return len(self.options) + len(self.loose) > 1 or (
            bool(self.kind) and self.kind not in (*_CHOICES, words.TRUTH)
        )

    def takes(self, found: Numbered) -> bool:
        """Whether a number continues, or begins, the options below this question."""
        is_next = found.number == len(self.options) + 1
        return is_next and not is_tagged(found.text) and self.family in ("", found.family) and not self.loose

    def stem(self, line: Line, text: str) -> None:
        """Read the text of the question, or more of it, with what its brackets say."""
        if behind := _TAGGED_INSIDE.fullmatch(text):
            # 您的性别[单选题] 男 女
            text = behind[1]
            self.loose.append(Line(line.number, behind[2], False, line.was))
        found = words.brackets(text, has_points=False)
        if found.answer:
            self.unread.append((line.number, f"（{found.answer}）", "像是答案，没有带进来"))
        kept = _TAG.sub(lambda tag: self._tag(tag, line), found.text)
        if bare := _BARE_KIND.search(kept):
            kind = words.KINDS.get(words.half(bare[1]).lower(), "")
            self.kind, kept = (kind, kept[: bare.start()]) if kind else (self.kind, kept)
        if skip := _SKIP_BRACKET.search(kept):
            self.unread.append((line.number, skip[0].strip(), _SKIPPED))
            kept = _SKIP_BRACKET.sub("", kept)
        self.kind, self.required = found.kind or self.kind, found.required or self.required
        self.bounds |= found.bounds
        kept = _WORDY_BLANK.sub("", kept).strip().rstrip("*＊").strip()
        self.text = f"{self.text}{'' if kept.startswith(('（', '(')) else ' '}{kept}".strip()

    def _tag(self, tag: re.Match[str], line: Line) -> str:
        word = words.half(tag[1]).removesuffix("题").strip().lower()
        if word in _NEAREST:
            self.kind, said = _NEAREST[word]
            self.guesses.append(said)
            return ""
        if word in words.KINDS:
            self.kind = words.KINDS[word]
            return ""
        if word.startswith(_NOT_HERE):
            way = "请分成几题写" if word.startswith(("矩阵", "表格", "量表矩阵")) else "请换一种题型，或删去"
            self.why_not = f"没有“{tag[1]}”。{way}"
            return ""
        if word in ("段落说明", "说明"):
            self.why_not = "没有段落说明。请写进问卷的说明，或写进题目"
            return ""
        if tag[1].endswith("题"):
            self.guesses.append(f"不认识“{tag[1]}”，题型按有没有选项猜")
            return ""
        return tag[0]

    def mark(self, line: Line, family: str, labels: list[str]) -> None:
        """Add options that a mark announces. Words between them and the question are more of its text."""
        if self.family and family != self.family:
            self.guesses.append("选项有几种写法，都读成了选项")
        for each in self.loose:
            self.stem(each, each.text)
        self.loose.clear()
        self.family = self.family or family
        self.options += [(label, line) for label in labels]

    def plain(self, line: Line) -> None:
        """Add a line without a mark."""
        if _DEPENDS.match(line.text):
            self.unread.append((line.number, line.was, "显示条件没有带进来，请用“设显示条件”设"))
        elif self.family and not _DESCRIPTION.match(line.text):
            self.unread.append((line.number, line.was, "看不出是题目还是选项"))
        elif _DESCRIPTION.match(line.text):
            self.stem(line, line.text if self.text else "")
        else:
            self.loose.append(line)

    def points(self, line: Line, points: list[int]) -> None:
        """Add the points of a scale that a line shows."""
        self.scale += points
        if marks.has_words(line.text):
            self.asides.append((line.number, line.was, "打分题两头的字不用写"))

    def label(self, line: Line, label: str, value: str) -> None:
        """Read a line such as 最多：2 below the question."""
        if label in ("最多", "最少") and value:
            self.bounds["max" if label == "最多" else "min"] = value
        elif label == "必填" and value:
            self.required = value
        elif label == "类型":
            self.stem(line, f"[{value}]")
        else:
            self.unread.append(
                (line.number, line.was, f"问卷没有“{label}”这一项" if label != "显示条件" else _CONDITION)
            )

    def settle(self) -> None:
        """Decide what the lines below it are, and what kind it is."""
        is_worded = self.kind in (RATING, NPS) and len(self.loose) > 2
        if not self.options and (is_worded or self.kind in ("", *_CHOICES, words.TRUTH)):
            self._take_loose()
        else:
            self._leave_loose()
        if self.kind in _CHOICES and self.scale and not self.options:
            self.options = [(str(point), Line(self.line, "", False, "")) for point in self.scale]
        self._split_stem()
        self.clean_options()
        self._guess_kind()

    def _take_loose(self) -> None:
        """Take unmarked lines as options, split where several stand in one."""
        split = [(part, line) for line in self.loose for part in marks.apart(line.text)]
        if len(split) > len(self.loose):
            self.guesses.append(f"按空格分成 {len(split)} 个选项")
        if len(split) == 1:
            line = split[0][1]
            parts = marks.in_one_line(line.text)
            if len(parts) > 1:
                split = [(each, line) for each in parts]
                self.guesses.append(f"一行分成 {len(parts)} 个选项")
            elif not self.kind:
                self.unread.append((line.number, line.was, "只有一行，看不出是选项还是说明"))
                split = []
        self.options, self.loose = split, []

    def _leave_loose(self) -> None:
        for line in self.loose:
            if self.kind in (RATING, NPS):
                self.asides.append((line.number, line.was, "打分题两头的字不用写"))
            else:
                self.unread.append((line.number, line.was, "这种题没有选项，这一行没有带进来"))
        self.loose = []

    def _split_stem(self) -> None:
        """Take options that stand behind the question in its own line, as in 性别：男/女."""
        if self.options or self.kind not in ("", *_CHOICES):
            return
        text, *tabbed = marks.apart(self.text) if "\t" in self.text else [self.text]
        if len(tabbed) > 1:
            at = Line(self.line, self.text, True, self.text)
            self.text, self.options = text, [(each, at) for each in tabbed]
            self.guesses.append(f"题目后面的字分成 {len(tabbed)} 个选项")
            return
        found = re.fullmatch(r"(.{2,}?[:：?？])\s*(\S{1,8}(?:(?:\s*[/／|｜]\s*|\s+)[^\s/／|｜]{1,8})+)", self.text)
        if found:
            parts = [each for each in re.split(r"\s*[/／|｜]\s*|\s+", found[2]) if each]
            at = Line(self.line, self.text, True, self.text)
            self.text, self.options = found[1], [(each, at) for each in parts]
            self.guesses.append(f"题目后面的字分成 {len(parts)} 个选项")

    def clean_options(self, *, keeps_doubles: bool = False) -> None:
        """Take out of the options what is no label: skips, rules to write on, doubles, and 其他 with words of one's
        own."""
        kept: list[tuple[str, Line]] = []
        for label, line in self.options:
            if skip := _SKIP_BRACKET.search(label):
                self.unread.append((line.number, skip[0].strip(), _SKIPPED))
                label = _SKIP_BRACKET.sub("", label)
            label = _ENDING.sub("", label.rstrip("*＊")).strip()
            if words.with_own_words(label) or (label.startswith(("其他", "其它")) and _WORDY_BLANK.search(label)):
                self.other = True
                continue
            if _WORDY_BLANK.search(label):
                label = _WORDY_BLANK.sub("", label).strip(" :：()（）")
                self.guesses.append(f"“{label}”后面的横线没有带进来，只有“其他”能自己写")
            if not keeps_doubles and label in [each for each, _ in kept]:
                self.asides.append((line.number, label, "和前面的选项重复，只留一个"))
            elif label:
                kept.append((label, line))
        self.options = kept

    def _guess_kind(self) -> None:
        if self.kind == words.TRUTH:
            self.kind = SINGLE
            if not self.options:
                self.options = [(each, Line(self.line, "", False, "")) for each in ("对", "错")]
        if self.kind in (RATING, NPS) or (not self.kind and (self.scale or not self.options)):
            self._guess_scale()
        if self.kind:
            return
        if self.options:
            several = bool(self.bounds) or re.search("多选|可选多项|选.{0,3}几项", self.text)
            self.kind = MULTIPLE if several else SINGLE
            self.guesses.append("没写题型，有选项：读成" + ("多选" if several else "单选"))
        elif re.search("(?:请|上传|拍).{0,6}(?:照片|拍照|拍一张|拍张)", self.text):
            self.kind = PHOTO
            self.guesses.append("没写题型，像是要照片：读成照片题")
        else:
            self.kind = TEXT
            self.guesses.append("没写题型，也没有选项：读成文本题")

    def _guess_scale(self) -> None:
        """Decide which scale is meant: we have 1 to 5 and 0 to 10."""
        said = _BETWEEN.search(words.half(self.text))
        low, high = (
            (self.scale[0], self.scale[-1]) if self.scale else (int(said[1]), int(said[2])) if said else (-1, -1)
        )
        asks_points = self.kind or self.scale or re.search("分|评价|推荐", self.text)
        if self.options and all(re.fullmatch("[0-9]{1,2} *分?", label) for label, _ in self.options):
            low, high = (int(re.sub("[^0-9]", "", self.options[at][0])) for at in (0, -1))
            self.options = []
        if self.options and self.kind:
            if len(self.options) > 2 or (not self.scale and self.kind == RATING):
                self.kind = SINGLE
                self.guesses.append("打分题写着文字选项：读成单选")
                return
            self.asides += [(line.number, label, "打分题两头的字不用写") for label, line in self.options]
            self.options = []
        if not asks_points or (low < 0 and not self.kind) or self.options:
            return
        if (low, high) in ((0, 10), (10, 0)):
            self._settle_scale(NPS, "读成推荐度（0–10）")
        elif (low, high) in ((1, 5), (5, 1)):
            self._settle_scale(RATING, "读成评分（1–5）")
        elif low >= 0:
            self.kind, self.bounds = NUMBER, {"min": str(min(low, high)), "max": str(max(low, high))}
            self.guesses.append(f"没有 {low} 到 {high} 分的打分题：读成数字题，{min(low, high)} 到 {max(low, high)}")

    def _settle_scale(self, kind: str, said: str) -> None:
        if self.kind != kind:
            self.guesses.append(said)
        self.kind = kind

    def written(self, *, has_marks: bool) -> dict[str, Any]:
        """Return the question as a file writes it. `has_marks`: whether the text says of any question that it must be
        answered; then the others need not be."""
        written: dict[str, Any] = {"type": self.kind, "text": self.text}
        if self.options:
            written["options"] = [label for label, _ in self.options]
        if self.other:
            written["other"] = True
        written |= {key: value for key, value in self.bounds.items() if self.kind in (MULTIPLE, NUMBER)}
        if self.required:
            written["required"] = self.required == "是"
        elif has_marks:
            written["required"] = False
            self.guesses.append("别的题标了必答，这一题没有：读成选答")
        return written


_SKIPPED = "跳题没有带进来，请用“设显示条件”设"
_CONDITION = "显示条件没有带进来，请用“设显示条件”设"


def is_tagged(text: str) -> bool:
    """Whether a line says the kind of a question, as in 您的性别[单选题].

    >>> is_tagged("您的性别： [单选题] *"), is_tagged("名称（全称）"), is_tagged("3. 店名【填空】"), is_tagged("多选")
    (True, False, True, False)
    """
    rest = words.brackets(text, has_points=False).text
    seen = words.half(text)
    said = [each.strip().lower() for tag in _TAG.finditer(seen) for each in re.split("[,、;]", tag[1])]
    loosely = [
        each.strip() for round_ in re.finditer(r"[(]([^()]{2,20})[)]", seen) for each in re.split("[,、;]", round_[1])
    ]
    has_kind = any(word in words.KINDS or word in _NEAREST or word.endswith("题") for word in said) or any(
        # In round brackets a word like 照片 may belong to an option.
        word in words.KINDS and (word.endswith("题") or words.KINDS[word] in (*_CHOICES, words.TRUTH))
        for word in loosely
    )
    return has_kind and bool(rest)
