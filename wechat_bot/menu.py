"""Account menu: read from a file, checked against WeChat's limits and our links, then published."""

from collections.abc import Mapping, Sequence
from typing import Any

from foundation.errors import Refused
from wechat_bot import tagging
from wechat_bot.client.wechat import WeChat
from wechat_bot.switchboard import Switchboard

# wechat-platform.md §9. Bytes of UTF-8.
TOP, SUB = 3, 5
TOP_NAME, SUB_NAME, KEY, URL = 16, 60, 128, 1024
#: Placeholder in a url for the address of our own pages.
OURS = "{public_url}"


def check(file: Any, board: Switchboard, pages: str = "") -> dict[str, Any]:
    """Check a menu file; returns the menus for WeChat, `default`, and `conditional` by tag name.

    Raises `Refused` with every mistake. `pages` replaces `{public_url}` in a url; it is empty for an account without
    OAuth, where pages cannot tell who opens them, and a button with such a url sends its key instead.
    """
    mistakes: list[str] = []
    file = file if isinstance(file, Mapping) else {}
    default = _buttons(file.get("menu"), "menu", board, pages, mistakes)
    conditional = []
    listed = file.get("conditional") or ()
    if not isinstance(listed, Sequence) or isinstance(listed, str):
        mistakes.append("conditional：要是一列菜单，每个前面写“- ”")
        listed = ()
    for number, each in enumerate(listed, 1):
        where = f"conditional 第 {number} 个"
        if not isinstance(each, Mapping) or not each.get("tag"):
            mistakes.append(f"{where}：缺少 tag")
            continue
        if unknown := set(map(str, each)) - {"tag", "menu"}:
            # WeChat itself refuses sex, region and language with 65320.
            mistakes.append(
                f"{where}：只能按 tag 区分，不能按 {'、'.join(sorted(unknown))}（微信不再支持性别、地区、语言）"
            )
        conditional.append((str(each["tag"]), _buttons(each.get("menu"), where, board, pages, mistakes)))
    if mistakes:
        raise Refused("菜单文件有误：\n" + "\n".join(mistakes))
    return {"default": default, "conditional": conditional}


def publish(wechat: WeChat, checked: Mapping[str, Any], mirrored: Mapping[str, int]) -> int:
    """Publish checked menus; returns the number of conditional ones. `mirrored` has the ids of mirrored tags by name.

    If a call fails, everybody still has a menu, and publishing again completes it. The default menu goes first, for
    WeChat requires one (65303). A new conditional menu hides the old one of its tag, so old ones are deleted last.
    """
    tags = _tag_ids(wechat, [tag for tag, _ in checked["conditional"]], mirrored)
    old = wechat.conditional_menus()
    wechat.create_menu({"button": checked["default"]})
    for tag, buttons in checked["conditional"]:
        wechat.add_conditional_menu({"button": buttons, "matchrule": {"tag_id": str(tags[tag])}})
    for menu_id in old:
        wechat.delete_conditional_menu(menu_id)
    return len(checked["conditional"])


def _tag_ids(wechat: WeChat, wanted: Sequence[str], mirrored: Mapping[str, int]) -> dict[str, int]:
    there = wechat.tags() if wanted else {}
    ids = {}
    for tag in wanted:
        name = next(tagging.candidates(tag))
        ids[tag] = mirrored[tag] if mirrored.get(tag) in there.values() else there.get(name) or wechat.create_tag(name)
    return ids


def _buttons(entries: Any, where: str, board: Switchboard, pages: str, mistakes: list[str]) -> list[dict[str, Any]]:
    if not isinstance(entries, list) or not 1 <= len(entries) <= TOP:
        mistakes.append(f"{where}：一级菜单要有 1 到 {TOP} 个")
        return []
    return [
        _button(entry, f"{where} 第 {n} 项", board, pages, mistakes, is_top=True) for n, entry in enumerate(entries, 1)
    ]


def _button(
    entry: Any, where: str, board: Switchboard, pages: str, mistakes: list[str], *, is_top: bool
) -> dict[str, Any]:
    entry = entry if isinstance(entry, Mapping) else {}
    name = str(entry.get("name") or "")
    limit = TOP_NAME if is_top else SUB_NAME
    if not name or len(name.encode()) > limit:
        mistakes.append(f"{where}：名称“{name}”要在 1 到 {limit} 字节之间（一个汉字 3 字节）")
    if "sub" in entry and is_top:
        sub = entry["sub"] if isinstance(entry["sub"], list) else []
        if not 1 <= len(sub) <= SUB:
            mistakes.append(f"{where}：二级菜单要有 1 到 {SUB} 个")
        return {
            "name": name,
            "sub_button": [
                _button(each, f"{where} 第 {n} 小项", board, pages, mistakes, is_top=False)
                for n, each in enumerate(sub, 1)
            ],
        }
    url, key = str(entry.get("url") or ""), str(entry.get("key") or "")
    is_ours = OURS in url
    if is_ours and not pages and not key:
        mistakes.append(f"{where}：没有网页授权，打不开我们自己的页面，请再写一个 key 代替")
    if url and (pages or not is_ours):
        url = url.replace(OURS, pages)
        if not url.startswith(("http://", "https://")) or len(url.encode()) > URL:
            mistakes.append(f"{where}：网址“{url}”不对")
        return {"type": "view", "name": name, "url": url}
    if not key or len(key.encode()) > KEY:
        mistakes.append(f"{where}：要有 key（最多 {KEY} 字节）或 url")
    elif ":" in key and not board.knows(key):
        mistakes.append(f"{where}：没有“{key}”这个入口")
    return {"type": "click", "name": name, "key": key}
