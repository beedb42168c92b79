"""Callback codec: verify, decrypt and parse what WeChat posts; render and encrypt the answer.

Plaintext, compatible and safe mode, XML and JSON (wechat-platform.md §1). With an EncodingAESKey set, a body that is
not encrypted is refused: the signature of the address does not cover the body, so anyone who saw one signed address
could write messages in a retailer's name.
"""

import base64
import hashlib
import hmac
import json
import re
import secrets
import struct
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Literal, cast
from xml.parsers import expat

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from wechat_bot import messages, reading

BODY_LIMIT = 1 << 20
BLOCK = 32
DEPTH_LIMIT = 8
NODE_LIMIT = 2000
BOM = b"\xef\xbb\xbf"
# Control characters that XML 1.0 forbids even escaped. Keyboards send them, and expat refuses the whole message.
_FORBIDDEN = re.compile(
    rb"[\x00-\x08\x0b\x0c\x0e-\x1f]|&#(?:x0*(?:[0-8bcef]|1[0-9a-f])|0*(?:[0-8]|1[124-9]|2\d|3[01]));", re.I
)

#: Candidates for the ciphertext of one body, at most.
MOST_CANDIDATES = 20
_ENCRYPT = re.compile(rb'(?:<Encrypt>\s*(?:<!\[CDATA\[)?|"Encrypt"\s*:\s*")([A-Za-z0-9+/=\\]+)')

_UNSTORABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff]")


class Forged(Exception):
    """Error of a callback that is not from WeChat, or not for this account: 403."""


class Malformed(Exception):
    """Error of a callback that cannot be parsed or decrypted, so that its sender is unknown: 400."""


class Stale(Forged):
    """Error of a callback that WeChat signed longer ago than `CallbackKeys.max_age`, by our clock: 403."""

    def __init__(self, signed_at: datetime) -> None:
        super().__init__("signed too long ago")
        self.signed_at = signed_at


@dataclass(frozen=True, slots=True)
class AesKey:
    """AES key of the account, decoded from its EncodingAESKey."""

    raw: bytes = field(repr=False)

    @classmethod
    def decode(cls, encoded: str) -> "AesKey":
        """Decode an EncodingAESKey. Raises ValueError unless it is 43 characters of base64, canonical or not."""
        if not re.fullmatch(r"[A-Za-z0-9+/]{43}", encoded):
            raise ValueError("an EncodingAESKey is 43 letters and digits")
        return cls(base64.b64decode(encoded + "="))


@dataclass(frozen=True, slots=True)
class CallbackKeys:
    """Secrets of the account that callbacks are verified and decrypted with."""

    app_id: str
    token: str = field(repr=False)
    #: The current key, then the previous one; empty in plaintext mode.
    aes_keys: tuple[AesKey, ...] = field(repr=False, default=())
    #: Callbacks signed longer ago are refused; None accepts any.
    max_age: timedelta | None = None


@dataclass(frozen=True, slots=True)
class DecryptedCallback:
    """Decrypted callback: the message, and the key and format of its answer."""

    message: messages.Incoming
    key: AesKey | None
    form: Literal["xml", "json"]
    #: By WeChat's clock; None if `CallbackKeys.max_age` is None.
    signed_at: datetime | None


def signature(token: str, *parts: str) -> str:
    """WeChat's signature: `sha1(concat(sort([token, …parts])))`, in hex (wechat-platform.md §1)."""
    return hashlib.sha1("".join(sorted((token, *parts))).encode(errors="surrogatepass")).hexdigest()  # noqa: S324 - theirs


def check_address(keys: CallbackKeys, query: Mapping[str, str]) -> str:
    """Verify WeChat's check of our address; returns its echostr. Raises `Forged`."""
    _verify(keys.token, query.get("signature", ""), query.get("timestamp", ""), query.get("nonce", ""))
    return query.get("echostr", "")


