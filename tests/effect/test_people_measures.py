"""Measures of people: as they are told against the moves and bindings that are kept."""

from sqlalchemy import select

from people import errands
from people.errands import ErrandEnd
from people.models import FollowerMove, Retailer
from tests.office import ROSTER

TO_LIN = "江山片,优质终端,林小燕,13900002202"


def _moves(company) -> list[tuple[str, bool]]:
    with company.house.look() as session:
        found = select(FollowerMove.kind, FollowerMove.since.is_not(None)).where(FollowerMove.area_id.is_not(None))
        return [(kind, bool(again)) for kind, again in session.execute(found.order_by(FollowerMove.id))]


def test_who_leaves_and_comes_back_is_told_where_their_shop_was_then(company) -> None:
    company.only("followers", "bound", "gone")
    assert company.counted("2026-03", "followers") == (3, None)
    assert company.counted("2026-03", "followers", "--area", "城区一片") == (2, None), "a manager is of no area"
    assert company.counted("2026-03", "bound") == (2, 3)
    company.until("2026-03-20T09:00")
    company.wang.unfollow()
    assert company.counted("2026-03", "gone", "--manager", "13900002201") == (1, 2)
    # The shop gets another manager afterwards: what happened stays with the one it had.
    company.office.import_roster(ROSTER.replace("城区一片,现代终端,陈志强,13900002201", TO_LIN))
    assert company.counted("2026-03", "gone", "--manager", "13900002201") == (1, 2)
    assert company.counted("2026-03", "gone", "--manager", "13900002202") == (0, 0)
    company.until("2026-03-25T09:00")
    company.wang.follow()
    assert company.counted("2026-03", "gone") == (1, 3)
    assert company.counted("2026-03", "followers", "--area", "江山片") == (1, None)
    assert _moves(company) == [("gone", True), ("followed", True)]
    company.house.later(minutes=1)
    company.wang.unfollow()
    company.house.later(minutes=1)
    company.wang.follow()
    assert company.counted("2026-03", "gone") == (1, 3), "who leaves twice is one who left"
    # Who leaves after the month's end followed at its end.
    company.until("2026-04-01T01:00")
    company.wang.unfollow()
    company.until("2026-04-01T02:10")
    assert company.month("2026-03")["closed"] and company.counted("2026-03", "followers") == (3, None)
    assert company.counted("2026-04", "gone", "--manager", "13900002202") == (1, 1)
    # A month later they are erased, and every figure stays as it was; so do those who were erased while they followed.
    company.until("2026-05-02T12:00")
    assert company.month("2026-04")["closed"] and company.counted("2026-05", "bound") == (1, 3)
    assert company.counted("2026-04", "gone") == (1, 3) and company.counted("2026-05", "gone") == (0, 2)
    assert "没有变化" in company.house.flask("effect", "recount", "2026-04", "--by", "李主任").output
    assert company.house.flask("people", "erase", company.li.openid, "--yes").exit_code == 0
    assert company.counted("2026-05", "followers") == (1, None) and company.counted("2026-05", "gone") == (0, 2)
    with company.house.look() as session:
        known = {company.wang.openid, company.li.openid}
        assert not known & set(session.scalars(select(FollowerMove.openid)))


def test_shops_that_are_silent_and_errands_count_for_their_manager(company) -> None:
    company.only("silent_30d", "errands_done")
    assert company.counted("2026-03", "silent_30d") == (0, 2)
    company.until("2026-04-20T09:00")
    with company.house.services.transaction() as session:
        given = {"due_on": None, "by": "周敏", "now": company.house.clock()}
        assert errands.give(session, "push:1", "推送没有送到", select(Retailer.id), **given) == 3
        wang, li = session.scalars(select(Retailer.id).order_by(Retailer.id).limit(2))
        assert errands.told(session, wang, ErrandEnd.CALL, by="陈志强", now=company.house.clock()) == 1
        assert errands.told(session, li, ErrandEnd.WITHDRAWN, by="", now=company.house.clock()) == 1
    company.office.import_roster(ROSTER.replace("城区一片,现代终端,陈志强,13900002201", TO_LIN))
    assert company.counted("2026-04", "errands_done") == (1, 2)
    assert company.counted("2026-04", "errands_done", "--manager", "13900002201") == (1, 1)
    assert company.counted("2026-04", "errands_done", "--manager", "13900002202") == (0, 1)
    company.wang.say("红七匹狼这周断货了能不能先补两条")
    assert company.counted("2026-04", "silent_30d") == (1, 2)
    assert company.counted("2026-04", "silent_30d", "--area", "江山片") == (0, 1)
    # Done after the month was closed, an errand counts where it was done, and the old month says what was open then.
    company.until("2026-05-01T02:10")
    with company.house.services.transaction() as session:
        xiao = session.scalars(select(Retailer.id).where(Retailer.licence == "350802100003")).one()
        assert errands.told(session, xiao, ErrandEnd.VISIT, by="林小燕", now=company.house.clock()) == 1
    assert company.counted("2026-04", "errands_done") == (1, 2) and company.counted("2026-05", "errands_done") == (1, 1)
