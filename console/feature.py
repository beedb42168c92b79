"""The plate on the door: what the console itself adds to the house."""

from console import actions, commands, jobs
from console.menu import NAME, Item, Need, Plate, Tile
from console.pages import dashboard, routes
from console.rules import Permission
from wechat_bot.feature import Feature

console = Feature(
    name="console",
    forgets=actions.forget,
    console=routes.blueprint,
    jobs=jobs.JOBS,
    commands=(commands.console,),
    more={
        NAME: Plate(
            items=(
                Item("首页", "console.home", Permission.SIGNED_IN, 0),
                Item("任务", "console.task_list", Permission.SIGNED_IN, 80),
                Item("操作记录", "console.audit_log", Permission.AUDIT_SEE, 95, "管理"),
            ),
            tiles=(Tile("console/_outbox.html", Permission.OUTBOX_SEE, dashboard.outbox, 90),),
            needs=(
                Need(Permission.SYSTEM_SEE, dashboard.troubles, 0),
                Need(Permission.SIGNED_IN, dashboard.failed_tasks, 20),
            ),
        )
    },
)
