"""Callback codec: writes callbacks and reads answers, XML or JSON, plain or encrypted (wechat-platform.md §1)."""

import json
import xml.etree.ElementTree as ET
from typing import Any
from xml.sax.saxutils import escape

from simulator import crypto
from simulator.world import Account

Fields = dict[str, Any]


class BadAnswer(Exception):
    """Error of an answer that WeChat cannot use; the follower is told that the service is out of order."""


def _element(name: str, value: Any) -> str:
    if isinstance(value, list):
        return "".join(_element(name, item) for item in value)
    if isinstance(value, dict):
        inside = "".join(_element(key, item) for key, item in value.items())
    elif isinstance(value, str):
        inside = "<![CDATA[" + value.replace("]]>", "]]]]><![CDATA[>") + "]]>"
    else:
        inside = escape(str(value))
    return f"<{name}>{inside}</{name}>"


def written(fields: Fields, form: str) -> bytes:
    """The fields as `xml` or `json`, UTF-8; a list repeats its element in XML."""
    if form == "json":
        return json.dumps(fields, ensure_ascii=False, separators=(",", ":")).encode()
    return _element("xml", fields).encode()


def sealed(account: Account, fields: Fields, timestamp: int, nonce: str) -> tuple[dict[str, str], bytes]:
    """Query and body of a callback in the account's mode, signed and where asked encrypted (§1)."""
    moment = str(timestamp)
    query = {"signature": crypto.signature(account.token, moment, nonce), "timestamp": moment, "nonce": nonce}
    if fields.get("FromUserName"):
        query["openid"] = str(fields["FromUserName"])
    plain = written(fields, account.format)
    if account.mode == "plain":
        return query, plain
    encrypted = crypto.encrypt(account.aes_key, account.app_id, plain)
    query["encrypt_type"] = "aes"
    query["msg_signature"] = crypto.signature(account.token, moment, nonce, encrypted)
    shown = dict(fields) if account.mode == "compatible" else {"ToUserName": fields["ToUserName"]}
    return query, written(shown | {"Encrypt": encrypted}, account.format)


def _tree(element: ET.Element) -> Any:
    if len(element) == 0:
        return element.text or ""
    found: Fields = {}
    for child in element:
        value = _tree(child)
        if child.tag in found:
            found[child.tag] = [*found[child.tag], value] if isinstance(found[child.tag], list) else [
                found[child.tag], value]  # fmt: skip
        else:
            found[child.tag] = value
    return found


def _parsed(body: bytes, account: Account) -> Fields:
    if body.lstrip()[:1] == b"{" and account.format == "json":
        try:
            data = json.loads(body.decode())
        except ValueError as error:
            raise BadAnswer("neither XML nor JSON") from error
        if not isinstance(data, dict):
            raise BadAnswer("not a JSON object")
        return data
    if b"<!DOCTYPE" in body or b"<!ENTITY" in body:
        raise BadAnswer("a document type declaration")
    try:
        root = ET.fromstring(body.decode("utf-8"))
    except (ET.ParseError, UnicodeDecodeError) as error:
        raise BadAnswer("not XML") from error
    data = _tree(root)
    if root.tag != "xml" or not isinstance(data, dict):
        raise BadAnswer("the root element is not xml")
    return data


def _opened(account: Account, data: Fields) -> bytes:
    encrypted, given = str(data["Encrypt"]), str(data.get("MsgSignature", ""))
    if given != crypto.signature(account.token, str(data.get("TimeStamp")), str(data.get("Nonce")), encrypted):
        raise BadAnswer("MsgSignature does not fit")
    for key in (account.aes_key, account.previous_aes_key):
        if key is None:
            continue
        try:
            return crypto.decrypt(key, account.app_id, encrypted)
        except crypto.Undecipherable as error:
            reason = str(error)
    raise BadAnswer(f"cannot be decrypted: {reason}")


def opened(account: Account, body: bytes) -> tuple[Fields, str] | None:
    """The fields of a passive reply and its plain text, None for `success` or nothing; BadAnswer otherwise.

    Safe mode wants the reply encrypted, plain mode does not know encryption, compatible mode takes either (§1).
    """
    if body.strip() in (b"", b"success"):
        return None
    data = _parsed(body, account)
    if "Encrypt" not in data:
        if account.mode == "safe":
            raise BadAnswer("not encrypted, though the account is in safe mode")
        return data, body.decode("utf-8")
    if account.mode == "plain":
        raise BadAnswer("encrypted, though the account is in plain mode")
    plain = _opened(account, data)
    return _parsed(plain, account), plain.decode("utf-8", "replace")
