"""Host classification: whether an address belongs to this machine or a private network, however it is spelled."""

import ipaddress
import socket
import unicodedata
from urllib.parse import unquote

#: Name endings that belong to this machine or a local network (RFC 6761, 6762, 8375; `internal` is ICANN's).
_NEAR = ("localhost", "localdomain", "local", "internal", "intranet", "lan", "home.arpa", "test", "invalid", "onion")
#: Public names that resolve to the asking machine itself, or to an address written in front of them.
_LEAD_BACK = ("localtest.me", "lvh.me", "vcap.me", "nip.io", "sslip.io", "xip.io")


def is_near(host: str) -> bool:
    """Whether a host is not on the public internet. No name server is asked: a name is judged by its spelling only.

    >>> [is_near(each) for each in ("127.1", "2130706433", "0x7f.1", "[::1]", "0.0.0.0", "192.168.0.4", "simulator")]
    [True, True, True, True, True, True, True]
    >>> [is_near(each) for each in ("fec0::1", "64:ff9b:1::a00:1", "192.0.0.8")]
    [True, True, True]
    >>> [is_near(each) for each in ("LOCALHOST.", "１２７.0.0.1", "127。0。0。1", "::ffff:10.0.0.1", "64:ff9b::7f00:1")]
    [True, True, True, True, True]
    >>> is_near("api.weixin.qq.com"), is_near("203.205.254.1"), is_near("[2402:4e00::1]"), is_near("local.qq.com")
    (False, False, False, False)
    """
    name = unicodedata.normalize("NFKC", unquote(host)).replace("。", ".").strip().strip("[]").rstrip(".").lower()
    name = name.partition("%")[0]  # of fe80::1%eth0, the address
    address = _address(name)
    if address is None:
        return "." not in name or any(name == near or name.endswith(f".{near}") for near in _NEAR + _LEAD_BACK)
    return not address.is_global or address.is_multicast or any(address in network for network in _OURS)


def _address(name: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """The IP address of a host written in numbers, in any spelling that the system's resolver accepts."""
    try:
        if ":" not in name:
            return ipaddress.IPv4Address(socket.inet_aton(name)) if name and " " not in name else None
        found = ipaddress.IPv6Address(name)
    except (OSError, ValueError):
        return None
    if any(found in network for network in _CARRY_IPV4):
        return ipaddress.IPv4Address(found.packed[-4:])
    return found.ipv4_mapped or found.sixtofour or found


#: Networks for local use that Python does not treat as private: RFC 6890, 3879, 8215.
_OURS = tuple(map(ipaddress.ip_network, ("192.0.0.0/24", "fec0::/10", "64:ff9b:1::/48")))
#: IPv4 addresses embedded in IPv6: translated (RFC 6052, 2765), or in the deprecated form (RFC 4291).
_CARRY_IPV4 = tuple(ipaddress.IPv6Network(each) for each in ("64:ff9b::/96", "::ffff:0:0:0/96", "::/96"))
