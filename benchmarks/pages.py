"""The pages people wait for: the result of a survey, the roster, the lists; at a million rows, against a thousand.

End to end: a signed-in browser asks, routing, permission, statements and template are counted; the network is not.
"""

import secrets
import statistics
import tempfile
import time
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import Date, bindparam, insert, text, update
from sqlalchemy.orm import Session

from benchmarks import harness, town, visits
from campaigns import tally
from campaigns.models import Campaign, Recipient
from config.app import FEATURES, create_app
from config.settings import Settings
from console import passwords
from console.models import User
from foundation.database import Database, Moment
from migrations import schema
from people.models import CLASSES, Manager, Retailer
from visits.models.groups import VisitGroup
from visits.models.plans import VisitPlan
from visits.models.requests import FIRST_NUMBER

FEW, MANY = 1_000, 1_000_000
#: Days that the closed requests lie on; members of the message to many shops.
DAYS, MEMBERS = 360, 5_000
QUESTIONS = 10
#: Requests of one slice; its figure is their median.
READS, ROUNDS = 8, 6
LIMIT = 1.5
PASSWORD = "correct horse battery"
RARE_SHOP, RARE_KEEPER = "武夷茶香小铺", "诸葛孔明"
#: Six of ten shops are bound, and of two hundred of those one keeper has left the account.
OPENID = "CASE WHEN n % 10 < 6 THEN 'o' || n END"
#: Shops that the roster gives to a manager of their own, who looks after nothing else.
OWN = 300
#: Openid of that manager, for the pages inside WeChat.
PHONE = "o-manager"


@dataclass
class Place:
    """One database with so many rows, and the browsers of those who look at it."""

    browsers: Mapping[str, FlaskClient]
    #: What the addresses of pages name.
    named: dict[str, Any]


def run() -> None:
    """Measure, and print."""
    with harness.stores() as stores, ExitStack() as stack:
        for name, url in stores.items():
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="wuwei-bench-")))
            few, many = (_place(address(url, count), folder, count) for count in (FEW, MANY))
            rows = [measure(page, few, many) for page in PAGES]
            harness.table(
                f"Pages on {name}: {MANY:,} shops, followers and answer sheets against {FEW:,}",
                ["page", "ratio [IQR]", "limit", "ms, median", f"ms at {FEW:,}", "ms, p95"],
                rows,
            )


@dataclass(frozen=True)
class Page:
    """What is asked for, by whom, and what the answer must hold."""

    title: str
    who: str
    path: str
    holds: str = ""
    lacks: str = ""
    #: Of a report no ratio is promised: it counts what there is.
    limit: float | None = LIMIT


