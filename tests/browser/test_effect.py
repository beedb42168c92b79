"""The month's page in a real browser: its lines of twelve months, its picture of a year, and the same on paper."""

import pypdfium2
import pytest
from playwright.sync_api import expect
from sqlalchemy import insert

from effect.models.months import EffectMonth, FactBy, MonthFact
from effect.rules import months
from tests.browser.test_charts import colours
from tests.office import Office

pytestmark = [
    pytest.mark.browser,
    pytest.mark.parametrize("stores", ["sqlite"], indirect=True),
]
LAST, OF = 202602, 200


def test_a_year_of_months_is_drawn_and_printed_with_its_moment_and_whose_it_is(town) -> None:
    Office(town.house).settle()
    span = [months.before(LAST, back) for back in reversed(range(12))]
    whole, now = {"by": FactBy.WHOLE, "member_id": 0, "measure": "surveys_returned", "of": OF}, town.house.clock()
    with town.house.services.transaction() as session:
        session.execute(insert(EffectMonth), [{"month": each, "filed_at": now, "closed_at": now} for each in span])
        facts = [{**whole, "month": each, "n": 100 + 5 * place} for place, each in enumerate(span)]
        session.execute(insert(MonthFact), [{**each, "seen_n": each["n"], "seen_of": OF} for each in facts])
    page = town.desk("admin")
    page.goto(f"{town.web}/console/effect?month={months.written(LAST)}")
    (points,) = [each.get_attribute("points").split() for each in page.locator(".spark polyline").all()]
    assert len(points) == 12
    assert colours(page, "year") > 3
    expect(page.locator("#year-card tbody tr")).to_have_count(12)
    expect(page.locator("#year-card").get_by_role("row", name="2 月 77.5%")).to_have_count(1)
    printed = pypdfium2.PdfDocument(page.pdf(format="A4"))[0].get_textpage().get_text_bounded()
    assert "2026 年 2 月 · 全公司 · 已结账，2026 年 3 月" in printed and "77.5%" in printed, printed
    page.emulate_media(media="print")
    page.set_viewport_size({"width": 700, "height": 1000})  # as wide as the paper
    for name in ("打印 A4", "查看"):
        expect(page.get_by_role("button", name=name)).to_be_hidden()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert 100 < page.locator("#year-chart canvas").first.bounding_box()["width"] <= 700
