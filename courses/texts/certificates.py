"""Sentences of certificates: what is printed, what is sent, what the check page says."""

from datetime import datetime
from typing import Any

from courses.rules.printed import CertificateText

TITLE = "结业证书"
UNKNOWN = "没有这个编号。请对照证书再输一遍：字母和数字共 9 位，没有 0、1、I、O。"
TOO_MANY = "查得太多了，请过一小时再试。"
HOW_TO_CHECK = "扫码查验真假"
#: Beside a finished course: before it is given, once it is, and once it is revoked.
MAKING, HAS, REVOKED = "证书正在制作", "有证书", "证书已作废"
COMES = "证书做好就发给您。"
MADE_SOON = "正在制作，做好就发给您"
KEEP = "打开看，长按可以存到手机"
WHY_REVOKED = "已作废，打开看原因"


def what(of: CertificateText) -> str:
    """Return the sentence in the middle of a certificate.

    >>> from datetime import date
    >>> what(CertificateText("许可证的事", "城南便利店", "王建国", date(2026, 10, 12), 3, 90, "新罗烟草服务号"))
    '学完“许可证的事”全部 3 课，成绩 90 分，准予结业。'
    """
    score = f"成绩 {of.score} 分，" if of.score is not None else ""
    return f"学完“{of.course}”全部 {of.lessons} 课，{score}准予结业。"


def day(of: CertificateText) -> str:
    """Return the day of a certificate as it is printed."""
    return f"{of.day.year} 年 {of.day.month} 月 {of.day.day} 日"


def said(of: CertificateText, number: str) -> str:
    """Return all that is printed, for who cannot see the picture."""
    shop = "，".join(filter(None, (of.shop, of.keeper)))
    return f"{TITLE}：{shop}，{what(of).removesuffix('，准予结业。')}，{day(of)}，编号 {number}"


def sent(course: str) -> str:
    """Return the message before the picture."""
    return f"恭喜您学完《{course}》。这是您的结业证书，长按图片可以存到手机。"


def moment(at: datetime) -> str:
    """Return the day of a revocation in words."""
    return f"{at.year} 年 {at.month} 月 {at.day} 日"


def state(line: Any) -> str:
    """Return whether a certificate holds, in a word."""
    return "已作废" if line.revoked_at else "有效"
