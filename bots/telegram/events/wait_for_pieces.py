"""The pieces of a message, since clients split pastes and albums, and how long to wait for more; pure."""

from __future__ import annotations

from core.chat.port.incoming import Incoming
from core.json_reader import Json, get_text

_MAX_MESSAGE_LENGTH, _MIN_PIECE_LENGTH = 4096, 2048
"""UTF-16 units of the longest message and of the shortest piece of a paste: clients cut at 4,096 or a little before."""
_PASTE_DELAY, _ALBUM_DELAY = 0.5, 0.8
"""Seconds. The pieces of a paste arrive within 100 ms, the files of an album within a second. There is no delay for a
comment on a forward that may follow, or for a question about a file."""


def find_cut_separator(message: Json) -> str | None:
    """Return what a client omitted after this text when it cut a paste; None when the text is too short for a piece."""
    words = get_text(message, "text")
    length = len(words.encode("utf-16-le", "surrogatepass")) // 2
    return None if length < _MIN_PIECE_LENGTH else "" if length >= _MAX_MESSAGE_LENGTH else "\n"


def get_wait_seconds(incoming: Incoming) -> float:
    """Return the seconds to wait."""
    if incoming.batch_key:
        return _ALBUM_DELAY
    return _PASTE_DELAY if incoming.cut_separator == "" else 0.0
