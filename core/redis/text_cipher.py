"""Encrypting what people wrote before it is stored, where the operator has set keys."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from pydantic import SecretStr

_MARK = "\0enc1:"
"""Begins an encrypted text; nobody can write it, since no text from outside has a NUL (`clean_text`)."""


class UnopenedTextError(ValueError):
    """A stored text was encrypted with a key that is not set any more, or was changed by somebody."""


class TextCipher(Protocol):
    """Makes the stored form of a text or of an event, and reads it."""

    def seal(self, text: str, /) -> str:
        """Return the stored form of a text."""
        ...

    def open(self, stored: str, /) -> str:
        """Return the text of a stored form; raise `UnopenedTextError` when no key opens it."""
        ...

    def seal_bytes(self, data: bytes, /) -> bytes:
        """Return the stored form of an event; that of one that could not be opened is the same."""
        ...

    def open_bytes(self, stored: bytes, /) -> bytes:
        """Return the event of a stored form; the stored form itself when no key opens it, which nobody can read."""
        ...


class PlainTexts:
    """Stores texts as they are; what was encrypted before cannot be read without its key."""

    def seal(self, text: str) -> str:
        """See `TextCipher.seal`."""
        return text

    def open(self, stored: str) -> str:
        """See `TextCipher.open`."""
        if stored.startswith(_MARK):
            raise UnopenedTextError
        return stored

    def seal_bytes(self, data: bytes) -> bytes:
        """See `TextCipher.seal_bytes`."""
        return data

    def open_bytes(self, stored: bytes) -> bytes:
        """See `TextCipher.open_bytes`."""
        return stored


class EncryptedTexts:
    """Encrypts with the first of several keys and opens with all; texts from before encryption are read as they are.

    Fernet: AES-128 in CBC mode with HMAC-SHA256, so a text that was changed does not open.
    """

    def __init__(self, keys: Sequence[str]) -> None:
        """Raises `ValueError` for a key that is not 32 bytes in URL-safe Base64."""
        # Whoever encrypts nothing does not load the library.
        from cryptography.fernet import Fernet, InvalidToken, MultiFernet  # noqa: PLC0415

        self._newest = Fernet(keys[0])
        self._fernet = MultiFernet([self._newest, *(Fernet(key) for key in keys[1:])])
        self._wrong_token = InvalidToken

    def seal(self, text: str) -> str:
        """See `TextCipher.seal`."""
        return _MARK + self._fernet.encrypt(text.encode()).decode("ascii")

    def is_newest(self, stored: str) -> bool:
        """Whether the first key has encrypted a stored form."""
        try:
            self._newest.decrypt(stored.removeprefix(_MARK))
        except self._wrong_token:
            return False
        return stored.startswith(_MARK)

    def open(self, stored: str) -> str:
        """See `TextCipher.open`."""
        if not stored.startswith(_MARK):
            return stored
        try:
            return self._fernet.decrypt(stored.removeprefix(_MARK)).decode()
        except self._wrong_token:
            raise UnopenedTextError from None

    def seal_bytes(self, data: bytes) -> bytes:
        """See `TextCipher.seal_bytes`."""
        return data if data.startswith(_MARK.encode()) else _MARK.encode() + self._fernet.encrypt(data)

    def open_bytes(self, stored: bytes) -> bytes:
        """See `TextCipher.open_bytes`."""
        if not stored.startswith(_MARK.encode()):
            return stored
        try:
            return self._fernet.decrypt(stored.removeprefix(_MARK.encode()))
        except self._wrong_token:
            return stored


PLAIN_TEXTS = PlainTexts()


def build_cipher(keys: Sequence[SecretStr]) -> TextCipher:
    """Return what encrypts with these keys; without any, texts are stored as they are."""
    return EncryptedTexts([key.get_secret_value() for key in keys]) if keys else PLAIN_TEXTS
