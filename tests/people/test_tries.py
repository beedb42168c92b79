"""Somebody tries licences: the office sees it on the front page, and lets the keeper try again."""

TRIED = "/console/people/tried"
BIND = "绑定 350802100001"


def test_the_office_is_told_that_licences_are_tried_and_unlocks_one(office) -> None:
    market = office.browser("market")
    assert "试许可证" not in market.get("/console/").text
    for name in ("甲", "乙", "丙", "丁"):
        phone = office.house.phone(name)
        phone.follow()
        for n in range(3):
            phone.say(f"{BIND} 000{n}")
    wang = office.house.phone("王建国")
    wang.follow()
    assert "停一停" in wang.say(f"{BIND} 8899").text
    front = market.get("/console/").text
    assert "有人在试许可证" in front and TRIED in front
    page = market.get(TRIED).text
    assert "350802100001" in page and "城南便利店" in page
    assert "已解锁" in market.get(market.post(f"{TRIED}/unlock", {"licence": "350802100001"}).location).text
    assert "已经解锁了" in market.post(f"{TRIED}/unlock", {"licence": "350802100001"}).text
    assert "有人在试许可证" not in market.get("/console/").text
    assert "已绑定" in wang.say(f"{BIND} 8899").text
    assert [entry.detail for entry in office.audited("tries.unlock")] == ["350802100001"]
    assert office.browser("chen").get(TRIED).status_code == 403
