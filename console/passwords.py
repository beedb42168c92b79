"""Passwords and tokens: hashed, compared, made up. The library's own defaults (argon2id, RFC 9106) are used."""

import hashlib
import hmac
import secrets
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

_hasher = PasswordHasher()
#: Letters and digits nobody takes for one another when a password is read out.
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"


def weigh(*, rounds: int, kibibytes: int) -> None:
    """Let hashing cost so much from now on, in this process. For tests, which sign in often and protect nobody."""
    global _hasher
    _hasher = PasswordHasher(time_cost=rounds, memory_cost=kibibytes, parallelism=1)
    _nobodys.cache_clear()


def hashed(password: str) -> str:
    """What is kept of a password."""
    return _hasher.hash(password)


def fits(kept: str | None, password: str) -> bool:
    """Whether this is the password; of nobody's password it never is, after the same work."""
    nobodys = _nobodys()  # made by the first who is compared, whoever that is: the time tells nothing
    try:
        return _hasher.verify(kept or nobodys, password) and kept is not None
    except (VerificationError, InvalidHashError):
        return False


def is_outdated(kept: str) -> bool:
    """Whether the hash was made with weaker parameters than today's."""
    return _hasher.check_needs_rehash(kept)


def first_password() -> str:
    """A password for the first sign-in: four groups of four."""
    return "-".join("".join(secrets.choice(_LETTERS) for _ in range(4)) for _ in range(4))


def new_token() -> str:
    """A session's token: 256 bits."""
    return secrets.token_urlsafe(32)


def token_hash(token: str) -> str:
    """What is kept of a token. It cannot be guessed, so a plain hash will do."""
    return hashlib.sha256(token.encode()).hexdigest()


def form_token(token: str, key: str) -> str:
    """What forms of the browser that holds `token` carry: useless with any other session."""
    return hmac.new(key.encode(), b"form:" + token.encode(), hashlib.sha256).hexdigest()


@cache
def _nobodys() -> str:
    """Compared with where there is no such user, so that the answer takes as long."""
    return _hasher.hash(secrets.token_hex(8))
