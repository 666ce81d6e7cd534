"""Find the frames in JSON that is not framed as server-sent events."""

from __future__ import annotations

from typing import cast

from core.json_reader import as_list, as_object, parse_json
from core.wanjie.responses import unwrap

from .other_apis import to_chat_frame

_MAX_LINE_BYTES = 1_000_000


def starts_with_frame(head: bytes | bytearray) -> bool:
    """Whether the first line of what looks like a document is a frame of a stream (NDJSON)."""
    line, newline, _ = bytes(head[:_MAX_LINE_BYTES]).decode("utf-8-sig", errors="replace").lstrip().partition("\n")
    choices = as_list(unwrap(to_chat_frame(parse_json(line))).get("choices")) if newline else []
    return any("delta" in as_object(choice) for choice in choices)


def split_frames(raw: object) -> list[object]:
    """Return the frames of an event, in OpenAI's form: some gateways send several in a list."""
    return [to_chat_frame(frame) for frame in (as_list(cast("object", raw)) if isinstance(raw, list) else [raw])]
