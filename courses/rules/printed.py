"""Contents of a certificate, and what of them whoever checks it is shown: all but the keeper's whole name."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any


@dataclass(frozen=True, slots=True)
class CertificateText:
    """Contents of a certificate."""

    course: str
    #: The shop; for a customer manager empty.
    shop: str
    #: The keeper of the shop, or the manager; empty once erased.
    keeper: str
    day: date
    #: Lessons that were learnt.
    lessons: int
    #: Of 100: what the end questions came to, as `actions/certifying.py` counts them; None where there was none.
    score: int | None
    #: Who gives it.
    account: str

    @property
    def masked(self) -> str:
        """The keeper's name for strangers."""
        return masked(self.keeper)


def masked(name: str) -> str:
    """Return a name with all but its first and last signs hidden.

    >>> [masked(each) for each in ("王建国", "李四", "欧阳建国", "王", "")]
    ['王*国', '李*', '欧**国', '*', '']
    """
    if len(name) < 2:
        return "*" * len(name)
    last = name[-1] if len(name) > 2 else ""
    return name[0] + "*" * (len(name) - 1 - len(last)) + last


def to_json(printed: CertificateText) -> dict[str, Any]:
    """Return the contents as plain JSON values; `from_json` reads them back unchanged."""
    return asdict(printed) | {"day": printed.day.isoformat()}


def from_json(data: Mapping[str, Any]) -> CertificateText:
    """Return the contents that `to_json` wrote.

    >>> one = CertificateText("许可证的事", "城南便利店", "王建国", date(2026, 10, 12), 3, 90, "新罗烟草服务号")
    >>> from_json(to_json(one)) == one
    True
    """
    return CertificateText(**{**data, "day": date.fromisoformat(data["day"])})
