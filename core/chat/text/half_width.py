"""Reading what Chinese keyboards type: full-width letters, digits and signs as those of ASCII; pure."""

from __future__ import annotations

_ASCII = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 0x20}
"""Unicode: Halfwidth and Fullwidth Forms, in the order of ASCII, and the ideographic space."""


def half_width(text: str) -> str:
    """Return `text` with ASCII in the place of its full-width forms, one character for one.

    For what is compared with fixed words, such as commands and options; what people want said or drawn stays as typed.
    """
    return text.translate(_ASCII)
