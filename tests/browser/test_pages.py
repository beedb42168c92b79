"""Every page in a real browser: open to whoever sees, hears or types, at every width, and light on a phone."""

import re
from collections.abc import Sequence

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from console.models import AuditEntry
from tests.addresses import addresses, lay_out
from tests.browser.conftest import Town

pytestmark = [
    pytest.mark.browser,
    pytest.mark.parametrize("stores", ["sqlite"], indirect=True),
]
WIDE, NARROW = {"width": 1440, "height": 900}, {"width": 320, "height": 900}
#: Compressed, with the page itself: what a phone loads before the first question can be answered.
LIGHT = 150_000
EVERY_KIND = """
title: 三季度服务满意度调查
results: after
closes: 2026-03-05T18:00+08:00
questions:
  - {code: q1, type: single, text: 您对客户经理的服务满意吗?, options: [非常满意, 满意, 一般, 不满意], other: true}
  - {code: q2, type: multiple, text: 您最希望改进哪些?, options: [送货时间, 货源信息, 上门拜访], other: true, max: 2}
  - {code: q3, type: rating, text: 请给本季度服务打分}
  - {code: q4, type: nps, text: 您愿意向同行推荐我们的服务吗?}
  - {code: q5, type: number, text: 您店里平均每天来多少位顾客?, min: 0, max: 5000}
  - {code: q6, type: text, text: 还想对我们说什么?}
  - {code: q7, type: photo, text: 请拍一张陈列照片, required: false}
"""
#: Addresses of pictures and voices, which are no pages.
FILE = re.compile("/(photo|media|kept|pictures?)/|/picture$")
#: Axe's rules of what differs between day and night.
COLOURS = ["color-contrast", "link-in-text-block"]
#: What is around every page of the console: two thirds of its elements.
SHELL = ["aside.side", "header.head", "dialog#keys"]
#: Rules of axe whose findings are never serious, though they ask every element.
NEVER_SERIOUS = ["empty-heading", "heading-order", "landmark-unique", "region"]
#: What axe says, and what it does not look for, in one way there and back. Whether a text can be read on its ground is
#: half of axe's work, and the same on every page: where `known` says which pairs were seen, only others are asked.
LOOK = """async ([only, besides, known, never]) => {
  const grounds = new Map([[null, ""]]), fresh = new Set(known);
  const ground = (each) => {
    if (!grounds.has(each)) {
      const { backgroundColor, backgroundImage, opacity } = getComputedStyle(each);
      const covers = backgroundColor.startsWith("rgb(") && opacity === "1";
      grounds.set(each, [backgroundColor, backgroundImage, opacity, covers ? "" : ground(each.parentElement)].join());
    }
    return grounds.get(each);
  };
  // Of a single sign, and of what is disabled, axe says nothing: they speak for no other.
  const says = (each) => each.value || each.placeholder ||
    [...each.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.data.trim().length > 1);
  const isOff = (each) => Boolean(each.closest(":disabled, [aria-disabled=true]")) || Boolean(each.control?.disabled);
  besides.forEach((each) => document.querySelector(each)?.remove());
  if (known) {
    for (const each of document.body.querySelectorAll("*")) {
      if (!says(each) || !each.checkVisibility()) continue;
      const { color, fontSize, fontWeight } = getComputedStyle(each);
      const pair = [color, fontSize, fontWeight, isOff(each), ground(each)].join();
      if (!fresh.has(pair)) each.setAttribute("data-fresh", "");
      fresh.add(pair);
    }
    axe.configure({ rules: [{ id: "color-contrast", selector: "[data-fresh]" }] });
  }
  const which = only ? { runOnly: { type: "rule", values: only } }
    : { rules: Object.fromEntries(never.map((each) => [each, { enabled: false }])) };
  // What it would load besides is every style sheet once more, for a rule that is not asked.
  const found = await axe.run({ resultTypes: ["violations"], selectors: false, preload: false, ...which });
  const said = found.violations.filter((each) => ["serious", "critical"].includes(each.impact))
    .map((each) => `${each.id}: ${each.nodes.map((node) => node.html.slice(0, 160)).slice(0, 3).join("  ")}`);
  return [said, {
    language: document.documentElement.lang,
    headings: document.querySelectorAll("h1").length,
    title: document.title,
    overflows: document.documentElement.scrollWidth > innerWidth,
  }, [...fresh].slice(known?.length)];
}"""
#: Text twice as large, as WeChat's own setting makes it: the type grows, the screen does not.
LARGER = """() => {
  const sizes = [...document.querySelectorAll("body, body *")].map((each) => {
    const style = getComputedStyle(each);
    return [each, parseFloat(style.fontSize), parseFloat(style.lineHeight)];
  });
  for (const [each, size, line] of sizes) {
    each.style.fontSize = `${2 * size}px`;
    if (line) each.style.lineHeight = `${2 * line}px`;
  }
}"""
#: As it was: no element of ours has a style of its own, the policy forbids it.
AGAIN = """() => {
  for (const each of document.querySelectorAll("body, body *")) each.removeAttribute("style");
}"""


