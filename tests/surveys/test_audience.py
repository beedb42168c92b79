"""What surveys add to audiences."""

import pytest

from foundation.errors import Refused
from people import audiences
from people.models import Retailer
from surveys.queries.audience import CRITERIA

BY_NAME = {criterion.name: criterion for criterion in CRITERIA}


@pytest.fixture
def survey(house, li, satisfaction):
    house.bind("赵明", "o-zhao")
    survey = house.published(satisfaction)
    li.fill("调查", "2", "13", "5", "9", "跳过", "跳过")
    return survey


def keepers(house, spec):
    with house.reading() as session:
        ids = audiences.select_ids(session, spec, BY_NAME, now=house.clock())
        return {session.get_one(Retailer, each).keeper for each in session.scalars(ids)}


def test_who_answered_and_who_did_not(house, survey):
    assert keepers(house, {"answered_survey": {"survey": survey}}) == {"李国强"}
    assert keepers(house, {"not_answered_survey": {"survey": survey}}) == {"王建国", "赵明"}


@pytest.mark.parametrize(
    ("question", "option", "found"),
    [
        ("q1", 2, True),
        ("q1", 1, False),
        ("q1", [1, 2], True),
        ("q2", 1, True),
        ("q2", 3, True),
        ("q2", 2, False),
        ("q2", 0, False),
        ("q3", 5, True),
        ("q3", 4, False),
        ("q4", [9, 10], True),
    ],
)
def test_who_chose_an_option_or_a_point(house, survey, question, option, found):
    spec = {"answered_survey": {"survey": survey, "question": question, "option": option}}
    assert keepers(house, spec) == ({"李国强"} if found else set())


def test_criteria_combine_with_those_of_people(house, survey):
    spec = {"any": [{"answered_survey": {"survey": survey}}, {"class": ["现代终端"]}]}
    assert keepers(house, spec) == {"李国强", "王建国"}
    assert keepers(house, {"none": [{"not_answered_survey": {"survey": survey}}]}) == {"李国强"}


@pytest.mark.parametrize(
    "value",
    [
        7,
        {},
        {"survey": "x"},
        {"survey": True},
        {"survey": 99},
        {"survey": 1, "options": 2},
        {"survey": 1, "option": 2},
        {"survey": 1, "question": "q9", "option": 1},
        {"survey": 1, "question": "q1", "option": 9},
        {"survey": 1, "question": "q1"},
        {"survey": 1, "question": "q6", "option": 1},
        {"survey": 1, "question": "q1", "option": []},
    ],
)
def test_what_makes_no_sense_refuses(house, survey, value):
    with pytest.raises(Refused):
        keepers(house, {"answered_survey": value})


def test_the_answers_of_an_anonymous_survey_pick_nobody(house, li, short_survey):
    survey = house.published(short_survey + "anonymous: true\n")
    li.fill("调查", "1")
    assert keepers(house, {"answered_survey": {"survey": survey}}) == {"李国强"}
    with pytest.raises(Refused, match="匿名"):
        keepers(house, {"answered_survey": {"survey": survey, "question": "q1", "option": 1}})