_HAS_REQUEST = "新罗便利店"
_REPORT = "/console/visits/reports"
_CLOSED = "/console/visits?shelf=closed&search={}"
_HAS_LINE = "/console/people/shops/3508"
_SURVEY, _HAS_SHEET = "/console/surveys/{survey}", "/sheets/1"
_HEAD = "/console/find/hits?q={}"
PAGES = (
    Page("dashboard", "admin", "/console/", holds="tile-people"),
    Page("dashboard, manager without shops", "nobody", "/console/", holds="tile-people"),
    Page("dashboard, of a manager", "own", "/console/", holds="tile-people"),
    Page("head, a word all shops have", "admin", _HEAD.format("便利店"), holds="find-hit"),
    Page("head, the same, a manager's", "own", _HEAD.format("便利店"), holds="find-hit"),
    Page("head, a rare keeper", "admin", _HEAD.format("孔明"), holds=RARE_SHOP),
    Page("head, a phone", "admin", _HEAD.format("13800009999"), holds=RARE_SHOP),
    Page("head, a request's number", "admin", _HEAD.format("{request}"), holds="{request}</mark>"),
    Page("head, no hit", "admin", _HEAD.format("不存在的店"), holds="没有找到"),
    Page("head, its page", "admin", "/console/find?q=便利店", holds="看全部"),
    Page("roster, first page", "admin", "/console/people", holds=_HAS_LINE),
    Page("roster, a page in the middle", "admin", "/console/people?after={middle}", holds=_HAS_LINE),
    Page("roster, back from the middle", "admin", "/console/people?before={middle}", holds=_HAS_LINE),
    Page("roster, of an area", "admin", "/console/people?area=7", holds=_HAS_LINE),
    Page("roster, of a class", "admin", "/console/people?class=2", holds=_HAS_LINE),
    Page("roster, not bound", "admin", "/console/people?bound=no", holds=_HAS_LINE),
    Page("roster, manager with 300 shops", "own", "/console/people", holds=_HAS_LINE),
    Page("roster, manager without shops", "nobody", "/console/people", lacks=_HAS_LINE),
    Page("search, a word all shops have", "admin", "/console/people?search=便利店", holds=_HAS_LINE),
    Page("search, one in a hundred", "admin", "/console/people?search=王70", holds=_HAS_LINE),
    Page("search, a rare shop", "admin", "/console/people?search=茶香小", holds=RARE_SHOP),
    Page("search, a rare keeper", "admin", "/console/people?search=孔明", holds=RARE_SHOP),
    Page("search, a number in the name", "admin", "/console/people?search=店{last}", holds="新罗便利店{last}"),
    Page("search, no hit", "admin", "/console/people?search=不存在的店", lacks=_HAS_LINE),
    Page("search, a licence", "admin", "/console/people?search={licence}", holds="{licence}"),
    Page("search, a phone", "admin", "/console/people?search=13800009999", holds=RARE_SHOP),
    Page("one shop", "admin", "/console/people/shops/{licence}", holds="{licence}"),
    Page("areas", "admin", "/console/people/areas", holds="片区7"),
    Page("surveys", "admin", "/console/surveys", holds="客户满意度调查"),
    Page("result page", "admin", "/console/surveys/{survey}", holds="客户满意度调查"),
    Page("result, asked again", "admin", "/console/surveys/{survey}/live"),
    Page("sharing a survey", "admin", "/console/surveys/{survey}/share", holds="二维码"),
    Page("answer sheets", "admin", _SURVEY + "/sheets", holds=_HAS_SHEET),
    Page("answer sheets, of a class", "admin", _SURVEY + "/sheets?class=2", holds=_HAS_SHEET),
    Page("answer sheets, with an option", "admin", _SURVEY + "/sheets?answer=q1:1", holds=_HAS_SHEET),
    Page("answer sheets, of a manager", "own", _SURVEY + "/sheets", holds=_HAS_SHEET),
    Page("one answer sheet", "admin", _SURVEY + "/sheets/{sheet}", holds="{sheet}"),
    Page("photo wall", "admin", _SURVEY + "/photos", holds="size=small"),
    Page("not answered", "admin", _SURVEY + "/unanswered", holds=_HAS_LINE),
    Page("not answered, of a class", "admin", _SURVEY + "/unanswered?class=1", holds=_HAS_LINE),
    Page("not answered, of a manager", "own", _SURVEY + "/unanswered", holds=_HAS_LINE),
    Page("survey, waves", "admin", "/console/surveys/{survey}/invitations", holds="邀请"),
    Page(
        "survey, whom an invitation is for",
        "admin",
        "/console/surveys/{survey}/invitations?whom=all",
        holds="会邀请",
        limit=None,
    ),
    Page("shop, all around", "admin", "/console/people/shops/350800000007", holds="时间线"),
    Page("shop, its timeline alone", "admin", "/console/people/shops/350800000007/timeline", holds="时间线"),
    Page("shop, older entries", "admin", "/console/people/shops/350800000007/timeline?{older}", holds="时间线"),
    Page("counts that are asked for again", "admin", "/console/waiting"),
    Page("visits, inbox", "admin", "/console/visits", holds=_HAS_REQUEST),
    Page("visits, inbox of a manager", "own", "/console/visits", holds=_HAS_REQUEST),
    Page("visits, overdue", "admin", "/console/visits?shelf=overdue", holds="已超时"),
    Page("visits, the pool", "admin", "/console/visits?shelf=pool", holds="待分派"),
    Page("visits, inbox of an area", "admin", "/console/visits?area=7", holds=_HAS_REQUEST),
    Page("visits, closed", "admin", "/console/visits?shelf=closed", holds=_HAS_REQUEST),
    Page("visits, closed, of an area", "admin", "/console/visits?shelf=closed&area=7", holds=_HAS_REQUEST),
    Page("visits, closed, of a manager", "own", "/console/visits?shelf=closed", holds=_HAS_REQUEST),
    Page("visits, search a number", "admin", "/console/visits?search={request}", holds="#{request}"),
    Page("visits, search a licence", "admin", "/console/visits?search=350800000007", holds="新罗便利店7"),
    Page("visits, search a shop's name", "admin", "/console/visits?search=便利店99", holds="新罗便利店99"),
    Page("visits, search what was said", "admin", "/console/visits?search=断货了", lacks="没有看懂"),
    Page("visits, search no hit", "admin", "/console/visits?search=不存在的店", lacks="#{request}"),
    Page("visits, search closed by number", "admin", "/console/visits?shelf=closed&search={old}", holds="#{old}"),
    Page("visits, search closed by licence", "admin", _CLOSED.format("350800000007"), holds="新罗便利店7"),
    Page("visits, search closed by a name", "admin", _CLOSED.format("便利店99"), holds="新罗便利店99"),
    Page("visits, search closed, a manager's", "own", _CLOSED.format("便利店299"), holds="新罗便利店299"),
    Page("visits, search closed, no hit", "admin", _CLOSED.format("不存在的店"), lacks="#{old}"),
    Page("visits, thread", "admin", "/console/visits/{request}", holds="#{request}"),
    Page("phone, a manager's inbox", "phone", "/m/visits", holds=_HAS_REQUEST),
    Page("phone, closed", "phone", "/m/visits?shelf=closed", holds=_HAS_REQUEST),
    Page("phone, what is due", "phone", "/m/visits/due", holds="拜访"),
    Page("phone, thread", "phone", "/m/visits/{own}", holds="新罗便利店"),
    Page("visits, report of a month", "admin", _REPORT + "?{month}", holds="合计", limit=None),
    Page("visits, report of a year", "admin", _REPORT + "?{year}&by=month", holds="合计", limit=None),
    Page("visits, report of a manager's month", "own", _REPORT + "?{month}", holds="合计", limit=None),
    Page("visits, requests of a month", "admin", _REPORT + "/requests?{month}", holds="新罗便利店"),
    Page("visits, groups", "admin", "/console/visits/groups", holds="新品到货"),
    Page("visits, group", "admin", "/console/visits/groups/1", holds="新品到货", limit=None),
    Page("visits, plans", "admin", "/console/visits/plans", holds="月访", limit=None),
    Page("tasks", "admin", "/console/tasks"),
    Page("audit log, first page", "admin", "/console/audit", holds="area.change"),
    Page("audit log, with views", "admin", "/console/audit?views=yes", holds="查看名单"),
    Page("users", "admin", "/console/users", holds="nobody"),
)


