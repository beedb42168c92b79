"""Signatures and cipher against Tencent's own published example (message-push.html of developers.weixin.qq.com)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator import crypto

KEY = "A" * 43
APP_ID = "wxba5fad812f8e6fb9"
CIPHER = (
    "+qdx1OKCy+5JPCBFWw70tm0fJGb2Jmeia4FCB7kao+/Q5c/ohsOzQHi8khUOb05JCpj0JB4RvQMkUyus8TPxLKJGQqcvZqzDpVzazhZv6JsXUnnR8X"
    "GT740XgXZUXQ7vJVnAG+tE8NUd4yFyjPy7GgiaviNrlCTj+l5kdfMuFUPpRSrfMZuMcp3Fn2Pede2IuQrKEYwKSqFIZoNqJ4M8EajAsjLY2km32IIj"
    "df8YL/P50F7mStwntrA2cPDrM1kb6mOcfBgRtWygb3VIYnSeOBrebufAlr7F9mFUPAJGj04="
)
PLAIN = (
    '{"ToUserName":"gh_97417a04a28d","FromUserName":"o9AgO5Kd5ggOC-bXrbNODIiE3bGY","CreateTime":1714112445,'
    '"MsgType":"event","Event":"debug_demo","debug_str":"hello world"}'
)
OTHER_KEY = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"


def test_the_official_message_is_decrypted():
    assert crypto.decrypt(KEY, APP_ID, CIPHER).decode() == PLAIN


def test_the_official_message_is_encrypted_to_the_letter():
    assert crypto.encrypt(KEY, APP_ID, PLAIN.encode(), b"a8eedb185eb2fecf") == CIPHER


def test_the_official_signatures_come_out():
    assert crypto.signature("AAAAA", "1714036504", "1514711492") == "f464b24fc39322e44b38aa78f5edd27bd1441696"
    assert crypto.signature("AAAAA", "1714112445", "415670741", CIPHER) == "046e02f8204d34f8ba5fa3b1db94908f3df2e9b3"


def test_a_wrong_key_another_account_and_a_cut_message_are_noticed():
    for key, app_id, cipher in ((OTHER_KEY, APP_ID, CIPHER), (KEY, "wx0", CIPHER), (KEY, APP_ID, CIPHER[:40])):
        with pytest.raises(crypto.Undecipherable):
            crypto.decrypt(key, app_id, cipher)


def test_a_key_of_another_length_is_refused():
    with pytest.raises(ValueError, match="43"):
        crypto.key_of("short")


@given(st.binary(max_size=300))
def test_what_is_encrypted_comes_back(message: bytes):
    assert crypto.decrypt(OTHER_KEY, APP_ID, crypto.encrypt(OTHER_KEY, APP_ID, message)) == message
