"""Strength of the key that signs: whether it can be guessed."""

import math

from zxcvbn import zxcvbn

#: The least that NIST SP 800-131A lets a key of an HMAC be worth, in bits.
LEAST = 112
#: zxcvbn counts ten tries for a sign that is part of no pattern it knows. Keys are written in hex, or in more letters
#: still: a sign there is worth four bits.
_BITS_OF_TEN_TRIES = 4
#: zxcvbn looks at no more; a key that is strong up to here is strong.
_LOOKED_AT = 72
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
    """
    plain = key.lower()
    if plain in _PUBLISHED or any(word in plain for word in _PLACEHOLDERS):
        return "is a placeholder"
    guesses = zxcvbn(key[:_LOOKED_AT], [word[:_LOOKED_AT] for word in known if word])["guesses"]
    bits = math.floor(math.log10(guesses) * _BITS_OF_TEN_TRIES)
    return f"can be guessed: it is worth {bits} bits of {LEAST}" if bits < LEAST else ""
