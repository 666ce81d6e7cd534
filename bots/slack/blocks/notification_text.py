# ruff: noqa: RUF001 - the brackets that resemble ASCII ones are meant
"""The text beside the blocks of a message, which notifications show and screen readers read; pure."""

from __future__ import annotations

from core.chat.text.truncate import truncate

from .plain_text import strip_markdown

_BRACKETS = str.maketrans({"<": "‹", ">": "›", "\u2060": None})
_MAX_NOTIFICATION_LENGTH = 3000
"""Limit of a plain `text` beside blocks; Slack: chat.update refuses more than 4,000."""


def notification_text(text: str) -> str:
    """Return the short plain form of a message for notifications and screen readers, without marks or entities.

    Angle brackets, which Slack requires to be escaped, become similar characters.
    """
    return truncate(strip_markdown(text).translate(_BRACKETS), _MAX_NOTIFICATION_LENGTH)
