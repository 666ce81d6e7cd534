"""Names that people and models give: of users, chats, files, models, voices; pure.

A name is read beside other words. It must not look like another name, nor turn around what stands beside it.
"""

from __future__ import annotations

import re

_DIRECTION_MARKS = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
"""Unicode's controls for the direction of text (UAX 9): with U+202E, `report\u202efdp.exe` reads as `reportexe.pdf`."""
_DIRECTION_OVERRIDES = re.compile("[\u202a-\u202e]")
_HIDDEN = re.compile(
    "[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b\u200e\u200f"
    "\u202a-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff9-\ufffb\ud800-\udfff\U000e0000-\U000e007f]"
)
"""Controls, fillers, direction marks and tags, which nobody sees. Joiners (U+200C, U+200D) stay: Persian words and
emoji need them."""


def clean_line(text: str) -> str:
    """Return a text on one line, without what a reader cannot see."""
    return " ".join(_HIDDEN.sub("", text).split())


def remove_direction_overrides(text: str) -> str:
    """Return prose without embeddings and overrides, which can turn words around.

    Isolates (U+2066 to U+2069), which Unicode recommends instead, and marks stay: Arabic and Hebrew prose needs them,
    and they change no order of letters.
    """
    return _DIRECTION_OVERRIDES.sub("", text)


def remove_direction_marks(text: str) -> str:
    """Return a text without controls for its direction."""
    return _DIRECTION_MARKS.sub("", text)
