"""The audit log: what is written down, and what is taken out again where somebody is erased."""

import re
from datetime import datetime
from typing import Any

from sqlalchemy import func, insert, select, update
from sqlalchemy.orm import Session

from console.models import AuditEntry
from console.rules import Visitor
from wechat_bot.feature import Forgetting

#: What may stand in `did`, and what a person reads there.
WORDS = {
    "sign_in": "登录",
    "sign_out": "退出",
    "sign_in.refused": "登录失败",
    "sign_in.wait": "登录要等",
    "password.wait": "改密码要等",
    "password.refused": "改密码失败",
    "password.change": "改密码",
    "second.on": "开启第二步验证",
    "second.off": "关闭第二步验证",
    "second.reset": "重置第二步验证",
    "second.pass": "通过第二步验证",
    "second.recovery": "用恢复码登录",
    "second.refused": "验证码不对",
    "second.wait": "验证码要等",
    "session.end": "结束登录",
    "user.create": "新建账号",
    "user.change": "修改账号",
    "user.reset": "重置密码",
    "user.disable": "停用账号",
    "user.enable": "启用账号",
    "shop.see": "查看零售户",
    "shop.erase": "删除个人信息",
    "roster.see": "查看名单",
    "roster.import": "导入名单",
    "roster.export": "导出名单",
    "area.change": "修改片区",
    "audience.save": "保存对象",
    "audience.delete": "删除对象",
    "tag.save": "新建或修改标签",
    "tag.delete": "删除标签",
    "tag.mirror": "同步微信标签",
    "tag.put": "打标签",
    "tag.off": "去掉标签",
    "codes.print": "打印绑定卡",
    "delivery.see": "查看消息",
    "delivery.settle": "处理消息",
    "tries.unlock": "解锁许可证",
    "delivery.cancel": "取消消息",
    "survey.load": "上传调查",
    "survey.start": "新建调查",
    "survey.edit": "编辑调查",
    "survey.discard": "删除调查草稿",
    "survey.publish": "发布调查",
    "survey.close": "结束调查",
    "survey.invite": "安排邀请",
    "survey.steer": "暂停或取消邀请",
    "survey.promise": "安排公布结果",
    "survey.people": "查看邀请名单",
    "survey.words": "查看文字回答",
    "survey.export": "导出调查",
    "survey.cross.export": "导出交叉分析",
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
    "visit.attach": "留言归到店铺",
    "visit.canned": "修改常用语",
    "visit.report.see": "查看拜访统计",
    "visit.export": "导出拜访统计",
    "visit.plan": "修改拜访计划",
    "visit.plan.end": "结束拜访计划",
    "visit.plan.see": "查看该拜访的店",
    "visit.made": "记下拜访",
    "visit.unmade": "撤销拜访",
    "visit.group": "群发留言",
    "visit.group.see": "查看群发",
    "visit.group.cancel": "取消群发",
    "task.download": "下载文件",
}
#: What was sought stands in the detail of these, in quotation marks.
SEARCHES = ("roster.see", "roster.export", "codes.print", "survey.words", "visit.transfer", "tag.put", "tag.off")
#: Who did what was done by a command.
TERMINAL = "命令行"
#: Stands where something was taken out of what was written down.
ERASED = "（已删除）"
_QUOTED = re.compile("“([^”]+)”")
#: The topics of `about`, as a person reads them.
TOPICS = {
    "area": "片区",
    "audience": "对象",
    "category": "留言类别",
    "class": "客户类型",
    "delivery": "消息",
    "messages": "消息",
    "people": "名单",
    "session": "登录",
    "shop": "零售户",
    "survey": "调查",
    "tag": "标签",
    "task": "任务",
    "user": "账号",
    "visit-group": "群发",
    "visit-plan": "拜访计划",
    "visits": "微拜访",
    "visit": "留言",
    "visit-canned": "常用语",
}


def named(about: str) -> str:
    """A link as a person reads it.

    >>> named("survey:12"), named("people"), named("")
    ('调查 12', '名单', '')
    """
    topic, _, reference = about.partition(":")
    return f"{TOPICS.get(topic, topic)} {reference}".strip()


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


def forget(session: Session, whom: Forgetting) -> None:
    """Take somebody who is erased out of what was written down; that it was done, by whom and when, stays."""
    if whom.links:
        _put(session, AuditEntry.about.in_(whom.links), detail="")
    for name in whom.names:
        _put(session, AuditEntry.detail.contains(name, autoescape=True), detail=_without(AuditEntry.detail, name))
        _put(session, AuditEntry.about.contains(name, autoescape=True), about=_without(AuditEntry.about, name))
    if not whom.words:
        return
    searches = select(AuditEntry.id, AuditEntry.detail).where(
        AuditEntry.did.in_(SEARCHES), AuditEntry.detail.contains("“")
    )
    for key, detail in session.execute(searches).all():
        sought = [each for each in _QUOTED.findall(detail) if any(each in said or said in each for said in whom.words)]
        for each in sought:
            _put(session, AuditEntry.id == key, detail=_without(AuditEntry.detail, each))


def _without(column: Any, name: str) -> Any:
    return func.substr(func.replace(column, name, ERASED), 1, column.type.length)


def _put(session: Session, which: Any, **values: Any) -> None:
    session.execute(update(AuditEntry).where(which).values(values).execution_options(synchronize_session=False))
