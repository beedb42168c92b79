"""Demo scenes of pushes: two that went out, one that waits, a draft, two series; shops read, keep, show a display."""

import io
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from PIL import Image, ImageDraw
from sqlalchemy import select

from broadcasts.actions import checking, own_rows, pushes, series
from broadcasts.models.library import LibraryArticle
from broadcasts.models.pushes import Plan, Push, PushKind, Shows
from broadcasts.permissions import PUSHES_APPROVE, PUSHES_WRITE
from broadcasts.rules.buttons import PushButton
from broadcasts.rules.drafts import PushDraft
from broadcasts.rules.own_rows import FileRow, OwnRows
from campaigns.authors import author
from config.demo.stage import Desk, Stage
from foundation import festivals, public_days

WALK, CABINET, ORDERING = (
    "从门口走进来，用顾客的眼睛看一遍",
    "烟柜这样摆，顾客好找",
    "订货之前，先数一数还能卖几天",
)
#: When the two pushes went out: the notice with each shop's own days, and the article.
SENT_DAYS_AGO = (5, 4)
#: Of the shops, by their place in the roster: who opened which push, pressed its button, refused promotions.
OPENED_WALK = (2, 3, 8, 12, 9, 15, 19, 22, 29, 11, 16)
ACTED_ON_WALK = (3, 12, 19, 29)
REFUSES = 26
OPENED_ROWS = (4, 5, 7, 10, 17, 20, 24)
READS = (
    (1, "只从当地烟草公司进货"),
    (3, CABINET),
    (6, "条包上的 32 位码怎么看"),
    (12, CABINET),
    (20, "明码标价三件事"),
)
KEEPS = ((8, "怀疑是假烟，先停售，再请人鉴定"), (14, "许可证快到期，提前三十日申请延续"), (24, WALK))
#: Days on which an area orders, and gets its goods.
ORDERS = ("周一", "周二", "周三")
ARRIVES = ("周三上午", "周四上午", "周五下午")


