"""What comes through the callback's address is verified, opened and read, or refused on purpose."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from wechatpy.crypto import WeChatCrypto

from wechat_bot import envelope, messages
from wechat_bot.envelope import AesKey, CallbackKeys, Forged, Malformed

NOW = datetime(2026, 9, 12, 2, tzinfo=UTC)
KEY = "kWxPEV2UEDyxWpmPdKC3F4dgPDmOvfKX1HGnEUDS1aR"
PLAIN = CallbackKeys("wx1", "token")
SAFE = CallbackKeys("wx1", "token", (AesKey.decode(KEY),))
TEXT = (
    "<xml><ToUserName>gh_1</ToUserName><FromUserName>oA</FromUserName><CreateTime>1789178400</CreateTime>"
    "<MsgType>text</MsgType><Content><![CDATA[你好]]></Content><MsgId>7</MsgId></xml>"
)


def signed(keys: CallbackKeys, body: str, *, at: datetime = NOW) -> dict[str, str]:
    stamp = str(int(at.timestamp()))
    return {"timestamp": stamp, "nonce": "n", "signature": envelope.signature(keys.token, stamp, "n")}


def locked(
    body: str, keys: CallbackKeys = SAFE, *, key: str = KEY, app_id: str = "wx1"
) -> tuple[dict[str, str], bytes]:
    """Encrypted by wechatpy, an implementation that is not ours."""
    stamp = str(int(NOW.timestamp()))
    outer = WeChatCrypto(keys.token, key, app_id).encrypt_message(body, "n", stamp)
    ciphertext = outer.split("<Encrypt><![CDATA[")[1].split("]]>")[0]
    query = {
        "timestamp": stamp,
        "nonce": "n",
        "encrypt_type": "aes",
        "signature": envelope.signature(keys.token, stamp, "n"),
        "msg_signature": envelope.signature(keys.token, stamp, "n", ciphertext),
    }
    return query, f"<xml><ToUserName>gh_1</ToUserName><Encrypt><![CDATA[{ciphertext}]]></Encrypt></xml>".encode()


def opened(keys: CallbackKeys, query: dict[str, str], body: bytes) -> messages.Incoming:
    return envelope.decrypt_callback(keys, query, body, now=NOW).message


def test_the_published_vector_opens() -> None:
    # Tencent's documentation, server-ability/message-push: a 43-A key and a padding of 19.
    keys = CallbackKeys("wxba5fad812f8e6fb9", "AAAAA", (AesKey.decode("A" * 43),))
    ciphertext = (
        "+qdx1OKCy+5JPCBFWw70tm0fJGb2Jmeia4FCB7kao+/Q5c/ohsOzQHi8khUOb05JCpj0JB4RvQMkUyus8TPxLKJGQqcvZqzDpVzazhZv6JsX"
        "UnnR8XGT740XgXZUXQ7vJVnAG+tE8NUd4yFyjPy7GgiaviNrlCTj+l5kdfMuFUPpRSrfMZuMcp3Fn2Pede2IuQrKEYwKSqFIZoNqJ4M8EajA"
        "sjLY2km32IIjdf8YL/P50F7mStwntrA2cPDrM1kb6mOcfBgRtWygb3VIYnSeOBrebufAlr7F9mFUPAJGj04="
    )
    query = {
        "timestamp": "1714112445",
        "nonce": "415670741",
        "encrypt_type": "aes",
        "signature": "6c5c811b55cc85e0e1b54100749188c20beb3f5d",
        "msg_signature": "046e02f8204d34f8ba5fa3b1db94908f3df2e9b3",
    }
    callback = envelope.decrypt_callback(
        keys, query, json.dumps({"ToUserName": "gh", "Encrypt": ciphertext}).encode(), now=NOW
    )
    assert isinstance(callback.message, messages.Unknown)
    assert (callback.message.kind, callback.message.raw["debug_str"]) == ("debug_demo", "hello world")


def test_the_published_address_check_passes_and_a_wrong_one_does_not() -> None:
    query = {
        "timestamp": "1714036504",
        "nonce": "1514711492",
        "echostr": "4375120948345356249",
        "signature": "f464b24fc39322e44b38aa78f5edd27bd1441696",
    }
    assert envelope.check_address(CallbackKeys("wx", "AAAAA"), query) == "4375120948345356249"
    with pytest.raises(Forged):
        envelope.check_address(CallbackKeys("wx", "AAAAB"), query)


def test_plain_xml_and_json_read_alike() -> None:
    fields = {
        "ToUserName": "gh_1",
        "FromUserName": "oA",
        "CreateTime": 1789178400,
        "MsgType": "text",
        "Content": "你好",
        "MsgId": 7,
    }
    for body in (TEXT.encode(), json.dumps(fields).encode()):
        message = opened(PLAIN, signed(PLAIN, TEXT), body)
        assert isinstance(message, messages.Text)
        assert (message.content, message.openid, message.sent_at) == (
            "你好",
            "oA",
            datetime.fromtimestamp(1789178400, UTC),
        )


def test_what_another_implementation_encrypts_we_open_and_what_we_seal_it_opens() -> None:
    query, body = locked(TEXT)
    callback = envelope.decrypt_callback(SAFE, query, body, now=NOW)
    assert isinstance(callback.message, messages.Text)
    answer, _ = envelope.encrypt_reply(SAFE, callback, "<xml>答</xml>", now=NOW)
    fields = {
        name: answer.split(f"<{name}>")[1].split(f"</{name}>")[0].removeprefix("<![CDATA[").removesuffix("]]>")
        for name in ("MsgSignature", "TimeStamp", "Nonce")
    }
    crypto = WeChatCrypto("token", KEY, "wx1")
    assert (
        crypto.decrypt_message(answer, fields["MsgSignature"], fields["TimeStamp"], fields["Nonce"]) == "<xml>答</xml>"
    )


def test_a_compatible_body_is_read_from_its_encrypted_half() -> None:
    query, body = locked(TEXT)
    both = body.replace(b"<Encrypt>", "<Content>假的</Content><MsgType>text</MsgType><Encrypt>".encode())
    for each in (both, both.replace(b"<MsgType>", b"<Encrypt>another's</Encrypt><MsgType>")):
        message = opened(SAFE, query, each)
        assert isinstance(message, messages.Text)
        assert message.content == "你好"


def test_the_previous_key_still_opens_and_seals_the_answer() -> None:
    new = "A" * 43
    keys = CallbackKeys("wx1", "token", (AesKey.decode(new), AesKey.decode(KEY)))
    callback = envelope.decrypt_callback(keys, *locked(TEXT), now=NOW)
    assert callback.key == AesKey.decode(KEY)


@pytest.mark.parametrize(
    ("spoil", "expected"),
    [
        (
            lambda q, b: ({**q, "msg_signature": q["signature"]}, b),
            Forged,
        ),  # the plain signature does not cover the body
        (lambda q, b: ({**q, "msg_signature": ""}, b), Forged),
        (lambda q, b: (q, b.replace(b"</Encrypt>", b"AA</Encrypt>")), Forged),
        (lambda q, b: ({k: v for k, v in q.items() if k != "encrypt_type"}, TEXT.encode()), Forged),
        (lambda q, b: (q, b"<xml><ToUserName>gh</ToUserName></xml>"), Malformed),
        (lambda q, b: (q, b""), Malformed),
    ],
)
def test_a_forged_or_broken_letter_is_refused(spoil, expected) -> None:
    query, body = spoil(*locked(TEXT))
    with pytest.raises(expected):
        opened(SAFE, query, body)


def test_a_message_for_another_account_or_with_another_key_is_refused() -> None:
    for callback in (locked(TEXT, app_id="wx2"), locked(TEXT, key="B" * 43)):
        with pytest.raises(Forged):
            opened(SAFE, *callback)


def test_callbacks_signed_too_long_ago_are_refused_by_the_setting() -> None:
    keys = CallbackKeys("wx1", "token", max_age=timedelta(minutes=10))
    opened(keys, signed(keys, TEXT, at=NOW - timedelta(minutes=9)), TEXT.encode())
    with pytest.raises(Forged):
        opened(keys, signed(keys, TEXT, at=NOW - timedelta(minutes=11)), TEXT.encode())


@pytest.mark.parametrize(
    "body",
    [
        '<!DOCTYPE xml [<!ENTITY a "aa"><!ENTITY b "&a;&a;&a;">]><xml><Content>&b;</Content></xml>',
        '<!DOCTYPE xml SYSTEM "file:///etc/passwd"><xml/>',
        TEXT.replace("你好", "]]></Content><Content><![CDATA[你好"),
        TEXT.replace("<FromUserName>oA</FromUserName>", ""),
        TEXT.replace(
            "<FromUserName>oA</FromUserName>", "<FromUserName>oA</FromUserName><FromUserName>oB</FromUserName>"
        ),
        TEXT.replace("oA", "o" * 65),
        TEXT.replace("<FromUserName>oA</FromUserName>", "<FromUserName><a>1</a></FromUserName>"),
        TEXT[:-3],
        "<xml>" + "<a>" * 50 + "</a>" * 50 + "</xml>",
        "<xml>" + "".join(f"<a{n}/>" for n in range(3000)) + "</xml>",
        '{"ToUserName": "a", "ToUserName": "b"}',
        '{"a": ' * 20 + "1" + "}" * 20,
        '{"a": Infinity, "b": 1' + "0" * 9999 + "}",
        "[" * 100000,
        "{" * 100000,
        '{"MsgType": "text"}',
        "nonsense",
        "\x00\ufffe",
        "\ufeff<xml/>",
    ],
)
def test_what_wechat_sends_is_kept_whatever_its_shape(body: str) -> None:
    message = opened(PLAIN, signed(PLAIN, body), body.encode())
    assert isinstance(message, messages.Unknown)
    assert message.raw


def test_a_control_character_in_a_text_does_not_lose_the_message() -> None:
    for odd in ("\x1d", "&#x1d;", "\x00", "&#11;"):
        message = opened(
            PLAIN,
            signed(PLAIN, ""),
            TEXT.replace("你好", f"你{odd}好").replace("<![CDATA[", "").replace("]]>", "").encode(),
        )
        assert isinstance(message, messages.Text)
        assert message.content == "你好"


def test_blanks_around_a_text_are_kept() -> None:
    message = opened(PLAIN, signed(PLAIN, ""), TEXT.replace("你好", "  你好 ").encode())
    assert isinstance(message, messages.Text)
    assert message.content == "  你好 "


def test_a_key_that_is_not_one_is_named_and_an_uncanonical_one_is_taken() -> None:
    for wrong in ("", "short", "A" * 44, "!" * 43):
        with pytest.raises(ValueError):
            AesKey.decode(wrong)
    assert len(AesKey.decode("A" * 42 + "B").raw) == 32
