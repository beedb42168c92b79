"""Cipher and signatures of callbacks, by Tencent's published description (wechat-platform.md §1)."""

import base64
import binascii
import hashlib
import os
import struct

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

BLOCK = 32


class Undecipherable(Exception):
    """Error of a text that was not encrypted with this key for this account."""


def signature(*parts: str) -> str:
    """The hexadecimal SHA-1 over the sorted, joined parts: `signature` of three parts, `msg_signature` of four."""
    return hashlib.sha1("".join(sorted(parts)).encode()).hexdigest()


def key_of(encoding_aes_key: str) -> bytes:
    """The 32 bytes behind a 43-character EncodingAESKey; ValueError if it is none.

    The last character may carry stray low bits, so the decoding is the lenient one.
    """
    if len(encoding_aes_key) != 43:
        raise ValueError("an EncodingAESKey has 43 characters")
    return base64.b64decode(encoding_aes_key + "=")


def encrypt(encoding_aes_key: str, app_id: str, message: bytes, prefix: bytes | None = None) -> str:
    """Base64 of AES-256-CBC over 16 random bytes, length, message and app id, padded to 32-byte blocks (§1)."""
    key = key_of(encoding_aes_key)
    plain = (prefix or os.urandom(16)) + struct.pack(">I", len(message)) + message + app_id.encode()
    pad = BLOCK - len(plain) % BLOCK
    encryptor = Cipher(algorithms.AES(key), modes.CBC(key[:16])).encryptor()
    return base64.b64encode(encryptor.update(plain + bytes([pad]) * pad) + encryptor.finalize()).decode()


def decrypt(encoding_aes_key: str, app_id: str, ciphertext: str) -> bytes:
    """The message inside, or Undecipherable: wrong key, bad padding (1..32), bad length, or another account's id."""
    key = key_of(encoding_aes_key)
    try:
        data = base64.b64decode(ciphertext, validate=True)
        decryptor = Cipher(algorithms.AES(key), modes.CBC(key[:16])).decryptor()
        padded = decryptor.update(data) + decryptor.finalize()
    except (binascii.Error, ValueError) as error:
        raise Undecipherable(str(error)) from error
    pad = padded[-1] if padded else 0
    if not 1 <= pad <= BLOCK or padded[-pad:] != bytes([pad]) * pad:
        raise Undecipherable("bad padding")
    plain = padded[:-pad]
    if len(plain) < 20:
        raise Undecipherable("too short")
    end = 20 + int(struct.unpack(">I", plain[16:20])[0])
    if plain[end:] != app_id.encode():
        raise Undecipherable("another account's message")
    return plain[20:end]
