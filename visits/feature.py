"""Feature declaration: everything visits add to the program."""

from datetime import timedelta
from pathlib import Path

from console.extension import ConsoleExtension
from console.menu import Item, MenuGroup, Need, Start, Tile, ToMany
from visits import jobs, permissions
from visits.actions import categories, erasing, groups, intake, rating
from visits.conversation import desk, shops
from visits.mobile import inbox as wechat_inbox
from visits.mobile import routes as routes_in_wechat
from visits.mobile import tabs
from visits.models import answers, deadlines, filed, owners, requests
from visits.models import groups as group_models
from visits.models import plans as plan_models
from visits.pages import canned, finding, inbox, needs, plans, reports, routes, shop_buttons, unheard, week, workload
from visits.pages import groups as group_pages
from visits.permissions import VISITS_ANSWER, VISITS_SEE, VISITS_SETTINGS
from visits.queries import audience, measures, timeline, titles
from wechat_bot.conversation import Conversation, Entry, Word
from wechat_bot.feature import Feature, Notice

VISITS = MenuGroup("微拜访", "messages", 20)

visits = Feature(
    name="visits",
    forgets=erasing.forget,
    models=(requests, owners, deadlines, answers, group_models, plan_models, filed),
    search_indexes=(filed.SPOKEN_SEARCH,),
    install=categories.install,
    conversations=(
        Conversation(
            shops.TOPIC,
            open=shops.open_message,
            hear=shops.hear_message,
            lasts=timedelta(minutes=30),
            page=shops.page,
        ),
        Conversation(desk.TOPIC, open=desk.open_desk, hear=desk.hear, lasts=desk.LASTS),
        Conversation(rating.TOPIC, open=shops.open_rating),
    ),
    entries=(Entry("留言给经理", "留言", "message:", 20),),
    words=(Word("留言", "message:", takes_rest=True), Word("待办", "desk:")),
    overhears=(shops.overhear,),
    awaits=desk.awaits,
    bound=shops.bound,
    helps=desk.helps,
    criteria=audience.CRITERIA,
    kept_specs=audience.kept_specs,
    titles=titles.titles,
    destinations=titles.destinations,
    notices=(Notice("answer", "答复店主"), Notice("request", "通知客户经理")),
    jobs=jobs.JOBS,
    measures=measures.MEASURES,
    console=routes.blueprint,
    statics={"visits": Path(__file__).parent / "static"},
    mobile=routes_in_wechat.blueprint,
    cards=wechat_inbox.cards,
    tabs=tabs.tabs,
    more=(
        groups.KIND,
        intake.DESK,
        *timeline.KINDS,
        *shop_buttons.BUTTONS,
        ConsoleExtension(
            permissions=permissions.ALL,
            groups=(VISITS,),
            items=(
                Item("待办", "visits_pages.inbox", VISITS_SEE, 10, VISITS, waits=needs.pressing),
                Item("群发", "visits_pages.groups", VISITS_SEE, 20, VISITS),
                Item("计划", "visits_pages.plans", VISITS_SEE, 30, VISITS),
                Item("人手", "visits_pages.hands", VISITS_SEE, 40, VISITS),
                Item("统计", "visits_pages.report", VISITS_SEE, 50, VISITS),
                Item("设置", "visits_pages.settings", VISITS_SETTINGS, 60, VISITS),
            ),
            tiles=(
                Tile("visits/console/_promise.html", VISITS_SEE, week.promise, 1, span=4, is_kept=True),
                Tile("visits/console/_week.html", VISITS_SEE, week.days, 2, span=7, is_kept=True),
                Tile("visits/console/_breaches.html", VISITS_SETTINGS, inbox.breaches, 40, span=12),
                Tile("visits/console/_unheard.html", VISITS_SEE, unheard.tile, 41, span=12),
            ),
            finders=(finding.REQUESTS,),
            to_many=(ToMany("群发给他们", "visits_pages.group_write", VISITS_ANSWER),),
            starts=(Start("写给多家店", "visits_pages.group_write", VISITS_ANSWER, "send", 10),),
            needs=(
                Need(VISITS_SEE, needs.overdue, 5),
                Need(VISITS_ANSWER, needs.due, 50),
            ),
            audit_words={
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
                "visit.categorise": "给留言改类别",
                "visit.attach": "留言归到店铺",
                "visit.canned": "修改常用语",
                "visit.report.see": "查看拜访统计",
                "visit.export": "导出拜访统计",
                "visit.plan": "修改拜访计划",
                "visit.plan.end": "结束拜访计划",
                "visit.plan.resume": "恢复拜访计划",
                "visit.plan.see": "查看该拜访的店",
                "visit.made": "记下拜访",
                "visit.unmade": "撤销拜访",
                "visit.group": "群发留言",
                "visit.group.try": "试发群发",
                "visit.group.see": "查看群发",
                "visit.group.cancel": "取消群发",
            },
            searches=("visit.transfer",),
            views=("visit.see", "visit.report.see", "visit.plan.see", "visit.group.see"),
            topics={
                "category": "留言类别",
                "visit": "留言",
                "visit-canned": "常用语",
                "visit-group": "群发",
                "visit-plan": "拜访计划",
                "visits": "微拜访",
            },
            lists=(
                inbox.INBOX,
                group_pages.GROUPS,
                group_pages.MEMBERS,
                plans.PLANS,
                plans.DUE,
                plans.QUIET,
                reports.REQUESTS,
                reports.REPORT,
                unheard.UNHEARD,
                workload.WORKLOAD,
                canned.CANNED,
            ),
        ),
    ),
)
