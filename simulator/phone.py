"""Phone of a person: what they can do to the account, and what they see (wechat-platform.md §2)."""

import re
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlsplit

from simulator import comments, menus, oauth, publishing, qr
from simulator.calls import Upload
from simulator.handset import Handset, NotPossible, Seen
from simulator.media import store, usable
from simulator.world import Entry, Publication, Touch

PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c4944415478da63f8ff"
    "ff3f0005fe02fea735810f0000000049454e44ae426082"
)
TEXT_LINK = re.compile(r'href="weixin://bizmsgmenu\?([^"]+)"')


class Phone(Handset):
    """One person's phone. What is done returns what the account let them see during it."""

    # Following

    def follow(self, scene: str | int | None = None) -> Seen:
        """Follow, by the QR code with this scene if one is named; who follows already only scans it."""
        with self.desk.lock:
            if self.follower.subscribed:
                return Seen() if scene is None else self.scan(scene)
            ticket, text = self._ticket(scene)
            self.follower.subscribed = True
            self.follower.subscribed_at = self.desk.clock()
            self.follower.scene = text
            self.follower.scene_kind = "ADD_SCENE_SEARCH" if scene is None else "ADD_SCENE_QR_CODE"
            self.follower.windows = {}
        key = f"qrscene_{text}" if scene is not None else ""
        given = {"EventKey": key} | ({"Ticket": ticket} if ticket else {})
        said = "扫码关注了公众号" if scene is not None else "关注了公众号"
        return self._send("subscribe", said, {"MsgType": "event", "Event": "subscribe"} | given, trigger="follow")

    def unfollow(self) -> Seen:
        """Stop following; nothing may be sent to this person any more. Done twice it is nothing."""
        with self.desk.lock:
            if not self.follower.subscribed:
                return Seen()
            self.follower.subscribed = False
            self.follower.windows = {}
        given = {"MsgType": "event", "Event": "unsubscribe", "EventKey": ""}
        return self._send("unsubscribe", "取消关注了公众号", given, is_leaving=True)

    def scan(self, scene: str | int) -> Seen:
        """Scan a QR code by its scene, ticket or address: SCAN for a follower, following for the others.

        NotPossible if the code has expired. A scene for which no code was made counts as a printed one.
        """
        if not self.follower.subscribed:
            return self.follow(scene)
        ticket, text = self._ticket(scene)
        return self.event("SCAN", "扫描了二维码", trigger="scan", EventKey=text, Ticket=ticket)

    def _ticket(self, scene: str | int | None) -> tuple[str, str]:
        if scene is None:
            return "", ""
        found = qr.find(self.desk, str(scene))
        if found is None:
            return "gQ" + self.desk.opaque("ticket", 92, seed=str(scene)) + "==", str(scene)
        if found.expires_at is not None and found.expires_at <= self.desk.clock():
            raise NotPossible("the QR code has expired")
        return found.ticket, found.scene

    # Writing

    def say(self, text: str) -> Seen:
        """Write a text."""
        return self._send("text", text, {"MsgType": "text", "Content": text}, trigger="message")

    def _keep(self, kind: str, content: bytes, name: str, content_type: str) -> str:
        with self.desk.lock:
            return store(self.desk, kind, Upload(name, content_type, content)).media_id

    def send_image(self, content: bytes = PIXEL, name: str = "photo.png") -> Seen:
        """Send a picture; its media can be fetched for three days."""
        media_id = self._keep("image", content, name, "image/png" if name.endswith("png") else "image/jpeg")
        url = f"{self.desk.page_base}/simulator/media/{media_id}"
        fields = {"MsgType": "image", "PicUrl": url, "MediaId": media_id}
        return self._send("image", "[图片]", fields, trigger="message", detail={"media_id": media_id})

    def send_voice(self, content: bytes = b"#!AMR\n", seconds: int = 3) -> Seen:
        """Send a voice message; its words are not recognized any more (§2)."""
        media_id = self._keep("voice", content, "voice.amr", "audio/amr")
        fields = {"MsgType": "voice", "MediaId": media_id, "Format": "amr", "Recognition": ""}
        detail = {"media_id": media_id, "seconds": seconds}
        return self._send("voice", "[语音]", fields, trigger="message", detail=detail)

    def send_video(self, content: bytes = b"\0\0\0\x18ftypmp42", *, is_short: bool = False) -> Seen:
        """Send a video, or a short one."""
        media_id = self._keep("video", content, "video.mp4", "video/mp4")
        thumb = self._keep("thumb", PIXEL, "thumb.jpg", "image/jpeg")
        fields = {"MsgType": "shortvideo" if is_short else "video", "MediaId": media_id, "ThumbMediaId": thumb}
        return self._send("video", "[视频]", fields, trigger="message", detail={"media_id": media_id})

    def send_location(self, latitude: float, longitude: float, label: str = "", scale: int = 16) -> Seen:
        """Send a place, in degrees."""
        place = {"Location_X": latitude, "Location_Y": longitude, "Scale": scale, "Label": label}
        detail = {"latitude": latitude, "longitude": longitude, "label": label}
        fields = {"MsgType": "location"} | place
        return self._send("location", label or "[位置]", fields, trigger="message", detail=detail)

    def send_link(self, title: str, url: str, description: str = "") -> Seen:
        """Send a shared link."""
        fields = {"MsgType": "link", "Title": title, "Description": description, "Url": url}
        detail = {"url": url, "description": description}
        return self._send("link", title, fields, trigger="message", detail=detail)

    def report_location(self, latitude: float, longitude: float, precision: float = 30.0) -> Seen:
        """Let the client report where it is, as on entering the chat."""
        return self.event("LOCATION", "", Latitude=latitude, Longitude=longitude, Precision=precision)

    # Tapping

    def click(self, key: str) -> Seen:
        """Tap a menu button of type click that has this key."""
        return self.event("CLICK", "点击了菜单", trigger="click", EventKey=key)

    @property
    def menu(self) -> list[dict[str, Any]]:
        """The buttons this person sees, empty without a menu."""
        with self.desk.lock:
            found = menus.menu_of(self.desk, self.follower)
            return found[1] if found else []

    def tap_menu(self, *names: str, result: str = "", place: tuple[float, float] = (25.1, 117.0)) -> Seen:
        """Tap a button by its names from the top, `tap_menu("服务", "填写调查")` or `tap_menu("服务/填写调查")`.

        `result` is what a scan button reads; `place` what a location button sends. NotPossible without such a button.
        """
        path = [name for given in names for name in given.split("/")]
        with self.desk.lock:
            found = menus.menu_of(self.desk, self.follower)
        menu_id, level = found or (0, [])
        button: dict[str, Any] | None = None
        for name in path:
            button = next((option for option in level if option["name"] == name), None)
            if button is None:
                raise NotPossible(f"no menu button {'/'.join(path)}")
            level = button.get("sub_button") or []
        if button is None or level:
            return Seen()  # opening a sub-menu sends nothing
        return self._tapped(button, menu_id, result, place)

    def _tapped(self, button: dict[str, Any], menu_id: int, result: str, place: tuple[float, float]) -> Seen:
        kind, name, key = button["type"], button["name"], button.get("key", "")
        if kind == "click":
            return self.event("CLICK", f"点击菜单：{name}", trigger="click", EventKey=key)
        if kind == "view":
            return self.event("VIEW", f"打开菜单：{name}", EventKey=button["url"], MenuId=menu_id)
        if kind == "miniprogram":
            return self.event("view_miniprogram", f"打开小程序：{name}", EventKey=button["pagepath"], MenuId=menu_id)
        if kind.startswith("scancode"):
            info = {"ScanType": "qrcode", "ScanResult": result}
            return self.event(kind, f"扫一扫：{name}", trigger="click", EventKey=key, ScanCodeInfo=info)
        if kind.startswith("pic_"):
            pictures = {"Count": 1, "PicList": {"item": {"PicMd5Sum": "5a75aaca956d97be686719218f275c6b"}}}
            self.event(kind, f"发送图片：{name}", EventKey=key, SendPicsInfo=pictures)
            return self.send_image()
        if kind == "location_select":
            where = {"Location_X": place[0], "Location_Y": place[1], "Scale": 15, "Label": "", "Poiname": ""}
            self.event(kind, f"发送位置：{name}", EventKey=key, SendLocationInfo=where)
            return self.send_location(*place)
        start = len(self.follower.transcript)
        media_id = button.get("media_id") or button.get("article_id")
        self.desk.show(self.follower, "account", "menu", "image" if kind == "media_id" else "news", f"[{name}]",
                       {"media_id": media_id})  # fmt: skip
        return self._since(start)

    def options(self) -> dict[str, str]:
        """Every choice ever offered in this chat, id to label, by msgmenu or by links in a text (§4)."""
        found: dict[str, str] = {}
        for entry in self.follower.transcript:
            if entry.kind == "msgmenu":
                found |= {option["id"]: option["content"] for option in entry.detail["list"]}
            for link in TEXT_LINK.findall(entry.text) if entry.source == "account" else ():
                pairs = dict(parse_qsl(link.replace("&amp;", "&")))
                found[pairs.get("msgmenuid", "")] = pairs.get("msgmenucontent", "")
        return found

    def tap(self, option_id: str | int) -> Seen:
        """Tap a choice of any msgmenu in the chat, also an old one; it counts as a click, not as a message (§4)."""
        label = self.options().get(str(option_id))
        if label is None:
            raise NotPossible(f"no choice {option_id} in the chat of {self.name}")
        fields = {"MsgType": "text", "Content": label, "bizmsgmenuid": str(option_id)}
        return self._send("text", label, fields, trigger="click", detail={"option": str(option_id)})

    # Subscription notices and pages

    def answer_subscription(self, template_id: str, accept: bool = True, scene: int = 1) -> Seen:
        """Answer the popup that asks for consent to notices of this template; one consent is one send (§5)."""
        with self.desk.lock:
            if accept:
                self.follower.consents[template_id] = self.follower.consents.get(template_id, 0) + 1
        answer = {
            "TemplateId": template_id,
            "SubscribeStatusString": "accept" if accept else "reject",
            "PopupScene": scene,
        }
        return self._notice_event("subscribe_msg_popup_event", "SubscribeMsgPopupEvent", answer)

    def withdraw_subscription(self, template_id: str) -> Seen:
        """Take every consent to this template back."""
        with self.desk.lock:
            self.follower.consents.pop(template_id, None)
        answer = {"TemplateId": template_id, "SubscribeStatusString": "reject"}
        return self._notice_event("subscribe_msg_change_event", "SubscribeMsgChangeEvent", answer)

    def _notice_event(self, name: str, wrapper: str, answer: dict[str, Any]) -> Seen:
        # In JSON the list has no wrapper (§2).
        entries = {"List": answer} if self.desk.account.format == "json" else {wrapper: {"List": answer}}
        fields = {"MsgType": "event", "Event": name} | entries
        return self._send(name, "", fields, is_leaving=True)  # consent does not need following

    def read(self, url: str, scene: str = "公众号消息") -> Seen:
        """Read an article; `scene` is one of `datacube.SCENES`. The app hears nothing of it."""
        return self._touch(url, "read", scene)

    def share(self, url: str) -> Seen:
        """Share an article."""
        return self._touch(url, "share", "其他")

    def _touch(self, url: str, kind: str, scene: str) -> Seen:
        with self.desk.lock:
            publication, index = self._article(url)
            publication.touches.append(Touch(kind, index, self.openid, self.desk.clock(), scene))
        return Seen()

    def comment(self, url: str, text: str) -> Seen:
        """Comment on an article; the app hears nothing of it."""
        with self.desk.lock:
            publication, index = self._article(url)
            try:
                comments.write(self.desk, publication, index, self.openid, text)
            except ValueError as error:
                raise NotPossible(str(error)) from error
        return Seen()

    def _article(self, url: str) -> tuple[Publication, int]:
        try:
            return publishing.find(self.desk, url)
        except LookupError as error:
            raise NotPossible(str(error)) from error

    def open(self, url: str, *, is_snapshot: bool = False) -> str:
        """Open an address; an authorize address leads back to the app with a code, any other is returned as it is.

        OAuthRefused if the authorize page would show an error.
        """
        parts = urlsplit(url)
        if parts.path != oauth.AUTHORIZE_PATH:
            return url
        query = {key: values[0] for key, values in parse_qs(parts.query, keep_blank_values=True).items()}
        return oauth.authorize(self.desk, query, self.follower, is_snapshot=is_snapshot)

    def picture_of(self, entry: Entry) -> bytes:
        """The bytes of a picture, voice or video seen in the chat; Refusal 40007 once it has expired."""
        return usable(self.desk, entry.detail.get("media_id")).content
