"""Report of a push: everybody counted once, a manager's part is his, who missed it is handed over, nothing unknown."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import func, insert, select, text, update

from broadcasts.models.answers import PushReads
from broadcasts.models.pushes import Push, Shows
from broadcasts.queries import measures, report
from campaigns import progress, tally
from campaigns.models import Campaign, CampaignPart, CampaignTally, Recipient
from foundation.clock import day_in, month_of
from foundation.errors import Refused
from people import audiences
from people.models import Area, Errand, Retailer, ShopClass
from tests.broadcasts.town import SHANGHAI, PushTown
from tests.conftest import House
from tests.office import file_of
from wechat_bot import measure
from wechat_bot.mass.models import MassByHand, MassJob, MassState
from wechat_bot.measure import Fact

REPORT, MISSED = "/console/broadcasts/pushes/1/report", "/console/broadcasts/pushes/1/missed"


@pytest.fixture
def town(house: House) -> PushTown:
    town = PushTown(house)
    house.lay_out("a town that gets pushes", town.settle)
    return town


@pytest.fixture
def counted(town: PushTown) -> PushTown:
    """A push to 1,000 shops, 165 of them in 城区一片: 300 had four messages this month, 100 are not bound, 400 were in
    a part that is finished and 100 in one that is unsure, 100 had messages of their own, 20 of which WeChat refused."""
    town.house.lay_out("a push to a thousand", lambda: account(town))
    return town


def account(town: PushTown, size: int = 1000) -> None:
    now = town.house.clock()
    with town.house.services.transaction() as session:
        areas = {row.name: row for row in session.scalars(select(Area))}
        classes = session.scalars(select(ShopClass.id).order_by(ShopClass.id)).all()
        first = (session.scalar(select(func.max(Retailer.id))) or 0) + 1
        shops, rows = [], []
        for n in range(size):
            area = areas["城区一片" if n % 1000 < 165 else "江山片"]
            shops.append(
                {
                    "id": first + n,
                    "licence": f"3508030{n:05}",
                    "shop": f"第{n}家店",
                    "keeper": "店主",
                    "phone": "13600000000",
                    "area_id": area.id,
                    "class_id": classes[n % 2],
                    "bind_token": f"t{n}",
                    "updated_at": now,
                }
            )
            kind = n % 10
            row = {
                "campaign_id": 1,
                "retailer_id": first + n,
                "area_id": area.id,
                "class_id": classes[n % 2],
                "manager_id": area.manager_id,
                "openid": None,
                "why": None,
                "outcome": None,
                "part": None,
            }
            if kind < 4:
                row["why"] = "quota" if kind < 3 else "unbound"
            else:
                row["openid"] = f"o{n}"
                row["outcome"] = "batched" if kind < 9 else "refused" if n % 50 == 9 else "custom"
                row["part"] = 1 if kind < 8 else 2 if kind < 9 else None
            rows.append(row)
        session.execute(insert(Retailer), shops)
        push = Push(
            id=1,
            token="a-push",
            title="旺季陈列怎么摆",
            shows=Shows.TEXT,
            words="摆整齐",
            buttons=[],
            created_at=now,
            created_by="周敏",
        )
        session.add(push)
        session.flush()
        session.add(
            Campaign(
                id=1,
                kind="push",
                reference=1,
                about="push:1",
                said="",
                due_at=now,
                state="sent",
                frozen_at=now,
                last_shop=first + size,
                cursor=first + size,
                created_at=now,
                created_by="周敏",
            )
        )
        session.flush()
        session.execute(insert(Recipient), rows)
        tally.count_step(session, 1, 0, first + size)
        each = size // 10
        ends = ((1, 4 * each, MassState.FINISHED, "m1"), (2, each, MassState.UNSURE, None))
        for number, in_part, state, msg_id in ends:
            job = MassJob(
                client_id=f"w1-{number}",
                source="campaigns",
                about="push:1",
                part=number,
                state=state,
                size=in_part,
                month=202612,
                due_at=now,
                created_at=now,
                accepted_at=now,
                msg_id=msg_id,
                msg_data_id=f"d{number}",
            )
            if state is MassState.FINISHED:
                job.total, job.filtered, job.sent, job.errors = in_part, in_part - 12, in_part - 15, 3
            session.add(job)
            session.flush()
            session.add(CampaignPart(campaign_id=1, number=number, area_id=None, size=in_part, mass_job_id=job.id))


def test_everybody_is_counted_exactly_once_and_never_more_than_is_known(counted) -> None:
    found = counted.report(1)
    assert found == {
        "state": "done",
        "audience": 1000,
        "reasons": {"quota": 300, "unbound": 100},
        "parts": [
            {
                "number": 1,
                "size": 400,
                "state": "finished",
                "msg_id": "m1",
                "total": 400,
                "filtered": 388,
                "sent": 385,
                "errors": 3,
            },
            {
                "number": 2,
                "size": 100,
                "state": "unsure",
                "msg_id": None,
                "total": None,
                "filtered": None,
                "sent": None,
                "errors": None,
            },
        ],
        "singles": 100,
        "delivered": 385 + 80,
        "opened": 0,
        "acted": 0,
        "unsure": 100,
        "missed": 420,
    }
    assert found["audience"] == sum(found["reasons"].values()) + sum(p["size"] for p in found["parts"]) + 100
    missed = counted.missed(1)
    assert len(missed) == found["missed"]
    reasons = [each["reason"] for each in missed]
    assert {each: reasons.count(each) for each in set(reasons)} == {"quota": 300, "unbound": 100, "not_delivered": 20}
    assert counted.house.flask("broadcasts", "report", "9", "--json").exit_code == 1
    assert "没有这条推送" in counted.house.flask("broadcasts", "missed", "9").output


def test_the_months_measures_are_the_figures_of_the_reports_by_area_class_and_manager(counted) -> None:
    house = counted.house
    with house.services.transaction() as session:
        first = select(Recipient.retailer_id).where(Recipient.outcome == "custom").limit(20)
        opened = update(Recipient).where(Recipient.retailer_id.in_(first))
        session.execute(opened.values(is_opened=True, acted_at=house.clock()))
        tally.recount(session, ["push"], 1)
    # A shop that moves afterwards changes nothing.
    with house.services.transaction() as session:
        areas = session.scalars(select(Area.id).order_by(Area.id)).all()
        session.execute(update(Retailer).values(area_id=areas[0], class_id=1, manager_id=None))
    month = month_of(day_in(house.clock(), SHANGHAI), SHANGHAI)

    def told(session, which) -> dict[str, Fact]:
        found: dict[str, Fact] = {}
        for each in measures.MEASURES[:4]:
            cells = [cell.fact for cell in measure.cells(session, each, month) if which(cell)]
            found[each.name] = Fact(sum(fact.n for fact in cells), sum(fact.of for fact in cells))
        return found

    for state in ("sent", "cancelled"):
        with house.services.transaction() as session:
            session.execute(update(Campaign).values(state=state))
            job = select(CampaignPart.mass_job_id).where(CampaignPart.number == 2)
            session.execute(update(MassJob).where(MassJob.id.in_(job), state == "cancelled").values(state="drafted"))
        with house.look() as session:
            campaign = session.get(Campaign, 1)
            whole = report.figures_of(session, campaign, report.WHOLE)
            figures = progress.figures(session, [campaign])[1]
            assert told(session, lambda cell: True) == {
                "reached": Fact(whole.delivered, whole.meant),
                "opened": Fact(whole.opened, whole.delivered),
                "acted": Fact(whole.acted, whole.delivered),
                "missed": Fact(whole.missed, whole.audience),
            }
            assert (figures.audience, figures.listed) == (whole.audience, whole.meant)
            assert (figures.opened, figures.acted) == (20, 20) == (whole.opened, whole.acted)
            assert whole.missed == (420 if state == "sent" else 520)
            # Of whom WeChat did not reach in a part of several areas it is not known where they are.
            for area in areas:
                part = report.figures_of(session, campaign, report.ReportScope(areas=frozenset([area])))
                by_area = told(session, lambda cell, area=area: cell.area_id == area)
                assert by_area["reached"] == Fact(part.delivered, part.meant)
                assert by_area["missed"] == Fact(part.missed, part.audience)
            by = (Recipient.class_id, Recipient.manager_id)
            for *whose, number in session.execute(select(*by, func.count()).group_by(*by)):
                mine = told(session, lambda cell, of=whose: [cell.class_id, cell.manager_id] == of)
                assert mine["missed"].of == number


def test_the_page_says_of_what_its_rates_are_and_what_can_be_done(counted) -> None:
    with counted.house.services.transaction() as session:
        mine = select(Recipient.retailer_id).where(Recipient.outcome == "custom").limit(20)
        session.execute(update(Recipient).where(Recipient.retailer_id.in_(mine)).values(is_opened=True))
        area = session.scalar(select(Area.id).where(Area.name == "江山片"))
        counts = {"opened": 30, "only:part": 10, "acted": 5, "only:hour:0": 25, "only:hour:5": 5, "only:gone": 2}
        for key, number in counts.items():
            session.add(CampaignTally(campaign_id=1, area_id=area, key=key, count=number))
        session.add(CampaignTally(campaign_id=1, area_id=tally.NOWHERE, key="others", count=7))
        session.add(PushReads(push_id=1, until_on=counted.house.clock().date(), readers=1932, shares=4))
    page = counted.office.browser("market").get(REPORT).text
    # 20 of the 80 with a message of their own opened it; 10 more came from the article that went to many.
    assert "打开 20 / 可知 80（25%）" in page and "另有 10" in page and "其他人 7" in page
    assert "微信文章阅读 1,932 次" in page and "含转发" in page
    assert "没有绑定微信" in page and "本月已满 4 条" in page and "微信没有送达" in page
    assert "100 家不确定" in page and "不会自动重发" in page
    assert "12 人没有收到，不知道是谁；本月是否在公众平台手工群发过？" in page
    # The table beside the curve: from nobody at its moment.
    assert "打开的家数，累计：发出时 0，1 小时内 " in page and "6 小时内" in page
    assert "2 家" in page and [each.about for each in counted.office.audited("push.report")] == ["push:1"]


def test_what_was_sent_by_hand_is_booked_with_a_button(counted) -> None:
    market = counted.office.browser("market")
    token = re.search(r'name="token" value="([^"]+)"', market.get(REPORT).text)
    assert token
    for _ in range(2):  # pressed twice it is one
        assert market.post(f"{REPORT}/by-hand", {"token": token[1]}).status_code == 303
    with counted.house.look() as session:
        assert session.scalars(select(MassByHand.count)).one() == 3
    assert counted.office.browser("chen").post(f"{REPORT}/by-hand").status_code == 403


def test_a_manager_sees_his_165_of_1000_in_report_list_and_file(counted) -> None:
    chen = counted.office.browser("chen")
    page = chen.get(REPORT).text
    assert "只算您负责的店" in page and "1,000" not in page and "江山片" not in page
    assert "165" in page
    # 66 of his were left out and 17 are unsure; 3 of his were refused by WeChat.
    listed = chen.get(MISSED).text
    assert "第0家店" in listed and "第165家店" not in listed
    assert len(set(re.findall(r"第\d+家店", chen.get(f"{MISSED}?why=unbound").text))) == 17
    zhou = counted.office.browser("zhou")
    assert "165" in zhou.get(REPORT).text and "1,000" not in zhou.get(REPORT).text
    zhou.get(MISSED)
    sheet = file_of(counted.office, zhou, f"{MISSED}/export", {"why": "quota"})
    assert len(sheet) - 1 == len([n for n in range(165) if n % 10 < 3])
    whole = counted.office.browser("market").get(REPORT).text
    assert "1,000" in whole and "江山片" in whole
    if counted.house.services.database.is_sqlite:
        with counted.house.look() as session:
            few = select(Retailer.id).where(Retailer.manager_id == 1)
            campaign = session.get_one(Campaign, 1)
            statement = report.count(session, campaign, Recipient.area_id, [Recipient.retailer_id.in_(few)])
            plain = statement.compile(session.connection(), compile_kwargs={"literal_binds": True})
            plan = str(session.execute(text(f"EXPLAIN QUERY PLAN {plain}")).all())
        # By the index of parts all who got a mass message would be read, for one manager's few.
        assert "retailer_id=?" in plan and "ix_campaign_recipient_part" not in plan


def test_by_manager_and_class_it_is_counted_by_the_clock_and_adds_up(counted) -> None:
    [count] = [job for job in counted.house.app.extensions["jobs"] if job.name == "count pushes by manager and class"]
    count.run(counted.house.services)
    market = counted.office.browser("market")
    for by, names in (("manager", ("陈志强", "林小燕")), ("class", ("弱势客户", "普通终端"))):
        page = market.get(f"{REPORT}?by={by}").text
        assert all(name in page for name in names) and "数到" in page and "1,000" in page
        # Of a part with shops of both WeChat tells only the whole: what it took is counted, not what arrived.
        assert "已收下 ÷ 对象" in page


def test_missed_is_handed_over_once_opened_meanwhile_falls_away_and_a_move_changes_no_report(counted) -> None:
    market = counted.office.browser("market")
    before = counted.report(1)
    market.get(REPORT)
    assert market.post(f"{REPORT}/hand-over", {"why": "quota"}).status_code == 303
    assert "已交给客户经理 300 件" in market.get(REPORT).text
    market.post(f"{REPORT}/hand-over", {"why": "quota"})
    assert "都已经交过了" in market.get(REPORT).text
    with counted.house.look() as session:
        assert session.scalar(select(func.count()).select_from(Errand)) == 300
        shop = session.scalars(select(Retailer).where(Retailer.shop == "第0家店")).one()
    # It opens the push by a neighbour's card: nobody needs to tell it.
    with counted.house.services.transaction() as session:
        session.execute(update(Retailer).where(Retailer.id == shop.id).values(openid=counted.phone("路人").openid))
    counted.page("路人").open("/m/p/a-push")
    page = market.get(REPORT).text
    assert "已交出 300 件，办完 1" in page and "自己打开了，不用办" in market.get(MISSED).text
    # Another moves: its errand goes along, and the report stays.
    with counted.house.services.transaction() as session:
        village = session.scalars(select(Area.id).where(Area.name == "江山片")).one()
        session.execute(update(Retailer).where(Retailer.shop == "第1家店").values(area_id=village))
    assert "第1家店" not in counted.office.browser("chen").get("/console/people/errands").text
    assert {**counted.report(1), "opened": 0} == before
    whole = counted.office.browser("market").get(f"{REPORT}").text
    assert "165" in whole


@pytest.mark.on_sqlite
def test_who_leaves_within_two_days_is_put_to_the_latest_push_that_reached_them(town) -> None:
    first = town.push(audience="{licence: ['350802100001', '350802100002']}")
    town.house.later(hours=2)
    town.phone("王建国").unfollow()
    assert town.counts(first)["only:gone"] == 1
    assert town.recipient(first, "王建国").gone_at == town.house.clock()
    town.house.clock.advance(timedelta(days=3))
    town.phone("老李").unfollow()
    assert town.counts(first)["only:gone"] == 1 and town.recipient(first, "老李").gone_at is None
    # Erased, they are no longer named, and stay counted.
    openid = town.phone("王建国").openid
    assert town.house.flask("people", "erase", "350802100001", "--yes").exit_code == 0
    assert town.recipient(first, "王建国").openid != openid
    assert town.counts(first)["only:gone"] == 1 and town.report(first)["audience"] == 2


@pytest.mark.on_sqlite
def test_no_more_acts_than_openings_and_no_more_openings_than_are_known(town) -> None:
    push_id = town.push(buttons=[("看公告", "https://example.com/a")])
    for name in ("王建国", "老李", "小王", "路人"):
        page = town.page(name)
        town.phone(name).follow()
        page.open("/m/me")
        for _ in range(3):
            page.get(f"{town.address(push_id)}/1")
            page.get(town.address(push_id))
    found = town.report(push_id)
    assert found["acted"] == found["opened"] == found["delivered"] == 3
    assert (
        "打开 3 / 可知 3（100%）"
        in town.office.browser("market").get(f"/console/broadcasts/pushes/{push_id}/report").text
    )


def test_an_audience_is_narrowed_by_what_became_of_pushes(counted) -> None:
    house, now = counted.house, counted.house.clock()
    with house.services.transaction() as session:
        first = select(Recipient.retailer_id).where(Recipient.outcome == "custom").limit(5)
        opened = update(Recipient).where(Recipient.retailer_id.in_(first))
        session.execute(opened.values(is_opened=True, opened_at=now, acted_at=now))
    meant = {
        "{push: {id: 1, became: missed}}": 520,
        "{push: {id: 1, became: opened}}": 5,
        "{push: {id: 1, became: acted}}": 5,
        "{push: {id: 1, became: silent}}": 595,
        "{opened: 30}": 5,
        "{missed_pushes_of_month: 1}": 520,
        "{missed_pushes_of_month: 2}": 0,
        "{unopened_pushes: 1}": 80 + 400 - 5,
        "{unopened_pushes: 2}": 0,
    }
    with house.services.transaction() as session:
        for spec, number in meant.items():
            which = audiences.condition(session, audiences.read(spec), house.services.criteria, now=now)
            assert len(session.scalars(select(Retailer.id).where(which)).all()) == number, spec
        for spec in ("{push: {id: 9, became: missed}}", "{push: {id: 1, became: sold}}", "{opened: 0}", "{opened: 一}"):
            with pytest.raises(Refused):
                audiences.condition(session, audiences.read(spec), house.services.criteria, now=now)
        # Half past midnight of the next month in China, where it is still this month in UTC.
        local = now.astimezone(SHANGHAI).replace(day=1, hour=0, minute=30) + timedelta(days=32)
        ahead = {"due_at": local.replace(day=1) - timedelta(hours=1), "frozen_at": now}
        session.execute(update(Campaign).values(ahead))
        spec = audiences.read("{missed_pushes_of_month: 1}")
        for at, number in ((local.replace(day=1), 0), (local.replace(day=1) - timedelta(minutes=45), 520)):
            which = audiences.condition(session, spec, house.services.criteria, now=at)
            assert len(session.scalars(select(Retailer.id).where(which)).all()) == number, at
        # Cancelled before all of it went, and thirty more of the month whose twenty parts were refused.
        session.execute(update(Recipient).where(Recipient.is_opened).values(outcome="listed"))
        session.execute(update(Campaign).values(state="cancelled"))
        refused = session.scalars(select(MassJob).where(MassJob.msg_id.is_(None))).one()
        refused.state = MassState.REFUSED
        for n in range(2, 32):
            about = {"kind": "push", "about": f"push:{n}", "said": "", "created_by": "", "created_at": now}
            session.add(Campaign(id=n, reference=n, state="sent", **about, **ahead))
        session.flush()
        shops = session.scalars(select(Recipient.retailer_id).order_by(Recipient.retailer_id).limit(20)).all()
        parts = [(n, number) for n in range(2, 32) for number in range(1, 21)]
        rows = [{"campaign_id": n, "number": number, "size": 1, "mass_job_id": refused.id} for n, number in parts]
        session.execute(insert(CampaignPart), rows)
        rows = [{"campaign_id": n, "retailer_id": shops[part - 1], "part": part} for n, part in parts]
        session.execute(insert(Recipient), [{"area_id": 1, "outcome": "batched", **row} for row in rows])

        def meant_by(spec: str) -> set[int]:
            which = audiences.condition(session, audiences.read(spec), house.services.criteria, now=at)
            return set(session.scalars(select(Retailer.id).where(which)))

        missed = meant_by("{push: {id: 1, became: missed}}")
        assert len(missed) == 525
        assert meant_by("{missed_pushes_of_month: 1}") == missed | set(shops)
        assert meant_by("{missed_pushes_of_month: 30}") == set(shops)
