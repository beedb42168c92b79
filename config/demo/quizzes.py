"""Demo scenes of quizzes: a bank, a test that runs, a contest that is over, one whose key was wrong, and a draft."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from math import exp
from pathlib import Path
from random import Random
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

import quizzes
from broadcasts.models.library import LibraryArticle
from config.demo.stage import Stage
from people.models import Retailer
from questions.answers import FreeText, Multiple, Single
from questions.keyed.items import Difficulty, Key, KeyedItem, Kind
from quizzes.actions import taking
from quizzes.queries import attempt_sheet, papers
from quizzes.queries.attempt_sheet import AttemptSheet
from quizzes.queries.results import AttemptResult

BANK = Path(quizzes.__file__).parent / "ready_made" / "trade.txt"
PAPERS = Path(__file__).parent / "papers"
#: What some questions of the bank lead on to: articles of the library.
LESSONS = {
    "law01": "烟草制品有哪几种，一件是多少条",
    "law02": "只从当地烟草公司进货",
    "law12": "朋友圈、招牌、招聘启事：烟草广告的线",
    "law13": "有人来店里检查，您要知道这几条",
    "lic01": "许可证快到期，提前三十日申请延续",
    "lic02": "许可证快到期，提前三十日申请延续",
    "lic08": "店名、经营者、地址要变，先办手续",
    "min02": "不向未成年人卖烟：一看二问三查",
    "gen01": "怀疑是假烟，先停售，再请人鉴定",
    "gen02": "怀疑是假烟，先停售，再请人鉴定",
    "gen07": "条包上的 32 位码怎么看",
    "gen08": "条包上的 32 位码怎么看",
    "gen11": "卖假烟，要担什么责任",
    "dis01": "烟柜这样摆，顾客好找",
    "dis02": "明码标价三件事",
    "dis05": "烟怎么存：三防，先进先出",
    "ser03": "顾客要发票、要退货，怎么办",
    "ser06": "到货先点清，再签字",
    "ser08": "三种骗局，店里最常见",
    "ser09": "卖假烟，要担什么责任",
}
#: How hard questions are, the middle being 0; those that are not named, by their author's word.
HARDNESS = {"law02": -9.0, "min02": -2.5, "lic01": -0.5, "dis05": 0.5, "ser09": 2.0}
BY_WORD = {Difficulty.EASY: -1.5, Difficulty.MEDIUM: 0.0, Difficulty.HARD: 1.5}
#: Whoever knows the law well takes its sentence at its word, and the wrong option: the figures ask to look at it.
MISLEADS = "lic02"
#: What the shops know better than the key that went out.
TRULY = {"s1": Key(frozenset({1, 2, 3}))}
WRONG_WORDS = ("60", "15天", "不清楚")
#: Shops by their places in the roster.
TAKE_MONTHLY, IS_LATE, RUNS = range(2, 32), 19, 32
TAKE_CONTEST, TAKE_PRICES = range(3, 17), range(8, 24)
GOES_AGAIN_BELOW, LEARNT = 6000, 1.0


class QuizScenes:
    """Scenes of quizzes, each in its place of the story."""

    def __init__(self, stage: Stage, shops: Sequence[Mapping[str, str]], today: date) -> None:
        self._stage, self._shops, self._today = stage, shops, today
        #: The same town each time.
        self._dice = Random(13)
        self._skill = {n: self._dice.gauss(0.4, 1.1) for n in range(len(shops))}
        self._openids: dict[str, str] = {}

    def fill_the_bank(self) -> None:
        """Import the bank that comes ready made, with links to the library."""
        with self._stage.services.reading() as session:
            articles = dict(session.execute(select(LibraryArticle.title, LibraryArticle.id)).all())
        lines = []
        for line in BANK.read_text("utf-8").splitlines():
            lines.append(line)
            if line.startswith("编码：") and (title := LESSONS.get(line[3:8])):
                lines.append(f"学习：article:{articles[title]}")
        self._with_file("trade.txt", "\n".join(lines), "bank", "import")

    def publish(self) -> None:
        """One quiz for the whole month, one that is over two days later, and a draft."""
        self._monthly = self._published("monthly", closes=self._moment(-8, 20))
        self._prices = self._published("prices", closes=self._moment(3, 9))
        self._loaded("minors")
        self._contest = self._published("contest", opens=self._moment(2, 13), closes=self._moment(2, 13, 10))

    def are_taken(self) -> None:
        """Enter what the shops did in these days, each at its own time: a test now, the failed once more later."""
        services = self._stage.services
        with services.transaction() as session:
            shops = select(Retailer.licence, Retailer.openid).where(Retailer.openid.is_not(None))
            self._openids = {row.licence: row.openid for row in session.execute(shops)}
            for shop in TAKE_PRICES:
                self._takes(session, self._prices, shop, self._some_time(5, 4))
            for shop in TAKE_MONTHLY:
                result = self._takes(session, self._monthly, shop, self._some_time(5, 3), is_late=shop == IS_LATE)
                if result.total < GOES_AGAIN_BELOW and shop % 3:
                    self._skill[shop] += LEARNT
                    self._takes(session, self._monthly, shop, self._some_time(2, 2))
            for shop in TAKE_CONTEST:
                begins = self._moment(2, 13) + timedelta(seconds=self._dice.randrange(5, 150))
                self._takes(session, self._contest, shop, begins)

    def key_is_corrected(self) -> None:
        """何佳怡 finds the mistake in a key, and 苏晓梅 approves what follows from it; the shops concerned are told."""
        why = "价目表也可以用来标价，原来的答案漏了。"
        flask, quiz_id = self._stage.flask, str(self._prices)
        told = flask("quizzes", "rekey", quiz_id, "s1", "--answer", "ABC", "--reason", why, "--by", "market")
        flask("quizzes", "regrade", str(json.loads(told)["regrade"]), "approve", "--by", "boss")
        self._stage.work()

    def one_runs(self) -> None:
        """A shop is in the middle of the monthly one when the demo is opened."""
        self._stage.platform.say(self._shops[RUNS]["店主"], "测试", "开始", "1", "2")

    def _published(self, name: str, **times: datetime) -> int:
        quiz_id = self._loaded(name, **times)
        self._stage.flask("quizzes", "publish", str(quiz_id))
        return quiz_id

    def _loaded(self, name: str, **times: datetime) -> int:
        head = "".join(f"{word}: {moment.isoformat()}\n" for word, moment in times.items())
        return int(self._with_file(f"{name}.yaml", head + (PAPERS / f"{name}.yaml").read_text("utf-8"), "load"))

    def _with_file(self, name: str, text: str, *command: str) -> str:
        written = self._stage.services.files_folder / name
        written.parent.mkdir(parents=True, exist_ok=True)
        written.write_text(text, encoding="utf-8")
        said = self._stage.flask("quizzes", *command, str(written))
        written.unlink()
        return said

    def _takes(
        self, session: Session, quiz_id: int, shop: int, begins: datetime, *, is_late: bool = False
    ) -> AttemptResult:
        """Let a shop take a quiz from a moment on, as well as it can; one that is late has not answered all."""
        openid = self._openids[self._shops[shop]["许可证号"]]
        sheet = attempt_sheet.look(session, quiz_id, openid)
        zone = self._stage.services.zone
        begun = taking.begin(session, sheet, openid=openid, source="page", now=begins, zone=zone)
        assert begun.attempt is not None
        version_ids = [place.version_id for place in begun.attempt.paper]
        keys = papers.keys_in_force(session, quiz_id, version_ids)
        answers = dict(self._answers(begun, {each: keys[each].key for each in keys}, shop))
        if is_late:
            answers = dict(list(answers.items())[:-3])
        filled = replace(begun, attempt=replace(begun.attempt, answers=answers))
        ends = begins + timedelta(seconds=sum(self._dice.randrange(12, 50) for _ in answers))
        if is_late:
            taken = taking.time_is_up(session, filled, source="page", now=begins + timedelta(minutes=15))
        else:
            taken = taking.hand_in(session, filled, source="page", at=ends, now=ends)
        assert taken.result is not None
        return taken.result

    def _answers(self, sheet: AttemptSheet, keys: Mapping[int, Key], shop: int) -> Iterator[tuple[str, dict[str, Any]]]:
        assert sheet.attempt is not None
        for item, place in zip(sheet.attempt.items, sheet.attempt.paper, strict=True):
            ease = self._skill[shop] - HARDNESS.get(item.code, BY_WORD[item.difficulty])
            if item.code == MISLEADS:
                ease = 0.6 - self._skill[shop]
            # Thrown by shop and question, for papers are shuffled anew in each town.
            dice = Random(f"{shop} {item.code} {sheet.attempt.number}")
            knows = dice.random() < 1 / (1 + exp(-2 * ease))
            yield item.code, said(item, TRULY.get(item.code, keys[place.version_id]), knows, dice)

    def _some_time(self, first: int, last: int) -> datetime:
        """A moment in the shops' hours, between so many days ago and so many."""
        day = self._dice.randint(last, first)
        return self._moment(day, self._dice.randrange(11, 21), self._dice.randrange(60))

    def _moment(self, days_ago: int, hour: int, minute: int = 0) -> datetime:
        day = self._today - timedelta(days=days_ago)
        return datetime.combine(day, time(hour, minute), self._stage.services.zone)


def said(item: KeyedItem, key: Key, knows: bool, dice: Random) -> dict[str, Any]:
    """What somebody answers who knows it, or does not."""
    if item.kind is Kind.FILL:
        return FreeText(key.variants[0] if knows else dice.choice(WRONG_WORDS)).to_json()
    codes = [option.code for option in item.question.options]
    wrong = sorted(set(codes) - key.right)
    if item.kind is not Kind.MULTIPLE:
        # Of the wrong ones the first is the likeliest, and nobody falls for the last.
        return Single(next(iter(key.right)) if knows else dice.choice([*wrong[:1], *wrong[:2]])).to_json()
    chosen = set(key.right)
    if not knows and dice.random() < 0.6:
        chosen.discard(dice.choice(sorted(chosen)))
    elif not knows:
        chosen.add(dice.choice(wrong))
    return Multiple(tuple(code for code in codes if code in chosen)).to_json()