def address(url: str, count: int) -> str:
    if url.startswith("sqlite"):
        return url.replace(".db", f"-{count}.db")
    return harness.another_database(url, f"pages{count}")


def _place(url: str, folder: Path, count: int) -> Place:
    database, now = Database(url), datetime.now(UTC)
    schema.upgrade(database, FEATURES)
    definition = town.written(QUESTIONS, number=True)
    begun, begun_on = time.monotonic(), (now - timedelta(days=90)).date()
    with database.transaction() as session:
        town.settle(session, now=now)
        town.shops(session, count, now=now, openid=OPENID)
        session.execute(insert(Manager), [{"id": 101, "name": "自有", "phone": "13800000101", "openid": PHONE}])
        session.execute(insert(Manager), [{"id": 102, "name": "无店", "phone": "13800000102"}])
        session.execute(text("UPDATE retailer SET manager_id = 101 WHERE id <= :own"), {"own": OWN})
        _followers(session, count, now)
        session.execute(
            insert(Retailer),
            [
                {
                    "licence": "350899999999",
                    "shop": RARE_SHOP,
                    "keeper": RARE_KEEPER,
                    "phone": "13800009999",
                    "area_id": 7,
                    "class_id": 2,
                    "bind_token": "rare",
                    "updated_at": now,
                }
            ],
        )
        survey = town.publish(session, definition, now=now)
        town.hand_in(session, survey, definition, count, now=now)
        _answered(session, now)
        office(session, now)
        _group(session, min(count, MEMBERS), now)
        session.add(VisitPlan(name="月访", audience={"class": CLASSES[0]}, every_days=30, begins_on=begun_on))
        _log(session, count, now)
    _requests(database, count, now)
    visits.analyze(database)
    print(f"({count:,} rows laid out in {time.monotonic() - begun:.0f} s)")
    database.dispose()
    middle, last = 350800000000 + count // 2, int(0.987654 * count)
    today = now.date()
    named = {
        "survey": survey.id,
        "middle": middle,
        "licence": 350800000000 + last,
        "last": last,
        "sheet": survey.id * 10_000_000 + last,
        # Of a shop of the manager with a phone: the open requests are those of the first shops.
        "own": FIRST_NUMBER + count + OWN // 2,
        "older": f"before_entry={int((now - timedelta(days=DAYS // 2)).timestamp() * 1_000_000)}.0.1",
        "old": FIRST_NUMBER + count // 2,
        "request": FIRST_NUMBER + count + visits.OPEN // 2,
        "month": f"from={today - timedelta(days=60)}&until={today - timedelta(days=31)}",
        "year": f"from={today - timedelta(days=DAYS + 5)}&until={today}",
    }
    return Place(browsers(url, folder / str(count)), named)


