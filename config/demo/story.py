"""Demo script: people are bound, a survey is sent, shops write, managers answer or do not."""

import csv
import re
from collections.abc import Iterable
from datetime import datetime, time, timedelta
from itertools import cycle
from pathlib import Path

from config.demo import year
from config.demo.courses import CourseScenes
from config.demo.pushes import PushScenes
from config.demo.quizzes import QuizScenes
from config.demo.stage import Desk, Stage
from foundation.clock import system_clock
from people.picker import short

HERE = Path(__file__).parent
#: Days between the first scene and today.
DAYS = 6
#: The demo's shops; the first one is left to whoever tries the demo.
BOUND = slice(1, 34)
MANAGERS = {"陈志强": "13900002201", "黄志宏": "13900002203", "林小燕": "13900002202", "周明华": "13900002200"}
#: Replies of the shops, question by question: mostly satisfied, some not.
REPLIES = (
    ("1", "1", "5", "9", "30"),
    ("2", "13", "4", "8", "45"),
    ("1", "2", "5", "10", "跳过"),
    ("2", "1", "4", "9", "60"),
    ("3", "3", "3", "6", "25", "一个季度才来一次，有事找不到人"),
    ("1", "0 价格牌", "5", "10", "80"),
    ("2", "2", "4", "7", "跳过"),
    ("1", "12", "5", "9", "120"),
    ("4", "13", "2", "4", "20", "送货时间老变，等了一上午"),
    ("1", "1", "4", "8", "35"),
)
AUDIENCE = "城区的现代和优质终端"
#: Columns of the library by the folders of their articles, the newest last.
LIBRARY = {"basics": "卷烟百科", "supply": "货源策略", "display": "陈列展示", "law": "法规与真假鉴别"}
CANNED = (
    ("明天送到", "{称呼}您好，您要的货明天随送货车带到，签收就行。{经理}"),
    ("正在核实", "{称呼}您好，您说的情况我去核实，{截止}前给您答复。有急事请打 {电话}。{经理}"),
    ("价格牌", "{店名}的价格牌下次上门时给您换新的。"),
)


