"""Whom a message of the app would notify: what Slack makes of mentions in mrkdwn, in Markdown and in rich text."""

import re
from collections.abc import Iterator
from typing import Any, cast

from pyromark import Markdown, Options

from .call import Json
from .data_types import Message

_MENTION = re.compile(r"<(?:!(?:channel|here|everyone|group)\b|!subteam\^|[@#][A-Z0-9]+[|>])[^<>]*>?", re.IGNORECASE)
_OPTIONS = Options.ENABLE_TABLES | Options.ENABLE_STRIKETHROUGH
_MENTIONING_ELEMENTS = frozenset({"user", "usergroup", "channel", "broadcast", "team"})
_SILENT_TYPES = frozenset({"plain_text", "raw_text"})


def pings(message: Message) -> list[str]:
    """List the mentions in a message: in its text, its blocks, its stream and the cards of its reasoning."""
    found = [*_in_mrkdwn(message.text), *_in_markdown(message.markdown or ""), *_in_node(message.blocks)]
    tasks = message.stream.tasks.values() if message.stream else ()
    return [*found, *(ping for task in tasks for ping in _in_mrkdwn(str(task.get("details", ""))))]


def _in_mrkdwn(text: str) -> list[str]:
    return _MENTION.findall(text)


def _in_markdown(text: str) -> list[str]:
    """Find the mentions of what a parser takes for no code: entities and backslashes are resolved before."""
    read: list[str] = []
    for event in Markdown(options=_OPTIONS).events(text.encode(errors="replace").decode()):
        match event:
            case {"Start": {"CodeBlock": _}}:
                read.append("```")
            case {"End": "CodeBlock"}:
                read = read[: len(read) - 1 - read[::-1].index("```")]
            case {"Text": str(part)} | {"Html": str(part)} | {"InlineHtml": str(part)}:
                read.append(part)
            case {"Start": {"Link": {"dest_url": str(url)}}} | {"Start": {"Image": {"dest_url": str(url)}}}:
                read.append(f"{url} ")
            case _:
                read.append("\n" if event in ("SoftBreak", "HardBreak") or "End" in event else "`")
    return _MENTION.findall("".join(read))


def _in_node(node: object) -> Iterator[str]:
    if isinstance(node, list):
        for entry in cast("list[object]", node):
            yield from _in_node(entry)
    elif isinstance(node, dict):
        yield from _in_object(cast("dict[str, Any]", node))


def _in_object(node: Json) -> Iterator[str]:
    kind = node.get("type")
    if kind in _SILENT_TYPES:
        return
    if kind in _MENTIONING_ELEMENTS:
        yield str(kind)
    text = node.get("text")
    if isinstance(text, str) and kind in {"markdown", "mrkdwn"}:
        yield from _in_markdown(text) if kind == "markdown" else _in_mrkdwn(text)
    for value in node.values():
        yield from _in_node(value)
