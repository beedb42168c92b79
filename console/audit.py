"""The audit log: one verb."""

from datetime import datetime

from sqlalchemy import insert
from sqlalchemy.orm import Session

from console.models import AuditEntry
from console.rules import Visitor

#: What may stand in `did`, and what a person reads there.
WORDS = {
    "sign_in": "登录",
    "sign_out": "退出",
    "sign_in.refused": "登录失败",
    "password.change": "改密码",
    "session.end": "结束登录",
    "user.create": "新建账号",
    "user.change": "修改账号",
    "user.reset": "重置密码",
    "user.disable": "停用账号",
    "user.enable": "启用账号",
    "shop.see": "查看零售户",
    "roster.see": "查看名单",
    "roster.import": "导入名单",
    "roster.export": "导出名单",
    "area.change": "修改片区",
    "survey.load": "上传调查",
    "survey.publish": "发布调查",
    "survey.close": "结束调查",
    "survey.invite": "邀请填写",
    "survey.export": "导出调查",
    "visit.policy": "修改答复期限",
    "visit.hours": "修改工作时间",
    "visit.days": "修改特殊日期",
    "visit.category": "修改留言类别",
    "visit.see": "查看留言",
    "visit.answer": "答复留言",
    "visit.note": "备注留言",
    "visit.close": "完结留言",
    "visit.reopen": "重开留言",
    "visit.transfer": "转交留言",
    "visit.snooze": "推后留言",
    "visit.canned": "修改常用语",
    "task.download": "下载文件",
}


def note(
    session: Session,
    visitor: Visitor | None,
    did: str,
    about: str = "",
    detail: str = "",
    *,
    address: str,
    now: datetime,
    who: str = "",
) -> None:
    """Write down what was done or seen, in the transaction that does or before the page that shows."""
    if did not in WORDS:
        raise ValueError(f"the audit log has no word for {did!r}")
    session.execute(
        insert(AuditEntry).values(
            at=now,
            user_id=visitor.user_id if visitor else None,
            who=(visitor.name if visitor else who)[:40],
            did=did,
            about=about[:120],
            detail=detail[:300],
            address=address[:64],
        )
    )