def decrypt_callback(keys: CallbackKeys, query: Mapping[str, str], body: bytes, *, now: datetime) -> DecryptedCallback:
    """Verify, decrypt and parse a callback. Raises `Forged` (403) or `Malformed` (400), nothing else.

    Once verified, a body that is no XML or JSON, or of an unknown kind, is a message too: `messages.Unknown`.
    """
    timestamp, nonce = query.get("timestamp", ""), query.get("nonce", "")
    encrypted = query.get("encrypt_type", "raw") != "raw"
    if not encrypted:
        if keys.aes_keys:
            raise Forged("not encrypted, though WECHAT_ENCODING_AES_KEY is set")
        _verify(keys.token, query.get("signature", ""), timestamp, nonce)
    key, plain = None, body
    if encrypted:
        if not keys.aes_keys:
            raise Forged("encrypted, but WECHAT_ENCODING_AES_KEY is not set")
        # Never `signature`, which does not cover the body.
        signed = query.get("msg_signature", "")
        found = (each for each in _ciphertexts(body) if _is_signed(keys.token, signed, timestamp, nonce, each))
        if (ciphertext := next(found, None)) is None:
            raise Forged("wrong signature")
        plain, key = decrypt(keys, ciphertext)
    # After the signature: only WeChat's own timestamp may say that our clock is wrong.
    signed_at = _signed_at(keys, timestamp, now)
    try:
        fields = parse(plain)
    except Malformed:
        fields = {"body": _storable(plain.decode(errors="replace"))}
    return DecryptedCallback(reading.read(fields, plain, now=now), key, "json" if _is_json(body) else "xml", signed_at)


def encrypt_reply(keys: CallbackKeys, callback: DecryptedCallback, reply: str, *, now: datetime) -> tuple[str, str]:
    """Encrypt a rendered reply with the key that opened the callback; returns body and content type."""
    if callback.key is None:
        return reply, "application/xml"
    timestamp, nonce = str(int(now.timestamp())), secrets.token_hex(8)
    ciphertext = encrypt(callback.key, keys.app_id, reply.encode())
    signed = signature(keys.token, timestamp, nonce, ciphertext)
    if callback.form == "json":
        parts = {"Encrypt": ciphertext, "MsgSignature": signed, "TimeStamp": int(timestamp), "Nonce": nonce}
        return json.dumps(parts), "application/json"
    return (
        f"<xml><Encrypt><![CDATA[{ciphertext}]]></Encrypt><MsgSignature><![CDATA[{signed}]]></MsgSignature>"
        f"<TimeStamp>{timestamp}</TimeStamp><Nonce><![CDATA[{nonce}]]></Nonce></xml>"
    ), "application/xml"


def encrypt(key: AesKey, app_id: str, plain: bytes) -> str:
    """Encrypt by AES-256-CBC: random(16) + length + plain + appid, padded to blocks of 32 (wechat-platform.md §1)."""
    content = secrets.token_bytes(16) + struct.pack(">I", len(plain)) + plain + app_id.encode()
    pad = BLOCK - len(content) % BLOCK
    box = Cipher(algorithms.AES(key.raw), modes.CBC(key.raw[:16])).encryptor()
    return base64.b64encode(box.update(content + bytes([pad]) * pad) + box.finalize()).decode()


def decrypt(keys: CallbackKeys, ciphertext: str) -> tuple[bytes, AesKey]:
    """Decrypt with the current key or the previous one; returns the plaintext and the key.

    Raises `Forged` if no key fits or the message is for another account.
    """
    try:
        content = base64.b64decode(ciphertext, validate=True)
    except ValueError as error:
        raise Malformed("Encrypt is not base64") from error
    if not content or len(content) % 16:
        raise Malformed("Encrypt is not whole blocks")
    for key in keys.aes_keys:
        plain = _decrypted(key, keys.app_id, content)
        if plain is not None:
            return plain, key
    raise Forged("no key opens this message for this account")


def _decrypted(key: AesKey, app_id: str, content: bytes) -> bytes | None:
    """The plaintext, None if the key does not fit or the message is for another account."""
    box = Cipher(algorithms.AES(key.raw), modes.CBC(key.raw[:16])).decryptor()
    plain = box.update(content) + box.finalize()
    pad = plain[-1]
    # WeChat pads to 32 bytes, not to AES's 16: a library's PKCS#7 refuses a padding of 17 to 32.
    if not 1 <= pad <= BLOCK or plain[-pad:] != bytes([pad]) * pad:
        return None
    plain = plain[:-pad]
    if len(plain) < 20:
        return None
    (length,) = struct.unpack(">I", plain[16:20])
    message, receiver = plain[20 : 20 + length], plain[20 + length :]
    if len(message) != length or not hmac.compare_digest(receiver, app_id.encode()):
        return None
    return message


