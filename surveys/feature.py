"""Feature declaration: everything surveys add to the program."""

from datetime import timedelta
from pathlib import Path

from console.extension import ConsoleExtension
from console.menu import Item, MenuGroup, Need, Start, Tile
from surveys import commands, conversation, jobs, models, permissions
from surveys.actions import erasing, waves
from surveys.mobile import answer
from surveys.pages import inviting, listing, needs, routes, sheets, unanswered, words
from surveys.permissions import SURVEYS_SEE, SURVEYS_WRITE
from surveys.queries import audience, measures, timeline
from surveys.queries import listing as queries
from wechat_bot.conversation import Conversation, Entry
from wechat_bot.feature import Feature, Notice

SURVEYS = MenuGroup("微调查", "clipboard-list", 10)

surveys = Feature(
    name="surveys",
    forgets=erasing.forget,
    models=(models,),
    search_indexes=(models.SHEET_SEARCH,),
    conversations=[
        Conversation(
            conversation.TOPIC,
            open=conversation.open_survey,
            hear=conversation.hear,
            remains=conversation.remains,
            lasts=timedelta(days=7),
            is_typed=True,
            page=conversation.page,
            shut=queries.shut,
        )
    ],
    entries=[Entry(label="填写调查", word="调查", link="survey:", order=10)],
    awaits=conversation.awaits,
    criteria=audience.CRITERIA,
    measures=measures.MEASURES,
    kept_specs=audience.kept_specs,
    titles=audience.titles,
    destinations=queries.destinations,
    notices=(Notice("survey", "邀请"), Notice("results", "公布结果")),
    commands=[commands.surveys],
    jobs=jobs.JOBS,
    console=routes.blueprint,
    statics={"surveys": Path(__file__).parent / "static"},
    more=(
        *waves.KINDS,
        timeline.ANSWERED,
        ConsoleExtension(
            permissions=permissions.ALL,
            groups=(SURVEYS,),
            items=(Item("调查", "surveys_pages.survey_list", SURVEYS_SEE, 10, SURVEYS),),
            tiles=(Tile("surveys/console/_tile.html", SURVEYS_SEE, listing.tile, 3, span=5, is_kept=True),),
            finders=(listing.FOUND,),
            starts=(Start("新建调查", "surveys_pages.upload", SURVEYS_WRITE, "plus", 20),),
            needs=(
                Need(SURVEYS_SEE, needs.ending, 15),
                Need(SURVEYS_WRITE, needs.drafts, 40),
            ),
            audit_words={
                "survey.load": "上传调查",
                "survey.start": "新建调查",
                "survey.edit": "编辑调查",
                "survey.discard": "删除调查草稿",
                "survey.publish": "发布调查",
                "survey.close": "结束调查",
                "survey.code": "做调查的二维码",
                "survey.invite": "安排邀请",
                "survey.steer": "暂停或取消邀请",
                "survey.promise": "安排公布结果",
                "survey.people": "查看邀请名单",
                "survey.words": "查看文字回答",
                "survey.sheets": "查看答卷",
                "survey.sheet": "查看一份答卷",
                "survey.photos": "查看答卷照片",
                "survey.unanswered": "查看没有回答的店",
                "survey.void": "作废答卷",
                "survey.restore": "恢复答卷",
                "survey.again": "请店主重填",
                "survey.export": "导出调查",
                "survey.cross.export": "导出交叉分析",
            },
            searches=("survey.words", "survey.sheets", "survey.photos"),
            views=tuple(f"survey.{what}" for what in ("people", "words", "sheets", "sheet", "photos", "unanswered")),
            topics={
                "survey": "调查",
                "sheet": "答卷",
            },
            tasks=jobs.TASKS,
            lists=(listing.SURVEYS, inviting.INVITED, words.WORDS, sheets.SHEETS, unanswered.UNANSWERED),
        ),
    ),
    mobile=answer.blueprint,
    cards=answer.cards,
)
