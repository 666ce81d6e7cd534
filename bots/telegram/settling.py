"""How long more may arrive that belongs to a message, since clients send one thing in several messages; pure."""

from __future__ import annotations

from bots.json_fields import Json, text
from core.chat.message import Incoming

_FULL, _CUT = 4096, 2048
"""Characters of a message, and of the shortest piece of a paste: clients cut at 4,096 or at a better place before."""
_PASTE_SECONDS, _ALBUM_SECONDS, _FORWARD_SECONDS, _FILE_SECONDS, _COMMENT_SECONDS = 0.5, 0.8, 0.5, 0.8, 0.2
"""The pieces of a paste arrive within 100 ms, the files of an album and a comment's forward within a second. Any words
may be such a comment, so everybody waits for a fifth of a second; a forward mostly arrives in the same poll."""


def seam(message: Json) -> str | None:
    """What a client has left out behind this text if it is a piece of a paste; None when it is too short for one."""
    words = text(message, "text")
    length = len(words.encode("utf-16-le", "surrogatepass")) // 2
    return None if length < _CUT else "" if length >= _FULL else "\n"


def settle(incoming: Incoming) -> float:
    """Seconds."""
    if incoming.album:
        return _ALBUM_SECONDS
    if incoming.seam is not None:
        return _PASTE_SECONDS
    if incoming.command or incoming.quoted or incoming.quoted_attachments:
        return 0.0
    if incoming.forwarded_from:
        return _FORWARD_SECONDS
    if incoming.attachments:
        spoken = any(file.kind in {"voice", "audio"} for file in incoming.attachments)
        return 0.0 if incoming.text or spoken else _FILE_SECONDS
    return _COMMENT_SECONDS