def look(
    page: Page, *, only: list[str] | None = None, besides: Sequence[str] = (), known: list[str] | None = None
) -> list[str]:
    """What axe finds wrong on a page and calls serious or critical, by all its rules or a few, and what it does not
    look for. Parts that were looked at before are taken out of the page; `known` are texts on their grounds that were,
    and gets those of this page."""
    page.wait_for_load_state()
    said, about, fresh = page.evaluate(LOOK, [only, [*besides], known, NEVER_SERIOUS])
    if known is not None:
        known += fresh
    if not about["language"].startswith("zh"):
        said.append("no language")
    if about["headings"] != 1:
        said.append(f"{about['headings']} headings of the first order")
    if not about["title"]:
        said.append("no title")
    if about["overflows"]:
        said.append("it runs out of the screen")
    return [f"{page.url} ({page.viewport_size['width']}): {each}" for each in said]


def overflows(page: Page) -> bool:
    """Whether one must scroll sideways."""
    return page.evaluate("document.documentElement.scrollWidth > innerWidth")


def test_every_page_of_the_console_can_be_seen_heard_and_typed(town) -> None:
    office = lay_out(town.house)
    office.user("first", "reader")
    page, found, seen, known = town.desk("admin"), [], 0, list[str]()
    page.set_viewport_size(NARROW)
    client = office.browser("admin").client
    for address in addresses(town.house.app):
        if not address.rule.startswith("/console") or address.method != "GET":
            continue
        answer = client.get(address.path, buffered=True)
        if answer.mimetype != "text/html" or "<html" not in answer.text:
            continue
        page.goto(town.web + address.path)
        if overflows(page):
            found.append(f"{page.url}: runs out of a narrow phone")
        page.set_viewport_size(WIDE)
        found += look(page, besides=SHELL if seen else (), known=known)
        page.set_viewport_size(NARROW)
        seen += 1
    nobody = town.window()
    for path in ("/console/sign-in", "/console/nowhere"):
        nobody.goto(town.web + path)
        found += look(nobody)
    assert seen > 15
    assert found == []
    office.browser("market").post("/console/surveys/1/export", {"format": "csv"})
    office.browser("market").get("/console/people?area=1&bound=no")
    with office.house.look() as session:
        told = session.scalars(select(AuditEntry.detail)).all()
    assert len(told) > 15
    foreign = [
        each for each in told if re.search(r"[a-z_]{3,}", re.sub(r"\S+\.(csv|xlsx)|admin|market|intern", "", each))
    ]
    assert foreign == [], "the audit log is read by people"


def publish(town: Town, text: str) -> str:
    path = town.house.settings.media_path.parent / "every.yaml"
    path.write_text(text, encoding="utf-8")
    number = town.house.flask("surveys", "load", str(path)).stdout.strip()
    assert town.house.flask("surveys", "publish", number).exit_code == 0
    return number


