"""Feature declaration: everything effect adds to the program."""

from pathlib import Path

from console.extension import ConsoleExtension
from console.menu import Item, MenuGroup, Need, Tile
from effect import commands, jobs, permissions
from effect.actions import reporting
from effect.export.costs import COSTS
from effect.export.month import MONTH
from effect.export.scores import SCORES
from effect.mobile import month as month_in_wechat
from effect.mobile import routes as routes_in_wechat
from effect.models import costs, months, scores
from effect.pages import home, routes, weights
from effect.permissions import COSTS_SEE, EFFECT_SEE, SCORES_SEE, SCORES_WEIGH
from effect.queries.measures import MEASURES
from wechat_bot.feature import Feature, Notice

EFFECT = MenuGroup("成效", "target-arrow", 70)

effect = Feature(
    name="effect",
    forgets=None,
    models=(months, scores, costs),
    measures=MEASURES,
    notices=(Notice(reporting.NOTICE, "每月成效"),),
    mobile=routes_in_wechat.blueprint,
    cards=month_in_wechat.cards,
    commands=(commands.effect,),
    jobs=jobs.JOBS,
    console=routes.blueprint,
    statics={"effect": Path(__file__).parent / "static"},
    more=(
        ConsoleExtension(
            permissions=permissions.ALL,
            groups=(EFFECT,),
            items=(
                Item("月度成效", "effect_pages.month", EFFECT_SEE, 10, EFFECT),
                Item("评分表", "effect_pages.scores", SCORES_SEE, 20, EFFECT),
                Item("黏性", "effect_pages.sticking", EFFECT_SEE, 30, EFFECT),
                Item("费用", "effect_pages.costs", COSTS_SEE, 40, EFFECT),
            ),
            tiles=(Tile("effect/console/_services.html", EFFECT_SEE, home.five_services, 60, span=12),),
            needs=(Need(SCORES_WEIGH, weights.needs, 17),),
            audit_words={
                "effect.close": "给月份结账",
                "effect.recount": "重算月份",
                "effect.paper": "修改纸面的数",
                "effect.export": "导出月度成效",
                "effect.hand_over": "把可能流失的店交给客户经理",
                "effect.costs.export": "导出发消息的费用",
                "effect.price": "定短信的价格",
                "effect.scores.export": "导出客户经理评分表",
                "effect.remark": "给自己的分数写说明",
                "effect.tier": "改客户经理的级别",
                "effect.weights": "写下评分权重",
                "effect.weights.approve": "批准评分权重",
                "effect.weights.reject": "退回评分权重",
            },
            topics={"effect": "成效", "manager": "客户经理", "effect-weights": "评分权重"},
            lists=(MONTH, SCORES, COSTS),
            tasks=jobs.TASKS,
        ),
    ),
)
