"""Sessions in browsers: how long they last, and what the browser is called."""

from datetime import datetime, timedelta

#: A session ends when it was not used for this long, and in any case after that long.
IDLE = timedelta(hours=2)
ABSOLUTE = timedelta(hours=12)
#: Being seen is written down no more often than this: not every click is a write.
SEEN_EVERY = timedelta(minutes=1)
#: So long a browser is known after the last sign-in there.
BROWSER_KNOWN = timedelta(days=180)

#: What stands in a browser's own words, and what a person calls it; the first that fits.
_BROWSERS = {
    "MicroMessenger": "微信",
    "Edg": "Edge",
    "QQBrowser": "QQ 浏览器",
    "Firefox": "Firefox",
    "Chrome": "Chrome",
    "Safari": "Safari",
}
_SYSTEMS = {
    "Windows": "Windows",
    "HarmonyOS": "鸿蒙",
    "Android": "安卓手机",
    "iPhone": "iPhone",
    "iPad": "iPad",
    "Mac OS": "Mac",
    "Linux": "Linux",
}


def device(agent: str) -> str:
    """Where somebody is signed in, in words they know.

    >>> device("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/120.0 Safari/537.36 Edg/120.0")
    'Windows 上的 Edge'
    >>> device("curl/8.0")
    '认不出的设备'
    """
    found = [next((word for part, word in words.items() if part in agent), "") for words in (_SYSTEMS, _BROWSERS)]
    return " 上的 ".join(filter(None, found)) or "认不出的设备"


def has_expired(created_at: datetime, seen_at: datetime, now: datetime) -> bool:
    """Whether a session is over by itself: left alone, or simply old."""
    return now - seen_at >= IDLE or now - created_at >= ABSOLUTE
