"""What Slack's reader of Markdown makes of backslashes and bracketed addresses; other marks stay for tests to see."""

from collections.abc import Iterator

from pyromark import Markdown, Options

_OPTIONS = Options.ENABLE_TABLES | Options.ENABLE_STRIKETHROUGH


def seen(markdown: str) -> str:
    """Return the text as a reader sees it, but for the marks of emphasis, code and blocks."""
    source = markdown.encode(errors="replace")
    shown = bytearray()
    position = 0
    for start, end in sorted(set(_unseen(source))):
        shown += source[position:start]
        position = max(position, end)
    return (shown + source[position:]).decode()


def _unseen(source: bytes) -> Iterator[tuple[int, int]]:
    """Yield the backslashes before signs that they protect, and the brackets around addresses."""
    last = 0
    for event, where in Markdown(options=_OPTIONS).events_with_range(source.decode()):
        start, end = where["start"], where["end"]
        match event:
            case {"Start": {"Link": {"link_type": "Autolink"}}}:
                yield from ((start, start + 1), (end - 1, end))
                last = start + 1
            case {"Text": _}:
                if last < start and source[start - 1 : start] == b"\\":
                    yield start - 1, start
                last = end
            case {"Code": _} | {"InlineHtml": _}:
                last = end
            case _:
                pass
