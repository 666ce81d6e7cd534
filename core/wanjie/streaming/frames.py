"""The JSON in the frames of a stream."""

from __future__ import annotations

import json
from typing import cast

from core.wanjie.responses import unwrap

NO_JSON = object()
_LONGEST_LINE = 1_000_000


def begins_with_frame(head: bytes | bytearray) -> bool:
    """Whether what looks like a document has the first frame of a stream as its first line (NDJSON)."""
    line, newline, _ = bytes(head[:_LONGEST_LINE]).decode("utf-8-sig", errors="replace").lstrip().partition("\n")
    choices: object = unwrap(read_json(line)).get("choices") if newline else None
    frames = cast("list[object]", choices) if isinstance(choices, list) else []
    return any(isinstance(frame, dict) and "delta" in frame for frame in frames)


def read_json(text: str) -> object:
    try:
        return json.loads(text)
    except ValueError:
        return NO_JSON


def frames_in(raw: object) -> list[object]:
    """Some gateways send several at once."""
    return cast("list[object]", raw) if isinstance(raw, list) else [raw]
