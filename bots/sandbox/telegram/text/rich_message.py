"""Blocks of a rich message, read as what a person sees of them (https://core.telegram.org/bots/api#inputrichmessage).

The refusals are those that bots have met, where they are known. Markdown and HTML, which Telegram's servers parse by
rules of their own, and blocks that this bot does not send, are not supported.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, cast

from bots.sandbox.telegram.errors import DepartureError, bad_request

from .detect_links_and_mentions import detect
from .rich_text import MAX_LEVELS, join, mark, read_rich_text
from .text_with_entities import Formatted, is_invisible

_MAX_LENGTH: Final = 32_768
"""Characters."""
_MAX_BLOCKS: Final = 500
"""Including nested ones."""
_MAX_HEADING_SIZE: Final = 6
_BLOCKS_SINCE: Final = (10, 2)
"""Servers before this version of the Bot API do not read `blocks`."""
_EXPANDABLE_QUOTES_SINCE: Final = (10, 3)
_FIELDS: Final[Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]]] = {
    "paragraph": (("text",), ()),
    "heading": (("text", "size"), ()),
    "pre": (("text",), ("language",)),
    "divider": ((), ()),
    "blockquote": (("blocks",), ()),
    "expandable_blockquote": (("text",), ()),
    "thinking": (("text",), ()),
}
"""The required and the other fields of each type that the simulator reads."""


@dataclass(frozen=True, slots=True)
class RichContent:
    """What a person sees of a rich message: its text without marks, and apart from it what the bot thinks."""

    content: Formatted
    reasoning: str = ""


def read_rich_message(message: Mapping[str, Any], version: tuple[int, int]) -> RichContent:
    """Read the blocks of a draft as a server of this version of the Bot API does; raises ApiError."""
    if message.keys() & {"html", "markdown", "media"}:
        raise DepartureError("rich messages of HTML, Markdown or media are not supported by the simulator")
    if "blocks" not in message or version < _BLOCKS_SINCE:
        raise bad_request("rich message must be non-empty")
    reader = _BlockReader(version)
    parts = [reader.read(block, 1) for block in message["blocks"]]
    reasoning = "\n".join(part.text for kind, part in parts if kind == "thinking")
    content = join([part for kind, part in parts if kind != "thinking"], "\n")
    if reader.blocks == 0:
        raise bad_request("RICH_MESSAGE_CONTENT_REQUIRED")
    if reader.blocks > _MAX_BLOCKS:
        raise bad_request("RICH_MESSAGE_BLOCKS_TOO_MANY")
    if len(content.text) + len(reasoning) > _MAX_LENGTH:
        raise bad_request("RICH_MESSAGE_TEXT_TOO_LONG")
    found = () if message.get("skip_entity_detection") else detect(content.text)
    return RichContent(Formatted(content.text, (*content.entities, *found)), reasoning)


class _BlockReader:
    """Reads blocks, and counts them."""

    def __init__(self, version: tuple[int, int]) -> None:
        self.blocks = 0
        self._version = version

    def read(self, block: object, level: int) -> tuple[str, Formatted]:
        """Return the type of a block and what it shows."""
        fields = _check_fields(block)
        kind: str = fields["type"]
        self.blocks += 1
        if level > MAX_LEVELS:
            raise bad_request("RICH_MESSAGE_DEPTH_INVALID")
        if kind == "expandable_blockquote" and self._version < _EXPANDABLE_QUOTES_SINCE:
            raise bad_request(f'can\'t parse InputRichBlock: type "{kind}" is unsupported')
        if kind == "thinking" and level > 1:
            raise bad_request("block is not allowed")
        return kind, self._read_content(kind, fields, level)

    def _read_content(self, kind: str, fields: Mapping[str, Any], level: int) -> Formatted:
        if kind == "divider":
            return Formatted("———")
        if kind == "blockquote":
            content = join([self.read(each, level + 1)[1] for each in fields["blocks"]], "\n")
        else:
            content = read_rich_text(fields["text"], level + 1)
        if is_invisible(content.text):
            raise bad_request("RICH_MESSAGE_CONTENT_REQUIRED")
        if kind == "heading" and not 1 <= fields["size"] <= _MAX_HEADING_SIZE:
            raise bad_request("invalid section heading size specified")
        if kind in {"pre", "blockquote", "expandable_blockquote"}:
            return mark(content, kind, fields.get("language", ""))
        return content


def _check_fields(block: object) -> dict[str, Any]:
    if not isinstance(block, dict):
        raise bad_request("object expected as InputRichMessageBlock")
    fields = cast("dict[str, Any]", block)
    kind = fields.get("type")
    if kind not in _FIELDS:
        raise DepartureError(f'can\'t parse InputRichBlock: type "{kind}" is unsupported')
    required, optional = _FIELDS[kind]
    given = fields.keys() - {"type"}
    if not set(required) <= given <= {*required, *optional}:
        raise DepartureError(f"a block of type {kind!r} has the fields {sorted(given)}")
    return fields
