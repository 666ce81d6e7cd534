"""Reads the app's messages like a user: texts, folds, files and buttons."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Sequence
from typing import Any, cast

from bots.sandbox.persona import Post

from .blocks.markdown import seen
from .blocks.text import visible_text
from .call import Json
from .data_types import Message, SlackFile

_MARK = re.compile(r"\\([!-/:-@\[-`{-~])|\*\*|`")
_BOLD = re.compile(r"\*(\S(?:[^*\n]*\S)?)\*")
"""The marks of a caption's Markdown, and of Slack's own, that a reader does not see."""


def message_text(message: Message) -> str:
    """Return the text of a message, without its folds, pictures and buttons."""
    if message.stream and not message.blocks:
        return seen(message.markdown or "")
    blocks = [block for block in message.blocks if block["type"] != "image"]
    shown = "\n\n".join(part for part in (seen(message.markdown or ""), visible_text(blocks)) if part)
    return shown if shown or message.blocks else message.text


def is_hint(message: Message) -> bool:
    """Whether it is a reply to a press: only text, for one person alone."""
    return message.visible_to is not None and not message.blocks and message.markdown is None


def is_sign(message: Message) -> bool:
    """Whether it shows one person that the bot is working, where no status can be shown."""
    return is_hint(message) and message.text.startswith("_is ") and message.text.endswith("…_")


def fold(message: Message) -> str:
    """Return the reasoning in a task's card, also while the message grows; "" when there is none."""
    if message.stream and message.stream.tasks:
        return "".join(str(task.get("details", "")) for task in message.stream.tasks.values())
    cards = (block for block in message.blocks if block["type"] == "task_card")
    return "".join(text for card in cards for text in _texts(card.get("details")))


def post(message: Message, files: dict[str, SlackFile]) -> Post | None:
    """Return the files of a message; None when it has none. `files` are all files of the workspace."""
    images = [block for block in message.blocks if block["type"] == "image" and "slack_file" in block]
    borne = message.files or [files[str(image["slack_file"]["id"])] for image in images]
    if not borne:
        return None
    said = "\n\n".join(str(block["text"]) for block in message.blocks if block["type"] == "markdown")
    return Post(
        message.ts,
        "pictures" if images else _kind(borne),
        tuple(file.content or b"" for file in borne),
        tuple(file.name for file in borne),
        _MARK.sub(r"\1", said) or html.unescape(_BOLD.sub(r"\1", message.text)),
        tuple(str(image["alt_text"]) for image in images) or tuple(file.alt_txt for file in borne),
    )


def elements(message: Message) -> list[Json]:
    """List the elements of a message that can be pressed."""
    return [element for block in message.blocks if block["type"] == "actions" for element in block["elements"]]


def choices(element: Json) -> list[tuple[str, str, str]]:
    """Return label, action and value of each choice of an element."""
    groups: list[Json] = element.get("option_groups") or [element]
    options: list[Json] = [option for group in groups for option in group.get("options", [])]
    if "select" in str(element["type"]):
        return [(option["text"]["text"], element["action_id"], option["value"]) for option in options]
    return [(element["text"]["text"], element["action_id"], element["value"])]


def _kind(files: Sequence[SlackFile]) -> str:
    spoken = all(file.mimetype.startswith("audio/") for file in files)
    return "voice" if spoken else "files"


def _texts(node: object) -> Iterator[str]:
    if isinstance(node, list):
        for entry in cast("list[object]", node):
            yield from _texts(entry)
    elif isinstance(node, dict):
        values = cast("dict[str, Any]", node)
        yield from [values["text"]] if isinstance(values.get("text"), str) else []
        yield from _texts(values.get("elements"))