def test_every_page_inside_wechat_is_open_to_all_by_day_and_night_on_a_narrow_phone_in_large_type_and_light(
    town,
) -> None:
    lay_out(town.house)
    survey = f"/m/surveys/{publish(town, EVERY_KIND)}"
    found: list[str] = []
    known: list[str] = []

    def check(page: Page) -> None:
        page.set_viewport_size({"width": 390, "height": 700})
        if overflows(page):
            found.append(f"{page.url}: runs out of a phone")
        page.set_viewport_size({"width": 320, "height": 700})
        for scheme, only in (("dark", None), ("light", COLOURS)):
            page.emulate_media(color_scheme=scheme)
            found.extend(f"{scheme}: {each}" for each in look(page, only=only, known=known))
        page.evaluate(LARGER)
        if overflows(page):
            found.append(f"{page.url}: in large type it runs out of the screen: {page.locator('h1').inner_text()}")
        page.evaluate(AGAIN)

    page = town.pocket("王建国", "/m/me")
    manager = town.pocket("陈志强", "/m/me")
    for address in addresses(town.house.app):
        if not address.rule.startswith("/m/") or address.method != "GET" or FILE.search(address.rule):
            continue
        for phone in (page, manager) if "/visits" in address.rule else (page,):
            phone.goto(town.web + address.path)
            check(phone)
    for more in ("?q=备货", "?by=kept", "?column=1"):
        page.goto(f"{town.web}/m/library{more}")
        check(page)
    page.goto(town.web + survey)
    check(page)
    page.get_by_role("button", name="开始填写").click()
    answers = (
        lambda: page.get_by_role("button", name="满意", exact=True).click(),
        lambda: page.get_by_text("其他").check(),
        lambda: page.get_by_role("button", name="5 分").click(),
        lambda: page.get_by_role("button", name="10 分").click(),
        lambda: page.get_by_role("textbox").fill("很多"),
        lambda: page.get_by_role("textbox").fill("送货再早一点"),
        lambda: None,
    )
    for number, answer in enumerate(answers, 1):
        expect(page.get_by_text(f"第 {number} 题，共 7 题")).to_be_visible()
        check(page)
        answer()
        onward = page.get_by_role("button", name="下一题")
        if number == 2:
            onward.click()
            expect(page.get_by_role("alert")).to_be_visible()
            check(page)
            page.get_by_label("其他的内容").fill("价格牌")
        if number == 5:
            onward.click()
            expect(page.get_by_role("alert")).to_contain_text("0 到 5000")
            found += look(page)
            page.get_by_role("textbox").fill("30")
        if number not in (1, 3, 4):
            onward.click()
    expect(page.locator("h1")).to_contain_text("看一遍")
    check(page)
    page.get_by_role("button", name="提交").click()
    expect(page.locator("h1")).to_contain_text("已提交")
    check(page)
    town.house.clock.advance(days=4)
    page = town.pocket("王建国", f"{survey}/results")
    expect(page.locator("h1")).to_contain_text("三季度")
    check(page)
    stranger = town.pocket("路人", "/m/me")
    check(stranger)
    stranger.goto(f"{town.web}/m/library")
    check(stranger)
    assert found == []
    assert weight(town, survey) < LIGHT
    for path in ("/m/library", "/m/library/an-article"):
        assert weight(town, path) < LIGHT


def weight(town: Town, path: str) -> int:
    """All bytes that travel for the first load of a page in WeChat, headers included."""
    page = town.pocket("李福生", "/m/privacy")
    page.goto(f"{town.web}{path}")
    if page.url.startswith(town.platform):
        page.get_by_role("button", name="李福生").click()
        page.wait_for_url(f"{town.web}/**")
    return weight_of(page, page.url)


def weight_of(page: Page, url: str) -> int:
    """All bytes that travel for the first load of an address, headers included."""
    page.goto("about:blank")
    wire = page.context.new_cdp_session(page)
    wire.send("Network.enable")
    wire.send("Network.setCacheDisabled", {"cacheDisabled": True})
    bytes_of: list[int] = []
    wire.on("Network.loadingFinished", lambda event: bytes_of.append(int(event["encodedDataLength"])))
    page.goto(url)
    page.wait_for_load_state("networkidle")
    assert len(bytes_of) >= 4, "page, style and script"
    return sum(bytes_of)
