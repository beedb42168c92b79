"""Feature declaration: everything broadcasts add to the program."""

from pathlib import Path

from broadcasts import jobs, permissions
from broadcasts.actions import answering, erasing, sending
from broadcasts.commands import group
from broadcasts.conversation import displays as displays_in_chat
from broadcasts.conversation import library as library_in_chat
from broadcasts.conversation import pushes as pushes_in_chat
from broadcasts.mobile import library as library_on_phones
from broadcasts.mobile import routes as routes_in_wechat
from broadcasts.models import answers, brand_months, displays, first_rows, library, pushes, reading, rows, series, staff
from broadcasts.pages import brand_import, brand_month, finding, left_out, missed, needs, routes
from broadcasts.pages import library as library_pages
from broadcasts.pages import own_rows as own_row_pages
from broadcasts.pages import pushes as push_pages
from broadcasts.pages import series as series_pages
from broadcasts.pages import staff as staff_pages
from broadcasts.permissions import LIBRARY_SEE, LIBRARY_WRITE, PUSHES_APPROVE, PUSHES_SEE, PUSHES_WRITE
from broadcasts.queries import audience, links, measures, own_rows, readers, searching
from console.extension import ConsoleExtension
from console.menu import Item, MenuGroup, Need, Start, ToMany
from finding import models as finding_models
from wechat_bot.conversation import Listener
from wechat_bot.feature import Feature, Notice
from wechat_bot.messages import Unfollow

BROADCASTS = MenuGroup("微培育", "speakerphone", 30)

broadcasts = Feature(
    name="broadcasts",
    forgets=erasing.forget,
    models=(answers, brand_months, displays, library, pushes, reading, rows, series, staff, finding_models),
    install=first_rows.install,
    conversations=(*library_in_chat.CONVERSATIONS, *displays_in_chat.CONVERSATIONS, pushes_in_chat.REFUSAL),
    entries=(library_in_chat.ENTRY,),
    words=(*library_in_chat.WORDS, *displays_in_chat.WORDS, *pushes_in_chat.WORDS),
    overhears=(pushes_in_chat.overhear,),
    prompts=(answering.PROMPT,),
    listeners=(Listener(Unfollow, answering.unfollowed),),
    kept_specs=audience.kept_specs,
    criteria=(*audience.CRITERIA, own_rows.OWN_ROW, readers.READ_ARTICLE),
    measures=measures.MEASURES,
    titles=links.titles,
    destinations=links.destinations,
    notices=(Notice(pushes.PUSH, "业务通知"),),
    search_indexes=(finding_models.PASSAGE_SEARCH,),
    jobs=jobs.JOBS,
    commands=(group.broadcasts,),
    console=routes.blueprint,
    statics={"broadcasts": Path(__file__).parent / "static"},
    mobile=routes_in_wechat.blueprint,
    cards=routes_in_wechat.cards,
    tabs=library_on_phones.tabs,
    more=(
        sending.PUSHES,
        readers.READ,
        searching.ARTICLES,
        ConsoleExtension(
            permissions=permissions.ALL,
            groups=(BROADCASTS,),
            items=(
                Item("推送", "broadcasts_pages.push_list", PUSHES_SEE, 10, BROADCASTS, waits=needs.to_approve),
                Item("日历", "broadcasts_pages.calendar", PUSHES_SEE, 20, BROADCASTS),
                Item("系列", "broadcasts_pages.series_list", PUSHES_SEE, 25, BROADCASTS),
                Item("资料库", "broadcasts_pages.article_list", LIBRARY_SEE, 30, BROADCASTS),
                Item("陈列秀", "broadcasts_pages.displays", LIBRARY_SEE, 35, BROADCASTS),
                Item("栏目", "broadcasts_pages.column_list", LIBRARY_SEE, 40, BROADCASTS),
                Item("品牌", "broadcasts_pages.brand_list", LIBRARY_SEE, 50, BROADCASTS),
                Item("检索用词", "broadcasts_pages.words", LIBRARY_WRITE, 80, BROADCASTS),
            ),
            finders=(finding.ARTICLES, finding.PUSHES),
            to_many=(ToMany("推送给他们", "broadcasts_pages.compose", PUSHES_WRITE, takes_link=True),),
            starts=(
                Start("写文章", "broadcasts_pages.new_article", LIBRARY_WRITE, "pencil", 30),
                Start("写推送", "broadcasts_pages.compose", PUSHES_WRITE, "speakerphone", 31),
            ),
            needs=(
                Need(PUSHES_APPROVE, needs.approvals, 12),
                Need(PUSHES_WRITE, needs.series, 13),
                Need(PUSHES_WRITE, needs.held_up, 14),
                Need(LIBRARY_WRITE, needs.drafts, 42),
            ),
            audit_words={
                "article.begin": "开始写文章",
                "article.edit": "编辑文章",
                "article.publish": "发布文章",
                "article.withdraw": "撤下文章",
                "article.restore": "重新放出文章",
                "article.discard": "删除文章",
                "article.back": "文章放回以前的版本",
                "article.try": "试发文章",
                "article.document": "上传文章的 Word 文件",
                "push.write": "写推送",
                "push.change": "修改推送",
                "push.try": "试发推送",
                "push.staff": "查看推送的同事名单",
                "push.left_out": "查看推送收不到的店",
                "push.rows": "导入各店表格",
                "push.submit": "提交推送审批",
                "push.withdraw": "撤回推送",
                "push.approve": "批准推送",
                "push.reject": "退回推送",
                "push.pause": "暂停推送",
                "push.resume": "继续推送",
                "push.cancel": "取消推送",
                "display.see": "查看陈列照片",
                "display.choose": "选用陈列照片",
                "display.pass": "不用陈列照片",
                "push.move": "把推送挪到另一天",
                "push.swap": "对调两条推送的时间",
                "push.by_hand": "记下手工群发",
                "series.begin": "开始推送系列",
                "series.change": "修改推送系列",
                "series.approve": "批准推送系列",
                "series.settle": "定下系列的一天",
                "series.end": "结束推送系列",
                "column.save": "修改栏目",
                "column.move": "调整栏目顺序",
                "column.retire": "停用栏目",
                "column.return": "重新启用栏目",
                "column.delete": "删除栏目",
                "brand.save": "修改品牌",
                "brand.retire": "停用品牌",
                "brand.return": "重新启用品牌",
                "brand.delete": "删除品牌",
                "brand.import": "导入品牌的目标和销量",
                "push.report": "查看推送结果",
                "push.missed": "查看没有收到的店",
                "push.hand_over": "把没有收到的交给客户经理",
                "words.add": "添加行业用词",
                "words.remove": "删去行业用词",
                "words.same": "添加同义词",
                "words.differ": "删去同义词",
            },
            topics={"push": "推送", "article": "文章", "column": "栏目", "brand": "品牌", "series": "系列"},
            views=("display.see", "push.report", "push.missed"),
            lists=(
                library_pages.ARTICLES,
                push_pages.PUSHES,
                left_out.LEFT_OUT,
                missed.MISSED,
                series_pages.SERIES,
                brand_month.BRANDS,
                brand_month.AREAS,
                staff_pages.STAFF,
            ),
            tasks=jobs.TASKS,
            wizards=(brand_import.BRANDS, own_row_pages.ROWS),
        ),
    ),
)
