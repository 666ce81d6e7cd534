"""The words and the files of a message, as Slack shows it; pure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, cast

from core.chat.message import Attachment

from .mrkdwn import read
from .render import JOINER, bare

_Json = dict[str, Any]
_GONE_FILES = frozenset({"tombstone", "hidden_by_limit"})
_FOLDS = frozenset({"task_card", "context"})
"""Blocks that hold what a model thought."""
_LINES = frozenset({"rich_text_section", "rich_text_preformatted", "rich_text_quote"})


def words(message: _Json, bot: str) -> str:
    """What a message says, as plain words or as the Markdown that the bot (a user id) wrote.

    Slack: beside blocks a message's `text` may be cut short, and Markdown comes back as a `markdown` or a `rich_text`
    block. Thinking, buttons and pictures are no words.
    """
    kinds = {block.get("type") for block in _parts(message.get("blocks"))}
    if kinds & _FOLDS and kinds <= _FOLDS | {"actions"}:
        return ""  # its text is the thinking, for notifications
    written = [bare(str(block["text"])) for block in _blocks(message, "markdown") if isinstance(block.get("text"), str)]
    said = read(str(message.get("text") or _attached(message)), bot).text
    if not written and said.endswith("…"):
        written = ["\n".join(_lines(block)) for block in _blocks(message, "rich_text")]
    return ("\n\n".join(written) or said.replace("<" + JOINER, "<")).strip()


def attachments(message: _Json) -> tuple[Attachment, ...]:
    """The files of a message but those that are gone.

    Slack: of a file that comes from another workspace an event may tell the id alone (`check_file_info`).
    """
    files = _parts(message.get("files"))
    return tuple(attachment(file) for file in files if file.get("id") and file.get("mode") not in _GONE_FILES)


def attachment(file: _Json) -> Attachment:
    """A file as the core knows it."""
    mime = str(file.get("mimetype") or "")
    family = mime.partition("/")[0]
    if file.get("subtype") == "slack_audio":
        kind = "voice"
    elif family in {"image", "audio", "video"}:
        kind = family
    else:
        kind = "document" if mime else "other"
    size = file.get("size")
    return Attachment(
        kind=kind,
        id=str(file["id"]),
        name=str(file.get("name") or ""),
        mime=mime,
        size=size if isinstance(size, int) else None,
    )


def _attached(message: _Json) -> str:
    """What stands in `attachments`: all that some apps write, and what a person passes on."""
    return "\n".join(str(one.get("text") or one.get("fallback") or "") for one in _parts(message.get("attachments")))


def _blocks(message: _Json, kind: str) -> list[_Json]:
    return [block for block in _parts(message.get("blocks")) if block.get("type") == kind]


def _parts(value: object) -> list[_Json]:
    entries = cast("list[object]", value) if isinstance(value, list) else []
    return [cast("_Json", entry) for entry in entries if isinstance(entry, dict)]


def _lines(node: _Json) -> Iterator[str]:
    """The lines of rich text: each section, each item of a list."""
    if node.get("type") in _LINES:
        yield "".join(str(part.get("text") or part.get("url") or "") for part in _parts(node.get("elements")))
    else:
        for inner in _parts(node.get("elements")):
            yield from _lines(inner)
