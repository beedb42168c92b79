"""Users of the console: their name and phone, and what each role may do, through the console's own pages."""

import re

import pytest

from people.models import Manager
from tests.office import file_of


def _number(office, admin, login: str) -> str:
    """The number of the account with this login."""
    page = admin.get(f"/console/users?search={login}").text
    return re.findall(r"/console/users/(\d+)", page)[0]


def test_a_colleague_has_a_name_and_a_phone_that_others_see_in_place_of_the_login(office) -> None:
    admin = office.browser("admin")
    given = {"login": "hejiayi", "name": " 何佳怡 ", "phone": "139-0000 2212", "role": "marketing"}
    made = admin.post("/console/users/new", given).text
    first = re.search(r'class="password">([^<]+)<', made)[1]
    assert "“hejiayi”的初始密码" in made and f'data-copies="{first}"' in made
    told = admin.get("/console/users").text
    assert all(word in told for word in ("何佳怡", "hejiayi", "13900002212"))
    for sought in ("何佳", "hejia", "2212"):
        assert "何佳怡" in admin.get(f"/console/users?search={sought}").text
    browser = office.browser("hejiayi", first)
    browser.get("/console/password")
    guessed, chosen = (
        {"old": first, "new": word, "again": word} for word in ("何佳怡-1234-567", "correct horse battery")
    )
    assert "里面有您的用户名、姓名或手机号" in browser.post("/console/password", guessed).text
    assert browser.post("/console/password", chosen).status_code == 303
    assert "何佳怡" in browser.get("/console/").text
    assert [entry.who for entry in office.audited("password.change")] == ["何佳怡"]
    assert "何佳怡（hejiayi），营销人员" in [entry.detail for entry in office.audited("user.create")]
    rows = file_of(office, admin, "/console/users/export", {"search": "hejiayi"})
    assert rows[1][:3] == ("何佳怡", "hejiayi", "13900002212")


@pytest.mark.on_sqlite
def test_a_name_is_needed_and_a_phone_is_one_or_nothing(office) -> None:
    admin = office.browser("admin")
    new = {"login": "neu", "role": "reader"}
    assert "请写姓名" in admin.post("/console/users/new", new | {"name": "\u3164"}).text
    assert "手机号要 11 位" in admin.post("/console/users/new", new | {"name": "新来的", "phone": "12345"}).text
    intern = _number(office, admin, "intern")
    path = f"/console/users/{intern}"
    admin.get(path)
    assert admin.post(path, {"name": "吴小雨", "phone": "0597-2201234", "role": "reader"}).status_code == 303
    assert all(word in admin.get(path).text for word in ("吴小雨", "05972201234"))


def test_a_customer_manager_is_called_as_in_the_roster_and_follows_it(office) -> None:
    admin = office.browser("admin")
    path = f"/console/users/{_number(office, admin, 'chen')}"
    admin.get(path)
    chen = str(office.manager("陈志强"))
    assert admin.post(path, {"name": "别的名字", "role": "manager", "manager": chen}).status_code == 303
    shown = admin.get("/console/users").text
    assert "陈志强" in shown and "13900002201" in shown and "别的名字" not in shown
    renamed = "许可证号,店名,店主,手机,地址,片区,客户类型,客户经理,经理手机\n"
    office.import_roster(renamed + "350802100001,城南便利店,王建国,13600008899,,城区一片,现代终端,陈自强,13900002201\n")
    with office.house.look() as session:
        assert session.get_one(Manager, int(chen)).name == "陈自强"
    assert "陈自强" in admin.get("/console/users").text
    assert "以名单为准" in office.house.flask("console", "name-user", "chen", "陈").output


@pytest.mark.on_sqlite
def test_the_command_line_names_an_account(office) -> None:
    flask = office.house.flask
    made = flask("console", "create-admin", "su", "--name", "苏晓梅", "--phone", "13900002210")
    assert made.exit_code == 0 and "用户名 su" in made.output
    assert flask("console", "name-user", "intern", "吴小雨").exit_code == 0
    admin = office.browser("admin")
    told = admin.get("/console/users").text
    assert all(word in told for word in ("苏晓梅", "13900002210", "吴小雨"))


@pytest.mark.on_sqlite
def test_what_a_role_may_do_is_said_where_it_is_chosen_and_comes_from_the_permissions(office) -> None:
    page = office.browser("admin").get("/console/users/new").text
    roles = dict(re.findall(r'name="role" value="(\w+)"[^>]*>(.*?)</label>', page, re.S))
    assert list(roles) == ["admin", "marketing", "supervisor", "manager", "reader"]
    extensions = office.house.app.extensions["console"]
    said = [each for each in extensions.permissions.values() if each.says]
    assert {each.name for each in extensions.permissions.values() if not each.says} == {"anyone", "signed_in"}
    for role, text in roles.items():
        besides = [each.says for each in said if len(each.roles) < 5]
        assert [each for each in besides if each in text] == [
            each.says for each in said if role in each.roles and len(each.roles) < 5
        ]
    assert "看自己负责和代班的店" in roles["manager"] and "只看不改" in roles["reader"]
