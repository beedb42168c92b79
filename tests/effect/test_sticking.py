"""Stickiness: who leaves, after what, who stays, and whom one may lose."""

from sqlalchemy import func, select

from people.models import Errand
from tests.broadcasts.conftest import Library
from tests.effect.conftest import Company

PAGE = "/console/effect/sticking"
NEED = "红七匹狼这周断货了能不能先补两条"


def _text(page: str) -> str:
    return " ".join(page.split())


def test_who_leaves_is_told_by_push_area_and_class_and_who_was_bound_by_month(company: Company) -> None:
    company.only("gone")
    company.until("2026-03-10T09:00")
    article = Library(company.house).published("旺季陈列怎么摆")
    more = ("--at", "2026-03-10 10:00", "--kind", "promo", "--channel", "message", "--by", "market")
    company.office.user("sun", "marketing", name="孙宁")
    for words in (
        ("push", str(article), "--audience", "all", *more),
        ("submit", "1", "--by", "market", "--aware"),
        ("approve", "1", "--by", "sun"),
    ):
        assert company.house.flask("broadcasts", *words).exit_code == 0
    company.wang.say(NEED)
    company.until("2026-03-10T10:05")
    company.wang.unfollow()
    company.until("2026-03-20T09:00")
    company.li.unfollow()
    company.until("2026-04-10T09:00")
    company.li.follow()
    market = company.office.browser("market")
    march = _text(market.get(f"{PAGE}?month=2026-03").text)
    assert "推送《旺季陈列怎么摆》</a></td>" in march and "两天内没有发过什么" in march
    assert '城区一片</td><td class="number">2</td> <td class="number">2</td>' in march
    assert '2026 年 3 月</th><td class="number">2</td><td class="number">0%' in march
    # The same month's push, as the page of costs has it.
    assert "没有绑定微信" in market.get("/console/effect/costs?month=2026-03").text
    # A month later one of the two is back.
    assert '<td class="number">2</td><td class="number">0%</td><td class="number">50%' in _text(market.get(PAGE).text)
    assert "江山片" not in company.office.browser("zhou").get(PAGE).text
    assert "只算您负责的店" in company.office.browser("chen").get(f"{PAGE}?month=2026-03").text
    assert "不是月份" in market.get(f"{PAGE}?month=2026-13").text


def test_whom_one_may_lose_is_written_to_and_handed_over_once_a_month(company: Company) -> None:
    company.only("gone")
    company.until("2026-03-31T22:00")
    company.wang.say(NEED)
    company.chen.say("101 今天下午送到")
    company.wang.say("办好了")
    company.until("2026-04-20T09:00")
    market = company.office.browser("market")
    page = _text(market.get(PAGE).text)
    assert '30 天没有联系</td><td class="number" data-label="店">1 家</td>' in page
    assert "推送给他们" in page and '取消了关注，还绑着店</td><td class="number" data-label="店">0 家</td>' in page
    done = market.post(f"{PAGE}/hand-over", {"risk": "silent"})
    assert done.status_code == 303 and "已交给客户经理 1 件，请在 4 月 27 日前办" in market.get(PAGE).text
    market.post(f"{PAGE}/hand-over", {"risk": "silent"})
    assert "这个月都已经交过了" in market.get(PAGE).text
    assert "30 天没有联系了" in company.office.browser("chen").get("/console/people/errands").text
    with company.house.look() as session:
        assert session.scalar(select(func.count()).select_from(Errand)) == 1
    assert market.post(f"{PAGE}/hand-over", {"risk": "nothing"}).status_code == 422
    assert company.office.browser("intern").post(f"{PAGE}/hand-over", {"risk": "silent"}).status_code == 403
