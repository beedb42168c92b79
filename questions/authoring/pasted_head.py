"""Head of a pasted questionnaire, above its first question: title, introduction, and values of the whole."""

import re
from dataclasses import dataclass, field
from typing import Any

from foundation.text import plain
from questions.authoring.excel_file import named
from questions.authoring.layout import FileLayout
from questions.authoring.pasted_lines import Left, Line
from questions.authoring.spelling import Path

#: Words with which an introduction begins.
GREETINGS = ("尊敬", "亲爱", "各位", "您好", "你好", "感谢", "为了", "本次", "本问卷")


@dataclass
class PastedHead:
    """Head being read."""

    layout: FileLayout
    data: dict[str, Any] = field(default_factory=dict)
    places: dict[Path, str] = field(default_factory=dict)
    unread: list[Left] = field(default_factory=list)

    @property
    def has_title(self) -> bool:
        return "title" in self.data

    def read(self, line: Line) -> None:
        """Read a line: a value of the whole, the title, or the introduction."""
        label, _, value = line.text.partition("：" if "：" in line.text else ":")
        key = {**self.layout.rows, **self.layout.also}.get(plain(label))
        if key and value.strip() and key != "intro":
            self._value(key, value.strip(), line)
        elif key == "intro":
            self._introduce(value.strip(), line)
        elif not self.has_title and "intro" not in self.data and not self._is_greeting(line):
            self._set("title", _title(line.text), line)
        else:
            self._introduce(line.text, line)

    def _is_greeting(self, line: Line) -> bool:
        return line.text.startswith(GREETINGS) and (len(line.text) > 30 or line.text.endswith(("。", "！", "!", "：")))

    def _value(self, key: str, value: str, line: Line) -> None:
        mistakes: list[str] = []
        read = named(value, self.layout.names[key], "", mistakes) if key in self.layout.names else value
        if mistakes:
            self.unread.append(Left(line.number, line.was, mistakes[0].lstrip("：")))
        else:
            self._set(key, read, line)

    def _set(self, key: str, value: Any, line: Line) -> None:
        if key in self.data:
            self.unread.append(Left(line.number, line.was, "前面已经写过一次"))
        else:
            self.data[key], self.places[key,] = value, f"第 {line.number} 行"

    def _introduce(self, text: str, line: Line) -> None:
        if "intro" in self.layout.rows.values():
            self.places.setdefault(("intro",), f"第 {line.number} 行")
            self.data["intro"] = f"{self.data.get('intro', '')} {text}".strip()
        else:
            self.unread.append(Left(line.number, line.was, "看不出是什么"))


def _title(text: str) -> str:
    """A title without the brackets around it."""
    said = re.sub(r"^(?:问卷|调查)?(?:标题|名称|主题)\s*[:：]\s*", "", text)
    inside = re.fullmatch(r"[《【\[](.+)[》】\]]", said)
    return inside[1] if inside else said
