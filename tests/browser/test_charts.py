"""The chart kit in a browser: drawn under the pages' policy, exchanged for their tables, stored, printed, and read."""

import struct

import pytest
from flask import render_template_string
from playwright.sync_api import Page, expect

from console.access import CSP
from console.charts import PERCENT, Chart, ChartKind, Series, Shade, Shape, Target
from tests.browser.conftest import Town
from tests.browser.test_pages import look

pytestmark = [
    pytest.mark.browser,
    pytest.mark.parametrize("stores", ["sqlite"], indirect=True),
]
WEEKS = tuple(f"{month} 月 {day} 日" for month, day in ((9, 7), (9, 14), (9, 21), (9, 28)))
CHARTS = {
    "returns": Chart(
        ChartKind.TIME,
        "returns",
        "每天回收：首次邀请 3 份，提醒 2 份。",
        "日期",
        ("16 日", "17 日", "18 日"),
        (
            Series("首次邀请", (2, 1, None)),
            Series("提醒", (0, 0, 2)),
            Series("累计回收率", (0.2, 0.3, 0.5), Shape.LINE, Shade.INK, PERCENT),
        ),
        is_stacked=True,
    ),
    "weeks": Chart(
        ChartKind.TIME,
        "weeks",
        "按周的答复率。",
        "周",
        WEEKS,
        (
            Series("留言", (331, 342, 1358, 402), Shape.BACKDROP),
            Series("24 小时内答复", (0.912, 0.92, None, 0.904), Shape.LINE, unit=PERCENT),
        ),
        Target(0.95, "承诺 95%"),
    ),
    "points": Chart(
        ChartKind.HISTOGRAM,
        "points",
        "评分的分布。",
        "分",
        ("1 分", "2 分", "3 分"),
        (
            Series(
                "人数", (1, 2, 7), shades=(Shade.WORST, Shade.MIDDLE, Shade.BEST), texts=("1\n10%", "2\n20%", "7\n70%")
            ),
        ),
    ),
    "hours": Chart(
        ChartKind.HEAT,
        "hours",
        "周一上午最多。",
        "钟点",
        ("9 点", "10 点"),
        (Series("周一", (5, 1)), Series("周二", (0, None))),
    ),
}
PAGE = """<!doctype html><html lang="zh-Hans"><head><meta charset="utf-8"><title>图</title>
{% import "console/charts.html" as charts with context %}
<link rel="stylesheet" href="{{ asset('tabler/tabler.min.css') }}">
<link rel="stylesheet" href="{{ asset('console/console.css') }}">{{ charts.scripts() }}</head><body><main><h1>本月</h1>
{% for name, chart in shown.items() %}{% call charts.card(name, name, legend=chart.legend) -%}
{{ charts.draw(chart) }}{% endcall %}{% endfor %}
{% call charts.card("说的是什么", "what") %}
{{ charts.bars([("送货", 5, "5 条", none), ("陈列", 1, "1 条", "c-4")], mark=4) }}
{{ charts.table(["类别", "条数"], [["送货", "5"], ["陈列", "1"]], "说的是什么") }}
{{ charts.ring(0.948, "94.8%", "共 420 条") }}{% endcall %}
</main></body></html>"""


def opened(town: Town, width: int = 1440) -> Page:
    with town.house.app.test_request_context():
        body = render_template_string(PAGE, shown=CHARTS)
    page = town.window(width, accept_downloads=True)
    answer = {"body": body, "content_type": "text/html; charset=utf-8", "headers": {"Content-Security-Policy": CSP}}
    page.route("**/charts", lambda route: route.fulfill(**answer))
    page.goto(f"{town.web}/charts")
    return page


def colours(page: Page, name: str) -> int:
    """How many different colours a chart's canvas has: one where nothing was drawn."""
    return page.evaluate(
        """(name) => {
      const canvas = document.querySelector(`#${name}-chart canvas`);
      const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
      return new Set(new Uint32Array(data.buffer)).size;
    }""",
        name,
    )


def test_every_kind_of_chart_is_drawn_and_exchanged_for_the_same_figures_as_a_table(town) -> None:
    page = opened(town)
    for name in CHARTS:
        expect(page.locator(f"#{name}-chart")).to_be_visible()
        assert colours(page, name) > 3, name
    assert look(page) == []
    returns = page.locator("#returns-card")
    # Who hears the page has the figures as well, without pressing anything.
    expect(returns.get_by_role("row", name="17 日 1 0 30.0%")).to_have_count(1)
    assert returns.locator(".chart-table").bounding_box()["width"] <= 1
    returns.get_by_role("button", name="看表格").click()
    expect(returns.locator(".chart")).to_be_hidden()
    assert returns.locator(".chart-table").bounding_box()["width"] > 200
    expect(returns.get_by_role("row", name="18 日 — 2 50.0%")).to_be_visible()
    expect(returns.get_by_role("button", name="看表格")).to_have_attribute("aria-pressed", "true")
    returns.get_by_role("button", name="看图").click()
    expect(returns.locator(".chart")).to_be_visible()
    # A plain ranking has its figures beside the bars, and its table only when asked for.
    what = page.locator("#what-card")
    expect(what.get_by_role("row", name="送货 5")).to_have_count(0)
    what.get_by_role("button", name="看表格").click()
    expect(what.get_by_role("row", name="送货 5")).to_be_visible()
    assert look(page) == []
    page.locator("#hours-chart").hover()  # what it says under the mouse is drawn, for the policy forbids its styles
    page.set_viewport_size({"width": 390, "height": 844})
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_a_card_is_stored_as_a_picture_and_no_chart_is_blank_on_paper(town, tmp_path) -> None:
    page = opened(town)
    for name in ("returns", "what"):
        with page.expect_download() as found:
            page.locator(f"#{name}-save").click()
        assert found.value.suggested_filename.endswith(".png")
        path = tmp_path / f"{name}.png"
        found.value.save_as(path)
        content = path.read_bytes()
        assert content.startswith(b"\x89PNG")
        width, height = struct.unpack(">II", content[16:24])
        box = page.locator(f"#{name}-card").bounding_box()
        assert (width, height) == (pytest.approx(2 * box["width"], abs=2), pytest.approx(2 * box["height"], abs=2))
        assert len(content) > 5000
    page.emulate_media(media="print")
    page.set_viewport_size({"width": 700, "height": 1000})  # as wide as the paper
    for name in CHARTS:
        box = page.locator(f"#{name}-chart canvas").first.bounding_box()
        assert 100 < box["width"] <= 700
        assert page.locator(f"#{name}-card .chart-table").bounding_box()["width"] > 100
    expect(page.locator(".chart-tools").first).to_be_hidden()


def test_without_a_script_the_tables_stand_in_place_of_the_charts(town) -> None:
    with town.house.app.test_request_context():
        body = render_template_string(PAGE, shown=CHARTS)
    page = town.window(java_script_enabled=False)
    page.route("**/charts", lambda route: route.fulfill(body=body, content_type="text/html; charset=utf-8"))
    page.goto(f"{town.web}/charts")
    expect(page.get_by_role("row", name="18 日 — 2 50.0%")).to_be_visible()
    expect(page.locator(".chart-tools").first).to_be_hidden()
    expect(page.locator("#what-card").get_by_text("5 条")).to_be_visible()