def _followers(session: Session, count: int, now: datetime) -> None:
    session.execute(
        text(
            "INSERT INTO follower (openid, followed_at, unfollowed_at, message_left, event_left, has_held) "
            "SELECT openid, :now, CASE WHEN id % 200 = 1 THEN CAST(:now AS TIMESTAMP) END, 0, 0, :no FROM retailer "
            "WHERE openid IS NOT NULL"
        ).bindparams(bindparam("now", type_=Moment())),
        {"now": now, "no": False},
    )


def _answered(session: Session, now: datetime) -> None:
    """Of the bound shops, which were asked, each fourth has not answered; each tenth sheet has a photo."""
    answered = "UPDATE participation SET is_submitted = true, submitted_on = :on WHERE retailer_id % 4 <> 0"
    session.execute(text(answered).bindparams(bindparam("on", type_=Date())), {"on": now.date()})
    on_postgresql = session.get_bind().dialect.name == "postgresql"
    on_sqlite = "json_set(answers, '$.q1.m[0]', 'none')"
    with_photo = """jsonb_set(answers, '{q1,m}', '["none"]')""" if on_postgresql else on_sqlite
    session.execute(text(f"UPDATE submission SET photos = 1, answers = {with_photo} WHERE id % 10 = 9"))


def _requests(database: Database, count: int, now: datetime) -> None:
    """As many closed requests over a year and a thousand open ones, of the first shops; filed, as the clock does."""
    with database.transaction() as session:
        for day in range(DAYS):
            first, last = day * count // DAYS, (day + 1) * count // DAYS
            if last > first:
                at = now - timedelta(days=day + 3)
                visits.lay_out_old(session, first, last - first, at, shops=FEW)
        visits.lay_out_open(session, count, now)
        session.execute(text("UPDATE visit_request SET owner_id = 101 WHERE retailer_id <= :own"), {"own": OWN})
    visits.file_all(database, now)


