"""WeChat tag mirror: classes, areas and customer managers as tags in WeChat, for use in WeChat's own tools."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import structlog

from foundation.errors import Refused
from people.queries import Mirrored
from wechat_bot import tagging
from wechat_bot.client.codes import Act, SendError
from wechat_bot.client.wechat import WeChat
from wechat_bot.services import Services

log = structlog.get_logger(__name__)

#: WeChat's limits of tags (wechat-platform.md §8).
MOST_TAGS = 100
#: Openids in one call, and tries of a call.
BATCH, TRIES = 50, 3
#: Errors about one follower: unknown, too many tags, no longer following.
OF_ONE = {40003, 40031, 45059, 46004, 49003}
#: Ids up to this one are WeChat's built-in tags.
RESERVED = 2


@dataclass(frozen=True, slots=True)
class Done:
    """Result of a synchronisation: what was changed in WeChat."""

    created: int
    added: int
    removed: int


def sync(services: Services, groups: Sequence[Mirrored], progress: Callable[[int, int], None]) -> Done:
    """Synchronise WeChat's tags of these groups with their followers; other tags are not touched.

    A tag is found by its stored id, the first time by its name; a tag of ours that was renamed in WeChat keeps that
    name until our name changes. Only differences are sent, so a second run sends nothing.

    Raises `Refused`, before any change, where there would be more tags than an account may have, and `SendError` where
    a call fails; running it again continues from there.
    """
    wechat = services.wechat
    there = wechat.tags()
    with services.reading() as session:
        known = {key: kept for key, kept in tagging.known(session, wechat.app_id).items() if kept[1] in there.values()}
    names = _names(groups, known, there)
    missing = [group for group in groups if group.key not in known and names[group.key] not in there]
    if len(there) + len(missing) > MOST_TAGS:
        wish = f"已有 {len(there)} 个，还要新增 {len(missing)} 个"
        raise Refused(f"微信最多 {MOST_TAGS} 个标签：{wish}。请先在公众号后台删去不用的标签。")
    added = removed = 0
    # One call at a time: WeChat answers 45159 where a follower is tagged twice at the same moment.
    for done, group in enumerate(groups, 1):
        tag = _tag(services, group, known.get(group.key), names[group.key], there)
        now_there = set() if group in missing else _members(wechat, tag)
        added += _mark(wechat, tag, sorted(group.openids - now_there), add=True)
        removed += _mark(wechat, tag, sorted(now_there - group.openids), add=False)
        progress(done, len(groups))
    return Done(len(missing), added, removed)


def _names(
    groups: Sequence[Mirrored], known: Mapping[str, tuple[str, int]], there: Mapping[str, int]
) -> dict[str, str]:
    """The name of each tag in WeChat: unique, and different from all tags that are not ours."""
    called = {tag_id: name for name, tag_id in there.items()}
    ours = {kept[1] for kept in known.values()}
    taken = {name for name, tag_id in there.items() if tag_id <= RESERVED or tag_id in ours}
    names = {}
    for group in groups:
        before, tag_id = known.get(group.key, (None, 0))
        if before == group.name:
            names[group.key] = called[tag_id]
            continue
        taken.discard(called.get(tag_id, ""))
        # The first time, an existing tag of that name becomes ours; later, a name already taken cannot be given to it.
        others = set(there) - {called.get(tag_id, "")} if tag_id else taken
        names[group.key] = next(name for name in tagging.candidates(group.name) if name not in taken | others)
        taken.add(names[group.key])
    return names


def _tag(services: Services, group: Mirrored, kept: tuple[str, int] | None, name: str, there: Mapping[str, int]) -> int:
    """The group's tag id, after creating or renaming the tag where needed and saving it."""
    if kept == (group.name, there.get(name)):
        return kept[1]
    if kept is None:
        tag = there[name] if name in there else services.wechat.create_tag(name)
    else:
        tag = kept[1]
        if there.get(name) != tag:
            services.wechat.rename_tag(tag, name)
    with services.transaction() as session:
        tagging.keep(session, services.wechat.app_id, group.key, group.name, tag)
    return tag


def _mark(wechat: WeChat, tag: int, openids: Sequence[str], *, add: bool) -> int:
    """Put a tag on followers or take it off; gives the number changed. WeChat refuses a whole batch because of one
    follower: that one is found by bisection, and left out."""
    if len(openids) > BATCH:
        return sum(
            _mark(wechat, tag, openids[start : start + BATCH], add=add) for start in range(0, len(openids), BATCH)
        )
    if not openids:
        return 0
    try:
        _ask(wechat, tag, list(openids), add=add)
    except SendError as error:
        if error.code not in OF_ONE:
            raise
        if len(openids) == 1:
            log.warning("WeChat does not tag somebody", openid=openids[0][-6:], error=str(error))
            return 0
        half = len(openids) // 2
        return sum(_mark(wechat, tag, part, add=add) for part in (openids[:half], openids[half:]))
    return len(openids)


def _ask(wechat: WeChat, tag: int, openids: list[str], *, add: bool) -> None:
    # 45159 also means that the tag is there already; doing it twice does no harm.
    for left in reversed(range(TRIES)):
        try:
            wechat.tag(tag, openids, add=add)
        except SendError as error:
            if error.act is not Act.RETRY or not left:
                raise
        else:
            return


def _members(wechat: WeChat, tag: int) -> set[str]:
    """The openids that have a tag in WeChat now, read in pages of 10,000."""
    found: set[str] = set()
    following = ""
    while True:
        page = wechat.call("/cgi-bin/user/tag/get", {"tagid": tag, "next_openid": following})
        openids = page.get("data", {}).get("openid", [])
        found.update(openids)
        following = page.get("next_openid", "")
        if not openids or not following:
            return found
