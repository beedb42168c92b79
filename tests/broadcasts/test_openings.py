"""Openings of pushes: credited once to whom the push was sent, by who WeChat says is there, in the hour it happened."""

import threading

import pytest
from sqlalchemy import event, select

from broadcasts.actions import answering, articles
from broadcasts.models.answers import PushGuest
from broadcasts.models.pushes import Push
from tests.broadcasts.conftest import Library
from tests.broadcasts.town import PushTown
from tests.conftest import House


@pytest.fixture
def town(house: House) -> PushTown:
    town = PushTown(house)
    house.lay_out("a town that gets pushes", town.settle)
    return town


def opened(town: PushTown, push_id: int) -> dict[str, int]:
    wanted = ("opened", "acted", "others", "staff")
    return {key: count for key, count in town.counts(push_id).items() if key in wanted}


def test_opened_three_times_it_counts_once_and_a_neighbour_through_the_forwarded_card_apart(town) -> None:
    push_id = town.push(audience="{licence: ['350802100001']}")
    wang = town.phone("王建国")
    assert "旺季陈列怎么摆" in wang.unread().text
    page = town.page("王建国")
    # Neither a link preview nor a page fetched ahead is an opening, nor what asks without being anybody.
    page.open("/m/library")
    asks, ahead = {"User-Agent": page.agent}, {"User-Agent": page.agent, "Sec-Purpose": "prefetch;prerender"}
    here, base = town.address(push_id), town.house.settings.public_url
    assert page.client.head(here, base_url=base, headers=asks).status_code == 200
    assert page.client.get(here, base_url=base, headers=ahead).status_code == 200
    assert town.house.app.test_client().get(here, base_url=base, headers=asks).status_code == 303
    assert opened(town, push_id) == {}
    for _ in range(3):
        assert "有效期" in page.open(town.address(push_id))
    assert opened(town, push_id) == {"opened": 1}
    at = town.recipient(push_id, "王建国").opened_at
    assert at == town.house.clock()
    # 老李 got the card from his neighbour, and looks twice; a passer-by is bound to nothing.
    neighbour = town.page("老李")
    for _ in range(2):
        neighbour.open(town.address(push_id))
    passer_by = town.house.phone("路人")
    passer_by.follow()
    shown = town.page("路人").open(town.address(push_id))
    assert "只给已绑定的零售户看" in shown and "有效期" not in shown
    # Not even what a promotion is called.
    assert "旺季陈列" not in shown
    assert opened(town, push_id) == {"opened": 1, "others": 2}


@pytest.mark.on_sqlite
def test_staff_are_counted_apart_and_a_virtual_account_is_nobody(town) -> None:
    push_id = town.push(audience="{licence: ['350802100001']}")
    chen = town.manager("陈志强", "13900002201")
    assert "有效期" in town.page("陈志强").open(town.address(push_id))
    assert chen.openid and opened(town, push_id) == {"staff": 1}
    # In snapshot mode WeChat shows a page to an account that is nobody's.
    page = town.page("小王")
    asked = page.sign_in_address(town.address(push_id)).replace("snsapi_base", "snsapi_userinfo")
    answer = page.get(
        town.house.phone("小王").open(asked, is_snapshot=True).removeprefix(town.house.settings.public_url)
    )
    assert answer.status_code == 403
    assert opened(town, push_id) == {"staff": 1}


@pytest.mark.on_sqlite
def test_who_looks_at_a_preview_opens_what_was_sent_to_nobody(town) -> None:
    article = Library(town.house).published("旺季陈列怎么摆")
    push_id = int(town.run("push", str(article), "--audience", "all", "--at", "2026-12-15 09:00", "--by", "market"))
    for name in ("王建国", "老李"):
        assert "有效期" in town.page(name).open(town.address(push_id))
    assert town.counts(push_id) == {}
    assert town.report(push_id)["opened"] == 0


def test_what_is_withdrawn_is_gone_behind_its_pushes_too(town) -> None:
    push_id = town.push()
    with town.house.services.transaction() as session:
        article_id = session.scalars(select(Push.article_id)).one()
        articles.withdraw(session, article_id, who="周敏", now=town.house.clock())
    shown = town.page("王建国").open(town.address(push_id))
    assert "已经撤下了" in shown and "有效期" not in shown


