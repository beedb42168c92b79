"""The company of a test of effect: two shops and their manager on the telephone, and its months by the command line."""

import json
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import pytest

from effect import jobs
from simulator.phone import Phone
from tests.conftest import House
from tests.office import Office
from wechat_bot.services import install


@dataclass
class Company:
    """The house with its office, two bound shops and a bound customer manager."""

    house: House
    office: Office
    wang: Phone
    li: Phone
    chen: Phone

    def only(self, *names: str) -> None:
        """Let nothing be counted from now on but these measures: to count all takes half a second each time."""
        chosen = tuple(each for each in self.house.services.measures if each.name in names)
        assert len(chosen) == len(names)
        self.house.services = replace(self.house.services, measures=chosen)
        install(self.house.app, self.house.services)

    def month(self, month: str, *options: str) -> dict[str, Any]:
        """A month as the command gives it to programs."""
        shown = self.house.flask("effect", "month", month, "--json", *options)
        assert shown.exit_code == 0, shown.output
        found: dict[str, Any] = json.loads(shown.output)
        return found

    def counted(self, month: str, measure: str, *options: str) -> tuple[int | None, int | None]:
        """What a measure counts in a month, and of how much."""
        found = self.month(month, *options)["measures"][measure]
        return found["n"], found["of"]

    def until(self, moment: str) -> None:
        """Let the hand clock go on to a moment in the company's time zone, and the clock's jobs with it."""
        at = datetime.fromisoformat(moment).replace(tzinfo=self.house.services.zone)
        self.house.clock.advance(at - self.house.clock())
        self.house.tick()
        self.file()

    def file(self) -> None:
        """Let the clock close the months that are over, and file the one that runs."""
        jobs.run(self.house.services)


@pytest.fixture
def company(house: House) -> Company:
    """The company as it is built by default, with its roster."""
    office = Office(house)
    office.settle()
    phones = [house.phone(name) for name in ("o-wang", "o-li", "o-chen")]
    for phone, said in zip(phones, ("绑定 350802100001 8899", "绑定 350802100002 1234", ""), strict=True):
        phone.follow()
        assert not said or "已绑定" in phone.say(said).text
    invited = house.flask("people", "invite-manager", "13900002201").output
    assert "客户经理" in phones[2].say("绑定 " + invited.split("绑定 ")[1].split("（")[0].strip()).text
    return Company(house, office, *phones)
