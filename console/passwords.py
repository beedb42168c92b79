"""Password and token hashing, with the library's defaults (argon2id, RFC 9106), and generation of both."""

import hashlib
import hmac
import secrets
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

_hasher = PasswordHasher()
#: Letters and digits that are not confused with each other when a password is read out.
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"


def weigh(*, rounds: int, kibibytes: int) -> None:
    """Set the cost of hashing in this process. For tests only, which sign in often."""
    global _hasher
    _hasher = PasswordHasher(time_cost=rounds, memory_cost=kibibytes, parallelism=1)
    _nobodys.cache_clear()


def hashed(password: str) -> str:
    """The hash of a password, to be stored."""
    return _hasher.hash(password)


def fits(kept: str | None, password: str) -> bool:
    """Whether a password fits a stored hash; without a hash it is False, after the same time."""
    nobodys = _nobodys()  # computed at the first comparison of any kind, so that the time reveals nothing
    try:
        return _hasher.verify(kept or nobodys, password) and kept is not None
    except (VerificationError, InvalidHashError):
        return False


def is_outdated(kept: str) -> bool:
    """Whether the hash was made with weaker parameters than today's."""
    return _hasher.check_needs_rehash(kept)


def first_password() -> str:
    """A random password for the first sign-in: four groups of four characters."""
    return "-".join("".join(secrets.choice(_LETTERS) for _ in range(4)) for _ in range(4))


def new_token() -> str:
    """A random session token of 256 bits."""
    return secrets.token_urlsafe(32)


def token_hash(token: str) -> str:
    """The hash of a token, to be stored. A token cannot be guessed, so a fast hash is enough."""
    return hashlib.sha256(token.encode()).hexdigest()


def form_token(token: str, key: str) -> str:
    """The form token (CSRF) of the session with `token`; it is not valid in any other session."""
    return hmac.new(key.encode(), b"form:" + token.encode(), hashlib.sha256).hexdigest()


@cache
def _nobodys() -> str:
    """A hash to compare with where there is no such user, so that the answer takes as long."""
    return _hasher.hash(secrets.token_hex(8))
