"""API client: every call to WeChat goes through `WeChat.call`, with its timeout, its one retry and its errors.

wechatpy's client is not used: it retries a bad token without end, has no timeout, and writes the secret into its
errors (docs/decisions/0002-wechatpy.md).
"""

import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlencode

import requests

from foundation.log import scrub
from wechat_bot.client import downloads, videos
from wechat_bot.client.codes import ACCEPTED, EXPLAINED, Act, SendError, is_known
from wechat_bot.client.stores import Store
from wechat_bot.client.tokens import Tokens

#: Seconds to connect and to wait for the answer. Together well under the outbox's lease.
TIMEOUT = (3.05, 12.0)
#: Bytes of a media file at most: an endless download must not hold a worker for ever.
MEDIA_LIMIT = 12 << 20
#: WeChat's own address of the OAuth sign-in.
OAUTH_BASE = "https://open.weixin.qq.com"
LONGEST_OPENID = 64
NO_MENU, NO_SUCH_MENU = 46003, 65301


@dataclass(frozen=True)
class Credentials:
    """Credentials of the account, and the addresses of WeChat's APIs."""

    app_id: str
    secret: str = field(repr=False)
    api_base: str
    oauth_base: str
    #: Base address of QR code images, which another host serves than the API's.
    mp_base: str


@dataclass(frozen=True)
class MediaFile:
    """Downloaded media file."""

    content: bytes = field(repr=False)
    content_type: str


@contextmanager
def understood() -> Iterator[None]:
    """Raise `SendError` if a field that was asked for is missing from WeChat's answer, or malformed."""
    try:
        yield
    except (KeyError, TypeError, ValueError) as error:
        raise SendError(f"a field of WeChat's answer is missing: {error}", act=Act.RETRY, uncertain=True) from None