def test_the_hour_of_an_opening_is_counted_with_it_and_an_act_opens(town) -> None:
    push_id = town.push(buttons=[("填写备货意向", "article:1"), ("看公告", "https://example.com/a")])
    town.page("王建国").open(town.address(push_id))
    town.house.later(hours=5)
    # Pressing a button without having looked: it is opened by that.
    answer = town.page("老李")
    signed_in = answer.open("/m/me")
    assert signed_in
    went = answer.get(f"{town.address(push_id)}/3")
    assert went.status_code == 303 and went.location == "https://example.com/a"
    counts = town.counts(push_id)
    assert (counts["opened"], counts["acted"]) == (2, 1)
    assert {key: n for key, n in counts.items() if "hour" in key} == {"only:hour:0": 1, "only:hour:5": 1}
    # Pressed again, or another button: one act.
    answer.get(f"{town.address(push_id)}/3")
    answer.get(f"{town.address(push_id)}/1")
    assert town.counts(push_id)["acted"] == 1
    assert answer.get(f"{town.address(push_id)}/9").status_code == 422
    # Where it leads is for shops, as all of a promotion; not for whoever has its address.
    town.house.phone("路人").follow()
    passer_by = town.page("路人")
    passer_by.open("/m/me")
    assert passer_by.get(f"{town.address(push_id)}/3").status_code == 422
    assert answer.get("/m/p/nothing").status_code == 404


@pytest.mark.on_sqlite
def test_a_new_keeper_is_not_whom_it_was_sent_to(town) -> None:
    push_id = town.push(audience="{licence: ['350802100001']}")
    town.phone("王建国").say("解绑")
    town.phone("王建国").say("1")
    new = town.house.phone("新店主")
    new.follow()
    assert "已绑定" in new.say("绑定 350802100001 8899").text
    town.page("新店主").open(town.address(push_id))
    assert opened(town, push_id) == {"others": 1}
    # Whom it was sent to may open it, bound or not.
    town.page("王建国").open(town.address(push_id))
    assert opened(town, push_id) == {"opened": 1, "others": 1}


def test_twelve_at_once_count_one(town) -> None:
    push_id = town.push(audience="{licence: ['350802100001']}")
    openid, services = town.phone("王建国").openid, town.house.services
    ready, errors = threading.Barrier(12), []

    def open_it() -> None:
        try:
            ready.wait()
            with services.transaction() as session:
                push = session.scalars(select(Push).where(Push.id == push_id)).one()
                answering.acted(session, push, openid, now=town.house.clock())
        except Exception as error:
            errors.append(error)

    threads = [threading.Thread(target=open_it) for _ in range(12)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert not errors and opened(town, push_id) == {"opened": 1, "acted": 1}


def test_who_is_erased_stays_counted_and_is_no_longer_named(town) -> None:
    push_id = town.push(audience="{licence: ['350802100001']}")
    town.page("王建国").open(town.address(push_id))
    town.page("老李").open(town.address(push_id))
    for name, licence in (("王建国", "350802100001"), ("老李", "350802100002")):
        openid = town.phone(name).openid
        assert town.house.flask("people", "erase", licence, "--yes").exit_code == 0
        with town.house.look() as session:
            assert session.scalar(select(PushGuest).where(PushGuest.openid == openid)) is None
    assert opened(town, push_id) == {"opened": 1, "others": 1}


@pytest.mark.on_sqlite
def test_an_opening_is_found_by_keys_and_not_among_all_recipients(town) -> None:
    push_id = town.push(audience="{licence: ['350802100001']}")
    engine, said = town.house.services.database.engine, []

    def note(connection, cursor, statement, parameters, context, many) -> None:
        if "campaign_recipient AS sent" in statement:
            said.append((statement, parameters))

    event.listen(engine, "before_cursor_execute", note)
    try:
        town.page("王建国").open(town.address(push_id))
    finally:
        event.remove(engine, "before_cursor_execute", note)
    assert said
    if town.house.services.database.is_sqlite:
        statement, parameters = said[0]
        with town.house.look() as session:
            plan = session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters).all()
        read = [row[3] for row in plan if "campaign_recipient" in row[3] or "sent" in row[3]]
        # By the campaign alone a million rows would be read for one opening.
        assert read and all("retailer_id=?" in each or "openid=?" in each for each in read), plan
