"""A quiz on its page inside WeChat, begun in the chat or there."""

from sqlalchemy import select

from quizzes.models.attempts import Attempt
from tests.h5 import Browser


def attempt(school):
    with school.house.look() as session:
        return session.scalars(select(Attempt).order_by(Attempt.id.desc()).limit(1)).one()


def test_half_in_the_chat_and_half_on_the_page_is_one_attempt(school):
    quiz = school.published()
    page = Browser(school.house, school.wang)
    assert "限时 15 分钟" in page.open(f"/m/quizzes/{quiz}")
    assert "封签应贴在哪一面" in page.send("begin")
    assert ">15 分钟</strong>" in page.page.text
    assert "选哪几样" in page.send("answer", option="3")
    said = school.wang.say("测试").text
    assert said.startswith("接着做《真假鉴别小测试》，还有 3 题没答，还剩 15 分钟。\n2/4 选哪几样？")
    assert school.wang.say("1").text.startswith("已选：甲。\n3/4 许可证可以转借。")
    assert "许可证可以转借" in page.open(f"/m/quizzes/{quiz}")
    assert "许可证延续应提前几天" in page.send("answer", option="2")
    looked = page.send("answer", text="三十日")
    assert "看一遍，没问题就交卷" in looked
    done = page.send("finish")
    assert "27.5" in done and "错了 1 题" in done and "应答：甲；丙" in done and "您答：甲" in done
    assert (attempt(school).total, attempt(school).number, attempt(school).ended_by) == (2750, 1, "shop")
    page.open("/m/me")
    assert "27.5 分，合格" in page.page.text
