"""The account's menu and its conditional menus (wechat-platform.md §9)."""

from typing import Any

from simulator.calls import Call, Payload, Route, ok
from simulator.desk import Desk
from simulator.errors import Refusal
from simulator.world import ConditionalMenu, Follower

# type: the fields it must have
TYPES: dict[str, tuple[str, ...]] = {
    "click": ("key",),
    "view": ("url",),
    "scancode_push": ("key",),
    "scancode_waitmsg": ("key",),
    "pic_sysphoto": ("key",),
    "pic_photo_or_album": ("key",),
    "pic_weixin": ("key",),
    "location_select": ("key",),
    "media_id": ("media_id",),
    "article_id": ("article_id",),
    "article_view_limited": ("article_id",),
    "miniprogram": ("url", "appid", "pagepath"),
}
TOP, SUB = 3, 5
TOP_NAME_BYTES, SUB_NAME_BYTES = 16, 60
KEY_BYTES, URL_BYTES = 128, 1024
NOT_SUPPORTED = ("sex", "gender", "country", "province", "city", "language")
Buttons = list[dict[str, Any]]


def _check_one(button: Any, *, is_top: bool) -> None:
    shift = 0 if is_top else 7  # the codes of sub-menus follow seven behind those of the top row
    if not isinstance(button, dict) or not isinstance(button.get("name"), str) or not button["name"]:
        raise Refusal(40018 + shift)
    if len(button["name"].encode()) > (TOP_NAME_BYTES if is_top else SUB_NAME_BYTES):
        raise Refusal(40018 + shift)
    needed = TYPES.get(button.get("type", ""))
    if needed is None:
        raise Refusal(40017 + shift)
    for field in needed:
        value = button.get(field)
        size = len(value.encode()) if isinstance(value, str) else 0
        if field == "url" and not 1 <= size <= URL_BYTES:
            raise Refusal(40020 + shift)
        if field != "url" and not 1 <= size <= KEY_BYTES:
            raise Refusal(40019 + shift)


def checked(data: dict[str, Any]) -> Buttons:
    """The buttons, within 3×5, names ≤16 and ≤60 bytes, keys ≤128, addresses ≤1024, or the code that fits (§9)."""
    buttons = data.get("button")
    if not isinstance(buttons, list) or not 1 <= len(buttons) <= TOP:
        raise Refusal(40016)
    for button in buttons:
        subs = button.get("sub_button") if isinstance(button, dict) else None
        if isinstance(subs, dict):
            subs = subs.get("list")  # the shape `menu/get` of the console's own menus has
        if not subs:
            _check_one(button, is_top=True)
            continue
        if not isinstance(subs, list) or len(subs) > SUB:
            raise Refusal(40023)
        _check_one(button | {"type": "click", "key": "-"}, is_top=True)
        for sub in subs:
            _check_one(sub, is_top=False)
    return buttons


def create(desk: Desk, call: Call) -> Payload:
    """POST /cgi-bin/menu/create: replaces the default menu."""
    desk.world.menu = checked(call.json())
    desk.version += 1
    return ok()


def _outward(buttons: Buttons) -> Buttons:
    return [{"sub_button": []} | button for button in buttons]


def get(desk: Desk, call: Call) -> Payload:
    """GET /cgi-bin/menu/get: default and conditional menus, 46003 without any."""
    if desk.world.menu is None:
        raise Refusal(46003)
    answer: dict[str, Any] = {"menu": {"button": _outward(desk.world.menu), "menuid": 1}}
    if desk.world.conditional_menus:
        answer["conditionalmenu"] = [
            {"button": _outward(menu.button), "matchrule": menu.matchrule, "menuid": menu.menu_id}
            for menu in desk.world.conditional_menus
        ]
    return answer


def delete(desk: Desk, call: Call) -> Payload:
    """GET /cgi-bin/menu/delete: all menus, the conditional ones too."""
    desk.world.menu = None
    desk.world.conditional_menus = []
    desk.version += 1
    return ok()


def add_conditional(desk: Desk, call: Call) -> Payload:
    """POST /cgi-bin/menu/addconditional: 65303 without a default menu, 65320 for sex, region or language."""
    data = call.json()
    if desk.world.menu is None:
        raise Refusal(65303)
    buttons = checked(data)
    given = data.get("matchrule")
    rule = {key: value for key, value in given.items() if value not in ("", None)} if isinstance(given, dict) else {}
    if any(key in rule for key in NOT_SUPPORTED):
        raise Refusal(65320)
    if not rule:
        raise Refusal(65304)
    if "tag_id" in rule:
        number = str(rule["tag_id"])
        if not number.isdigit() or int(number) not in desk.world.tags:
            raise Refusal(40050)
        rule["tag_id"] = number
    menu = ConditionalMenu(400_000_000 + desk.serial(), buttons, rule)
    desk.world.conditional_menus.insert(0, menu)
    desk.version += 1
    return {"menuid": str(menu.menu_id)}


def delete_conditional(desk: Desk, call: Call) -> Payload:
    """POST /cgi-bin/menu/delconditional: 65301 if there is none of this id."""
    wanted = call.number("menuid")
    kept = [menu for menu in desk.world.conditional_menus if menu.menu_id != wanted]
    if len(kept) == len(desk.world.conditional_menus):
        raise Refusal(65301)
    desk.world.conditional_menus = kept
    desk.version += 1
    return ok()


def menu_of(desk: Desk, follower: Follower, platform: str = "1") -> tuple[int, Buttons] | None:
    """The menu this follower sees with its number: the rule of the tag given last, the newest rule first (§9)."""
    if desk.world.menu is None:
        return None
    latest_tag = str(follower.tags[-1]) if follower.tags else ""
    for menu in desk.world.conditional_menus:
        rule = menu.matchrule
        if rule.get("tag_id", latest_tag) == latest_tag and str(rule.get("client_platform_type", platform)) == platform:
            return menu.menu_id, menu.button
    return 1, desk.world.menu


def try_match(desk: Desk, call: Call) -> Payload:
    """POST /cgi-bin/menu/trymatch: what this openid would see, 65303 without a menu."""
    found = menu_of(desk, desk.follower(call.text("user_id")))
    if found is None:
        raise Refusal(65303)
    return {"button": _outward(found[1])}


ROUTES = (
    Route("/cgi-bin/menu/create", create, daily=1000),
    Route("/cgi-bin/menu/get", get, "GET", daily=10_000),
    Route("/cgi-bin/menu/delete", delete, "GET", daily=1000),
    Route("/cgi-bin/menu/addconditional", add_conditional, daily=2000, certified=True),
    Route("/cgi-bin/menu/delconditional", delete_conditional, daily=2000, certified=True),
    Route("/cgi-bin/menu/trymatch", try_match, daily=20_000, certified=True),
)
