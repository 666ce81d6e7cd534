"""Read the previews of links, and what apps attach to messages, which Slack delivers in the same form; pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from bots.slack.blocks.markdown import escape
from core.json_reader import Json, get_objects, get_text

from .block_text import read_blocks
from .remove_repetitions import remove_repetitions

_NO_PREVIEW = "[no preview available]"
_MRKDWN = re.compile(r"<[^<>\s][^<>]*>|&(?:amp|lt|gt);")
"""Found in mrkdwn alone: an entity or an escaped character."""


def read_attachment(attachment: Json, names: Mapping[str, str]) -> list[str]:
    """Read an attachment of an app, a link preview or a pasted table."""
    blocks = read_blocks(get_objects(attachment, "blocks"), names)
    parts = [*remove_repetitions(_attachment_parts(attachment)), blocks.text, blocks.pictures]
    parts = parts if any(parts) else [read_fallback(attachment)]
    page = get_text(attachment, "from_url")
    return [f"[preview of {escape(page)}]", *parts] if page and any(parts) else parts


def _attachment_parts(attachment: Json) -> Iterator[str]:
    """Return the parts of an attachment in the order in which they are shown."""
    yield get_text(attachment, "pretext")
    yield _as_mrkdwn(get_text(attachment, "author_name"))
    title, link = get_text(attachment, "title"), get_text(attachment, "title_link")
    yield f"<{escape(link)}|{title}>" if title and link and "<" not in title else title
    yield get_text(attachment, "text")
    for one in get_objects(attachment, "fields"):
        yield ": ".join(part for part in (get_text(one, "title"), get_text(one, "value")) if part)
    yield _as_mrkdwn(get_text(attachment, "footer"))


def _as_mrkdwn(value: str) -> str:
    """Return a field as mrkdwn, which apps fill with plain text or with mrkdwn."""
    return value if _MRKDWN.search(value) else escape(value)


def read_fallback(attachment: Json) -> str:
    """Return what stands for an attachment where it cannot be shown; "" where Slack has nothing, either."""
    fallback = get_text(attachment, "fallback")
    return "" if fallback == _NO_PREVIEW else fallback
