"""Sealing of columns with AES-256-GCM: each value is bound to its place and its owner, so that a
ciphertext moved to another row or person does not open. Every owner has a data key of their own;
the secret keys of the settings only wrap those."""

import base64
import binascii
import hashlib
import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from storage.errors import SealBroken
from storage.ids import RandomBytes

KEY_BYTES = 32
_NONCE_BYTES = 12  # 96 bits, what GCM is made for
_KEY_ID_LENGTH = 8
_VERSION = b"\x01"


def new_key(random_bytes: RandomBytes = os.urandom) -> str:
    """A fresh secret key as the setting takes it: url-safe base64 of 32 random bytes."""
    return base64.urlsafe_b64encode(random_bytes(KEY_BYTES)).decode()


class SecretKeys:
    """The secret keys, newest first: any of them unwraps, the newest wraps."""

    def __init__(self, keys: list[bytes]) -> None:
        if not keys or any(len(key) != KEY_BYTES for key in keys):
            raise ValueError("at least one key of 32 bytes is needed")
        self._keys = {_key_id(key): key for key in keys}
        self.newest = _key_id(keys[0])

    @classmethod
    def read(cls, text: str) -> "SecretKeys":
        """Reads the setting: one or more keys, separated by commas, newest first.

        The ValueError's sentence says which key is wrong, and never what it is.
        """
        pieces = [piece.strip() for piece in text.split(",")]
        return cls([_decode(piece, place) for place, piece in enumerate(pieces, start=1)])

    def __repr__(self) -> str:
        return f"SecretKeys({len(self._keys)})"

    def knows(self, key_id: str) -> bool:
        return key_id in self._keys

    def wrap(self, dek: bytes, owner: int, random_bytes: RandomBytes = os.urandom) -> bytes:
        """Version, the wrapping key's id (8 characters), nonce, ciphertext."""
        nonce = random_bytes(_NONCE_BYTES)
        bound = _wrap_bound(owner, self.newest)
        wrapped = AESGCM(self._keys[self.newest]).encrypt(nonce, dek, bound)
        return _VERSION + self.newest.encode() + nonce + wrapped

    def unwrap(self, blob: bytes, owner: int) -> bytes:
        """SealBroken if no listed key wrapped it, or if it was somebody else's."""
        key_id, rest = wrapping_key_id(blob), blob[1 + _KEY_ID_LENGTH :]
        try:
            key = self._keys[key_id]
            return _decrypt(key, rest, _wrap_bound(owner, key_id))
        except (KeyError, InvalidTag, ValueError):
            raise SealBroken("keys", "wrapped", owner) from None


def wrapping_key_id(blob: bytes) -> str:
    """The id of the secret key that wrapped this data key."""
    return blob[1 : 1 + _KEY_ID_LENGTH].decode("ascii", "replace")


def seal(
    dek: bytes,
    *,
    table: str,
    column: str,
    row: str | int,
    owner: int,
    text: str | bytes,
    random_bytes: RandomBytes = os.urandom,
) -> bytes:
    """Version, nonce, ciphertext; it opens with the same table, column, row and owner only."""
    plain = text.encode() if isinstance(text, str) else text
    nonce = random_bytes(_NONCE_BYTES)
    return _VERSION + nonce + AESGCM(dek).encrypt(nonce, plain, _bound(table, column, row, owner))


def open_sealed(
    dek: bytes, *, table: str, column: str, row: str | int, owner: int, blob: bytes
) -> bytes:
    """What `seal` was given, as bytes; else SealBroken."""
    try:
        if blob[:1] != _VERSION:
            raise ValueError("unknown version")
        return _decrypt(dek, blob[1:], _bound(table, column, row, owner))
    except (InvalidTag, ValueError):
        raise SealBroken(table, column, row) from None


def _decrypt(key: bytes, blob: bytes, bound: bytes) -> bytes:
    return AESGCM(key).decrypt(blob[:_NONCE_BYTES], blob[_NONCE_BYTES:], bound)


def _bound(table: str, column: str, row: str | int, owner: int) -> bytes:
    return f"{table}|{column}|{row}|{owner}|{_VERSION.hex()}".encode()


def _wrap_bound(owner: int, key_id: str) -> bytes:
    return _bound("keys", "wrapped", key_id, owner)


def _key_id(key: bytes) -> str:
    return hashlib.sha256(key).hexdigest()[:_KEY_ID_LENGTH]


def _decode(piece: str, place: int) -> bytes:
    try:
        # The plain alphabet is read too: that is what other tools' random keys come in.
        plain = piece.replace("-", "+").replace("_", "/") + "=" * (-len(piece) % 4)
        key = base64.b64decode(plain.encode("ascii"), validate=True)
    except (binascii.Error, UnicodeEncodeError):
        raise ValueError(f"key {place} is not base64") from None
    if len(key) != KEY_BYTES:
        raise ValueError(f"key {place} holds {len(key)} bytes instead of {KEY_BYTES}")
    return key
