"""Feature declaration: everything courses add to the program."""

from datetime import timedelta
from pathlib import Path

from console.extension import ConsoleExtension
from console.menu import Item, MenuGroup, Start
from courses import commands, jobs, permissions
from courses.actions import erasing, lesson_spots, telling
from courses.actions import inviting as inviting_actions
from courses.conversation import asking as questions
from courses.conversation import binding, daily, stopping, waiting
from courses.conversation import learning as talking
from courses.mobile import learning as learning_in_wechat
from courses.mobile import routes as routes_in_wechat
from courses.models import asking as of_questions
from courses.models import certificates as of_certificates
from courses.models import courses as of_courses
from courses.models import figures, learning, weak_spots
from courses.pages import certificates, inviting, learners, listing, routes, stubborn
from courses.pages import questions as questions_pages
from courses.permissions import COURSES_SEE, COURSES_WRITE
from courses.queries import asking, audience, finding, links, measures, timeline
from courses.texts.chat import WORD
from wechat_bot.conversation import Conversation, Entry, Word
from wechat_bot.feature import Feature, Notice

COURSES = MenuGroup("微课堂", "school", 45)

courses = Feature(
    name="courses",
    forgets=erasing.forget,
    models=(of_courses, learning, weak_spots, of_questions, of_certificates, figures),
    conversations=(
        Conversation(
            talking.COURSE,
            open=talking.open_course,
            hear=talking.hear_course,
            is_typed=True,
            verb="学",
            page=talking.course_page,
            shut=links.shut,
        ),
        Conversation(
            talking.LESSON,
            open=talking.open_lesson,
            hear=talking.hear_lesson,
            remains=talking.remains,
            verb="学",
            lasts=timedelta(days=7),
            is_typed=True,
            page=talking.lesson_page,
            shut=links.shut_lesson,
        ),
        Conversation(weak_spots.TOPIC, daily.open_daily, daily.hear, verb="答", is_brief=True, page=daily.page),
        *questions.CONVERSATIONS,
    ),
    entries=(Entry(label="学习", word=WORD, link=f"{talking.COURSE}:", order=40),),
    words=(Word(daily.WORD, weak_spots.ABOUT), *questions.WORDS),
    adviser=questions.ADVISER,
    overhears=(daily.overhear, talking.overhear, stopping.overhear),
    awaits=waiting.awaits,
    bound=binding.bound,
    notices=(Notice(telling.NOTICE, "微课"),),
    criteria=audience.CRITERIA,
    kept_specs=audience.kept_specs,
    measures=measures.MEASURES,
    titles=links.titles,
    destinations=links.destinations,
    commands=(commands.courses,),
    jobs=jobs.JOBS,
    console=routes.blueprint,
    mobile=routes_in_wechat.blueprint,
    cards=learning_in_wechat.cards,
    tabs=learning_in_wechat.tabs,
    statics={"courses": Path(__file__).parent / "static"},
    more=(
        finding.LESSONS,
        asking.ANSWERS,
        lesson_spots.OF_LESSONS,
        inviting_actions.INVITATIONS.kind,
        timeline.LEARNT,
        ConsoleExtension(
            permissions=permissions.ALL,
            groups=(COURSES,),
            items=(
                Item("微课", "courses_pages.course_list", COURSES_SEE, 10, COURSES),
                Item("没答上的问题", "courses_pages.question_list", COURSES_SEE, 30, COURSES),
                Item("反复答错", "courses_pages.weak", COURSES_SEE, 40, COURSES),
                Item("节省标准", "courses_pages.savings", COURSES_WRITE, 50, COURSES),
            ),
            starts=(Start("新建微课", "courses_pages.new", COURSES_WRITE, "plus", 27),),
            audit_words={
                "course.start": "新建微课",
                "course.load": "上传微课",
                "course.edit": "编辑微课",
                "course.discard": "删除微课草稿",
                "course.publish": "发布微课",
                "course.close": "结束微课",
                "course.code": "做微课的二维码",
                "course.invite": "安排微课邀请",
                "course.steer": "暂停或取消微课邀请",
                "course.people": "查看微课邀请名单",
                "course.weak": "查看反复答错的题",
                "classroom.see": "查看没答上的问题",
                "classroom.answer": "答复没答上的问题",
                "classroom.words": "为没答上的问题添加用词",
                "classroom.aside": "把问题放在一边",
                "classroom.reopen": "把问题放回来",
                "classroom.withdraw": "撤下课堂答复",
                "course.certificates": "查看结业证书",
                "course.revoke": "作废结业证书",
                "course.learners": "查看学习情况",
                "course.hand_over": "把没学完的店交给客户经理",
                "course.savings": "改节省标准",
            },
            views=("course.people", "course.weak", "course.certificates", "course.learners", "classroom.see"),
            topics={"course": "微课", "lesson": "一课", "question-asked": "提问", "answer": "课堂答复"},
            finders=(listing.FOUND,),
            lists=(
                listing.COURSES,
                inviting.INVITED,
                questions_pages.QUESTIONS,
                stubborn.STUBBORN,
                certificates.CERTIFICATES,
                learners.LEARNERS,
            ),
        ),
    ),
)
