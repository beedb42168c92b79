"""Costs: what was sent by which channel, against paid text messages, and what was left."""

from sqlalchemy import func, select

from tests.effect.conftest import Company
from tests.office import file_of
from wechat_bot.mass.models import MassMonth
from wechat_bot.models import Delivery

PAGE = "/console/effect/costs"


def test_messages_are_set_against_the_price_of_a_text_message_of_their_month(company: Company) -> None:
    company.wang.say("红七匹狼这周断货了能不能先补两条")
    company.house.later(minutes=5)
    company.chen.say("101 今天下午送到")
    company.house.later(minutes=5)
    with company.house.look() as session:
        sent = session.scalar(select(func.count()).where(Delivery.channel == "custom", Delivery.state == "sent"))
        assert sent
    assert company.counted("2026-03", "sent_custom") == (sent, None)
    with company.house.services.transaction() as session:
        for used, followers in ((0, 1), (1, 2), (4, 3)):
            session.merge(MassMonth(month=202603, used=used, followers=followers, counted_at=company.house.clock()))
    admin = company.office.browser("admin")
    set_price = lambda **given: admin.post(f"{PAGE}/prices", {"from": "2026-03", "source": "企信通合同", **given})  # noqa: E731
    assert "还没有定短信的价格" in admin.get(PAGE).text
    assert "例如 0.05" in set_price(price="五分").text and "哪里来的" in set_price(price="0.05", source=" ").text
    assert set_price(price="0.05").status_code == 303
    page = " ".join(admin.get(PAGE).text.split())
    assert f"{sent} 条 × 0.05 元 = {sent * 0.05:.2f} 元" in page
    # Three who had four have used all; the others had 4 and 3 left each.
    assert "14 人次" in page and "10 人次，3 人还能收" in page
    assert [each.about for each in company.office.audited("effect.price")] == ["effect:sms"]
    assert company.office.browser("market").post(f"{PAGE}/prices", {}).status_code == 403
    assert company.office.browser("zhou").get(PAGE).status_code == 403
    company.until("2026-04-01T02:10")
    admin = company.office.browser("admin")
    admin.get(f"{PAGE}/prices")
    assert "已经结账，不能改" in set_price(price="0.06").text
    rows = file_of(company.office, company.office.browser("market"), f"{PAGE}/export")
    assert [row[0] for row in rows[1:]] == ["2026-04", "2026-03"] and rows[2][1] == sent and rows[2][6] == sent * 0.05
