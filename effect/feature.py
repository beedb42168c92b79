"""Feature declaration: everything effect adds to the program."""

from console.extension import ConsoleExtension
from console.menu import MenuGroup
from effect import commands, jobs, models, permissions
from wechat_bot.feature import Feature

EFFECT = MenuGroup("成效", "target-arrow", 70)

effect = Feature(
    name="effect",
    forgets=None,
    models=(models,),
    commands=(commands.effect,),
    jobs=jobs.JOBS,
    more=(
        ConsoleExtension(
            permissions=permissions.ALL,
        ),
    ),
)
