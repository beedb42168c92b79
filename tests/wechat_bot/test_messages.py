"""Every message and event of the platform is read into a typed value; what is new is kept raw."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from wechat_bot import messages as m
from wechat_bot import reading

NOW = datetime(2026, 9, 12, 2, tzinfo=UTC)
COMMON = {"ToUserName": "gh_1", "FromUserName": "oA", "CreateTime": "1789178400"}


def read(**fields: Any) -> m.Incoming:
    complete = {**COMMON, **fields}
    return reading.read(complete, json.dumps(complete).encode(), now=NOW)


def event(name: str, **fields: Any) -> m.Incoming:
    return read(MsgType="event", Event=name, **fields)


MESSAGES = [
    (dict(MsgType="text", Content="满意", bizmsgmenuid="survey:1"), m.Text, dict(content="满意", menu_id="survey:1")),
    (dict(MsgType="image", PicUrl="http://p", MediaId="M"), m.Image, dict(media_id="M", picture_url="http://p")),
    (dict(MsgType="voice", MediaId="M", Format="amr", Recognition=""), m.Voice, dict(media_id="M", format="amr")),
    (dict(MsgType="video", MediaId="M", ThumbMediaId="T"), m.Video, dict(thumb_media_id="T")),
    (dict(MsgType="shortvideo", MediaId="M", ThumbMediaId="T"), m.Video, dict(media_id="M")),
    (
        dict(MsgType="location", Location_X="25.1", Location_Y="117.0", Scale="20", Label="龙岩"),
        m.Location,
        dict(latitude=25.1, label="龙岩"),
    ),
    (dict(MsgType="link", Title="t", Description="d", Url="http://u"), m.Link, dict(url="http://u")),
]
EVENTS = [
    ("subscribe", {}, m.Follow, dict(scene="")),
    ("subscribe", dict(EventKey="qrscene_bind:x", Ticket="T"), m.Follow, dict(scene="bind:x", ticket="T")),
    ("subscribe", dict(EventKey="last_trade_no_4001"), m.Follow, dict(scene="")),
    ("unsubscribe", {}, m.Unfollow, {}),
    ("SCAN", dict(EventKey="survey:1", Ticket="T"), m.Scan, dict(scene="survey:1")),
    ("LOCATION", dict(Latitude="23.1", Longitude="113.3", Precision="119.3"), m.LocationReport, dict(precision=119.3)),
    ("CLICK", dict(EventKey="survey:"), m.Click, dict(menu_key="survey:")),
    ("VIEW", dict(EventKey="http://u", MenuId="9"), m.LinkOpened, dict(target="http://u", menu_id="9")),
    ("view_miniprogram", dict(EventKey="pages/x"), m.LinkOpened, dict(target="pages/x")),
    (
        "scancode_push",
        dict(EventKey="k", ScanCodeInfo=dict(ScanType="qrcode", ScanResult="1")),
        m.ScanCode,
        dict(result="1"),
    ),
    (
        "scancode_waitmsg",
        dict(EventKey="k", ScanCodeInfo=dict(ScanType="qrcode", ScanResult="2")),
        m.ScanCode,
        dict(result="2"),
    ),
    (
        "pic_sysphoto",
        dict(EventKey="k", SendPicsInfo=dict(Count="1", PicList=dict(item=dict(PicMd5Sum="a")))),
        m.PicturesPicked,
        dict(md5s=("a",)),
    ),
    (
        "pic_weixin",
        dict(EventKey="k", SendPicsInfo=dict(Count="2", PicList=dict(item=[dict(PicMd5Sum="a"), dict(PicMd5Sum="b")]))),
        m.PicturesPicked,
        dict(md5s=("a", "b")),
    ),
    (
        "pic_photo_or_album",
        dict(EventKey="k", SendPicsInfo=dict(Count="0", PicList="")),
        m.PicturesPicked,
        dict(md5s=()),
    ),
    (
        "location_select",
        dict(
            EventKey="k",
            SendLocationInfo=dict(Location_X="23", Location_Y="113", Scale="15", Label="广州", Poiname="塔"),
        ),
        m.LocationPicked,
        dict(place="塔"),
    ),
    (
        "TEMPLATESENDJOBFINISH",
        dict(MsgID="200", Status="failed:user block"),
        m.TemplateFinished,
        dict(msgid="200", status="failed:user block"),
    ),
    (
        "MASSSENDJOBFINISH",
        dict(
            MsgID="1",
            Status="send success",
            TotalCount="100",
            FilterCount="80",
            SentCount="75",
            ErrorCount="5",
            ArticleUrlResult=dict(Count="1", ResultList=dict(item=dict(ArticleIdx="1", ArticleUrl="Url"))),
        ),
        m.MassFinished,
        dict(total=100, filtered=80, sent=75, errors=5, article_urls=((1, "Url"),)),
    ),
    (
        "PUBLISHJOBFINISH",
        dict(
            PublishEventInfo=dict(
                publish_id="22",
                publish_status="0",
                article_id="A",
                article_detail=dict(count="1", item=dict(idx="1", article_url="U")),
            )
        ),
        m.PublishFinished,
        dict(article_urls=((1, "U"),), status=0),
    ),
    (
        "PUBLISHJOBFINISH",
        dict(PublishEventInfo=dict(publish_id="22", publish_status="2", fail_idx=["1", "2"])),
        m.PublishFinished,
        dict(failed=(1, 2)),
    ),
    (
        "subscribe_msg_popup_event",
        dict(SubscribeMsgPopupEvent=dict(List=dict(TemplateId="T", SubscribeStatusString="accept", PopupScene="1"))),
        m.ConsentChanged,
        dict(choices=(("T", "accept"),)),
    ),
    (
        "subscribe_msg_change_event",
        dict(SubscribeMsgChangeEvent=dict(List=[dict(TemplateId="T", SubscribeStatusString="reject")])),
        m.ConsentChanged,
        dict(choices=(("T", "reject"),)),
    ),
    (
        "subscribe_msg_change_event",
        dict(SubscribeMsgPopupEvent=dict(List=dict(TemplateId="T", SubscribeStatusString="reject"))),
        m.ConsentChanged,
        dict(choices=(("T", "reject"),)),
    ),
    (
        "subscribe_msg_sent_event",
        dict(SubscribeMsgSentEvent=dict(List=dict(TemplateId="T", MsgID="7", ErrorCode="0", ErrorStatus="success"))),
        m.NoticeFinished,
        dict(results=(("T", "7", 0, "success"),)),
    ),
    ("kf_create_session", dict(KfAccount="a@gh"), m.AgentSession, dict(agent="a@gh", change="kf_create_session")),
    (
        "kf_switch_session",
        dict(FromKfAccount="a@gh", ToKfAccount="b@gh"),
        m.AgentSession,
        dict(agent="b@gh", from_agent="a@gh"),
    ),
    ("user_info_modified", {"OpenID": "oB"}, m.InfoModified, {"person": "oB"}),
    (
        "user_authorization_revoke",
        {"OpenID": "oB", "RevokeInfo": "206"},
        m.DataWithdrawn,
        {"person": "oB", "is_everything": False, "codes": ("206",)},
    ),
    (
        "user_authorization_cancellation",
        {"OpenID": "oB"},
        m.DataWithdrawn,
        {"person": "oB", "is_everything": True, "codes": ()},
    ),
    # Without the person nobody is taken for them.
    ("user_authorization_cancellation", {"OpenID": ""}, m.Unknown, {"kind": "user_authorization_cancellation"}),
    ("user_authorization_revoke", {"RevokeInfo": "201"}, m.Unknown, {"kind": "user_authorization_revoke"}),
    ("verify_expired", dict(ExpiredTime="1789178400"), m.AccountVerification, dict(expires_at="1789178400")),
    ("naming_verify_fail", dict(FailTime="1", FailReason="by time"), m.AccountVerification, dict(reason="by time")),
]


@pytest.mark.parametrize(("fields", "kind", "expected"), MESSAGES)
def test_a_message_is_read_into_its_kind(fields: dict[str, Any], kind: type, expected: dict[str, Any]) -> None:
    value = read(MsgId="7", **fields)
    assert type(value) is kind
    assert {name: getattr(value, name) for name in expected} == expected


@pytest.mark.parametrize(("name", "fields", "kind", "expected"), EVENTS)
def test_an_event_is_read_into_its_kind_in_any_letter_case(
    name: str, fields: dict[str, Any], kind: type, expected: dict[str, Any]
) -> None:
    for spelled in (name, name.lower(), name.upper()):
        value = event(spelled, **fields)
        assert type(value) is kind
        if "change" not in expected:
            assert {field: getattr(value, field) for field in expected} == expected


@pytest.mark.parametrize(
    ("kind", "fields", "expected"),
    [
        # As posts of 2021 to 2025 show them: List at the top, an object when single; groups of line breaks; nothing.
        (
            "subscribe_msg_popup_event",
            {"List": {"TemplateId": "T", "SubscribeStatusString": "accept"}},
            (("T", "accept"),),
        ),
        ("subscribe_msg_change_event", {"List": [{"TemplateId": "T"}, {"TemplateId": "U"}]}, (("T", ""), ("U", ""))),
        ("subscribe_msg_popup_event", {"SubscribeMsgPopupEvent": [{"TemplateId": "T"}]}, (("T", ""),)),
        (
            "subscribe_msg_popup_event",
            {"SubscribeMsgPopupEvent": [{"List": {"TemplateId": "T"}}, {"List": {"TemplateId": "U"}}]},
            (("T", ""), ("U", "")),
        ),
        (
            "subscribe_msg_popup_event",
            {
                "SubscribeMsgPopupEvent": {
                    "SubscribeMsgPopupEvent": {"List": [{"TemplateId": "T"}, {"TemplateId": "U"}]}
                }
            },
            (("T", ""), ("U", "")),
        ),
        ("subscribe_msg_popup_event", {"List": [{"List": {"TemplateId": "T"}}]}, (("T", ""),)),
        ("subscribe_msg_change_event", {"SubscribeMsgPopupEvent": {"TemplateId": "T"}}, (("T", ""),)),
        (
            "subscribe_msg_sent_event",
            {"List": {"TemplateId": "T", "MsgID": "7", "ErrorCode": "0"}},
            (("T", "7", 0, ""),),
        ),
        (
            "MASSSENDJOBFINISH",
            {
                "MsgID": "1",
                "TotalCount": "7.0",
                "CopyrightCheckResult": "\n\n\n",
                "ArticleUrlResult": {"ResultList": None},
            },
            7,
        ),
    ],
)
def test_results_are_read_in_every_shape_they_have_come_in(kind: str, fields: dict[str, Any], expected: Any) -> None:
    value = event(kind, **fields)
    match value:
        case m.ConsentChanged(choices=found) | m.NoticeFinished(results=found) | m.MassFinished(total=found):
            assert found == expected
        case _:
            pytest.fail(f"{value}")


@pytest.mark.parametrize("written", ["1789178400.5", "1.7891784e9", " 1789178400 "])
def test_a_moment_is_read_however_its_number_is_written(written: str) -> None:
    assert read(MsgType="text", MsgId="7", CreateTime=written).sent_at == datetime.fromtimestamp(1789178400, UTC)


@pytest.mark.parametrize("written", ["", "soon", "1e999999999", "9" * 400, "-5", "NaN", None, ["1", "2"]])
def test_a_message_without_a_moment_was_sent_when_it_came(written: Any) -> None:
    value = read(MsgType="text", MsgId="7", Content="在吗", CreateTime=written)
    assert isinstance(value, m.Text)
    assert value.sent_at == NOW


def test_what_nobody_knows_is_kept_raw() -> None:
    value = event("something_of_2027", Surprise="1")
    assert isinstance(value, m.Unknown)
    assert (value.kind, value.raw["Surprise"]) == ("something_of_2027", "1")
    assert isinstance(read(MsgType="hologram"), m.Unknown)


def test_a_message_is_known_by_its_id_and_sender() -> None:
    text = dict(MsgType="text", Content="a")
    assert read(**text, MsgId="7").key == read(**text, MsgId="7", CreateTime="1789178405").key
    assert read(**text, MsgId="7").key != read(**text, MsgId="8").key
    assert read(**text, MsgId="7").key != read(**text, MsgId="7", FromUserName="oB").key
    # An id that is none names nothing: two messages must not be taken for one.
    for odd in ("0", "", "2.4e16", ["7", "7"]):
        assert read(**text, MsgId=odd).key != read(MsgType="text", Content="b", MsgId=odd).key


def test_two_events_of_one_person_in_one_second_are_two() -> None:
    keys = {
        event("CLICK", EventKey="a").key,
        event("CLICK", EventKey="b").key,
        event("subscribe").key,
        event("TEMPLATESENDJOBFINISH", MsgID="1", Status="success").key,
        event("TEMPLATESENDJOBFINISH", MsgID="2", Status="success").key,
    }
    assert len(keys) == 5