class WeChat:
    """API client of one account. Safe to share between threads: each has an HTTP session of its own."""

    def __init__(
        self, credentials: Credentials, store: Store, *, is_development: bool, new_session: Any = requests.Session
    ) -> None:
        """`is_development` lets videos be downloaded from this machine, where the simulator keeps them."""
        self._credentials = credentials
        self._is_development = is_development
        self._new_session = new_session
        self._local = threading.local()
        self.tokens = Tokens(store, self._fetch_token)

    def call(
        self,
        path: str,
        payload: Mapping[str, Any] | None = None,
        *,
        query: Mapping[str, str] | None = None,
        files: Any = None,
    ) -> dict[str, Any]:
        """Call an API that needs the token; returns WeChat's answer.

        GET without a payload, POST with one. If WeChat refuses the token, it is replaced and the call made once more,
        never a third time. Raises `SendError`.
        """
        token = self.tokens.current()
        for is_last in (False, True):
            try:
                return self._once(path, payload, {**(query or {}), "access_token": token}, files)
            except SendError as error:
                if is_last or error.act is not Act.REFRESH:
                    raise
                token = self.tokens.replace(token)
        raise AssertionError("unreachable")

    def follows(self, openid: str) -> bool:
        """Whether somebody follows the account now (§8). Raises `SendError` if the answer does not say."""
        answer = self.call("/cgi-bin/user/info", query={"openid": openid})
        with understood():
            return bool(("0", "1").index(str(answer["subscribe"])))

    def send_custom(self, body: Mapping[str, Any]) -> None:
        """Send a customer-service message (§4). It has no idempotency id."""
        self.call("/cgi-bin/message/custom/send", body)

    def send_template(self, body: Mapping[str, Any]) -> str | None:
        """Send a template message (§5); returns its msgid, None if WeChat had accepted it before.

        With a `client_msg_id` it is safe to repeat for ten minutes.
        """
        msgid = self.call("/cgi-bin/message/template/send", body).get("msgid")
        return str(msgid) if msgid is not None else None

    def create_menu(self, menu: Mapping[str, Any]) -> None:
        """Replace the default menu (§9); conditional menus stay."""
        self.call("/cgi-bin/menu/create", menu)

    def add_conditional_menu(self, menu: Mapping[str, Any]) -> str:
        """Add a menu for the followers with a tag; returns its id. If a tag has two menus, the newer is shown."""
        answer = self.call("/cgi-bin/menu/addconditional", menu)
        with understood():
            return str(answer["menuid"])

    def conditional_menus(self) -> list[str]:
        """The ids of the conditional menus."""
        try:
            found = self.call("/cgi-bin/menu/get").get("conditionalmenu") or []
        except SendError as error:
            if error.code != NO_MENU:
                raise
            return []
        with understood():
            return [str(each["menuid"]) for each in found]

    def delete_conditional_menu(self, menu_id: str) -> None:
        """Delete a conditional menu; one that is gone already is no error."""
        try:
            self.call("/cgi-bin/menu/delconditional", {"menuid": menu_id})
        except SendError as error:
            if error.code != NO_SUCH_MENU:
                raise

    def tags(self) -> dict[str, int]:
        """The ids of the account's tags, by name."""
        answer = self.call("/cgi-bin/tags/get")
        with understood():
            return {tag["name"]: int(tag["id"]) for tag in answer["tags"]}

    def create_tag(self, name: str) -> int:
        """Create a tag (at most 100, names of 30 bytes); returns its id."""
        answer = self.call("/cgi-bin/tags/create", {"tag": {"name": name}})
        with understood():
            return int(answer["tag"]["id"])

    def rename_tag(self, tag_id: int, name: str) -> None:
        """Rename a tag."""
        self.call("/cgi-bin/tags/update", {"tag": {"id": tag_id, "name": name}})

    def tag(self, tag_id: int, openids: list[str], *, add: bool) -> None:
        """Add a tag to followers or remove it, 50 followers a call (§8)."""
        path = "/cgi-bin/tags/members/batchtagging" if add else "/cgi-bin/tags/members/batchuntagging"
        for start in range(0, len(openids), 50):
            self.call(path, {"openid_list": openids[start : start + 50], "tagid": tag_id})

    def create_qr(self, scene: str, *, seconds: int | None = 2_592_000) -> tuple[str, str]:
        """Create a QR code for a scene of 1 to 64 characters (§9); returns the address of its image and its link.

        It expires after `seconds`, 30 days at most; with None it is permanent, and an account has 100,000 of those.
        """
        action = "QR_STR_SCENE" if seconds else "QR_LIMIT_STR_SCENE"
        wanted: dict[str, Any] = {"action_name": action, "action_info": {"scene": {"scene_str": scene}}}
        answer = self.call("/cgi-bin/qrcode/create", wanted | ({"expire_seconds": seconds} if seconds else {}))
        with understood():
            picture = f"{self._credentials.mp_base}/cgi-bin/showqrcode?ticket={quote(answer['ticket'], safe='')}"
            return picture, str(answer["url"])

    def upload(self, kind: str, name: str, content: bytes, content_type: str) -> str:
        """Upload an `image` (jpg, png or gif, 10 MB) or a `voice` (amr or mp3, 2 MB); returns its media id (§7).

        The media id is valid for three days.
        """
        files = {"media": (name, content, content_type)}
        answer = self.call("/cgi-bin/media/upload", query={"type": kind}, files=files)
        with understood():
            return str(answer["media_id"])

    def download(self, media_id: str) -> MediaFile:
        """Download a media file; WeChat keeps it for three days (§2). Raises `SendError`, permanent if it is gone."""
        token = self.tokens.current()
        for is_last in (False, True):
            try:
                query = urlencode({"access_token": token, "media_id": media_id})
                return self._file(f"{self._credentials.api_base}/cgi-bin/media/get?{query}", "/cgi-bin/media/get")
            except SendError as error:
                if is_last or error.act is not Act.REFRESH:
                    raise
                token = self.tokens.replace(token)
        raise AssertionError("unreachable")

    @property
    def app_id(self) -> str:
        """The account's id."""
        return self._credentials.app_id

    @property
    def oauth_base(self) -> str:
        """Base address of the OAuth sign-in."""
        return self._credentials.oauth_base

    @property
    def is_simulated(self) -> bool:
        """Whether the OAuth sign-in is a simulator's, which works in any browser."""
        return self.oauth_base != OAUTH_BASE

    def authorize_url(self, redirect_uri: str, state: str) -> str:
        """The address that sends a browser inside WeChat through the silent OAuth sign-in (§9)."""
        query = urlencode(
            {
                "appid": self._credentials.app_id,
                "redirect_uri": redirect_uri,
                "response_type": "code",
                "scope": "snsapi_base",
                "state": state,
            }
        )
        return f"{self._credentials.oauth_base}/connect/oauth2/authorize?{query}#wechat_redirect"

    def exchange_code(self, code: str) -> tuple[str, bool]:
        """Exchange a single-use OAuth code for the openid, and whether that is a virtual account, nobody's (§9)."""
        query = {
            "appid": self._credentials.app_id,
            "secret": self._credentials.secret,
            "code": code,
            "grant_type": "authorization_code",
        }
        answer = self._once("/sns/oauth2/access_token", None, query, None)
        with understood():
            openid = answer["openid"]
            if not isinstance(openid, str) or not 0 < len(openid) <= LONGEST_OPENID:
                raise ValueError("openid")
            return openid, str(answer.get("is_snapshotuser") or 0) != "0"

    def _fetch_token(self) -> tuple[str, int]:
        body = {
            "grant_type": "client_credential",
            "appid": self._credentials.app_id,
            "secret": self._credentials.secret,
        }
        answer = self._once("/cgi-bin/stable_token", body, {}, None)
        with understood():
            return str(answer["access_token"]), int(answer["expires_in"])

    def _once(
        self, path: str, payload: Mapping[str, Any] | None, query: Mapping[str, str], files: Any
    ) -> dict[str, Any]:
        url = f"{self._credentials.api_base}{path}{'?' + urlencode(query) if query else ''}"
        try:
            if files is not None:
                response = self._session.post(url, files=files, timeout=TIMEOUT)
            elif payload is None:
                response = self._session.get(url, timeout=TIMEOUT)
            else:
                # Unescaped UTF-8: WeChat reads \uXXXX as the characters \, u, X… (40033).
                body = json.dumps(payload, ensure_ascii=False).encode()
                response = self._session.post(
                    url, data=body, headers={"Content-Type": "application/json; charset=utf-8"}, timeout=TIMEOUT
                )
        except requests.RequestException as error:
            raise self._lost(path, error) from None  # not chained: its text has the address, with the secret in it
        return self._read(response.status_code, response.content)

    def _file(self, url: str, path: str) -> MediaFile:
        """Download a file from WeChat. Errors show `path` in place of the address, which has the token in it."""
        content = bytearray()
        try:
            with self._session.get(url, timeout=TIMEOUT, stream=True) as response:
                for chunk in response.iter_content(1 << 16):
                    content += chunk
                    if len(content) > MEDIA_LIMIT:
                        raise SendError("the file is larger than WeChat allows", act=Act.NO)
        except requests.RequestException as error:
            raise self._lost(path, error) from None
        kind = response.headers.get("Content-Type", "")
        # Errors and the addresses of videos are JSON, which WeChat labels text/plain. A proxy's HTML page and an empty
        # body are no files either.
        is_text = "json" in kind or "html" in kind or kind.startswith("text/") or bytes(content[:1]) in (b"", b"{")
        if is_text or response.status_code >= 400:
            video_url = self._read(response.status_code, bytes(content)).get("video_url")
            if not isinstance(video_url, str):
                raise SendError("media/get gave no file", act=Act.RETRY)
            return MediaFile(*(self._local_video(video_url) if self._is_development else videos.fetch(video_url)))
        return MediaFile(bytes(content), kind or "application/octet-stream")

    def _local_video(self, url: str) -> tuple[bytes, str]:
        """Download a video from an address that may be this machine's."""
        try:
            with self._session.get(url, timeout=TIMEOUT, stream=True) as response:
                return videos.read(response.status_code, response.headers, response.iter_content(downloads.CHUNK))
        except requests.RequestException as error:
            raise self._lost("video_url", error) from None

    def _read(self, status: int, content: bytes) -> dict[str, Any]:
        if status >= 500:
            raise SendError(f"WeChat answered {status}", act=Act.RETRY, uncertain=True)
        try:
            # WeChat labels JSON as text/plain without a charset: the bytes are UTF-8 all the same.
            answer = json.loads(content)
            code = int(answer.get("errcode") or 0)
        except (ValueError, AttributeError, TypeError):
            raise SendError("WeChat's answer is not JSON", act=Act.RETRY, uncertain=True) from None
        if code and code not in ACCEPTED:
            said = scrub(str(answer.get("errmsg", "")), (self._credentials.secret,))
            # An unknown code may mean that the message was accepted, as 40241 did when it was new.
            is_unsure = code == -1 or not is_known(code)
            raise SendError(f"{code} {EXPLAINED.get(code, '')} {said}".strip(), code=code, uncertain=is_unsure)
        return dict(answer)

    def _lost(self, path: str, error: requests.RequestException) -> SendError:
        # Only if no connection was made is it certain that WeChat did nothing.
        never_left = isinstance(error, requests.ConnectTimeout) or "NewConnectionError" in repr(error)
        return SendError(f"{path}: {type(error).__name__}", act=Act.RETRY, uncertain=not never_left)

    @property
    def _session(self) -> requests.Session:
        if not hasattr(self._local, "session"):
            self._local.session = self._new_session()
        session: requests.Session = self._local.session
        return session
