"""Converting the full-width letters, digits and signs of Chinese keyboards to ASCII; pure."""

from __future__ import annotations

_ASCII = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 0x20}
"""Unicode: Halfwidth and Fullwidth Forms, in the order of ASCII, and the ideographic space."""


def to_half_width(text: str) -> str:
    """Replace each full-width character by its ASCII form.

    Use it for what is compared with fixed words, such as commands and options, not for text to speak or to draw.
    """
    return text.translate(_ASCII)
