"""Closing what is still open in a growing text, so that half of `**bold**` is bold and shows no stars; pure."""

from __future__ import annotations

from .html_tags import drop_growing_tag
from .protect_literals import find_open_marks


def close_open_marks(text: str) -> str:
    """Return a growing text with its open marks closed, as they would be if it ended here; a mark at the end waits."""
    text = drop_growing_tag(text)
    shown = text.rstrip()
    closers = ""
    for one in reversed(find_open_marks(shown)):
        if one.mark[0] not in "*_~`":
            continue
        if shown[one.start + len(one.mark) :].strip():
            shown = _drop_partial(shown, one.mark)
            closers += one.mark
        else:
            shown = shown[: one.start].rstrip()
    return shown + closers if closers or len(shown) < len(text.rstrip()) else text


def _drop_partial(text: str, mark: str) -> str:
    """Drop the beginning of the mark that closes `mark`."""
    whole = text.rstrip(mark[0])
    return whole if len(text) - len(whole) < len(mark) else text
