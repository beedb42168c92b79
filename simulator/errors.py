"""WeChat's error codes with their messages, and the exception that carries one (wechat-platform.md §10)."""

from typing import Any

ERRORS: dict[int, str] = {
    -1: "system error",
    40001: (
        "invalid credential, access_token is invalid or not latest, could get access_token by getStableAccessToken"
    ),
    40002: "invalid grant_type",
    40003: "invalid openid",
    40004: "invalid media type",
    40005: "invalid file type",
    40006: "invalid media size",
    40007: "invalid media_id",
    40008: "invalid message type",
    40009: "invalid image size",
    40012: "invalid thumb size",
    40013: "invalid appid",
    40014: "invalid access_token",
    40016: "invalid button size",
    40017: "invalid button type",
    40018: "invalid button name size",
    40019: "invalid button key size",
    40020: "invalid button url size",
    40023: "invalid sub button size",
    40024: "invalid sub button type",
    40025: "invalid sub button name size",
    40026: "invalid sub button key size",
    40027: "invalid sub button url size",
    40029: "invalid code",
    40030: "invalid refresh_token",
    40031: "invalid openid list",
    40032: "invalid openid list size",
    40033: "invalid charset. please check your request, if include \\uxxxx will create fail!",
    40035: "invalid parameter",
    40037: "invalid template_id",
    40048: "invalid url",
    40050: "invalid tag id",
    40053: "invalid action info",
    40059: "invalid msg id",
    40066: "invalid url",
    40097: "invalid args",
    40114: "invalid index value",
    40125: "invalid appsecret",
    40130: "invalid openid list size, at least two openid",
    40132: "invalid username",
    40163: "code been used",
    40200: "invalid account type",
    40241: "duplicate message",
    41001: "access_token missing",
    41002: "appid missing",
    41004: "appsecret missing",
    41005: "media data missing",
    41006: "media_id missing",
    41008: "missing code",
    42001: "access_token expired",
    42002: "refresh_token expired",
    43001: "require GET method",
    43002: "require POST method",
    43004: "require subscribe",
    43106: "adding templates is restricted",
    43116: "this template is blocked",
    43117: "this template is sent too often",
    43019: "require remove blacklist",
    43101: "user refuse to accept the msg",
    44002: "empty post data",
    44003: "empty news data",
    44004: "empty content",
    45002: "content size out of limit",
    45003: "title size out of limit",
    45004: "description size out of limit",
    45005: "url size out of limit",
    45008: "article size out of limit",
    45009: "reach max api daily quota limit",
    45010: "create menu limit",
    45011: "api minute-quota reach limit, must slower, retry next minute",
    45015: "response out of time limit or subscription is canceled",
    45026: "template size out of limit",
    45028: "has no masssend quota",
    45029: "qrcode count out of limit",
    45047: "out of response count limit",
    45056: "too many tag now, no need to add new",
    45057: "can't modify or delete the tag that has over 100000 fans",
    45058: "can't modify sys tag",
    45059: "can not tag this user that has been tagged by 20 tags",
    45065: "clientmsgid exist",
    45066: "same clientmsgid retry too fast",
    45067: "clientmsgid size out of limit",
    45072: "command not support",
    45080: "can only send typing command within 30 seconds of an interaction",
    45081: "typing is being shown already",
    45083: "set speed has to be 0 to 4",
    45084: "no speed given",
    45110: "author size out of limit",
    45157: "tag name duplicated",
    45158: "tag name too long, more than 30 bytes",
    45159: "invalid tag id",
    46001: "media data no exist",
    46003: "menu no exist",
    46004: "user no exist",
    47001: "data format error",
    47003: "argument invalid!",
    48001: "api unauthorized",
    48002: "user block receive message",
    48003: "not agree mass-send protocol",
    48004: "api banned",
    48006: "forbid to clear quota because of reaching the limit",
    48008: "no permission for this msgtype",
    49003: "not match appid with openid",
    50002: "user limited",
    53600: "article id is invalid",
    61451: "invalid parameter",
    61500: "date format error",
    61501: "date range error",
    65301: "not existed menuid",
    65303: "there is no selfmenu, please create selfmenu first",
    65304: "match rule empty",
    65320: "match rule of sex, region or language is not supported any more",
    88000: "without comment privilege",
    88001: "msg_data is not exists",
    88002: "the article is limit for safety",
    88005: "already reply",
    88007: "reply content beyond max len or content len is zero",
    88008: "comment is not exists",
    88010: "count range error. cout <= 0 or count >= 50",
    200012: "personal template number exceeds",
    200014: "invalid tid",
    200016: "invalid start",
    200017: "invalid limit",
    200020: "invalid keyword list",
    200021: "invalid scene desc",
}


class Refusal(Exception):
    """Refusal of an API call: a code of `ERRORS`, an optional detail behind its message, more fields of the answer."""

    def __init__(self, code: int, detail: str = "", **fields: Any) -> None:
        super().__init__(f"{code} {ERRORS.get(code, '')} {detail}".rstrip())
        self.code = code
        self.detail = detail
        self.fields = fields

    def answer(self, rid: str) -> dict[str, Any]:
        """The JSON WeChat answers, its errmsg ending in the request's id, as `rid: …` (§10)."""
        message = f"{ERRORS.get(self.code, 'unknown error')} {self.detail}".rstrip()
        return {"errcode": self.code, "errmsg": f"{message} rid: {rid}"} | self.fields


class OAuthRefused(Exception):
    """The authorize page shows an error instead of sending the person back: its code and sentence (§9)."""

    def __init__(self, code: int, sentence: str) -> None:
        super().__init__(f"{code} {sentence}")
        self.code = code
        self.sentence = sentence