class PushScenes:
    """Scenes of pushes and the library, each in its place of the story."""

    def __init__(self, stage: Stage, shops: Sequence[Mapping[str, str]], today: date) -> None:
        self._stage, self._shops, self._today = stage, shops, today
        self._rows = self._walk = 0
        self._sent: set[int] = set()

    def write_two(self) -> None:
        """何佳怡 writes two pushes, and 苏晓梅 approves them: a notice with each shop's own days, an article."""
        self._rows = self._own_rows(self._moment(SENT_DAYS_AGO[0], 15))
        article = self._article(WALK)
        cabinet = PushButton("烟柜怎么摆", f"article:{self._article(CABINET)}")
        self._walk = self._begun(
            Shows.ARTICLE,
            self._moment(SENT_DAYS_AGO[1], 16),
            article_id=article,
            audience={"area": ["城区一片", "城区二片"]},
            buttons=[PushButton("请客户经理来看看", "message:"), cabinet],
        )
        for push_id, day in zip((self._rows, self._walk), SENT_DAYS_AGO, strict=True):
            # On a public holiday nothing goes out; they stay drafts then.
            if not rests(self._today - timedelta(days=day)):
                self._approved(push_id)
                self._sent.add(push_id)

    def rows_came(self) -> None:
        """Shops look at their own days; one asks for them again in the chat."""
        self._open(self._rows, OPENED_ROWS)
        self._stage.platform.say(self._keeper(5), "我的")

    def walk_came(self, first: int, last: int) -> None:
        """The next shops open the article; some press its button, and one wants no more of it."""
        some = OPENED_WALK[first:last]
        if self._walk in self._sent:
            self._stage.work()
            for shop in some:  # what came to many is read in WeChat first; its last line leads on
                self._stage.platform.read(self._keeper(shop), WALK)
        self._open(self._walk, some, pressed=[shop for shop in some if shop in ACTED_ON_WALK])
        if first == 0 and self._walk in self._sent:
            self._stage.platform.say(self._keeper(REFUSES), "9")

    def library_is_read(self) -> None:
        """Shops ask for 资料 in the chat, read on their phones and keep something; one shows its display."""
        phones = self._stage.platform
        phones.say(self._keeper(10), "资料")
        phones.say(self._keeper(21), "资料 真假鉴别")
        for shop, title in (*READS, *KEEPS):
            path = f"/m/library/{self._token(title)}"
            handset = self._stage.handset(self._keeper(shop))
            handset.open(path)
            if (shop, title) in KEEPS:
                handset.press(path, "keep")
        keeper = self._keeper(3)
        phones.say(keeper, "陈列秀")
        phones.send_image(keeper, shelves())
        phones.say(keeper, "按价位分三层，价签在货的正下方（画的示意图）", "1")
        self._stage.work()

    def hand_over(self, password: str) -> None:
        """何佳怡 hands those of one area who are not bound over to their manager."""
        if self._walk not in self._sent:
            return
        market, page = Desk(self._stage.app), f"/console/broadcasts/pushes/{self._walk}"
        market.sign_in("market", password)
        area = market.option(f"{page}/missed", "area", "城区一片")
        market.get(f"{page}/report")
        market.post(f"{page}/report/hand-over", why="unbound", area=area)

    def plan_more(self) -> None:
        """What lies ahead: one push that waits for approval, a draft, and two series."""
        soon = self._next_working(2)
        waiting = self._begun(
            Shows.ARTICLE,
            soon,
            kind=PushKind.SERVICE,
            article_id=self._article("许可证快到期，提前三十日申请延续"),
            audience={"area": ["城区一片"]},
        )
        self._stage.flask("broadcasts", "submit", str(waiting), "--by", "market")
        self._begun(Shows.ARTICLE, self._next_working(6), article_id=self._article(CABINET), audience={})
        weekly = self._begun(
            Shows.TEXT,
            self._next_working(7),
            kind=PushKind.SERVICE,
            plan=Plan.MESSAGE,
            title="订货前先数一数",
            words="又到订货的日子。请先数一数各种还有几条、还能卖几天，缺的记下来，一次订齐。",
            buttons=[PushButton("怎么数", f"article:{self._article(ORDERING)}")],
        )
        self._series(weekly, "每周订货提醒", {"every": "week", "weekday": 3, "rest": "move"})
        ahead = festivals.days("春节", self._today + timedelta(days=2), self._today + timedelta(days=400))[0]
        greeting = self._begun(
            Shows.TEXT,
            datetime.combine(ahead - timedelta(days=2), time(9), self._stage.services.zone),
            kind=PushKind.GREETING,
            title="春节快乐",
            words="谢谢您这一年的支持。节日里离店前请断电、关气、锁好门；送货的日子以客户经理告诉您的为准。"
            "祝您全家平安，生意顺利！",
        )
        self._series(greeting, "春节问候", {"every": "festival", "festival": "春节", "before": 2})

    def _own_rows(self, due_at: datetime) -> int:
        """A service notice that tells each shop of 江山片 when it orders, and when its goods come."""
        push_id = self._begun(
            Shows.TEXT,
            due_at,
            kind=PushKind.SERVICE,
            plan=Plan.MESSAGE,
            title="您店的订货日和送货时间",
            words="从下周起按下面的日子订货、送货，到货请当面点清再签字。哪里不合适，请回复“留言”告诉我们。",
        )
        some = [shop["许可证号"] for shop in self._shops if shop["片区"] == "江山片"]
        given = [(ORDERS[n % 3], ARRIVES[n % 3], "电子结算，前一天 18:00 前存够") for n in range(len(some))]
        rows = tuple(FileRow(n + 2, licence, given[n]) for n, licence in enumerate(some))
        read, services = OwnRows(("订货日", "送货时间", "货款"), "A", rows), self._stage.services
        with services.transaction() as session:
            ids, who = own_rows.shops(session, read), author(session, "market", PUSHES_WRITE)
            table = own_rows.begin(session, push_id, read, "江山片订货送货.xlsx", by=who.name, now=services.clock())
            own_rows.add(session, table, read, ids, 0)
            own_rows.finish(session, table, who=who, now=services.clock())
        return push_id

    def _begun(
        self,
        shows: Shows,
        due_at: datetime,
        *,
        kind: PushKind = PushKind.PROMO,
        plan: Plan = Plan.AUTO,
        audience: Mapping[str, Any] | None = None,
        **content: Any,
    ) -> int:
        """A draft by 何佳怡; gives its id."""
        services = self._stage.services
        draft = PushDraft(kind=kind, plan=plan, shows=shows, due_at=due_at, audience=audience, **content)
        with services.transaction() as session:
            return pushes.begin(session, draft, who=author(session, "market", PUSHES_WRITE), now=services.clock())

    def _approved(self, push_id: int) -> None:
        self._stage.flask("broadcasts", "submit", str(push_id), "--by", "market")
        self._stage.flask("broadcasts", "approve", str(push_id), "--by", "boss")

    def _series(self, push_id: int, name: str, rule: Mapping[str, Any]) -> None:
        services = self._stage.services
        at = checking.circumstances(services, services.clock())
        with services.transaction() as session:
            market, boss = author(session, "market", PUSHES_WRITE), author(session, "boss", PUSHES_APPROVE)
            begun = series.begin(
                session,
                push_id,
                name=name,
                rule=rule,
                at=time(9),
                until=None,
                who=market,
                now=at.now,
                zone=at.context.zone,
            )
            seen = series.digest(session, series.hold(session, begun))
            series.approve(session, begun, seen=seen, who=boss, at=at)

    def _open(self, push_id: int, shops: Iterable[int], pressed: Iterable[int] = ()) -> None:
        if push_id not in self._sent:
            return
        self._stage.work()  # what began a moment ago is sent to its end
        with self._stage.services.reading() as session:
            path = f"/m/p/{session.get_one(Push, push_id).token}"
        for shop in shops:
            handset = self._stage.handset(self._keeper(shop))
            handset.open(path)
            if shop in pressed:
                handset.open(f"{path}/1")

    def _article(self, title: str) -> int:
        with self._stage.services.reading() as session:
            return session.scalars(select(LibraryArticle.id).where(LibraryArticle.title == title)).one()

    def _token(self, title: str) -> str:
        with self._stage.services.reading() as session:
            return session.scalars(select(LibraryArticle.token).where(LibraryArticle.title == title)).one()

    def _keeper(self, shop: int) -> str:
        return self._shops[shop]["店主"]

    def _moment(self, days_ago: int, hour: int) -> datetime:
        day = self._today - timedelta(days=days_ago)
        return datetime.combine(day, time(hour), self._stage.services.zone)

    def _next_working(self, after: int) -> datetime:
        day = self._today + timedelta(days=after)
        while rests(day):
            day += timedelta(days=1)
        return datetime.combine(day, time(9), self._stage.services.zone)


def shelves() -> bytes:
    """A display as a drawing, no photo: three shelves of plain boxes, each with its price tag."""
    image = Image.new("RGB", (900, 675), "#f4efe6")
    pen = ImageDraw.Draw(image)
    for shelf, colours in enumerate((("#8fb39a", "#c9b27c"), ("#7f9cb8", "#c98f7c"), ("#b8a07f", "#8f8fb3"))):
        top = 40 + shelf * 205
        pen.rectangle((40, top + 160, 860, top + 178), fill="#8a6a46")
        for box in range(10):
            left = 60 + box * 80
            pen.rectangle((left, top + 30, left + 62, top + 160), fill=colours[box % 2], outline="#ffffff", width=3)
            pen.rectangle((left + 12, top + 164, left + 50, top + 176), fill="#ffffff")
    file = io.BytesIO()
    image.save(file, "PNG", optimize=True)
    return file.getvalue()


def rests(day: date) -> bool:
    """Whether a day is a public holiday, on which no push goes out."""
    public = public_days.of(day)
    return public is not None and not public.is_worked
