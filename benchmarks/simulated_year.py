"""A year of a made-up company, in all services: rows as the product would leave them, drawn by chance from one seed.

What follows something else comes when it is due, also in the next month: an answer, a rating, an opened push, a sheet
set aside. Shops change their manager in mid-month, move, leave, come back and are erased.
"""

from __future__ import annotations

import heapq
import random
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from benchmarks import town
from broadcasts.models.library import LibraryArticle, LibraryColumn
from broadcasts.models.reading import ArticleRead
from campaigns.models import Campaign, CampaignPart, Recipient
from courses.actions import authoring
from courses.jobs import file_learning
from courses.models.certificates import Certificate
from courses.models.courses import Lesson
from courses.models.figures import SavingRate
from courses.models.learning import Enrolment, Reading
from courses.rules import printed
from courses.rules.definition import CourseDefinition, LessonDefinition, Screen
from courses.rules.printed import CertificateText
from effect import jobs
from effect.rules import months
from people import erasing
from people.models import CLASSES, Area, Binding, Errand, Manager, Retailer, ShopClass
from quizzes.models.attempts import Attempt
from quizzes.models.quizzes import Quiz, QuizVersion
from simulator.clock import HandClock
from surveys.models import Participation, Submission, Survey
from visits.jobs import file_closed
from visits.models.answers import Rating
from visits.models.requests import Request
from wechat_bot.mass.models import MassJob, MassState
from wechat_bot.models import Delivery, Follower
from wechat_bot.services import Services

#: What comes late comes within so many days, and so at the latest in the month after.
LATEST = 25 * 86_400
CLASSES_OF_SHOPS = len(CLASSES)
_ALONE = ("custom", "custom", "custom", "template", "arrived", "held", "unsure", "unfollowed", "refused", "queued")


@dataclass(eq=False)
class _Shop:
    """Shop as the roster has it at the moment, and whether it has a request open."""

    id: int
    area: int
    shop_class: int
    own_manager: int | None
    openid: str | None = None
    is_open: bool = False
    is_there: bool = True


