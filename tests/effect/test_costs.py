"""Costs: what was sent by which channel, against paid text messages, and what was left."""

import pytest
from sqlalchemy import func, select

from tests.effect.conftest import Company
from tests.effect.test_month_page import chapter, file_month
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
    assert f"{sent} 条 × ¥0.05 = ¥{sent * 0.05:.2f}" in page
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


@pytest.mark.on_sqlite
def test_what_messages_would_have_cost_as_text_messages_is_among_the_savings_of_their_month(company: Company) -> None:
    company.only("sent_custom", "sent_template", "sent_mass", "saved_gatherings")
    month_page = "/console/effect"
    file_month(company, 202601, {"saved_gatherings": (60, 2)})

    def saved(month: str, who: str = "market") -> str:
        return chapter(company.office.browser(who).get(f"{month_page}?month={month}").text, "money")

    def told(month: str) -> list[float | None]:
        found = company.month(month)["measures"]["saved_sms"]
        return [found[each] for each in ("n", "of", "before")]

    def asks(said: str) -> int:
        """A shop asks, and its manager, who was there, is told; gives how many messages were sent in the month."""
        company.chen.say("待办")
        before = company.counted(f"{company.house.clock():%Y-%m}", "sent_custom")[0] or 0
        company.wang.say(said)
        company.house.later(minutes=5)
        after = company.counted(f"{company.house.clock():%Y-%m}", "sent_custom")[0]
        assert after is not None and after > before
        return after

    def price(month: str, yuan: str) -> None:
        admin = company.office.browser("admin")
        admin.get(f"{PAGE}/prices")
        set_price = {"from": month, "price": yuan, "source": "企信通合同"}
        assert admin.post(f"{PAGE}/prices", set_price).status_code == 303

    march = asks("红七匹狼这周断货了能不能先补两条")
    assert company.wang.say("帮助").text, "a reply in the chat costs nothing on paper either"
    assert told("2026-03") == [None, None, None] and company.counted("2026-03", "sent_custom") == (march, None)
    assert "短信 —" in saved("2026-03"), "nobody has set the price"
    price("2026-03", "0.05")
    price("2026-04", "0.065")
    of_march = f"{march} 条 × ¥0.05 = ¥{march * 0.05:.2f}"
    assert f"省下的钱 ¥{march * 0.05:.2f} 上课 ¥0 短信 {of_march}" in saved("2026-03")
    assert of_march in company.office.browser("market").get(PAGE).text, "as the page of costs has it"
    assert "省下的钱 ¥60 上课 2 家 × ¥30 = ¥60 短信 —" in saved("2026-01"), "before any price"
    assert "短信 —" not in saved("2026-03", "zhou") and "短信只按全公司算" in saved("2026-03", "zhou")
    company.until("2026-04-02T10:00")
    assert told("2026-04")[2] == march * 0.05
    april = asks("中华还有没有货想多订几条")
    assert told("2026-04") == [round(april * 0.065, 3), april, march * 0.05]
    assert f"短信 {april} 条 × ¥0.065 = " in saved("2026-04") and of_march in saved("2026-03"), "each at its own price"
    lines = file_of(company.office, company.office.browser("market"), f"{month_page}/export", {"month": "2026-03"})
    assert ["短信", march * 0.05, march, of_march] in [[cell for cell in line if cell is not None] for line in lines]
    company.until("2026-05-02T10:00")
    assert "短信 —" in saved("2026-05"), "nothing was sent"
