"""Feature declaration: everything effect adds to the program."""

from pathlib import Path

from console.extension import ConsoleExtension
from console.menu import Item, MenuGroup, Need
from effect import commands, jobs, permissions
from effect.export.scores import SCORES
from effect.models import months, scores
from effect.pages import routes, weights
from effect.permissions import SCORES_SEE, SCORES_WEIGH
from wechat_bot.feature import Feature

EFFECT = MenuGroup("成效", "target-arrow", 70)

effect = Feature(
    name="effect",
    forgets=None,
    models=(months, scores),
    commands=(commands.effect,),
    jobs=jobs.JOBS,
    console=routes.blueprint,
    statics={"effect": Path(__file__).parent / "static"},
    more=(
        ConsoleExtension(
            permissions=permissions.ALL,
            groups=(EFFECT,),
            items=(Item("评分表", "effect_pages.scores", SCORES_SEE, 20, EFFECT),),
            needs=(Need(SCORES_WEIGH, weights.needs, 17),),
            audit_words={
                "effect.scores.export": "导出客户经理评分表",
                "effect.remark": "给自己的分数写说明",
                "effect.tier": "改客户经理的级别",
                "effect.weights": "写下评分权重",
                "effect.weights.approve": "批准评分权重",
                "effect.weights.reject": "退回评分权重",
            },
            topics={"manager": "客户经理", "effect-weights": "评分权重"},
            lists=(SCORES,),
        ),
    ),
)
