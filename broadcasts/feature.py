"""Feature declaration: everything broadcasts add to the program."""

from pathlib import Path

from broadcasts import jobs, permissions
from broadcasts.actions import erasing, sending
from broadcasts.commands import group
from broadcasts.models import first_rows, library, pushes, rows, series
from broadcasts.pages import routes
from broadcasts.queries import links, own_rows
from console.extension import ConsoleExtension
from console.menu import Item, MenuGroup
from finding import models as finding_models
from wechat_bot.feature import Feature, Notice

BROADCASTS = MenuGroup("微培育", "speakerphone", 30)

broadcasts = Feature(
    name="broadcasts",
    forgets=erasing.forget,
    models=(library, pushes, rows, series, finding_models),
    install=first_rows.install,
    criteria=(own_rows.OWN_ROW,),
    titles=links.titles,
    destinations=links.destinations,
    notices=(Notice(sending.NAME, "业务通知"),),
    search_indexes=(finding_models.PASSAGE_SEARCH,),
    jobs=jobs.JOBS,
    commands=(group.broadcasts,),
    console=routes.blueprint,
    statics={"broadcasts": Path(__file__).parent / "static"},
    more=(
        sending.PUSHES,
        ConsoleExtension(
            permissions=permissions.ALL,
            groups=(BROADCASTS,),
            items=(Item("检索用词", "broadcasts_pages.words", permissions.LIBRARY_WRITE, 80, BROADCASTS),),
            audit_words={
                "words.add": "添加行业用词",
                "words.remove": "删去行业用词",
                "words.same": "添加同义词",
                "words.differ": "删去同义词",
            },
            topics={"push": "推送", "article": "文章"},
        ),
    ),
)
