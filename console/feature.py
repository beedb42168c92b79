"""Feature declaration of the console itself."""

from pathlib import Path

from console import commands, erasing, jobs, models, permissions
from console.extension import ConsoleExtension
from console.menu import SYSTEM, Item, Need, Tile
from console.pages import dashboard, log, routes
from console.permissions import AUDIT_SEE, OUTBOX_SEE, SIGNED_IN, SYSTEM_SEE
from wechat_bot.feature import Feature

console = Feature(
    name="console",
    forgets=erasing.forget,
    models=(models,),
    console=routes.blueprint,
    statics={"console": Path(__file__).parent / "static"},
    jobs=jobs.JOBS,
    commands=(commands.console,),
    more=(
        ConsoleExtension(
            permissions=permissions.ALL,
            groups=(SYSTEM,),
            items=(
                Item("首页", "console.home", SIGNED_IN, 0, icon="home"),
                Item("任务", "console.task_list", SIGNED_IN, 10, SYSTEM),
                Item("操作记录", "console.audit_log", AUDIT_SEE, 90, SYSTEM),
            ),
            tiles=(
                Tile("console/_outbox.html", OUTBOX_SEE, dashboard.outbox, 90),
            ),
            needs=(
                Need(SYSTEM_SEE, dashboard.troubles, 0),
                Need(SIGNED_IN, dashboard.failed_tasks, 20),
            ),
            audit_words={
                "sign_in": "登录",
                "sign_out": "退出",
                "sign_in.refused": "登录失败",
                "sign_in.wait": "登录要等",
                "password.wait": "改密码要等",
                "password.refused": "改密码失败",
                "password.change": "改密码",
                "email.change": "改邮箱和邮件通知",
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
                "list.export": "导出列表",
                "find": "搜索",
                "task.download": "下载文件",
            },
            searches=("list.export", "find"),
            views=("find",),
            lists=(log.AUDIT,),
            topics={
                "session": "登录",
                "task": "任务",
                "user": "账号",
            },
        ),
    ),
)
