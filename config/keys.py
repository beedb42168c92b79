"""Strength of the key that signs: whether it can be guessed."""

import hashlib
import math
import re

from zxcvbn import zxcvbn
from zxcvbn.frequency_lists import FREQUENCY_LISTS

#: The least that NIST SP 800-131A lets a key of an HMAC be worth, in bits.
LEAST = 112
#: zxcvbn counts ten tries for a sign that is part of no pattern it knows. Keys are written in hex, or in more letters
#: still: a sign there is worth four bits.
_BITS_OF_TEN_TRIES = 4
#: zxcvbn looks at no more; a key that is strong up to here is strong.
_LOOKED_AT = 72
#: Chance writes a sign between letters once or twice in a key, and hardly ever no digit among those.
_MOST_PARTS = 3
#: Words of keys that wait to be replaced. Chance writes none of them.
_PLACEHOLDERS = ("change", "secret", "example", "placeholder", "replace", "generate", "insecure", "password", "your")
#: Keys of widely read documentation (Flask's), which chance did write, but for everybody.
_PUBLISHED = ("192b9bdd22ab9ed4d12e236c78afcb9a393ec15f71bbf5dc987d54727823bcbf",)
MAKE = 'python3 -c "import secrets; print(secrets.token_hex(32))"'


def weakness(key: str, known: list[str]) -> str:
    """Why a key can be guessed by whoever knows the words given; empty where it cannot.

    >>> weakness("9f2c41d07be85a3614c8f07d2be96a51", ["wx1"])
    ''
    >>> weakness("0123456789abcdef" * 4, [])
    'can be guessed: it is worth 19 bits of 112'
    >>> weakness("wx90a1b2c3d4e5f607" * 3, ["wx90a1b2c3d4e5f607"])
    'can be guessed: it is worth 3 bits of 112'
    >>> weakness("Please-Change-Me-83hfk3jf93jf0c0g9wk2ls0xk3", [])
    'is a placeholder'
    >>> weakness("longyan-tobacco-wechat-service-account-2026", [])
    'is made of words'
    >>> weakness("5f4dcc3b5aa765d61d8327deb882cf99", [])
    'is the digest of a common word'
    """
    plain = key.lower()
    if plain in _PUBLISHED or any(word in plain for word in _PLACEHOLDERS):
        return "is a placeholder"
    parts = re.split(r"[\W_]+", plain)
    if len(parts) > _MOST_PARTS and all(part.isalpha() or part.isdigit() for part in parts if part):
        return "is made of words"
    if re.fullmatch(r"[0-9a-f]+", plain) and _is_digest(plain, known):
        return "is the digest of a common word"
    guesses = zxcvbn(key[:_LOOKED_AT], [word[:_LOOKED_AT] for word in known if word])["guesses"]
    bits = math.floor(math.log10(guesses) * _BITS_OF_TEN_TRIES)
    return f"can be guessed: it is worth {bits} bits of {LEAST}" if bits < LEAST else ""


def _is_digest(key: str, known: list[str]) -> bool:
    """Whether a key is what somebody got who put a word into a hash, which adds nothing to the word."""
    for name in ("md5", "sha1", "sha256"):
        if len(key) == hashlib.new(name, usedforsecurity=False).digest_size * 2:
            words = ("", *known, *FREQUENCY_LISTS["passwords"], *FREQUENCY_LISTS["english_wikipedia"])
            return any(hashlib.new(name, word.encode(), usedforsecurity=False).hexdigest() == key for word in words)
    return False
