"""The audience builder, through the door: conditions are chosen, counted as they change, saved, used and refused."""

import re

import pytest
from sqlalchemy import select

from people.models import Audience, Retailer
from surveys.models import Survey
from tests.office import both_ways, file_of

NEW = "/console/people/audiences/new"
LOOK = "/console/people/audiences/look"


@pytest.fixture
def bound(office):
    """王 keeps the first shop and follows, 李 kept the second and left; the third is nobody's."""
    with office.house.look() as session:
        rows = session.execute(select(Retailer.keeper, Retailer.bind_token))
        tokens = {row.keeper: row.bind_token for row in rows}
    for keeper in ("王建国", "李福生"):
        office.house.phone(keeper).follow(f"bind:{tokens[keeper]}")
    office.house.phone("李福生").unfollow()
    return office


def condition(address: str, criterion: str, **values):
    """A row of the form; a field's name is written behind the criterion's."""
    named = {f"{address}-{criterion}-{name.rstrip('_')}": value for name, value in values.items()}
    return {f"{address}-criterion": criterion, **named}


def form(*rows: dict, mode: str = "all", name: str = "", **more):
    addresses = [re.match(r"[\d.]+", next(iter(row)))[0] for row in rows]
    merged = {key: value for row in rows for key, value in row.items()}
    return {"name": name, "mode": mode, "row": addresses, **merged, **more}


def figures(page: str) -> list[str]:
    return re.findall(r"<dt>[^<]*</dt><dd>([^<]*)</dd>", page)


CLASSES = condition("0", "class", _=["现代终端", "普通终端"])


def test_the_count_follows_the_conditions_and_shows_some_of_the_shops(bound) -> None:
    browser = bound.browser("market")
    browser.get(NEW)
    page = browser.post(LOOK, form(CLASSES)).text
    assert figures(page) == ["2", "2", "1"]
    assert "老李食杂店" in page
    assert "小王超市" not in page
    in_group = {"1-mode": "any", **condition("1.0", "bound", _="no"), **condition("1.1", "followed", _="yes")}
    grouped = {
        "name": "",
        "mode": "all",
        "row": ["0", "1", "1.0", "1.1"],
        **condition("0", "class", _="现代终端"),
        **in_group,
    }
    assert figures(browser.post(LOOK, grouped).text) == ["1", "1", "1"]
    assert figures(browser.post(LOOK, grouped | {"mode": "none"}).text) == ["1", "1", "0"]


@pytest.mark.parametrize("name", ["zhou", "chen"])
def test_whoever_has_a_part_of_the_shops_counts_only_theirs(bound, name) -> None:
    browser = bound.browser(name)
    browser.get(NEW)
    everything = form(condition("0", "bound", _="yes"), condition("1", "bound", _="no"), mode="any")
    page = browser.post(LOOK, everything).text
    assert figures(page)[0] == "2"
    assert "小王超市" not in page
    market = bound.browser("market")
    market.get(NEW)
    assert figures(market.post(LOOK, everything).text)[0] == "3"


@pytest.mark.on_sqlite
def test_it_is_built_row_by_row_without_a_script_and_saved(bound) -> None:
    browser = bound.browser("market")
    assert browser.get(NEW).text.count('class="condition"') == 1
    page = browser.post(NEW, form({"0-criterion": "area"}, do="group")).text
    assert "城区一片" in page
    assert 'name="1.0-criterion"' in page
    rows = (
        condition("0", "area", _="城区一片"),
        condition("1", "last_contact", within_days="7"),
        condition("2", "tag"),
    )
    page = browser.post(NEW, form(*rows, do="remove:2", name="近来联系过的")).text
    assert 'value="近来联系过的"' in page
    assert 'value="7"' in page
    assert 'name="2-criterion"' not in page
    assert figures(browser.post(NEW, form(*rows[:2], do="look")).text) == ["2", "2", "1"]
    saved = browser.post(NEW, form(*rows[:2], name="近来联系过的", do="save"))
    assert saved.status_code == 303
    page = browser.get(saved.location).text
    assert "片区：城区一片" in page
    assert "联系过，在最近 7 天内" in page
    assert "近来联系过的" in browser.get("/console/people/audiences").text
    edit = browser.get(f"{saved.location}/edit").text
    assert re.search(r'value="城区一片" checked', edit)
    assert [entry.about for entry in bound.audited("audience.save")] == [
        saved.location.replace("/console/people/audiences/", "audience:")
    ]


