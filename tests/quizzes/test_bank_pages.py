"""The question bank in the console: written, edited, found, retired, tried on a phone and in the chat."""

import re

import pytest

from tests.conftest import House
from tests.office import Browser, Office

pytestmark = pytest.mark.on_sqlite
BANK = "/console/quizzes/bank"
SINGLE = {
    "item.kind": "single",
    "item.text": "封签应贴在哪一面？",
    "item.k": ["n1", "n2", "n3", "n4"],
    "item.o": ["正面", "背面", "顶部", ""],
    "item.right": "n3",
    "item.points": "10",
    "item.difficulty": "easy",
    "item.tags": "真假鉴别、封签",
    "item.explanation": "封签贴在条盒顶部。",
    "item.rule": "all",
    "item.shuffle": "1",
}


@pytest.fixture
def market(house: House) -> Browser:
    office = Office(house)
    office.settle()
    return office.browser("market")


def saved(browser: Browser, fields, where=f"{BANK}/new"):
    """Save a question; gives the address of its page."""
    answer = browser.post(where, {"do": "save", **fields})
    assert answer.status_code == 303, answer.text
    return answer.location


def stamp(browser: Browser, where):
    return re.search(r'name="stamp" value="(\w+)"', browser.get(where).text)[1]


def faults(text):
    """What stands beside the fields, by the field."""
    return dict(re.findall(r'id="wrong-item\.([\w.]+)">([^<]*)<', text))


def test_a_question_is_written_with_its_faults_beside_their_fields_and_saved(house, market):
    empty = {**SINGLE, "item.text": " ", "item.right": [], "item.points": "0", "item.tags": "一、二、三、四、五、六"}
    answer = market.post(f"{BANK}/new", {"do": "save", **empty})
    assert answer.status_code == 422
    assert faults(answer.text) == {
        "text": "题目不能为空",
        "points": "分值“0”应大于 0，最多 1000",
        "tags": "标签有 6 个，最多 5 个",
        "answer": "缺少答案",
    }
    page = market.get(saved(market, SINGLE)).text
    assert "z0001" in page and "封签贴在条盒顶部。" in page
    listed = market.get(BANK).text
    assert "封签应贴在哪一面？" in listed and "封签（1）" in listed
    again = market.post(f"{BANK}/new", {"do": "save", **SINGLE, "item.text": "封签 应贴在哪一面?"})
    assert faults(again.text) == {"text": "题库里已经有这一题了，编码是 z0001。"}
