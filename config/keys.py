"""Signing key strength: whether SECRET_KEY can be guessed."""

import hashlib
import math
import re

from zxcvbn import zxcvbn
from zxcvbn.frequency_lists import FREQUENCY_LISTS

#: Bits: the least strength of an HMAC key by NIST SP 800-131A.
LEAST = 112
#: zxcvbn counts ten guesses for a character that is part of no known pattern. Keys are written in hex, or with more
#: characters: each is worth at least four bits.
_BITS_OF_TEN_TRIES = 4
#: Characters that zxcvbn looks at; a key that is strong up to here is strong.
_LOOKED_AT = 72
#: A random key has a sign between letters once or twice, and hardly ever no digit.
_MOST_PARTS = 3
#: Words of placeholder keys. A random key contains none of them.
_PLACEHOLDERS = ("change", "secret", "example", "placeholder", "replace", "generate", "insecure", "password", "your")
#: Random keys printed in well-known documentation (Flask's), and so known to everybody.
_PUBLISHED = ("192b9bdd22ab9ed4d12e236c78afcb9a393ec15f71bbf5dc987d54727823bcbf",)
MAKE = 'python3 -c "import secrets; print(secrets.token_hex(32))"'


def weakness(key: str, known: list[str]) -> str:
    """The reason why somebody who knows these words could guess a key; empty where nobody could.

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
    """Whether a key is the hash of a common word, which is no harder to guess than the word."""
    for name in ("md5", "sha1", "sha256"):
        if len(key) == hashlib.new(name, usedforsecurity=False).digest_size * 2:
            words = ("", *known, *FREQUENCY_LISTS["passwords"], *FREQUENCY_LISTS["english_wikipedia"])
            return any(hashlib.new(name, word.encode(), usedforsecurity=False).hexdigest() == key for word in words)
    return False
