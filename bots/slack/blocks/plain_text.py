"""Markdown as plain text."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pyromark import Markdown, Options
from pyromark.event import Event

_OPTIONS = Options.ENABLE_TABLES | Options.ENABLE_STRIKETHROUGH
_BREAK = re.compile(r"<br\s*/?>", re.IGNORECASE)


def strip_markdown(markdown: str) -> str:
    """Return the text without marks, one line for each paragraph, item and row."""
    text = "".join(_extract_text(markdown.encode(errors="replace").decode()))
    return re.sub(r"\s*\n", "\n", text).strip() or markdown.strip()


def _extract_text(markdown: str) -> Iterator[str]:
    for event in Markdown(options=_OPTIONS).events(markdown):
        yield _event_text(event)


def _event_text(event: Event) -> str:
    match event:
        case {"Text": str(text)} | {"Code": str(text)} | {"Html": str(text)} | {"InlineHtml": str(text)}:
            return _BREAK.sub("\n", text)
        case "SoftBreak" | "HardBreak" | {"Start": "Item"} | {"End": "Paragraph"} | {"End": "TableRow"}:
            return "\n• " if event == {"Start": "Item"} else "\n"
        case {"End": "TableHead"} | {"End": "CodeBlock"} | {"End": {"Heading": _}} | {"End": "Item"} | "Rule":
            return "\n"
        case {"End": "TableCell"}:
            return "  "
        case _:
            return ""
