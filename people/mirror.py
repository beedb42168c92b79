"""The mirror: classes, areas and customer managers as tags in WeChat, so that WeChat's own tools agree with ours."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from foundation.errors import Refused
from wechat_bot.client.wechat import WeChat

#: What WeChat allows (wechat-platform.md §8).
LONGEST_NAME, MOST_TAGS = 30, 100


@dataclass(frozen=True, slots=True)
class Mirrored:
    """What was changed in WeChat."""

    created: tuple[str, ...]
    added: int
    removed: int


def sync(
    wechat: WeChat, members: Mapping[str, set[str]], progress: Callable[[int, int], None] | None = None
) -> Mirrored:
    """Make WeChat's tags of these names hold just these followers; tags of other names are left alone.

    Only the difference is sent, so a second run sends nothing. Names are cut to what WeChat takes. Raises `Refused`
    where there would be more tags than an account may have, before anything is changed, and `SendError` where WeChat
    does not take a call; running it again goes on from there.
    """
    wanted: dict[str, set[str]] = {}
    for name, openids in members.items():
        wanted.setdefault(name[:LONGEST_NAME], set()).update(openids)
    tags = wechat.tags()
    missing = [name for name in wanted if name not in tags]
    if len(tags) + len(missing) > MOST_TAGS:
        wish = f"已有 {len(tags)} 个,还要新增 {len(missing)} 个"
        raise Refused(f"微信最多 {MOST_TAGS} 个标签:{wish}。请先在公众号后台删去不用的标签。")
    added = removed = 0
    # One after the other: WeChat answers 45159 when one follower is tagged twice at the same moment.
    for done, (name, openids) in enumerate(wanted.items(), 1):
        tag = tags[name] if name in tags else wechat.create_tag(name)
        now_there = _members(wechat, tag) if name in tags else set()
        for change, add in ((openids - now_there, True), (now_there - openids, False)):
            if change:
                wechat.tag(tag, sorted(change), add=add)
        added += len(openids - now_there)
        removed += len(now_there - openids)
        if progress:
            progress(done, len(wanted))
    return Mirrored(tuple(missing), added, removed)


def _members(wechat: WeChat, tag: int) -> set[str]:
    """Who has a tag in WeChat now: 10,000 a page."""
    found: set[str] = set()
    following = ""
    while True:
        page = wechat.call("/cgi-bin/user/tag/get", {"tagid": tag, "next_openid": following})
        openids = page.get("data", {}).get("openid", [])
        found.update(openids)
        following = page.get("next_openid", "")
        if not openids or not following:
            return found