def _ciphertexts(body: bytes) -> list[str]:
    """Candidates for the ciphertext of a body; the signature decides between them.

    In compatible mode the plain message stands around the ciphertext. A body that cannot be parsed is searched.
    """
    try:
        named = parse(body).get("Encrypt")
        found = named[:MOST_CANDIDATES] if isinstance(named, list) else [named]
    except Malformed:
        found = [each.replace(b"\\", b"").decode() for each in _ENCRYPT.findall(body)[:MOST_CANDIDATES]]
    ciphertexts = [each for each in found if isinstance(each, str)]
    if not ciphertexts:
        raise Malformed("Encrypt is missing")
    return ciphertexts


def _verify(token: str, claimed: str, *parts: str) -> None:
    if not _is_signed(token, claimed, *parts):
        raise Forged("wrong signature")


def _is_signed(token: str, claimed: str, *parts: str) -> bool:
    return hmac.compare_digest(signature(token, *parts).encode(), claimed.encode(errors="surrogatepass"))


def _signed_at(keys: CallbackKeys, timestamp: str, now: datetime) -> datetime | None:
    if keys.max_age is None:
        return None
    if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= 11):
        raise Forged("no timestamp")
    signed_at = datetime.fromtimestamp(int(timestamp), UTC)
    if now - signed_at > keys.max_age:
        raise Stale(signed_at)
    return signed_at


def parse(body: bytes) -> dict[str, Any]:
    """Parse a body, XML or JSON: fields are texts, dicts, and lists of what comes more than once. Numbers are texts.

    Raises `Malformed` if it is neither, or nested more deeply than any message.
    """
    if not _is_json(body):
        return _parse_xml(body)
    try:
        # Numbers stay texts: a rounded id would be another message's, and databases refuse some numbers.
        fields = json.loads(
            body.removeprefix(BOM), object_pairs_hook=_gather, parse_int=str, parse_float=str, parse_constant=str
        )
    except (ValueError, RecursionError) as error:
        raise Malformed("not JSON") from error
    if not _is_shallow(fields, DEPTH_LIMIT):
        raise Malformed("too deep")
    return cast("dict[str, Any]", _storable(fields))


def _is_json(body: bytes) -> bool:
    return body.removeprefix(BOM).lstrip()[:1] == b"{"


def _gather(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    fields: dict[str, Any] = {}
    for name, value in pairs:
        _add(fields, name, value)
    return fields


def _add(fields: dict[str, Any], name: str, value: Any) -> None:
    """Add a field. A name that comes twice becomes a list, so that no reader sees only one of its values."""
    if name not in fields:
        fields[name] = value
    elif isinstance(fields[name], list):
        fields[name].append(value)
    else:
        fields[name] = [fields[name], value]


def _is_shallow(value: Any, left: int) -> bool:
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else None
    return inner is None or (left > 0 and all(_is_shallow(each, left - 1) for each in inner))


def _storable(value: Any) -> Any:
    """A value without the characters that databases refuse and JSON can escape: control characters, half surrogates."""
    if isinstance(value, str):
        return _UNSTORABLE.sub("", value)
    if isinstance(value, dict):
        return {_UNSTORABLE.sub("", name): _storable(each) for name, each in value.items()}
    return [_storable(each) for each in value] if isinstance(value, list) else value


def _parse_xml(body: bytes) -> dict[str, Any]:
    """Parse XML: elements as dicts, texts as strings; no document type, no entities, limited in depth and size."""
    parser = expat.ParserCreate("UTF-8")
    stack: list[dict[str, Any]] = [{}]
    texts: list[list[str]] = [[]]
    nodes = 0

    def refuse(*_: Any) -> None:
        raise Malformed("a document type")

    def start(name: str, attributes: Mapping[str, str]) -> None:
        nonlocal nodes
        nodes += 1
        if len(stack) > DEPTH_LIMIT or nodes > NODE_LIMIT:
            raise Malformed("too deep or too many elements")
        stack.append({})
        texts.append([])

    def end(name: str) -> None:
        inner, text = stack.pop(), "".join(texts.pop())
        _add(stack[-1], name, inner or text)

    parser.StartDoctypeDeclHandler = refuse
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = lambda text: texts[-1].append(text)
    try:
        parser.Parse(_FORBIDDEN.sub(b"", body), True)
    except (expat.ExpatError, UnicodeDecodeError) as error:
        raise Malformed("not XML") from error
    fields = stack[0].get("xml")
    if not isinstance(fields, dict):
        raise Malformed("no <xml> element")
    return fields
