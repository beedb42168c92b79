"""All that wishes add to the house."""

from pathlib import Path

from console.extension import ConsoleExtension
from console.menu import Item
from tests.toy import actions, conversation, jobs, models, pages, permissions, queries
from tests.toy.permissions import WISHES_SEE
from wechat_bot.conversation import Conversation, Word
from wechat_bot.feature import Feature

toy = Feature(
    name="toy",
    forgets=actions.forget,
    models=(models,),
    migrations=Path(__file__).parent / "migrations",
    conversations=(Conversation("wish", open=conversation.open_wish, hear=conversation.hear),),
    words=(Word("进货", "wish:"),),
    criteria=(queries.WISHED,),
    measures=(queries.MADE,),
    console=pages.blueprint,
    more=(
        actions.ARRIVED,
        ConsoleExtension(
            permissions=(permissions.WISHES_SEE, permissions.WISHES_RUN),
            items=(Item("进货愿望", "toy.wishes", WISHES_SEE, 30),),
            audit_words={"wish.import": "导入愿望", "wish.tell": "通知到货"},
            topics={"wish": "到货通知"},
            tasks=jobs.TASKS,
            lists=(pages.WISHES,),
            wizards=(pages.WIZARD,),
        ),
    ),
)
