"""Time-based one-time passwords (TOTP, RFC 6238) and recovery codes for the second step of the sign-in.

A secret is stored encrypted with a key that only the process has, and is shown only while it is set up.
"""

import base64
import hashlib
import hmac
import secrets
import unicodedata
from datetime import datetime
from functools import lru_cache

import segno
from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA1, SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.twofactor.totp import TOTP

from console import passwords

#: Values that every authenticator app supports: six digits, new every thirty seconds, a secret of 160 bits.
DIGITS, SECONDS, SECRET_BYTES = 6, 30, 20
#: Time steps by which a phone's clock may be wrong in either direction.
AROUND = (0, -1, 1)
RECOVERY_CODES = 10


def new_secret() -> str:
    """A new random secret in the form that apps take (base32)."""
    return base64.b32encode(secrets.token_bytes(SECRET_BYTES)).decode()


def sealed(secret: str, key: str) -> str:
    """The encrypted secret, to be stored."""
    return _fernet(key).encrypt(secret.encode()).decode()


def opened(kept: str | None, key: str) -> str | None:
    """The decrypted secret; None where there is none, or it was encrypted with another key."""
    try:
        return _fernet(key).decrypt(kept.encode()).decode() if kept else None
    except InvalidToken:
        return None


def line(secret: str, name: str, issuer: str) -> str:
    """The otpauth address by which an app takes over a secret.

    >>> line("MFRGGZDFMZTWQ2LKMFRGGZDFMZTWQ2LK", "boss", "五微").partition("?")[0]
    'otpauth://totp/%E4%BA%94%E5%BE%AE:boss'
    """
    return _totp(secret).get_provisioning_uri(name, issuer)


def picture(address: str) -> str:
    """The address as a QR code, as a data URI for the page."""
    return str(segno.make(address, error="m", micro=False).png_data_uri(scale=5, border=4))


def step_of(secret: str, code: str, now: datetime) -> int | None:
    """The time step of a code, among the current one and its neighbours; None for a wrong code.

    >>> from datetime import UTC
    >>> now = datetime.fromtimestamp(59, UTC)
    >>> step_of(base64.b32encode(b"12345678901234567890").decode(), "287082", now)
    1
    """
    given = "".join(unicodedata.normalize("NFKC", code).split()).encode()
    for step in (int(now.timestamp()) // SECONDS + off for off in AROUND):
        if step >= 0 and hmac.compare_digest(_totp(secret).generate(step * SECONDS), given):
            return step
    return None


def recovery_codes() -> list[str]:
    """New recovery codes for the loss of the phone, each valid once; as long as a first password: 79 bits."""
    return [passwords.first_password() for _ in range(RECOVERY_CODES)]


def recovery_hash(user_id: int, code: str) -> str:
    """The hash of a recovery code, to be stored. A code cannot be guessed, so a fast hash is enough.

    >>> recovery_hash(1, "ab2c-d3ef") == recovery_hash(1, " AB2C Ｄ3EF ")
    True
    """
    plain = "".join(sign for sign in unicodedata.normalize("NFKC", code).lower() if sign.isalnum())
    return hashlib.sha256(f"recovery:{user_id}:{plain}".encode()).hexdigest()


def _totp(secret: str) -> TOTP:
    return TOTP(base64.b32decode(secret), DIGITS, SHA1(), SECONDS)  # noqa: S303  # RFC 6238: what apps know


@lru_cache(maxsize=4)
def _fernet(key: str) -> Fernet:
    derived = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"second step").derive(key.encode())
    return Fernet(base64.urlsafe_b64encode(derived))
