"""The text of messages: as people type it, and as they read it in blocks."""

import re
from collections.abc import Iterator
from typing import Any, cast

from bots.sandbox.slack.call import Json

from .markdown import seen

_TOKEN = re.compile(r"<(?:[@#!][^<>\s]*|https?://[^<>\s]*)>")
_SIGNS = (
    ("@", "user", "user_id"),
    ("#", "channel", "channel_id"),
    ("!subteam^", "usergroup", "usergroup_id"),
    ("!", "broadcast", "range"),
)
_EMOJI = re.compile(r":[a-z0-9_+-]+:")
_ENTITIES = {
    "broadcast": "<!{range}>",
    "channel": "<#{channel_id}>",
    "emoji": ":{name}:",
    "user": "<@{user_id}>",
    "usergroup": "<!subteam^{usergroup_id}>",
}
_ENTITY = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}


def as_mrkdwn(typed: str) -> str:
    """Escape typed text as Slack delivers it: `& < >` as entities, mentions and links left as they are."""
    escaped: list[str] = []
    end = 0
    for token in _TOKEN.finditer(typed):
        escaped += [_escaped(typed[end : token.start()]), token.group()]
        end = token.end()
    return "".join([*escaped, _escaped(typed[end:])])


def as_rich_text(typed: str) -> list[Json]:
    """Return the `blocks` that Slack's clients send along with typed text."""
    parts = re.split(rf"({_TOKEN.pattern}|{_EMOJI.pattern})", typed)
    elements = [_element(part) for part in parts if part]
    section: Json = {"type": "rich_text_section", "elements": elements}
    return [{"type": "rich_text", "block_id": "b1", "elements": [section]}]


def _element(part: str) -> Json:
    if _EMOJI.fullmatch(part):
        return {"type": "emoji", "name": part[1:-1]}
    if not _TOKEN.fullmatch(part):
        return {"type": "text", "text": part}
    target, _, label = part[1:-1].partition("|")
    for sign, kind, key in _SIGNS:
        if target.startswith(sign):
            return {"type": kind, key: target.removeprefix(sign)}
    return {"type": "link", "url": target} | ({"text": label} if label else {})


def visible_text(blocks: list[Json]) -> str:
    """Return the text of blocks as a reader sees it, a paragraph for each block.

    Labels of buttons are left out, and what stands in a task's card, which is folded.
    """
    return "\n\n".join(filter(None, ("".join(_texts(block)) for block in blocks)))


def _escaped(text: str) -> str:
    return "".join(_ENTITY.get(char, char) for char in text)


def _texts(node: Json) -> Iterator[str]:
    kind = node.get("type")
    if kind in {"actions", "context_actions", "task_card"}:
        return
    if isinstance(node.get("text"), str):
        yield seen(node["text"]) if kind == "markdown" else node["text"]
    elif isinstance(node.get("text"), dict):
        yield from _texts(node["text"])
    if kind in _ENTITIES:
        yield _ENTITIES[kind].format(**node)
    if kind == "link" and "text" not in node:
        yield str(node["url"])
    if kind == "image":
        yield f"[{node.get('alt_text', '')}]"
    for name in ("fields", "elements", "rows"):
        yield from _nested(node.get(name))


def _nested(value: object) -> Iterator[str]:
    """Yield the texts of a list; the cells of a table row are set apart by " | "."""
    if not isinstance(value, list):
        return
    for entry in cast("list[Any]", value):
        if isinstance(entry, dict):
            yield from _texts(cast("Json", entry))
        elif isinstance(entry, list):
            yield " | ".join("".join(_texts(cell)) for cell in cast("list[Json]", entry)) + "\n"
