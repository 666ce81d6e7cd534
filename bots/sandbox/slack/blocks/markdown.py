"""How Slack's Markdown parser reads backslashes, entities and addresses in brackets; other marks are kept."""

import re
from collections.abc import Iterator

from pyromark import Markdown, Options

_ENTITY = re.compile(rb"&#?\w+;")
_OPTIONS = Options.ENABLE_TABLES | Options.ENABLE_STRIKETHROUGH


def seen(markdown: str) -> str:
    """Return the text as a reader sees it, except for the marks of emphasis, code and blocks."""
    source = markdown.encode(errors="replace")
    shown = bytearray()
    position = 0
    for start, end, put in sorted(set(_unseen(source))):
        shown += source[position:start] + put
        position = max(position, end)
    return (shown + source[position:]).decode()


def _unseen(source: bytes) -> Iterator[tuple[int, int, bytes]]:
    """Yield the backslashes that escape a character, the brackets around addresses, and the characters of entities."""
    last = 0
    for event, where in Markdown(options=_OPTIONS).events_with_range(source.decode()):
        start, end = where["start"], where["end"]
        match event:
            case {"Start": {"Link": {"link_type": "Autolink"}}}:
                yield from ((start, start + 1, b""), (end - 1, end, b""))
                last = start + 1
            case {"Text": str(text)}:
                if last < start and source[start - 1 : start] == b"\\":
                    yield start - 1, start, b""
                if _ENTITY.fullmatch(source, start, end):
                    yield start, end, text.encode()
                last = end
            case {"Code": _} | {"InlineHtml": _}:
                last = end
            case _:
                pass