class Story:
    """Script of the six days, scene by scene."""

    def __init__(self, stage: Stage) -> None:
        self._stage, self._phones = stage, stage.platform
        self._boss = Desk(stage.app)
        self._today = stage.services.clock().astimezone(stage.services.zone).date() + timedelta(days=DAYS)
        with (HERE / "roster.csv").open(encoding="utf-8") as file:
            self._shops = list(csv.DictReader(file))
        self._pushes = PushScenes(stage, self._shops, self._today)
        self._quizzes = QuizScenes(stage, self._shops, self._today)
        self._courses = CourseScenes(stage, self._shops, self._today)

    def play(self) -> dict[str, str]:
        """Play all scenes; gives the accounts and passwords of the console."""
        self._phones.choose_templates()
        accounts = self._open_the_office()
        self._a_year_went_by()
        self._fill_the_library()
        self._courses.write(self._boss)
        self._people_come_in()
        self._a_survey_is_asked()
        self._pushes.write_two()
        self._shops_write()
        self._a_poll()
        self._quizzes.are_taken()
        self._quizzes.key_is_corrected()
        self._boss.sign_in("boss", accounts["boss"])
        self._one_message_to_many()
        self._pushes.library_is_read()
        self._pushes.hand_over(accounts["market"])
        self._pushes.plan_more()
        self._today_so_far()
        return accounts

    def _open_the_office(self) -> dict[str, str]:
        flask, boss = self._stage.flask, self._boss
        if "共 0 家" not in flask("people", "list"):
            raise RuntimeError("The database holds shops already; the demo wants an empty one.")
        flask("people", "import", str(HERE / "roster.csv"))
        flask("menu", "publish")
        first = flask("console", "create-admin", "boss", "--name", "苏晓梅", "--phone", "13900002210")
        accounts = {"boss": boss.begin("boss", re.findall(r"初始密码 (\S+)", first)[0])}
        self._arrange_areas()
        area = boss.option("/console/users/new", "area", "新罗区")
        manager = boss.option("/console/users/new", "manager", "陈志强")
        for name, role, fields in (
            ("zhou", "supervisor", {"area": area, "name": "周明华", "phone": "13900002200"}),
            ("chen", "manager", {"manager": manager}),
            ("market", "marketing", {"name": "何佳怡", "phone": "13900002212"}),
        ):
            password = boss.new_colleague(name, role, **fields)
            accounts[name] = Desk(self._stage.app).begin(name, password)
        for title, content in CANNED:
            boss.get("/console/visits/canned/new")
            boss.post("/console/visits/canned/new", title=title, content=content, **{"for": "all"})
        boss.post("/console/people/tags/new", name="示范店", is_mirrored="on")
        boss.post("/console/people/tags/new", name="需要多关心")
        for number, tag in ((2, "1"), (3, "1"), (12, "1"), (4, "2"), (8, "2")):
            boss.post(f"/console/people/shops/{self._shops[number]['许可证号']}/tags", tag=tag, do="put")
        boss.get("/console/people/audiences/new")
        boss.post(
            "/console/people/audiences/new",
            **{
                "name": AUDIENCE,
                "mode": "all",
                "row": ["0", "1"],
                "0-criterion": "class",
                "0-class-": ["现代终端", "优质终端"],
                "1-criterion": "area",
                "1-area-": ["城区一片", "城区二片"],
                "do": "save",
            },
        )
        return accounts

    def _a_year_went_by(self) -> None:
        services = self._stage.services
        with services.transaction() as session:
            year.write(session, today=self._today, zone=services.zone, now=services.clock())

    def _fill_the_library(self) -> None:
        for folder, column in LIBRARY.items():
            for file in sorted((HERE / "articles" / folder).glob("*.md")):
                self._stage.flask("broadcasts", "article", str(file), "--column", column, "--by", "market")
        self._quizzes.fill_the_bank()

    def _arrange_areas(self) -> None:
        """周明华 heads 新罗区, which stands above the others; 林小燕 is on leave and 黄志宏 stands in."""
        boss = self._boss
        page = boss.get("/console/people/areas")
        numbers = {name: number for number, name in re.findall(r'area=(\d+)">([^<]+)</a>', page)}
        for area, manager, deputy in (
            ("城区一片", "陈志强", ""),
            ("城区二片", "黄志宏", ""),
            ("江山片", "林小燕", "黄志宏"),
        ):
            path = f"/console/people/areas/{numbers[area]}"
            fields = {"manager": boss.option(path, "manager", manager), "parent": numbers["新罗区"]}
            if deputy:
                fields["deputy"] = boss.option(path, "deputy", deputy)
                fields |= {"from": f"{self._today - timedelta(days=2)}", "until": f"{self._today + timedelta(days=5)}"}
            boss.post(path, **fields)

    def _people_come_in(self) -> None:
        for name, phone in MANAGERS.items():
            code = re.findall(r"绑定 ([^\s（]+)", self._stage.flask("people", "invite-manager", phone))[0]
            self._phones.introduce(f"{name}经理")
            self._phones.do(f"{name}经理", "follow")
            self._phones.say(f"{name}经理", f"绑定 {code}")
        for shop in reversed(self._shops[BOUND]):
            self._phones.introduce(shop["店主"])
            self._phones.do(shop["店主"], "follow")
            self._phones.say(shop["店主"], f"绑定 {shop['许可证号']} {shop['手机'][-4:]}")
        self._stage.work()

    def _a_survey_is_asked(self) -> None:
        """Publish the survey on the first day, with one reminder three days later; a poll and a draft come later."""
        closes = datetime.combine(self._today + timedelta(days=8), time(18), self._stage.services.zone)
        self._publish("survey.yaml", "1", f"closes: {closes.isoformat()}\nresults: after\n")
        self._boss.get("/console/surveys/1/invitations")
        self._boss.post(
            "/console/surveys/1/invitations",
            whom="all",
            said="一年一次的服务满意度调查，两分钟就好，您说的每一条我们都会看。",
            when="now",
            seen="0",
            reminders="1",
            every_days="3",
        )
        self._stage.work()
        self._at(6, 10)
        self._answer(self._shops[2:17], cycle(REPLIES))
        self._phones.say(self._shops[17]["店主"], "调查", "2", "1")  # interrupted to serve a customer

    def _shops_write(self) -> None:
        chen, huang = "陈志强经理", "黄志宏经理"
        self._at(5, 10)
        self._quizzes.publish()
        self._courses.publish()
        first = self._ask(1, "红七匹狼这周断货了，能不能先补两条", chen)
        self._at(5, 10, 6)
        self._phones.say(chen, f"{first} 明早配送车带两条，您签收就行")
        self._stage.work()
        self._phones.say(chen, f"{first} 完结")
        self._stage.work()
        self._phones.say(self._shops[1]["店主"], "1")
        self._at(5, 15, 20)
        self._pushes.rows_came()
        self._courses.are_begun()
        self._at(4, 15)
        self._courses.day(5)
        second = self._ask(9, "价格牌旧了，看不清楚，能换新的吗", huang)
        self._at(4, 16, 30)
        self._pushes.walk_came(0, 5)
        self._at(3, 9)
        self._courses.day(4)
        self._phones.say(huang, f"{second} 好的，下周一上门给您换")
        self._stage.work()
        self._phones.say(huang, f"{second} 完结")
        self._stage.work()
        self._phones.say(self._shops[9]["店主"], "2")
        self._at(3, 11)  # the reminder went out an hour ago
        self._courses.daily_is_answered(is_first=True)
        self._answer(self._shops[18:25], cycle(REPLIES[3:]))
        self._pushes.walk_came(5, 9)
        self._at(2, 9)
        self._courses.day(3)
        self._ask(7, "送货时间能不能固定在上午，下午店里没人", huang)  # nobody answers: it becomes overdue
        self._at(2, 14)
        self._courses.daily_is_answered(is_first=False)
        self._courses.classroom_is_asked()
        third = self._ask(2, "最近有没有新品，想先看看", chen)
        self._pushes.walk_came(9, 11)
        self._at(2, 15)
        self._phones.say(chen, f"{third} 有两款新品，明天上门带样品给您看")
        self._stage.work()
        self._phones.say(self._shops[2]["店主"], "好的，上午来，下午我不在")

    def _a_poll(self) -> None:
        # Not in the area of whoever tries the demo: there, a single survey is easier to follow.
        self._publish("poll.yaml", "2", "audience: {area: [城区二片, 江山片]}\n")
        self._stage.flask("surveys", "load", str(HERE / "draft.yaml"))
        self._at(1, 16)
        asked = [shop for shop in self._shops[9:26] if shop["片区"] != "城区一片"]
        for shop, choice in zip(asked, cycle("124331"), strict=False):
            self._phones.say(shop["店主"], "调查", choice)
        self._stage.work()

    def _one_message_to_many(self) -> None:
        """A visit group of the saved audience, two of whom answer; and a plan by which shops are visited."""
        boss, whom = self._boss, {"whom": "some", "whom-audience-": AUDIENCE}
        boss.get("/console/visits/groups/new")
        said = "天冷了，店里的陈列柜需要换灯条的请回复我，本周统一上门更换。"
        given = {**whom, "content": said, "title": "换灯条", "days": "7", "token": "lamps"}
        boss.post("/console/visits/groups/new", **given, do="look")
        boss.post("/console/visits/groups/new", **given, do="send", looked=short.mark({"audience": AUDIENCE}))
        self._stage.work()
        self._at(1, 17)
        self._phones.say(self._shops[12]["店主"], "要换，一共两根")
        self._phones.say(self._shops[19]["店主"], "我店里的灯条也坏了，麻烦来看一下")
        self._stage.work()
        boss.get("/console/visits/plans/new")
        begins_on = self._today - timedelta(days=31)
        plan = {"name": "城区月访", "every_days": "30", "begins_on": f"{begins_on}"}
        boss.post("/console/visits/plans/new", **plan, **{"whom": "some", "whom-area-": "城区一片"})

    def _today_so_far(self) -> None:
        """Create what waits when the demo is opened: requests of this morning, one of them from an unknown person."""
        now = system_clock().astimezone(self._stage.services.zone)
        self._stage.until(now - timedelta(hours=3))
        self._ask(3, "会员日的活动海报还有吗，想再要两张", "陈志强经理")
        self._stage.until(now - timedelta(minutes=35))
        # Not bound: staff see which shop is meant, and attach the request to it.
        self._phones.introduce("小傅")
        self._phones.do("小傅", "follow")
        self._phones.say("小傅", "我是桥东食杂的，这周送货单少了一条，帮我查查")
        self._stage.work()
        self._stage.until(now - timedelta(minutes=20))
        self._ask(4, "订货平台登录不上，提示密码不对", "陈志强经理")
        self._stage.until(system_clock().astimezone(self._stage.services.zone))
        self._quizzes.one_runs()
        for name in ("王丽芳", "李福生", "陈志强经理", "王建国"):
            self._phones.introduce(name)

    def _publish(self, file: str, number: str, more: str = "") -> None:
        source = (HERE / file).read_text(encoding="utf-8")
        written = self._stage.services.files_folder / file
        written.parent.mkdir(parents=True, exist_ok=True)
        written.write_text(more + source, encoding="utf-8")
        self._stage.flask("surveys", "load", str(written))
        written.unlink()
        self._stage.flask("surveys", "publish", number)

    def _answer(self, shops: Iterable[dict[str, str]], replies: Iterable[tuple[str, ...]]) -> None:
        for shop, answers in zip(shops, replies, strict=False):
            self._phones.say(shop["店主"], "调查", *answers)
        self._stage.work()

    def _ask(self, shop: int, text: str, manager: str) -> str:
        """Let a shop write; gives the request number from the notice to its manager."""
        self._phones.say(self._shops[shop]["店主"], text)
        self._stage.work()
        told = re.findall(r"(?:#|编号：)(\d+)", self._phones.heard(manager))
        if not told:
            raise RuntimeError(f"{manager} was told nothing")
        return str(told[-1])

    def _at(self, days_ago: int, hour: int, minute: int = 0) -> None:
        day = self._today - timedelta(days=days_ago)
        self._stage.until(datetime.combine(day, time(hour, minute), self._stage.services.zone))
