"""Sharing of a survey, through the door: where publishing leads, every way to the survey, its QR code at WeChat."""

import io
import json
from datetime import timedelta

import pypdfium2
import pytest
import zxingcpp
from PIL import Image

from console.models import ShareCode
from tests.office import Office
from tests.surveys.test_pages import SURVEY, bind, upload

PAGE = "/console/surveys/1"


@pytest.fixture
def office(build) -> Office:
    office = Office(build())
    office.settle()
    browser = office.browser("market")
    upload(browser, SURVEY.format(anonymous="false").replace("<b>", "").replace("</b>", ""))
    return office


def published(office: Office):
    browser = office.browser("market")
    assert browser.post(f"{PAGE}/publish").location == f"{PAGE}/share"
    return browser


def held(picture: bytes) -> str:
    return zxingcpp.read_barcodes(Image.open(io.BytesIO(picture)))[0].text


@pytest.mark.on_sqlite
def test_publishing_leads_to_every_way_to_the_survey_and_they_stay(office) -> None:
    browser = published(office)
    page = browser.get(f"{PAGE}/share").text
    link = f"{office.house.settings.public_url}/m/surveys/1"
    assert f'value="{link}"' in page
    assert "survey:1" in page
    assert "回复“<b" in page
    assert f'href="{PAGE}/invitations?whom=all#invite"' in page
    # One press: the page it leads to has read whom it would reach, and its button sends.
    prepared = browser.get(f"{PAGE}/invitations?whom=all").text
    assert 'id="invite"' in prepared
    assert f'href="{PAGE}/share"' in browser.get(PAGE).text
    assert f'href="{PAGE}/unanswered"' in page
    browser.get(PAGE)
    browser.post(f"{PAGE}/close")
    assert "已经结束" in browser.get(f"{PAGE}/share").text


@pytest.mark.on_sqlite
def test_the_page_itself_is_in_the_code_until_wechat_makes_one_which_follows_and_opens_the_survey(office) -> None:
    browser = published(office)
    link = f"{office.house.settings.public_url}/m/surveys/1"
    assert held(browser.get(f"{PAGE}/share/code.png").data) == link
    assert browser.post(f"{PAGE}/share/code").location == f"{PAGE}/share"
    made = held(browser.get(f"{PAGE}/share/code.png").data)
    assert made != link
    assert office.audited("survey.code")[0].about == "survey:1"
    with office.house.look() as session:
        kept = session.get(ShareCode, ("survey:1", office.house.services.wechat.app_id))
        assert kept.expires_at is None, "it has no end"
    assert "一直有效" in browser.get(f"{PAGE}/share").text
    # A stranger scans it, follows, and is told how to bind; a shop that is bound is asked the first question.
    stranger = office.house.phone("路人")
    assert "绑定" in stranger.follow(made).text
    wang = bind(office, "王建国", "350802100001", "8899")
    assert "您对服务满意吗" in wang.scan(made).text


@pytest.mark.on_sqlite
def test_a_survey_that_ends_soon_takes_no_permanent_code_and_its_code_ends_after_it(office) -> None:
    browser = published(office)
    ends = office.house.clock() + timedelta(days=5)
    text = f"title: 几天\ncloses: {ends:%Y-%m-%d}T20:00+08:00\nquestions:\n"
    page = upload(browser, text + "  - {code: q1, type: single, text: 好?, options: [好, 不好]}\n").location
    browser.post(f"{page}/publish")
    browser.post(f"{page}/share/code")
    created = [call for call in office.house.sim.calls if call.path == "/cgi-bin/qrcode/create"][-1]
    assert json.loads(created.body)["action_name"] == "QR_STR_SCENE"
    assert "以前有效" in browser.get(f"{page}/share").text
    office.house.later(days=8)
    assert "扫了打开网页" in office.browser("market").get(f"{page}/share").text


@pytest.mark.on_sqlite
@pytest.mark.parametrize(("code", "why"), [(45029, "永久二维码已用满 10 万个"), (48001, "公众号没有这个接口的权限")])
def test_where_wechat_refuses_the_code_it_is_said_and_the_page_is_as_before(office, code, why) -> None:
    browser = published(office)
    browser.get(f"{PAGE}/share")
    office.house.sim.faults.add("/cgi-bin/qrcode/create", "errcode", value=code, times=1)
    refused = browser.post(f"{PAGE}/share/code")
    assert refused.status_code == 422
    assert f"二维码没有做成：{why}。" in refused.text
    assert 'value="http' in refused.text
    assert not office.audited("survey.code")


@pytest.mark.on_sqlite
def test_the_poster_has_title_code_and_how_to_on_one_sheet(office) -> None:
    browser = published(office)
    answer = browser.get(f"{PAGE}/share/poster.pdf")
    assert answer.mimetype == "application/pdf"
    document = pypdfium2.PdfDocument(answer.data)
    assert len(document) == 1
    assert [round(side) for side in document[0].get_size()] == [595, 842]
    said = document[0].get_textpage().get_text_bounded()
    for words in ("服务满意度调查", "2 道题，约 1 分钟", "扫一扫", "客户经理"):
        assert words in said
    [found] = zxingcpp.read_barcodes(document[0].render(scale=2).to_pil())
    assert found.text.endswith("/m/surveys/1")
