"""Feature declaration: everything quizzes add to the program."""

from datetime import timedelta
from pathlib import Path

from console.extension import ConsoleExtension
from console.menu import Item, MenuGroup, Need, Start, Tile
from quizzes import commands, jobs, permissions
from quizzes.actions import erasing, weak_spots
from quizzes.actions import inviting as inviting_actions
from quizzes.actions import managers as telling
from quizzes.conversation import mistakes as practice
from quizzes.conversation import quiz, review
from quizzes.mobile import routes as routes_in_wechat
from quizzes.models import attempts, bank, figures, managers, regrades
from quizzes.models import quizzes as of_quizzes
from quizzes.pages import attempts as of_attempts
from quizzes.pages import bank_import, inviting, listing, needs, not_begun, ranking, routes
from quizzes.pages import regrades as regrades_pages
from quizzes.permissions import QUIZZES_REKEY, QUIZZES_SEE, QUIZZES_WRITE
from quizzes.queries import audience, links, measures, timeline
from wechat_bot.conversation import Conversation, Entry, Word
from wechat_bot.feature import Feature, Notice

QUIZZES = MenuGroup("微测试", "checklist", 50)

quizzes = Feature(
    name="quizzes",
    forgets=erasing.forget,
    models=(bank, of_quizzes, attempts, figures, managers, regrades),
    conversations=(
        Conversation(
            topic=quiz.TOPIC,
            open=quiz.open_quiz,
            hear=quiz.hear,
            remains=quiz.remains,
            verb="答",
            lasts=timedelta(days=7),
            is_typed=True,
            page=quiz.page,
            shut=links.shut,
        ),
        Conversation(
            topic=practice.TOPIC,
            open=practice.open_book,
            hear=practice.hear,
            remains=practice.remains,
            verb="练",
            page=practice.page,
        ),
        Conversation(topic=review.TOPIC, open=review.open_review),
    ),
    entries=(Entry(label="测试", word="测试", link="quiz:", order=50),),
    words=(
        Word("错题", f"{practice.TOPIC}:"),
        Word("错题本", f"{practice.TOPIC}:"),
        Word("复习", f"{review.TOPIC}:"),
    ),
    awaits=quiz.awaits,
    notices=(Notice("quiz", "测试邀请"), Notice(telling.NOTICE, "测试结果通知客户经理")),
    criteria=audience.CRITERIA,
    measures=measures.MEASURES,
    kept_specs=audience.kept_specs,
    titles=links.titles,
    destinations=links.destinations,
    commands=(commands.quizzes,),
    jobs=jobs.JOBS,
    console=routes.blueprint,
    statics={"quizzes": Path(__file__).parent / "static"},
    more=(
        timeline.ENDED,
        weak_spots.OF_QUIZZES,
        inviting_actions.INVITATIONS.kind,
        ConsoleExtension(
            permissions=permissions.ALL,
            groups=(QUIZZES,),
            items=(
                Item("测试", "quizzes_pages.quiz_list", QUIZZES_SEE, 10, QUIZZES, waits=needs.to_decide),
                Item("题库", "quizzes_pages.bank", QUIZZES_WRITE, 20, QUIZZES),
            ),
            tiles=(Tile("quizzes/console/_tile.html", QUIZZES_SEE, listing.tile, 4, span=12, is_kept=True),),
            finders=(listing.FOUND,),
            needs=(
                Need(QUIZZES_SEE, needs.ending, 14),
                Need(QUIZZES_REKEY, needs.corrections, 16),
                Need(QUIZZES_WRITE, needs.drafts, 41),
            ),
            starts=(Start("新建测试", "quizzes_pages.new", QUIZZES_WRITE, "plus", 25),),
            audit_words={
                "quiz.start": "新建测试",
                "quiz.load": "上传试卷",
                "quiz.edit": "编辑测试",
                "quiz.discard": "删除测试草稿",
                "quiz.publish": "发布测试",
                "quiz.close": "结束测试",
                "quiz.code": "做测试的二维码",
                "quiz.invite": "安排测试邀请",
                "quiz.steer": "暂停或取消测试邀请",
                "quiz.people": "查看测试邀请名单",
                "quiz.bank.add": "出一题",
                "quiz.bank.change": "改题库的题",
                "quiz.bank.retire": "停用题库的题",
                "quiz.bank.restore": "恢复题库的题",
                "quiz.bank.tag": "改题库的标签",
                "quiz.bank.import": "导入题库",
                "quiz.bank.export": "导出题库",
                "regrade.plan": "算更正答案",
                "regrade.submit": "提交更正答案",
                "regrade.approve": "批准更正答案",
                "regrade.reject": "退回更正答案",
                "regrade.undo": "撤销更正答案",
                "quiz.attempts": "查看测试答卷",
                "quiz.attempt": "查看一份测试答卷",
                "quiz.not_begun": "查看没有开始考的店",
                "quiz.ranking": "查看测试排行榜",
                "quiz.export": "导出成绩",
            },
            searches=("quiz.attempts",),
            views=tuple(f"quiz.{what}" for what in ("people", "attempts", "attempt", "not_begun", "ranking")),
            topics={"question": "题", "quiz": "测试"},
            tasks=jobs.TASKS,
            lists=(
                listing.QUIZZES,
                inviting.INVITED,
                of_attempts.ATTEMPTS,
                not_begun.NOT_BEGUN,
                ranking.RANKING,
                regrades_pages.MOVED,
            ),
            wizards=(bank_import.WIZARD,),
        ),
    ),
    mobile=routes_in_wechat.blueprint,
    cards=routes_in_wechat.cards,
)
