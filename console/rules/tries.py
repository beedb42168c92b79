"""Sign-in throttling rules: how long the next try waits, and what tries are counted by."""

import ipaddress
import math
import re
from dataclasses import dataclass
from datetime import datetime, timedelta

#: Tries without waiting: of a name from one address, or in a known browser; of a name from anywhere; from an address
#: under any name. After that the wait doubles with each try, up to the longest.
TRIES_OF_PAIR = 5
TRIES_OF_NAME = 50
TRIES_OF_ADDRESS = 60
LONGEST_WAIT = timedelta(minutes=15)
#: How long after the last try the count is deleted.
TRIES_FORGOTTEN = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class TryCount:
    """Try counter under a key, with the number of tries that are free."""

    subject: str
    free: int
    #: Whether strangers' tries count here too: then a right try takes back only itself, otherwise all.
    is_shared: bool = False


def wait_after(tries: int, free: int) -> timedelta:
    """The time to wait before the next try, after so many.

    >>> [int(wait_after(tries, 5).total_seconds()) for tries in (4, 5, 6, 10, 15, 4000)]
    [0, 1, 2, 32, 900, 900]
    """
    if tries < free:
        return timedelta(0)
    return min(timedelta(seconds=2 ** min(tries - free, 20)), LONGEST_WAIT)


def left_to_wait(tries: int, free: int, tried_at: datetime, now: datetime) -> timedelta:
    """The remaining part of that wait. A last try in the future means the clock was set back: the wait starts anew."""
    return max(wait_after(tries, free) - max(now - tried_at, timedelta(0)), timedelta(0))


def wait_sentence(left: timedelta) -> str:
    """The sentence for somebody who tried too often.

    >>> wait_sentence(timedelta(seconds=31.2))
    '试的次数太多了，请过 32 秒再试。忘了密码请找管理员重置。'
    """
    seconds = math.ceil(left.total_seconds())
    said = f"{seconds} 秒" if seconds < 120 else f"{math.ceil(seconds / 60)} 分钟"
    return f"试的次数太多了，请过 {said}再试。忘了密码请找管理员重置。"


def network(address: str) -> str:
    """The address by which tries are counted: of IPv6 the /64 network, for a household has one.

    >>> network("2001:db8:1:2:3:4:5:6"), network("::ffff:203.0.113.7"), network("203.0.113.7"), network("?")
    ('2001:db8:1:2::/64', '203.0.113.7', '203.0.113.7', '?')
    >>> network("203.0.113.7:4711"), network("[2001:db8:1:2::1]:4711")  # as some proxies say it
    ('203.0.113.7', '2001:db8:1:2::/64')
    """
    host = re.fullmatch(r"([0-9.]+):[0-9]+|\[(.+)\](?::[0-9]+)?", address)
    try:
        found = ipaddress.ip_address((host[1] or host[2]) if host else address)
    except ValueError:
        return address[:60]
    if isinstance(found, ipaddress.IPv6Address):
        if found.ipv4_mapped:
            return str(found.ipv4_mapped)
        return str(ipaddress.IPv6Network((int(found) >> 64 << 64, 64)))
    return str(found)
