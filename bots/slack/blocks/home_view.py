"""The Home tab as a view: headings, texts and menus; pure.

Slack: a Home tab has at most 100 blocks, and no Markdown blocks; a section has 3,000 characters.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from core.chat.port.home import HomePart, HomeSection
from core.chat.port.menus import Menu

from .markdown import to_mrkdwn
from .menus import menu_rows
from .message_content import plain_text_object

_MAX_BLOCKS = 100
_MAX_TEXT_LENGTH = 3_000
"""Characters of a section's text; escapes count as they are written."""
_BULLET = re.compile(r"^- ")
"""Slack's mrkdwn knows no lists."""


def home_view(
    sections: Sequence[HomeSection], channel: str, signature: str = "", *, menus: bool = True
) -> dict[str, Any]:
    """Return the view; what is pressed there brings back `channel`, that of the direct message, and the signature.

    Without `menus` it is text alone.
    """
    blocks = [block for number, section in enumerate(sections) for block in _section_blocks(section, number, menus)]
    signed = {"callback_id": signature} if signature else {}
    return {"type": "home", "private_metadata": channel, **signed, "blocks": blocks[:_MAX_BLOCKS]}


def _section_blocks(section: HomeSection, number: int, menus: bool) -> Iterator[dict[str, Any]]:  # noqa: FBT001 - private
    if number:
        yield {"type": "divider"}
    if section.title:
        yield {"type": "header", "text": plain_text_object(section.title)}
    for part in section.parts:
        yield from _part_blocks(part, menus)


def _part_blocks(part: HomePart, menus: bool) -> Iterator[dict[str, Any]]:  # noqa: FBT001 - private
    text = part.title if isinstance(part, Menu) else part
    for piece in _split(to_mrkdwn(text)):
        yield {"type": "section", "text": {"type": "mrkdwn", "text": piece, "verbatim": True}}
    if isinstance(part, Menu) and menus:
        yield from menu_rows(part)


def _split(text: str) -> Iterator[str]:
    """Yield pieces that fit into a section; they end with lines, or within one that is too long."""
    piece = ""
    for line in _list_lines(text):
        if piece and len(piece) + len(line) > _MAX_TEXT_LENGTH:
            yield piece
            piece = ""
        piece += line
    if piece.strip():
        yield piece


def _list_lines(text: str) -> Iterator[str]:
    for line in text.splitlines(keepends=True):
        shown = _BULLET.sub("• ", line)
        yield from (shown[at : at + _MAX_TEXT_LENGTH] for at in range(0, len(shown), _MAX_TEXT_LENGTH))
