"""The house of a quiz test: a roster, two shops on the telephone, and quizzes that are quickly published."""

from dataclasses import dataclass

import pytest

from simulator.phone import Phone
from tests.conftest import House
from tests.office import Office
from tests.quizzes.corrections import Desk

PAPER = """
title: 真假鉴别小测试
minutes: 15
attempts: 2
questions:
  - {code: k1, type: single, text: 封签应贴在哪一面？, options: [正面, 背面, 顶部], answer: 3, points: 10, tags: [封签]}
  - {code: k2, type: multiple, text: 选哪几样？, options: [甲, 乙, 丙, 丁], answer: [1, 3], rule: each, points: 5}
  - {code: k3, type: truth, text: 许可证可以转借。, answer: false, points: 5}
  - {code: k4, type: fill, text: 许可证延续应提前几天申请？, answer: [三十天, 30天], points: 10, tags: [许可证]}
"""


@dataclass
class School:
    """What publishes quizzes in a house, and lets shops take them."""

    house: House
    wang: Phone
    li: Phone

    def load(self, text: str = PAPER) -> int:
        path = self.house.settings.media_path.parent / "quiz.yaml"
        path.write_text(text, encoding="utf-8")
        done = self.house.flask("quizzes", "load", str(path))
        assert done.exit_code == 0, done.output
        return int(done.output)

    def published(self, text: str = PAPER) -> int:
        quiz_id = self.load(text)
        done = self.house.flask("quizzes", "publish", str(quiz_id))
        assert done.exit_code == 0, done.output
        return quiz_id


@pytest.fixture
def school(house: House) -> School:
    """The house as it is built by default, with the roster and two bound shops."""
    return School(house, *Office(house).two_shops())


@pytest.fixture
def desk(school: School) -> Desk:
    """The office, with somebody in every role and a second one who corrects keys."""
    office = Office(school.house)
    office.staff()
    office.user("zhang", "marketing", name="张营销")
    return Desk(school)