def _group(session: Session, members: int, now: datetime) -> None:
    """A message to the first shops; a third of them answered."""
    session.add(VisitGroup(id=1, title="新品到货"))
    sent = {"said": "新品到了", "audience": None, "state": "sent", "created_by": ""}
    about = {"kind": "visit-group", "reference": 1, "about": "visit-group:1"}
    session.add(Campaign(id=1, **about, **sent, due_at=now, created_at=now))
    session.flush()
    listed = (
        "INSERT INTO campaign_recipient (campaign_id, retailer_id, openid, area_id, outcome) "
        "SELECT 1, id, 'o' || id, area_id, 'custom' FROM retailer WHERE id <= :members"
    )
    session.execute(text(listed), {"members": members})
    session.execute(update(Recipient).where(Recipient.retailer_id % 3 == 0).values(acted_at=now))
    tally.recount(session, ["visit-group"], 1)


def office(session: Session, now: datetime) -> None:
    people = {"admin": ("admin", None), "own": ("manager", 101), "nobody": ("manager", 102)}
    session.execute(
        insert(User),
        [
            {
                "login": name,
                "name": name,
                "role": role,
                "manager_id": manager,
                "password_hash": passwords.hashed(PASSWORD),
                "must_change_password": False,
                "created_at": now,
            }
            for name, (role, manager) in people.items()
        ],
    )


def _log(session: Session, count: int, now: datetime) -> None:
    """An audit log as long as the roster."""
    session.execute(
        text(
            f"{town.NUMBERS} INSERT INTO audit_entry (at, user_id, who, did, about, detail, address, is_view) "
            "SELECT :now, 1, 'admin', CASE WHEN n % 1000 = 1 THEN 'area.change' ELSE 'roster.see' END, 'people', "
            "'page ' || n, '127.0.0.1', n % 1000 <> 1 FROM numbers"
        ).bindparams(bindparam("now", type_=Moment())),
        {"count": count, "now": now},
    )


def browsers(url: str, folder: Path) -> dict[str, FlaskClient]:
    app = create_app(
        Settings(
            _env_file=None,  # type: ignore[call-arg]  # a parameter of pydantic-settings
            database_url=url,
            development=True,
            secret_key=secrets.token_hex(16),
            media_path=folder / "media",
            files_path=folder / "files",
            wechat_app_id="wxbench",
            wechat_app_secret=secrets.token_hex(16),
            wechat_token=secrets.token_hex(8),
        )
    )
    found = {}
    for name in ("admin", "own", "nobody"):
        found[name] = client = app.test_client()
        page = client.get("/console/sign-in").text
        token = page.partition('name="form_token" value="')[2].partition('"')[0]
        answer = client.post("/console/sign-in", data={"form_token": token, "name": name, "password": PASSWORD})
        if answer.status_code != 303:
            raise AssertionError(f"{name} cannot sign in: {answer.status_code}")
    found["phone"] = app.test_client()
    with found["phone"].session_transaction() as cookie:
        visited_at = int(datetime.now(UTC).timestamp())
        cookie["h5"] = {"openid": PHONE, "at": visited_at, "form": secrets.token_urlsafe(24), "is_new": False}
    return found


def measure(page: Page, few: Place, many: Place) -> list[str]:
    times = harness.rotate({"few": partial(_read, page, few), "many": partial(_read, page, many)}, ROUNDS)
    medians = {name: [statistics.median(each) for each in slices] for name, slices in times.items()}
    ratio = harness.paired(medians["many"], medians["few"])
    every = sorted(1000 * each for slices in times["many"] for each in slices)
    return [
        page.title,
        str(ratio),
        harness.verdict(ratio.median, page.limit) if page.limit else "",
        f"{1000 * statistics.median(medians['many']):.1f}",
        f"{1000 * statistics.median(medians['few']):.1f}",
        f"{every[int(len(every) * 0.95)]:.1f}",
    ]


def _read(page: Page, place: Place) -> list[float]:
    """Seconds of some requests; what came is looked at."""
    path, browser = page.path.format(**place.named), place.browsers[page.who]
    times = []
    for _ in range(READS):
        begun = time.perf_counter()
        answer = browser.get(path)
        times.append(time.perf_counter() - begun)
    holds = page.holds.format(**place.named)
    if answer.status_code != 200 or holds not in answer.text or (page.lacks and page.lacks in answer.text):
        raise AssertionError(f"{page.title}: {answer.status_code}, {path}")
    return times
