"""Session rules: how long sessions last, and how the browser is named."""

from datetime import datetime, timedelta

#: A session ends after being unused for this long, and in any case after that long.
IDLE = timedelta(hours=2)
ABSOLUTE = timedelta(hours=12)
#: Least time between two saved last uses, so that not every click is a write.
SEEN_EVERY = timedelta(minutes=1)
#: How long a browser stays known after the last sign-in there.
BROWSER_KNOWN = timedelta(days=180)

#: Parts of a User-Agent and the names people use; the first that fits counts.
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
    """The name of a browser and system from its User-Agent.

    >>> device("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/120.0 Safari/537.36 Edg/120.0")
    'Windows 上的 Edge'
    >>> device("curl/8.0")
    '认不出的设备'
    """
    found = [next((word for part, word in words.items() if part in agent), "") for words in (_SYSTEMS, _BROWSERS)]
    return " 上的 ".join(filter(None, found)) or "认不出的设备"


def has_expired(created_at: datetime, seen_at: datetime, now: datetime) -> bool:
    """Whether a session has expired: unused for too long, or too old."""
    return now - seen_at >= IDLE or now - created_at >= ABSOLUTE
