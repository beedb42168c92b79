"""Article statistics, by the msg_data_id that publishing and mass messages answer with (wechat-platform.md §7)."""

from collections.abc import Callable, Iterable
from datetime import date, timedelta
from typing import Any

from simulator.calls import Call, Payload, Route
from simulator.clock import day_of
from simulator.desk import Desk
from simulator.errors import Refusal
from simulator.world import Publication, Touch

#: Where articles are read from; the first is all of them together.
ALL = "全部"
SCENES = (ALL, "公众号消息", "公众号主页", "聊天会话", "朋友圈", "推荐", "搜一搜", "其他")
#: Days one call may ask for, and for how many after it appeared an article is counted.
ONE, MONTH = 1, 30


def _days(desk: Desk, call: Call, most: int) -> list[str]:
    """The days asked for: 61500 unless they are days, 61501 for too many, backwards, or later than yesterday."""
    try:
        first, last = (date.fromisoformat(call.text(name)) for name in ("begin_date", "end_date"))
    except ValueError as error:
        raise Refusal(61500) from error
    days = [(first + timedelta(days=number)).isoformat() for number in range((last - first).days + 1)]
    if not 1 <= len(days) <= most or days[-1] >= day_of(desk.clock()):
        raise Refusal(61501)
    return days


def _published(desk: Desk) -> Iterable[tuple[str, int, Publication]]:
    """Every article with its msgid and index."""
    for publication in desk.world.publications.values():
        for index in range(1, len(publication.articles) + 1):
            yield f"{publication.data_id}_{index}", index, publication


def _people(touches: Iterable[Touch], kind: str, scene: str = ALL) -> int:
    """How many people did this, each counted once."""
    return len({touch.openid for touch in touches if touch.kind == kind and scene in (ALL, touch.scene)})


def _readers(touches: list[Touch]) -> dict[str, Any]:
    by_scene = [{"user_count": _people(touches, "read", scene), "scene_desc": scene} for scene in SCENES]
    return {"read_user": by_scene[0]["user_count"], "read_user_source": by_scene}


def _of(publication: Publication, index: int, days: Iterable[str]) -> list[Touch]:
    return [touch for touch in publication.touches if touch.index == index and day_of(touch.at) in days]


def _others(publication: Publication, index: int, days: Iterable[str]) -> dict[str, int]:
    """What is counted beside readers."""
    written = [one for one in publication.comments if one.index == index and day_of(one.at) in days]
    shared = _people(_of(publication, index, days), "share")
    return {"share_user": shared, "zaikan_user": 0, "like_user": 0, "comment_count": len(written), "collection_user": 0}


def _daily(kind: str, figures: Callable[[list[Touch]], dict[str, Any]]) -> Callable[[Desk, Call], Payload]:
    def answer(desk: Desk, call: Call) -> Payload:
        [day] = _days(desk, call, ONE)
        lines = []
        for msgid, index, publication in _published(desk):
            touches = _of(publication, index, [day])
            if _people(touches, kind):
                lines.append({"ref_date": day, "msgid": msgid, "detail": figures(touches)})
        return {"list": lines, "is_delay": False}

    return answer


#: POST /datacube/getarticleread {begin_date, end_date}: what was read on one day.
read = _daily("read", _readers)
#: POST /datacube/getarticleshare: what was shared on one day.
share = _daily("share", lambda touches: {"share_user": _people(touches, "share")})


def total(desk: Desk, call: Call) -> Payload:
    """POST /datacube/getarticletotaldetail: what appeared in these days, each day from then to yesterday added up."""
    wanted, yesterday = _days(desk, call, MONTH), date.fromisoformat(day_of(desk.clock())) - timedelta(days=1)
    lines = []
    for msgid, index, publication in _published(desk):
        first = date.fromisoformat(day_of(publication.at))
        if first.isoformat() not in wanted:
            continue
        details = []
        for number in range(min((yesterday - first).days + 1, MONTH)):
            days = [(first + timedelta(days=n)).isoformat() for n in range(number + 1)]
            figures = _readers(_of(publication, index, days)) | _others(publication, index, days)
            details.append({"stat_date": days[-1]} | figures)
        is_silent = publication.msg_id is None  # published, and sent to nobody
        line = {"ref_date": first.isoformat(), "msgid": msgid, "publish_type": int(is_silent), "detail_list": details}
        lines.append(line)
    return {"list": lines, "is_delay": False}


def summary(desk: Desk, call: Call) -> Payload:
    """POST /datacube/getbizsummary: all articles together, day by day."""
    lines = []
    for day in _days(desk, call, MONTH):
        touches = [touch for _, index, publication in _published(desk) for touch in _of(publication, index, [day])]
        others = [_others(publication, index, [day]) for _, index, publication in _published(desk)]
        added = {name: sum(each[name] for each in others) for name in (others[0] if others else ())}
        lines.append({"ref_date": day, "detail": _readers(touches) | added | {"share_user": _people(touches, "share")}})
    return {"list": lines, "is_delay": False}


ROUTES = (
    Route("/datacube/getarticleread", read, daily=1000, certified=True),
    Route("/datacube/getarticleshare", share, daily=1000, certified=True),
    Route("/datacube/getarticletotaldetail", total, daily=1000, certified=True),
    Route("/datacube/getbizsummary", summary, daily=1000, certified=True),
)