@pytest.mark.on_sqlite
@pytest.mark.parametrize(
    ("rows", "why"),
    [
        ((), "还没有条件"),
        (({"0-criterion": ""},), "还没有选条件"),
        ((condition("0", "class"),), "“客户类型”还没有选好"),
        ((condition("0", "class", _="超级终端"),), "没有这个客户类型：超级终端"),
        ((condition("0", "last_contact", within_days="很久"),), "“最近联系”里要填整数"),
        (({"0-mode": "any"},), "有一组是空的"),
        (tuple({f"{number}-criterion": ""} for number in range(51)), "条件太多"),
    ],
)
def test_what_is_empty_or_broken_is_refused_in_words_and_kept_nowhere(bound, rows, why) -> None:
    browser = bound.browser("market")
    browser.get(NEW)
    assert why in browser.post(LOOK, form(*rows)).text
    refused = browser.post(NEW, form(*rows, name="坏的", do="save"))
    assert refused.status_code == 422
    assert why in refused.text
    with bound.house.look() as session:
        assert session.scalars(select(Audience)).all() == []


def keep(office, name: str, spec, owner_id=None) -> int:
    with office.house.services.transaction() as session:
        audience = Audience(name=name, spec=spec, created_at=office.house.clock(), owner_id=owner_id)
        session.add(audience)
        session.flush()
        return audience.id


def test_one_that_is_used_is_neither_deleted_nor_renamed(bound) -> None:
    audience_id = keep(bound, "城里", {"area": "城区一片"})
    other = keep(bound, "城里没关注的", {"all": [{"audience": "城里"}, {"followed": False}]})
    with bound.house.services.transaction() as session:
        draft = {"title": "满意度", "audience": {"audience": "城里"}}
        session.add(Survey(title="满意度", draft=draft, created_at=bound.house.clock()))
    browser, path = bound.browser("market"), f"/console/people/audiences/{audience_id}"
    assert "对象“城里没关注的”、调查《满意度》在用它" in browser.get(path).text
    refused = browser.post(f"{path}/delete")
    assert refused.status_code == 422
    assert "正在用它" in refused.text
    assert "改不了名" in browser.post(f"{path}/edit", form(CLASSES, name="改名", do="save")).text
    assert browser.post(f"{path}/edit", form(CLASSES, name="城里", do="save")).status_code == 303
    deep = browser.get(f"/console/people/audiences/{other}/edit").text
    assert re.search(r'name="0-audience-" value="城里" checked', deep)
    nested = {"all": [{"any": [{"none": [{"class": "现代终端"}]}]}]}
    written = browser.get(f"/console/people/audiences/{keep(bound, '深的', nested)}/edit").text
    assert re.search(r"<textarea[^>]*>all:\n- any:", written)
    browser.get(f"{path}/edit")
    circle = {"text": "{audience: 城里没关注的}", "name": "城里", "do": "save"}
    assert "用到了它自己" in browser.post(f"{path}/edit", circle).text
    browser.get(f"/console/people/audiences/{other}")
    assert browser.post(f"/console/people/audiences/{other}/delete").status_code == 303
    assert len(bound.audited("audience.delete")) == 1


