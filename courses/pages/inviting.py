"""Console pages of invitations to a course: to all who were enrolled and have not begun."""

from campaigns.invited import Inviting, invited
from courses.actions import inviting
from courses.pages import course
from courses.permissions import COURSES_EXPORT, COURSES_SEE, COURSES_WRITE
from courses.queries.detail import detail
from courses.texts import notices
from people.picker.short import Picker

DONE = "已经开始学"
INVITING = Inviting(
    feature="courses",
    of=inviting.INVITATIONS,
    does="开始学",
    done=DONE,
    opens="",
    see=COURSES_SEE,
    write=COURSES_WRITE,
    export=COURSES_EXPORT,
    picker=Picker(
        ("class", "area", "manager", "tag", "audience"),
        "全部还没开始学的",
        legend="邀请谁",
        asks="请选择邀请谁。",
    ),
    own_reasons={"done": DONE},
    detail=detail,
    head=course.head,
    plan=inviting.plan,
    says=lambda found: notices.invitation(found.title, found.bars),
)
INVITED = invited(INVITING)
