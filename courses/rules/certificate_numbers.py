"""Certificate number: eight drawn signs and a check sign, by which a number that was mistyped is told from a false one.

The signs are those that nobody confuses on a small screen: 23 letters and 8 digits. Their number, 31, is a prime, so a
sum with a weight of its own for each place notices every wrong sign and every two neighbours that changed places.
"""

import unicodedata
from random import SystemRandom

SIGNS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
DRAWN = 8
#: With the check sign, without the dash between them.
LENGTH = DRAWN + 1
_dice = SystemRandom()


def draw() -> str:
    """Draw a number at random, as it is stored: nine signs without a dash."""
    drawn = "".join(_dice.choices(SIGNS, k=DRAWN))
    return drawn + check_sign(drawn)


def check_sign(drawn: str) -> str:
    """Return the check sign of eight signs.

    >>> check_sign("7K3MQ2VX")
    '7'
    >>> check_sign("7K3MQ2XV") == check_sign("7K3MQ2VX")
    False
    """
    return SIGNS[sum(place * SIGNS.index(sign) for place, sign in enumerate(drawn, start=1)) % len(SIGNS)]


def printed(number: str) -> str:
    """Return a stored number as it is printed.

    >>> printed("7K3MQ2VX7")
    '7K3MQ2VX-7'
    """
    return f"{number[:DRAWN]}-{number[DRAWN:]}"


def read(written: str) -> str | None:
    """Return the number somebody typed as it is stored; None where it cannot be one: wrong signs, or a check sign that
    does not fit.

    >>> read(" ７k3mq2vx－７"), read("7K3MQ2VX-9"), read("7K3MQ2VX"), read("7K3MQ2V0-7")
    ('7K3MQ2VX7', None, None, None)
    """
    plain = unicodedata.normalize("NFKC", written).upper()
    bare = "".join(sign for sign in plain if sign.isalnum())
    if len(bare) != LENGTH or not set(bare) <= set(SIGNS):
        return None
    return bare if check_sign(bare[:DRAWN]) == bare[DRAWN] else None