@pytest.mark.on_sqlite
def test_a_supervisor_changes_only_their_own(bound) -> None:
    theirs = keep(bound, "别人的", {"class": "现代终端"})
    browser = bound.browser("zhou")
    browser.get(NEW)
    assert browser.get(f"/console/people/audiences/{theirs}").status_code == 200
    assert browser.get(f"/console/people/audiences/{theirs}/edit").status_code == 403
    assert "别人建的" in browser.post(f"/console/people/audiences/{theirs}/delete").text
    own = browser.post(NEW, form(CLASSES, name="我的", do="save")).location
    assert browser.post(f"{own}/edit", form(CLASSES, name="我的店", do="save")).status_code == 303
    browser.get(own)
    assert browser.post(f"{own}/delete").status_code == 303


@pytest.mark.on_sqlite
def test_a_saved_audience_that_broke_says_why(bound) -> None:
    audience_id = keep(bound, "旧的", {"class": ["没有了的类型"]})
    browser = bound.browser("market")
    assert "没有这个客户类型：没有了的类型" in browser.get(f"/console/people/audiences/{audience_id}").text
    assert "已经没有了，请去掉" in browser.get(f"/console/people/audiences/{audience_id}/edit").text


@pytest.mark.on_sqlite
def test_the_fields_of_a_survey_follow_one_another(bound, tmp_path) -> None:
    path = tmp_path / "survey.yaml"
    path.write_text(
        "title: 满意度\nquestions:\n  - {code: q1, type: single, text: 服务怎么样?, options: [满意, 不满意]}\n",
        encoding="utf-8",
    )
    house = bound.house
    assert house.flask("surveys", "load", str(path)).exit_code == 0
    assert house.flask("surveys", "publish", "1").exit_code == 0
    wang = house.phone("王建国")
    wang.say("调查")
    wang.say("2")
    browser = bound.browser("market")
    assert (
        "满意度" in browser.get(NEW).text
        or "满意度" in browser.post(NEW, form({"0-criterion": "answered_survey"})).text
    )
    assert "在名单里，还没有填写" in browser.get(NEW).text, "of who was listed, whether or not anything reached them"
    page = browser.post(NEW, form(condition("0", "answered_survey", survey="1"))).text
    assert "1. 服务怎么样?" in page
    asked = condition("0", "answered_survey", survey="1", **{"question@1": "q1"})
    page = browser.post(NEW, form(asked)).text
    assert "不满意" in page
    chose = asked | {"0-answered_survey-option@q1": ["2"]}
    assert figures(browser.post(LOOK, form(chose)).text) == ["1", "1", "1"]
    assert figures(browser.post(LOOK, form(asked | {"0-answered_survey-option@q1": ["1"]})).text)[0] == "0"
    # Another survey was chosen: what hung on the first is not found again.
    assert "没有编号为 9" in browser.post(LOOK, form(chose | {"0-answered_survey-survey": "9"})).text
    saved = browser.post(NEW, form(chose, name="不满意的", do="save"))
    assert "填写了调查：《满意度》，1. 服务怎么样?，不满意" in browser.get(saved.location).text


def test_the_saved_audiences_are_searched_paged_both_ways_and_taken_away(bound) -> None:
    for n in range(120):
        keep(bound, f"第{n:03}群", {"class": "现代终端"})
    keep(bound, "别的", {"any": [{"class": "普通终端"}, {"bound": True}]})
    browser, path = bound.browser("market"), "/console/people/audiences"
    found = both_ways(browser, f"{path}?search=群", r">第(\d{3})群</a>")
    assert [len(page) for page in found] == [50, 50, 20]
    assert [name for page in found for name in page] == [f"{n:03}" for n in range(120)]
    rows = file_of(bound, browser, f"{path}/export", {"search": "别"})
    assert [row[:3] for row in rows] == [
        ("名称", "条件", "谁建的"),
        ("别的", "符合任意一条：客户类型：普通终端；是否绑定微信：已绑定", None),
    ]
    assert bound.browser("intern").post(f"{path}/export").status_code == 403
