"""What quizzes add to audiences, to a shop's timeline, and to the figures of a month."""

import pytest

from foundation.errors import Refused
from people import audiences
from people.models import Retailer
from tests.office import Office
from tests.quizzes.conftest import PAPER

SHOPS = {"王建国", "李福生"}


def keepers(school, spec) -> set[str]:
    services = school.house.services
    with school.house.look() as session:
        ids = audiences.select_ids(session, spec, services.criteria, now=school.house.clock())
        return {session.get_one(Retailer, each).keeper for each in session.scalars(ids)}


@pytest.fixture
def quiz_id(school) -> int:
    """Wang got 30 of 30 points, Li 20: the key of 封签 is 3."""
    quiz_id = school.published(PAPER)
    for phone, replies in ((school.wang, ("3", "AC", "错", "30天")), (school.li, ("1", "AC", "错", "30天"))):
        for said in ("测试", "开始", *replies):
            phone.say(said)
    school.house.tick()
    return quiz_id


def test_who_passed_failed_scored_under_and_is_weak_in_a_tag(school, quiz_id) -> None:
    of = {"quiz": quiz_id}
    assert keepers(school, {"passed_quiz": of}) == SHOPS  # 66.67 % is above 60
    assert keepers(school, {"failed_quiz": of}) == set()
    assert keepers(school, {"scored_under_quiz": of | {"percent": 67}}) == {"李福生"}
    assert keepers(school, {"scored_under_quiz": of | {"percent": 66}}) == set()
    assert keepers(school, {"weak_in_quiz": of | {"tag": "封签", "percent": 60}}) == {"李福生"}
    assert keepers(school, {"weak_in_quiz": of | {"tag": "许可证", "percent": 100}}) == set()
    # The second attempt got 17.5, so the first still counts, and with it the tag.
    for said in ("测试", "开始", "3", "A", "错", "60天"):
        school.li.say(said)
    school.house.tick()
    assert keepers(school, {"weak_in_quiz": of | {"tag": "封签", "percent": 60}}) == {"李福生"}


def test_the_tag_follows_the_attempt_that_counts(school) -> None:
    quiz_id = school.published(PAPER.replace("attempts: 2", "attempts: 2\ncounts: last"))
    weak = {"weak_in_quiz": {"quiz": quiz_id, "tag": "封签", "percent": 60}}
    for replies, found in ((("1", "AC", "错", "30天"), {"李福生"}), (("3", "A", "对", "60天"), set())):
        for said in ("测试", "开始", *replies):
            school.li.say(said)
        school.house.tick()
        assert keepers(school, weak) == found
    assert keepers(school, {"failed_quiz": {"quiz": quiz_id}}) == {"李福生"}
    assert keepers(school, {"not_begun_quiz": {"quiz": quiz_id}}) == {"王建国"}
    both = {"all": [{"not_begun_quiz": {"quiz": quiz_id}}, {"class": ["现代终端"]}]}
    assert keepers(school, both) == {"王建国"}


@pytest.mark.on_sqlite
@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("passed_quiz", 7, "应写成"),
        ("failed_quiz", {"quiz": True}, "应写成"),
        ("not_begun_quiz", {"quiz": 99}, "没有编号为 99"),
        ("passed_quiz", {"quiz": 1, "percent": 5}, "应写成"),
        ("scored_under_quiz", {"quiz": 1}, "1 到 100"),
        ("scored_under_quiz", {"quiz": 1, "percent": 101}, "1 到 100"),
        ("weak_in_quiz", {"quiz": 1, "percent": 60}, "还没有人考过"),
        ("weak_in_quiz", {"quiz": 1, "tag": "烟叶", "percent": 60}, "还没有人考过"),
    ],
)
def test_what_makes_no_sense_is_refused(school, quiz_id, name, value, said) -> None:
    with pytest.raises(Refused, match=said):
        keepers(school, {name: value})


@pytest.mark.on_sqlite
def test_a_shop_and_a_month_show_what_was_passed(school, quiz_id) -> None:
    office = Office(school.house)
    office.staff()
    page = office.browser("market").get("/console/people/shops/350802100002").text
    assert "考了《真假鉴别小测试》" in page and "20 分，合格" in page
    month = f"{school.house.clock():%Y-%m}"
    assert "合格的测试" in school.house.flask("measures", month).output
