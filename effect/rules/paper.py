"""Paper: what each measure was before there were the five services, as the company told it at the beginning."""

from collections.abc import Mapping
from dataclasses import dataclass

OLD_WAY = "公司原来的做法"


@dataclass(frozen=True, slots=True)
class Paper:
    """What a measure was on paper, in words or counted, and where that is known from."""

    said: str
    source: str
    n: int | None = None
    of: int | None = None

    @property
    def share(self) -> float | None:
        """The share from 0 to 1; None where it was not counted.

        >>> f"{Paper('', OLD_WAY, 216, 233).share:.1%}"
        '92.7%'
        """
        return self.n / self.of if self.n is not None and self.of else None

    @property
    def figure(self) -> float | int | str:
        """What programs read: the share, else the number, else the words."""
        return next((each for each in (self.share, self.n) if each is not None), self.said)

    @property
    def shown(self) -> str:
        """What people read: the words, else the share or the number.

        >>> Paper("", OLD_WAY, 216, 233).shown, Paper("300 张，约 2 周", OLD_WAY, 233, 300).shown
        ('92.7%', '300 张，约 2 周')
        >>> Paper("", OLD_WAY, 1200).shown
        '1,200'
        """
        if self.said:
            return self.said
        return f"{self.share:.1%}" if self.share is not None else f"{self.n or 0:,}"


#: What the company reckoned with before anybody set anything, by measure.
FIRST: Mapping[str, Paper] = {
    "surveys_returned": Paper("300 张，约 2 周", f"{OLD_WAY}：发 300 张，收回 233 张", 233, 300),
    "surveys_valid": Paper("", f"{OLD_WAY}：收回 233 张，有效 216 张", 216, 233),
    "requests": Paper("城区每月一次，农村每季一次", f"{OLD_WAY}：上门时才问得到"),
    "reached": Paper("短信 100 字，按条付费", f"{OLD_WAY}：说不清谁收到了"),
    "courses_finished": Paper("每店 ¥30，每场 ¥300", f"{OLD_WAY}：一年集中培训一次"),
}
