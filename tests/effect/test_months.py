"""Months: filed while they run, closed by the clock, never changed by it afterwards."""

import pytest

NEED = "红七匹狼这周断货了能不能先补两条"


def test_a_month_is_told_by_company_area_and_manager_beside_the_last_one(company) -> None:
    company.wang.say(NEED)
    found = company.month("2026-03")
    assert found["month"] == "2026-03" and found["closed"] is False
    requests = found["measures"]["requests"]
    paper = "城区每月一次，农村每季一次"
    assert requests == {"n": 1, "of": None, "share": None, "before": None, "paper": paper}
    assert company.counted("2026-03", "requests", "--area", "城区一片") == (1, None)
    assert company.counted("2026-03", "requests", "--area", "江山片") == (0, None)
    assert company.counted("2026-03", "requests", "--manager", "13900002201") == (1, None)
    company.until("2026-04-02T10:00")
    assert company.month("2026-04")["measures"]["requests"] == {
        "n": 0, "of": None, "share": None, "before": 1, "paper": paper
    }  # fmt: skip


def test_case_49_what_comes_late_for_a_closed_month_is_counted_in_the_open_one(company) -> None:
    company.only("requests", "answered_24h", "satisfaction")
    company.until("2026-03-31T22:00")
    company.wang.say(NEED)
    company.until("2026-04-01T02:10")
    assert company.month("2026-03")["closed"] is True
    before = company.month("2026-03")
    assert before["measures"]["answered_24h"]["of"] == 0
    company.chen.say("101 今天下午送到")
    assert company.month("2026-03") == before, "a closed month stays"
    assert company.counted("2026-04", "answered_24h") == (1, 1)
    assert company.counted("2026-04", "requests") == (0, None)
    told = company.house.flask("effect", "recount", "2026-03", "--by", "李主任")
    assert "24 小时内答复  0 / 0 条 → 1 / 1 条，100.0%" in told.output, told.output
    assert company.counted("2026-03", "answered_24h") == (1, 1)
    assert company.counted("2026-04", "answered_24h") == (0, 0), "each answer counts once"
    assert "没有变化" in company.house.flask("effect", "recount", "2026-03", "--by", "李主任").output


def test_what_an_already_closed_month_took_over_is_not_counted_again_by_a_recount(company) -> None:
    company.only("answered_24h")
    company.until("2026-03-31T22:00")
    company.wang.say(NEED)
    company.until("2026-04-01T02:10")
    company.chen.say("101 今天下午送到")
    company.until("2026-05-01T02:10")
    assert company.month("2026-04")["closed"] and company.counted("2026-04", "answered_24h") == (1, 1)
    assert "没有变化" in company.house.flask("effect", "recount", "2026-03", "--by", "李主任").output
    assert company.counted("2026-03", "answered_24h") == (0, 0)


@pytest.mark.on_sqlite
def test_months_before_anybody_counted_are_not_measured_until_one_is_closed_by_hand(company) -> None:
    company.only("requests")
    company.wang.say(NEED)
    company.until("2026-06-02T10:00")
    assert company.counted("2026-06", "requests") == (0, None)
    assert company.counted("2026-03", "requests") == (None, None), "a look back begins no books"
    company.house.flask("effect", "close", "2026-03", "--by", "周主任")
    company.file()
    assert [company.month(f"2026-0{month}")["closed"] for month in (3, 4, 5, 6)] == [True, True, True, False]
    assert company.counted("2026-03", "requests") == (1, None)


@pytest.mark.on_sqlite
def test_what_cannot_be_told_closed_or_recounted_says_why(company) -> None:
    def said(*command: str) -> str:
        done = company.house.flask("effect", *command)
        assert done.exit_code == 1, done.output
        return done.output

    assert "不是月份" in said("month", "2026-13")
    assert "还没有到" in said("month", "2026-04")
    assert "还没有过完" in said("close", "2026-03", "--by", "周主任")
    assert "还没有结账" in said("recount", "2026-03", "--by", "周主任")
    assert "没有叫“火星”的片区" in said("month", "2026-03", "--area", "火星")
    assert "没有电话是“1”的客户经理" in said("month", "2026-03", "--manager", "1")
    company.until("2026-04-01T01:00")
    assert company.house.flask("effect", "close", "2026-03", "--by", "周主任").exit_code == 0
    assert "已经结账" in said("close", "2026-03", "--by", "周主任")
