"""Tries to get in: how long the next one waits, and what they are counted under."""

import ipaddress
import math
import re
from dataclasses import dataclass
from datetime import datetime, timedelta

#: Tries that nobody has to wait for: of a name from one address, or in a known browser; of a name from anywhere; from
#: an address under any name. Then the wait doubles with each, up to the longest.
TRIES_OF_PAIR = 5
TRIES_OF_NAME = 50
TRIES_OF_ADDRESS = 60
LONGEST_WAIT = timedelta(minutes=15)
#: So long after the last try nothing is remembered of them.
TRIES_FORGOTTEN = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class TryCount:
    """Count of tries under a name: so many of them are free."""

    subject: str
    free: int
    #: Strangers try under it too. After a try that was right only that one is taken back; of one's own all are.
    is_shared: bool = False


def wait_after(tries: int, free: int) -> timedelta:
    """How long the next try waits after so many.

    >>> [int(wait_after(tries, 5).total_seconds()) for tries in (4, 5, 6, 10, 15, 4000)]
    [0, 1, 2, 32, 900, 900]
    """
    if tries < free:
        return timedelta(0)
    return min(timedelta(seconds=2 ** min(tries - free, 20)), LONGEST_WAIT)


def left_to_wait(tries: int, free: int, tried_at: datetime, now: datetime) -> timedelta:
    """How much of that wait is left. A last try in the future is a clock that was set back: the wait begins anew."""
    return max(wait_after(tries, free) - max(now - tried_at, timedelta(0)), timedelta(0))


def wait_sentence(left: timedelta) -> str:
    """What whoever tried too often is told.

    >>> wait_sentence(timedelta(seconds=31.2))
    '试的次数太多了，请过 32 秒再试。忘了密码请找管理员重置。'
    """
    seconds = math.ceil(left.total_seconds())
    said = f"{seconds} 秒" if seconds < 120 else f"{math.ceil(seconds / 60)} 分钟"
    return f"试的次数太多了，请过 {said}再试。忘了密码请找管理员重置。"


def network(address: str) -> str:
    """Whose address this is, as far as tries are counted: of IPv6 the network, of which a household has one.

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
