# ruff: noqa: RUF001 - the brackets that resemble ASCII ones are meant
"""The text beside the blocks of a message, which notifications show and screen readers read: plain, without marks."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pyromark import Markdown, Options
from pyromark.event import Event

from core.chat.text.keep_surplus_table_cells import escape_surplus_bars
from core.chat.text.truncate import truncate

_OPTIONS = Options.ENABLE_TABLES | Options.ENABLE_STRIKETHROUGH
_BREAK = re.compile(r"<br\s*/?>", re.IGNORECASE)
_BRACKETS = str.maketrans({"<": "‹", ">": "›", "\u2060": None})
_MAX_NOTIFICATION_LENGTH = 3000
"""Limit of a plain `text` beside blocks; Slack: chat.update refuses more than 4,000."""


def notification_text(text: str) -> str:
    """Return the short plain form of a message for notifications and screen readers, without marks or entities.

    Angle brackets, which Slack requires to be escaped, become similar characters.
    """
    return truncate(strip_markdown(text).translate(_BRACKETS), _MAX_NOTIFICATION_LENGTH)


def strip_markdown(markdown: str) -> str:
    """Return the text without marks, one line for each paragraph, item and row."""
    text = "".join(_extract_text(markdown.encode(errors="replace").decode()))
    return re.sub(r"\s*\n", "\n", text).strip() or markdown.strip()


def _extract_text(markdown: str) -> Iterator[str]:
    next_numbers: list[int | None] = []
    """The number of the next item in each open list; None where items have no numbers."""
    for event in Markdown(options=_OPTIONS).events(escape_surplus_bars(markdown)):
        match event:
            case {"Start": {"List": first}}:
                next_numbers.append(first)
            case {"End": {"List": _}}:
                next_numbers.pop()
            case {"Start": "Item"}:
                yield _begin_item(next_numbers)
            case _:
                yield _event_text(event)


def _begin_item(next_numbers: list[int | None]) -> str:
    number = next_numbers[-1]
    if number is None:
        return "\n• "
    next_numbers[-1] = number + 1
    return f"\n{number}. "


def _event_text(event: Event) -> str:
    match event:
        case {"Text": str(text)} | {"Code": str(text)} | {"Html": str(text)} | {"InlineHtml": str(text)}:
            return _BREAK.sub("\n", text)
        case "SoftBreak" | "HardBreak" | "Rule" | {"Start": {"CodeBlock": _}}:
            return "\n"
        case {"End": "Paragraph" | "TableRow" | "TableHead" | "CodeBlock" | "Item" | {"Heading": _}}:
            return "\n"
        case {"End": "TableCell"}:
            return "  "
        case _:
            return ""
