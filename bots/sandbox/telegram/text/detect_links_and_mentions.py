"""Entities that the server detects itself: mentions, commands, hashtags, links, addresses."""

import re
from typing import Final

from .entity import Entity, utf16_length

_DOMAIN: Final = r"(?:[\w-]+\.)+(?:com|org|net|io|ai|cn|dev|ru|me|app|example|uk|de|info|edu|gov)\b"
_PATTERNS: Final = {
    "email": re.compile(r"(?<![\w.+-])[\w.+-]++@(?:[\w-]+\.)+[a-zA-Z]{2,}"),
    "url": re.compile(
        rf"(?:https?://[^\s<>\"]*[^\s<>\".,:;!?)\]']|(?<![\w@./-]){_DOMAIN}(?:/[^\s<>\"]*[^\s<>\".,:;!?)])?)"
    ),
    "mention": re.compile(r"(?<!\w)@(?:[A-Za-z0-9_]{4,32}|ya|gif|vid|pic|cap)(?!\w)"),
    "bot_command": re.compile(r"(?<![\w/<>@])/[A-Za-z0-9_]{1,64}(?:@[A-Za-z0-9_]{3,32})?(?![\w/<>])"),
    "hashtag": re.compile(r"(?<![\w/#&])#(?=\w*[^\W\d])\w{1,256}(?!\w)"),
    "cashtag": re.compile(r"(?<![\w$])\$[A-Z]{1,8}(?!\w)"),
}


def detect(text: str) -> list[Entity]:
    """Return what is found in *text*, in order and without overlaps; earlier kinds win over later ones."""
    taken: list[tuple[int, int, str]] = []
    for kind, pattern in _PATTERNS.items():
        for match in pattern.finditer(text):
            if all(match.end() <= start or end <= match.start() for start, end, _ in taken):
                taken.append((match.start(), match.end(), kind))
    return [
        Entity(kind, utf16_length(text[:start]), utf16_length(text[start:end])) for start, end, kind in sorted(taken)
    ]
