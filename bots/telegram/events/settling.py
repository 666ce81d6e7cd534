"""How long more is waited for that belongs to a message, since clients send one thing in several messages; pure."""

from __future__ import annotations

from bots.json_fields import Json, get_text
from core.chat.port.incoming import Incoming

_FULL, _CUT = 4096, 2048
"""Characters of a message, and of the shortest piece of a paste: clients cut at 4,096 or at a better place before."""
_PASTE_SECONDS, _ALBUM_SECONDS = 0.5, 0.8
"""The pieces of a paste arrive within 100 ms, the files of an album within a second. Any words may be the comment on a
forward that follows them, and any file what the next message asks about: nobody waits for that."""


def find_seam(message: Json) -> str | None:
    """What a client has left out behind this text if it is a piece of a paste; None when it is too short for one."""
    words = get_text(message, "text")
    length = len(words.encode("utf-16-le", "surrogatepass")) // 2
    return None if length < _CUT else "" if length >= _FULL else "\n"


def get_settle_seconds(incoming: Incoming) -> float:
    """Seconds."""
    if incoming.album:
        return _ALBUM_SECONDS
    return _PASTE_SECONDS if incoming.seam == "" else 0.0
