"""Demo scenes of courses: three of them, learners at every stage, a question a day, a classroom that is asked."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from random import Random

from sqlalchemy import select
from sqlalchemy.orm import Session

from config.demo.quizzes import said
from config.demo.stage import Desk, Stage
from courses.actions import learning
from courses.models.courses import Lesson
from courses.queries import lesson_sheet
from courses.rules.ready_made import ready_made
from people.models import Manager, Retailer

#: Ids of the courses, in the order in which they are offered.
MINORS, COUNTER, MANAGERS = range(1, 4)
#: Shops by their places in the roster: who reads all, who begins a day later, who stops.
FINISH, BEGIN_LATER, STOP = (5, 6, 8, 11, 13), (10, 16, 18, 20), (21, 23)
#: Who begins in the chat: shops that the push of the next day is not for, for it would reach them another way.
IN_CHAT = (5, 6, 13)
#: Who has read the other course in one go, and who is in the middle of it.
READ_AT_ONCE, READ_HALF = (8, 13, 24, 27), (22, 26)
#: Whose first answer to an end question is wrong, and who of them never learns it.
SLIPS, STUBBORN = {5, 13, 16, 24}, 13
HAS_READ, READS = "陈志强", "黄志宏"
ANSWERED, UNANSWERED = "学习 向未成年人卖烟要罚多少钱", "学习 空调坏了找谁修"


class CourseScenes:
    """Scenes of courses, each in its place of the story."""

    def __init__(self, stage: Stage, shops: Sequence[Mapping[str, str]], today: date) -> None:
        self._stage, self._shops, self._today = stage, shops, today
        self._dice = Random(14)

    def write(self, boss: Desk) -> None:
        """苏晓梅 makes a draft of each ready-made course."""
        for kept in ready_made():
            boss.get("/console/courses/new")
            boss.post("/console/courses/start", ready=kept.name)

    def publish(self) -> None:
        """From now on they can be learnt."""
        for course_id in (MINORS, COUNTER, MANAGERS):
            self._stage.flask("courses", "publish", str(course_id))

    def are_begun(self) -> None:
        """Some shops begin in the chat, with the first screen."""
        for shop in IN_CHAT:
            self._stage.platform.say(self._keeper(shop), "学习", f"{MINORS}")

    def day(self, days_ago: int) -> None:
        """Enter what was read on a day that is over, or nearly: lesson by lesson, as they were released."""
        with self._stage.services.transaction() as session:
            if days_ago == 5:
                self._all_read(session, MINORS, 1, FINISH, days_ago)
                self._all_read(session, MINORS, 1, STOP, days_ago, steps=2)
            elif days_ago == 4:
                self._all_read(session, MINORS, 2, FINISH, days_ago)
                self._all_read(session, MINORS, 1, BEGIN_LATER, days_ago)
                for number in (1, 2, 3):
                    self._reads(session, MANAGERS, number, self._manager(session, HAS_READ), days_ago)
                self._reads(session, MANAGERS, 1, self._manager(session, READS), days_ago)
            else:
                self._all_read(session, MINORS, 3, FINISH, days_ago)
                self._all_read(session, MINORS, 2, BEGIN_LATER, days_ago, steps=2)
                for number in (1, 2, 3):
                    self._all_read(session, COUNTER, number, READ_AT_ONCE, days_ago)
                self._all_read(session, COUNTER, 1, READ_HALF, days_ago)

    def daily_is_answered(self, *, is_first: bool) -> None:
        """The question of the day: one shop knows it now, another is wrong again."""
        phones = self._stage.platform
        phones.say(self._keeper(STUBBORN), "每天一题", "1")
        if is_first:
            phones.say(self._keeper(IN_CHAT[0]), "每天一题", "3")
        self._stage.work()

    def classroom_is_asked(self) -> None:
        """A lesson answers a shop; nothing answers a manager, whose question waits for staff."""
        self._stage.platform.say(self._keeper(IN_CHAT[0]), ANSWERED)
        self._stage.platform.say(f"{HAS_READ}经理", UNANSWERED)

    def _all_read(
        self,
        session: Session,
        course_id: int,
        number: int,
        shops: Sequence[int],
        days_ago: int,
        steps: int | None = None,
    ) -> None:
        licences = [self._shops[shop]["许可证号"] for shop in shops]
        known = select(Retailer.licence, Retailer.openid).where(Retailer.licence.in_(licences))
        openids = {row.licence: row.openid for row in session.execute(known)}
        for shop, licence in zip(shops, licences, strict=True):
            slips = shop in SLIPS and number == 1
            self._reads(session, course_id, number, openids[licence], days_ago, steps=steps, slips=slips)

    def _reads(
        self,
        session: Session,
        course_id: int,
        number: int,
        openid: str,
        days_ago: int,
        *,
        steps: int | None = None,
        slips: bool = False,
    ) -> None:
        """Let somebody read a lesson at their own time of a day, all or some steps of it, and answer its question."""
        zone = self._stage.services.zone
        of_course = select(Lesson.id).where(Lesson.course_id == course_id, Lesson.number == number)
        at = self._some_time(days_ago, number)
        sheet = lesson_sheet.look(session, session.scalars(of_course).one(), openid, now=at)
        for step in range(1, (steps or sheet.end) + 1):
            given = learning.give(session, sheet, step, openid=openid, heard_at=at, now=at, zone=zone)
            if given.refusal:
                raise RuntimeError(given.refusal)
            sheet = given.sheet
            at += timedelta(seconds=self._dice.randrange(30, 75))
        item = sheet.lesson.question
        for knows in (False, True) if slips else (True,):
            if item is not None and sheet.is_asked:
                words = said(item, item.key, knows, self._dice)
                sheet = learning.answer(session, sheet, words, openid=openid, now=at, zone=zone).sheet
                at += timedelta(seconds=self._dice.randrange(10, 40))

    def _some_time(self, days_ago: int, number: int) -> datetime:
        """A moment of a day behind those of the scenes; lessons that are read in one go come one after another."""
        day = self._today - timedelta(days=days_ago)
        begins = datetime.combine(day, time(16, 40), self._stage.services.zone)
        return begins + timedelta(hours=number - 1, minutes=self._dice.randrange(45))

    def _manager(self, session: Session, name: str) -> str:
        return str(session.scalars(select(Manager.openid).where(Manager.name == name)).one())

    def _keeper(self, shop: int) -> str:
        return self._shops[shop]["店主"]