class Year:
    """A company whose clock is moved by hand, from the first day of a month on."""

    def __init__(
        self, services: Services, clock: HandClock, *, shops: int, managers: int, first: int, seed: int = 15
    ) -> None:
        """`first`: the first month, such as 202601."""
        self.services, self.clock, self.zone = services, clock, services.zone
        self.shops_count, self.managers, self.areas = shops, managers, max(3, managers // 2)
        self.month, self._random = first, random.Random(seed)
        self._shops: list[_Shop] = []
        self._area_manager: dict[int, int] = {}
        self._plan: list[tuple[datetime, int, Callable[[datetime], None]]] = []
        self._numbers: defaultdict[str, int] = defaultdict(int)
        self._new: defaultdict[Any, list[dict[str, Any]]] = defaultdict(list)
        self._changed: defaultdict[tuple[Any, tuple[str, ...]], list[dict[str, Any]]] = defaultdict(list)
        self._gone: list[str] = []
        #: Shops whose request is closed, as soon as that is written down.
        self._closed: list[_Shop] = []
        #: Followers who have moved since something was written down last.
        self._touched: set[str] = set()
        self.erased = 0
        self._until = months.period(first, self.zone).begins_at

    def settle(self) -> None:
        """Lay out the roster, followers and what they are bound to, and the prices of the year."""
        at = self._until - timedelta(days=40)
        with self.services.transaction() as session:
            rows = [{"id": n, "name": f"经理{n}", "phone": f"139{n:08d}"} for n in range(1, self.managers + 1)]
            session.execute(insert(Manager), rows)
            self._area_manager = {n: n for n in range(1, self.areas + 1)}
            session.execute(
                insert(Area), [{"id": n, "name": f"片区{n}", "manager_id": m} for n, m in self._area_manager.items()]
            )
            session.execute(insert(ShopClass), [{"id": n, "name": name} for n, name in enumerate(CLASSES, start=1)])
            session.execute(insert(LibraryColumn).values(id=90, name="一年", place=90))
            for month, yuan in ((months.before(self.month, -6), 35),):
                values = {"shop_yuan": yuan, "venue_yuan": 400, "venues": 9, "set_by": "年", "set_at": at}
                session.execute(insert(SavingRate).values(from_on=months.first_day(month), **values))
        for n in range(1, self.shops_count + 1):
            own = self._random.randint(1, self.managers) if self._random.random() < 0.5 else None
            self._shops.append(_Shop(n, self._random.randint(1, self.areas), self._random.randint(1, 4), own))
        self._new[Retailer] = [self._roster_row(shop, at) for shop in self._shops]
        self._flush()
        for shop in self._shops:
            if self._chance(0.85):
                self._follow(f"o{shop.id}", at)
                self._bind(shop, f"o{shop.id}", at + timedelta(hours=1))
        for n in range(self.shops_count // 20):
            self._follow(f"passer{n}", at)
        self._flush()

    def close_last(self) -> None:
        """Let the first two hours of the month pass, and the clock close the month before and begin this one."""
        begins_at = months.period(self.month, self.zone).begins_at
        self._live(begins_at + timedelta(hours=2))
        self._file(begins_at + timedelta(hours=2, minutes=10))

    def pass_month(self) -> None:
        """Let the rest of the month pass, with shops that change in its middle."""
        period = months.period(self.month, self.zone)
        middle = period.begins_at + (period.ends_at - period.begins_at) / 2
        self._publish()
        self._live(middle)
        self._move(middle)
        self._live(period.ends_at)
        self.month = months.before(self.month, -1)

    def change_a_closed_month(self, month: int) -> None:
        """Set sheets of a month aside, take back certificates and marks, long after its end."""
        period, now = months.period(month, self.zone), self.clock()
        with self.services.transaction() as session:
            for model, at, values in (
                (Submission, Submission.submitted_at, {"is_valid": False, "voided_at": now, "voided_by": "周"}),
                (Certificate, Certificate.made_at, {"revoked_at": now}),
                (Attempt, Attempt.ended_at, {"is_passed": True}),
            ):
                its = select(model.id).where(at >= period.begins_at, at < period.ends_at).order_by(model.id).limit(9)
                session.execute(update(model).where(model.id.in_(session.scalars(its).all())).values(values))

    # What happens

    def _live(self, until: datetime) -> None:
        since, self._until = self._until, until
        share = (until - since) / timedelta(days=15)
        for shop in self._shops:
            if shop.openid and self._chance(0.25 * share):
                self._at(self._between(since, until), partial(self._ask, shop))
            if shop.openid and self._chance(0.04 * share):
                self._at(self._between(since, until), partial(self._leave, shop.openid))
            if self._chance(0.02 * share):
                self._at(self._between(since, until), partial(self._errand, shop))
            if shop.openid is None and self._chance(0.05 * share):
                self._at(self._between(since, until), partial(self._come, shop))
        # Always somebody just after the month's first moment, before the last month is closed.
        for shop in self._random.sample(self._shops, 4):
            self._at(self._between(since, until), partial(self._come, shop))
            if shop.openid:
                self._at(self._between(since, until), partial(self._leave, shop.openid))
        while self._plan and self._plan[0][0] < until:
            at, _, happens = heapq.heappop(self._plan)
            happens(at)
        self._flush()
        self.clock.advance(until - self.clock())

    def _publish(self) -> None:
        """Begin what is new this month: a push a fortnight, an article, a survey or a course or a quiz."""
        now = self.clock()
        number = self.month % 100
        for days in (0.2, 9, 20):
            self._at(now + timedelta(days=days), self._push)
        self._at(now + timedelta(days=1), self._article)
        with self.services.transaction() as session:
            if number % 3 == 1:
                self._survey(session, now, anonymous=number % 6 == 1)
            if number % 2:
                self._course(session, now)
            if number % 3 == 2:
                self._quiz(session, now)

    def _move(self, now: datetime) -> None:
        """Change the roster in mid-month: managers of shops and of an area, areas and classes; erase a few."""
        for shop in self._random.sample(self._shops, max(4, self.shops_count // 25)):
            shop.own_manager = self._random.randint(1, self.managers) if self._chance(0.7) else None
            if self._chance(0.4):
                shop.area, shop.shop_class = self._random.randint(1, self.areas), self._random.randint(1, 4)
            values = {"area_id": shop.area, "class_id": shop.shop_class, "manager_id": shop.own_manager}
            self._change(Retailer, id=shop.id, **values)
        area = self._random.randint(1, self.areas)
        self._area_manager[area] = self._random.randint(1, self.managers)
        self._change(Area, id=area, manager_id=self._area_manager[area])
        self._flush()
        # None with a request open: one that was never answered would leave the late ones of a month long closed.
        for shop in self._random.sample([shop for shop in self._shops if shop.openid and not shop.is_open], 2):
            with self.services.transaction() as session:
                whom = erasing.ErasedPerson(str(shop.openid), shop.id)
                erasing.erase(session, whom, now=now, forgets=self.services.forgets)
            self.erased += 1
            self._gone.append(str(shop.openid))
            shop.is_there, shop.openid = False, None
        self._shops = [shop for shop in self._shops if shop.is_there]

    def _file(self, at: datetime) -> None:
        """Let the clock's jobs run that keep counters, and then the one that files months."""
        self.clock.advance(at - self.clock())
        file_learning(self.services)
        file_closed(self.services)
        jobs.run(self.services)

    # People

    def _follow(self, openid: str, at: datetime) -> None:
        self._touch(openid)
        self._new[Follower].append({"openid": openid, "followed_at": at, "heard_at": None})

    def _touch(self, openid: str) -> None:
        """Write down what a follower did before, where that is not done yet: their moves are told apart by it."""
        if openid in self._touched:
            self._flush()
        self._touched.add(openid)

    def _bind(self, shop: _Shop, openid: str, at: datetime) -> None:
        shop.openid = openid
        self._change(Retailer, id=shop.id, openid=openid, bound_at=at)
        number = self._number(Binding)
        self._new[Binding].append(
            {"id": number, "openid": openid, "retailer_id": shop.id, "how": "code", "bound_at": at}
        )

    def _come(self, shop: _Shop, at: datetime) -> None:
        """Somebody new follows, and is bound to a shop that has nobody."""
        openid = f"n{shop.id}-{self._number('openid')}"
        self._follow(openid, at)
        if shop.openid is None and shop.is_there:
            self._bind(shop, openid, at + timedelta(minutes=1))

    def _leave(self, openid: str, at: datetime) -> None:
        if openid in self._gone:
            return
        self._touch(openid)
        self._gone.append(openid)
        self._change(Follower, openid=openid, unfollowed_at=at)
        if self._chance(0.5):
            self._later(at, 10 * 86_400, partial(self._return, openid))

    def _return(self, openid: str, at: datetime) -> None:
        if any(shop.openid == openid for shop in self._shops):
            self._touch(openid)
            self._gone.remove(openid)
            self._change(Follower, openid=openid, unfollowed_at=None, followed_at=at)

    def _errand(self, shop: _Shop, at: datetime) -> None:
        number = self._number(Errand)
        given = {"source": f"push:{number}", "title": "推送没有送到", "made_by": "周", "made_at": at}
        self._new[Errand].append({"id": number, "retailer_id": shop.id, **given})
        if self._chance(0.8):
            how = self._random.choice(("visit", "call", "message", "opened", "withdrawn"))
            self._later(
                at,
                LATEST,
                lambda done: self._change(Errand, id=number, done_at=done, done_how=how, **self._place(shop)),
            )

    # Visits

    def _ask(self, shop: _Shop, at: datetime) -> None:
        """A shop asks; it is answered at once, late or never, closed, and says what it thinks of that."""
        if shop.is_open or not shop.is_there or shop.openid is None:
            return
        shop.is_open, number = True, self._number(Request)
        owner = self._manager(shop) if self._chance(0.97) else None
        self._new[Request].append(
            {
                "id": number,
                "openid": shop.openid,
                "retailer_id": shop.id,
                "area_id": shop.area,
                "class_id": shop.shop_class,
                "owner_id": owner,
                "opened_at": at,
                "unanswered_since": at,
                "shop_wrote_at": at,
            }
        )
        self._change(Follower, openid=shop.openid, heard_at=at)
        if self._chance(0.03):
            self._later(at, 86_400, partial(self._close, shop, number, owner, "void"))
        elif self._chance(0.95):
            by = self._random.randint(1, self.managers) if self._chance(0.1) or owner is None else owner
            # Some at the very end of the promise.
            within = 86_400 if self._chance(0.02) else None
            self._later(
                at, self._random.choice((3_600, 43_200, 200_000)), partial(self._answer, shop, number, by), within
            )
        elif self._chance(0.5):
            self._later(at, 300_000, partial(self._close, shop, number, owner, "no_reply_needed"))

    def _answer(self, shop: _Shop, number: int, by: int, at: datetime) -> None:
        if shop.is_there:
            answered = {"first_answered_at": at, "first_answered_by": by, "answered_at": at, "unanswered_since": None}
            self._change(Request, id=number, **answered)
            self._later(at, 300_000, partial(self._close, shop, number, by, "done"))

    def _close(self, shop: _Shop, number: int, by: int | None, how: str, at: datetime) -> None:
        if not shop.is_there:
            return
        self._closed.append(shop)
        self._change(Request, id=number, closed_at=at, closed_how=how, unanswered_since=None, closings=1)
        if how == "done" and self._chance(0.6):
            row = {"request_id": number, "closing": 1, "asked_at": at, "manager_id": by, "openid": shop.openid}
            rated: dict[str, Any] = {"score": None, "rated_at": None}
            if self._chance(0.8):
                rated = {"score": self._random.choice((1, 1, 1, 2, 3)), "rated_at": self._after(at, 250_000)}
            # Written when it is given: what was only asked counts nowhere.
            given_at = rated["rated_at"] or at
            self._at(given_at, lambda _: self._new[Rating].append({**row, **rated}) if shop.is_there else None)

    # Surveys, courses, quizzes, articles

    def _survey(self, session: Session, now: datetime, *, anonymous: bool) -> None:
        survey = town.publish(session, town.written(3, anonymous=anonymous), now=now)
        asked = set(session.scalars(select(Participation.retailer_id).where(Participation.survey_id == survey.id)))
        for shop in self._shops:
            if shop.id in asked and self._chance(0.6):
                self._later(now, 45 * 86_400, partial(self._hand_in, survey, shop))

    def _hand_in(self, survey: Survey, shop: _Shop, at: datetime) -> None:
        if not shop.is_there:
            return
        number, anonymous = self._number(Submission), survey.is_anonymous
        is_fast = self._chance(0.05)
        if anonymous:
            at = at.astimezone(self.zone).replace(hour=0, minute=0, second=0, microsecond=0)
        place = {"area_id": shop.area, "class_id": shop.shop_class}
        self._new[Submission].append(
            {
                "id": number,
                "survey_id": survey.id,
                "version_id": survey.version_id,
                "retailer_id": None if anonymous else shop.id,
                **place,
                "manager_id": None if anonymous else self._manager(shop),
                "answers": {},
                "source": "chat",
                "submitted_at": at,
                "is_fast": is_fast,
                "is_valid": not is_fast,
                "score": self._random.randint(0, 10_000) if self._chance(0.9) else None,
                "is_filed": True,
            }
        )
        if self._chance(0.05) and not anonymous:
            self._later(at, LATEST, partial(self._set_aside, survey, shop, number))

    def _set_aside(self, survey: Survey, shop: _Shop, number: int, at: datetime) -> None:
        if not shop.is_there:
            return
        self._change(Submission, id=number, is_valid=False, voided_at=at, voided_by="周")
        if self._chance(0.4):
            self._change(Submission, id=number, superseded=number)
            self._flush()
            self._later(at, LATEST, partial(self._hand_in, survey, shop))

    def _course(self, session: Session, now: datetime) -> None:
        """A course of three lessons for all shops; every other one for customer managers."""
        for_staff = self.month % 4 == 3
        lessons = tuple(LessonDefinition(f"l{n}", f"第 {n} 课", (Screen("字" * 60),)) for n in (1, 2, 3))
        definition = CourseDefinition(f"微课{self.month}", lessons=lessons, is_ordered=False, is_for_staff=for_staff)
        course = authoring.load(session, definition, who="", now=now)
        authoring.publish(session, course.id, criteria={}, stamp=course.stamp, who="", now=now)
        of_course = list(session.scalars(select(Lesson.id).where(Lesson.course_id == course.id).order_by(Lesson.id)))
        version = course.version_id or 0
        shops = {shop.id: shop for shop in self._shops}
        rows = select(Enrolment.id, Enrolment.retailer_id).where(Enrolment.course_id == course.id)
        for number, shop_id in session.execute(rows.order_by(Enrolment.id)).all():
            shop = shops.get(shop_id or 0)
            if self._chance(0.5) and (shop is None) == for_staff:
                begun = self._after(now, 20 * 86_400)
                self._at(begun, partial(self._learn, number, shop, course.id, version, of_course, []))

    def _learn(
        self, number: int, shop: _Shop | None, course: int, version: int, left: list[int], done: list[int], at: datetime
    ) -> None:
        """Begin, or finish the next lesson; with the last one the course, and get its certificate."""
        if shop is not None and not shop.is_there:
            return
        if not done:
            self._change(
                Enrolment, id=number, version_id=version, started_at=at, released=3, released_at=at, is_filed=False
            )
        lesson, *after = left
        row = {"enrolment_id": number, "lesson_id": lesson, "at": 1, "shown_at": at, "started_at": at, "tries": 0}
        is_done = self._chance(0.9)
        place = self._place(shop) if shop and is_done else dict.fromkeys(("area_id", "class_id", "manager_id"))
        self._new[Reading].append({**row, **place, "finished_at": at if is_done else None, "seconds": 60})
        if not is_done:
            return
        done = [*done, lesson]
        self._change(Enrolment, id=number, lessons=len(done), is_filed=False)
        if after:
            self._later(at, 8 * 86_400, partial(self._learn, number, shop, course, version, after, done))
            return
        self._change(Enrolment, id=number, finished_at=at, **place)
        self._at(at + timedelta(seconds=10), partial(self._certify, number, shop, course))

    def _certify(self, enrolment: int, shop: _Shop | None, course: int, at: datetime) -> None:
        if shop is not None and not shop.is_there:
            return
        number, day = self._number(Certificate), at.astimezone(self.zone).date()
        text = CertificateText("微课", "便利店", "王", day, 3, None, self.services.account_name)
        self._new[Certificate].append(
            {
                "id": number,
                "number": f"Y{number:07d}",
                "enrolment_id": enrolment,
                "course_id": course,
                "retailer_id": shop.id if shop else None,
                "staff_id": None if shop else 1,
                "printed": printed.to_json(text),
                "made_at": at,
                "media_key": "m",
            }
        )
        if self._chance(0.04):
            self._later(at, LATEST, lambda then: self._change(Certificate, id=number, revoked_at=then))

    def _quiz(self, session: Session, now: datetime) -> None:
        number = self._number(Quiz)
        given = {"title": f"微测试{number}", "draft": {}, "created_at": now, "published_at": now}
        session.execute(insert(Quiz).values(id=number, version_id=number, **given))
        version = {"definition": {}, "digest": str(number), "published_at": now}
        session.execute(insert(QuizVersion).values(id=number, quiz_id=number, number=1, **version))
        for shop in self._shops:
            if shop.openid and self._chance(0.5):
                self._later(now, 40 * 86_400, partial(self._take, number, shop, 1))

    def _take(self, quiz: int, shop: _Shop, time: int, at: datetime) -> None:
        if not shop.is_there:
            return
        number = self._number(Attempt)
        is_passed = None if quiz % 3 == 0 else self._chance(0.6)
        self._new[Attempt].append(
            {
                "id": number,
                "quiz_id": quiz,
                "quiz_version_id": quiz,
                "retailer_id": shop.id,
                "number": time,
                "paper": [],
                "started_at": at - timedelta(minutes=5),
                "ended_at": at,
                "ended_by": "shop",
                "source": "chat",
                "is_passed": is_passed,
                "is_filed": True,
                "is_told": True,
                **self._place(shop),
            }
        )
        if is_passed is False and time < 3:
            self._later(at, LATEST, partial(self._take, quiz, shop, time + 1))
        if is_passed is False and self._chance(0.1):  # a changed key
            self._later(at, LATEST, lambda then: self._change(Attempt, id=number, is_passed=True))

    def _article(self, at: datetime) -> None:
        number = self._number(LibraryArticle) + 1_000
        given = {"token": f"year{number}", "column_id": 90, "stamp": "", "changed_at": at, "changed_by": ""}
        self._new[LibraryArticle].append({"id": number, "title": "文章", **given})
        for shop in self._shops:
            if shop.openid and self._chance(0.3):
                self._later(at, 60 * 86_400, partial(self._read, number, shop))

    def _read(self, article: int, shop: _Shop, at: datetime) -> None:
        if shop.is_there:
            row = {"article_id": article, "retailer_id": shop.id, "read_at": at}
            self._new[ArticleRead].append({**row, **self._place(shop)})

    # Pushes

    def _push(self, at: datetime) -> None:
        """A push to all shops: a third alone, the others in two parts, of which WeChat tells later how many it
        reached."""
        number = self._number(Campaign) + 10_000
        ends = self._random.choice(("sent", "sent", "sent", "sent", "cancelled"))
        of_area = self._random.randint(1, self.areas)
        sizes: defaultdict[int, int] = defaultdict(int)
        for shop in self._shops:
            row = {"campaign_id": number, "retailer_id": shop.id, "openid": shop.openid, "why": None, "part": None}
            row |= {"outcome": None, "delivery_id": None, **self._place(shop)}
            if shop.openid is None:
                row["why"] = "unbound"
            elif self._chance(0.33):
                row["outcome"] = self._random.choice(_ALONE) if ends == "sent" else "listed"
                if row["outcome"] in ("custom", "template", "arrived"):
                    row["delivery_id"] = self._deliver(str(shop.openid), str(row["outcome"]), number, at)
            else:
                row |= {"outcome": "batched", "part": 1 if shop.area == of_area else 2}
                sizes[int(str(row["part"]))] += 1
            self._new[Recipient].append(row)
            if row["outcome"] in ("custom", "arrived", "batched") and self._chance(0.4):
                self._later(at, LATEST, partial(self._open, number, shop))
        given = {"about": f"push:{number}", "said": "新品", "created_at": at, "created_by": "市场部"}
        given |= {"kind": "push", "reference": number, "due_at": at, "frozen_at": at, "state": ends}
        self._new[Campaign].append({"id": number, **given})
        for part, size in sorted(sizes.items()):
            self._mass(number, part, of_area if part == 1 else None, size, at, is_sent=ends == "sent")

    def _mass(self, push: int, part: int, area: int | None, size: int, at: datetime, *, is_sent: bool) -> None:
        job = self._number(MassJob)
        state = self._random.choice((*[MassState.ACCEPTED] * 5, MassState.REFUSED)) if is_sent else MassState.CANCELLED
        given = {"source": "push", "about": f"push:{push}", "month": self.month, "due_at": at, "created_at": at}
        accepted_at = at + timedelta(minutes=part) if state == MassState.ACCEPTED else None
        row = {
            "id": job,
            "client_id": f"y{job}",
            "part": part,
            "size": size,
            "state": state,
            "accepted_at": accepted_at,
        }
        self._new[MassJob].append({**row, **given})
        self._new[CampaignPart].append(
            {"campaign_id": push, "number": part, "area_id": area, "size": size, "mass_job_id": job}
        )
        if state == MassState.ACCEPTED:
            sent = size - self._random.randint(0, size // 10)
            ended = partial(self._change, MassJob, id=job, state=MassState.FINISHED, sent=sent, total=size)
            self._later(at, 20 * 86_400, lambda _: ended())

    def _open(self, push: int, shop: _Shop, at: datetime) -> None:
        if shop.is_there:
            self._change(Recipient, campaign_id=push, retailer_id=shop.id, is_opened=True, opened_at=at)
            if self._chance(0.3):
                self._change(Recipient, campaign_id=push, retailer_id=shop.id, acted_at=at)

    def _deliver(self, openid: str, outcome: str, push: int, at: datetime) -> int:
        number = self._number(Delivery)
        state, channel = {
            "custom": ("sent", "custom"),
            "template": ("sent", "template"),
            "arrived": ("delivered", "template"),
        }[outcome]
        given = {"message": {}, "state": state, "channel": channel, "due_at": at, "created_at": at}
        self._new[Delivery].append(
            {"id": number, "openid": openid, "about": f"push:{push}", "settled_at": self._after(at, 7_200), **given}
        )
        return number

    # Chance, moments, rows

    def _chance(self, of: float) -> bool:
        return self._random.random() < of

    def _between(self, since: datetime, until: datetime) -> datetime:
        if self._chance(0.01):  # the very first moment, and the very last
            return since if self._chance(0.5) else until - timedelta(microseconds=1)
        return since + timedelta(seconds=self._random.randrange(int((until - since).total_seconds())))

    def _after(self, at: datetime, longest: int) -> datetime:
        return at + timedelta(seconds=self._random.randint(1, longest))

    def _later(
        self, at: datetime, longest: int, happens: Callable[[datetime], None], seconds: int | None = None
    ) -> None:
        self._at(self._after(at, longest) if seconds is None else at + timedelta(seconds=seconds), happens)

    def _at(self, at: datetime, happens: Callable[[datetime], None]) -> None:
        heapq.heappush(self._plan, (at, self._number("plan"), happens))

    def _number(self, of: Any) -> int:
        name = of if isinstance(of, str) else of.__tablename__
        self._numbers[name] += 1
        return self._numbers[name]

    def _manager(self, shop: _Shop) -> int:
        return shop.own_manager or self._area_manager[shop.area]

    def _place(self, shop: _Shop) -> dict[str, int | None]:
        return {"area_id": shop.area, "class_id": shop.shop_class, "manager_id": self._manager(shop)}

    def _roster_row(self, shop: _Shop, at: datetime) -> dict[str, Any]:
        names = {"shop": f"便利店{shop.id}", "keeper": f"王{shop.id}", "phone": f"138{shop.id:08d}"}
        given = {"id": shop.id, "licence": f"{350800000000 + shop.id}", "bind_token": f"t{shop.id}", "updated_at": at}
        return {**names, **given, "area_id": shop.area, "class_id": shop.shop_class, "manager_id": shop.own_manager}

    def _change(self, model: Any, **values: Any) -> None:
        self._changed[model, tuple(values)].append(values)

    def _flush(self) -> None:
        """Write down what is new, and then what has changed, in the order in which it happened."""
        if not self._new and not self._changed:
            return
        with self.services.transaction() as session:
            for model in (*(each for each in _ORDER if each in self._new), *(set(self._new) - set(_ORDER))):
                rows = self._new[model]
                for start in range(0, len(rows), town.BATCH):
                    session.execute(insert(model), rows[start : start + town.BATCH])
            for (model, _), rows in self._changed.items():
                session.execute(update(model), rows)
        self._new.clear()
        self._changed.clear()
        self._touched.clear()
        for shop in self._closed:
            shop.is_open = False
        self._closed.clear()


#: What others refer to, in front.
_ORDER = (Retailer, Follower, LibraryArticle, Request, Campaign, MassJob)
