"""Validation of views: what Slack refuses of modals and Home tabs.

Source: docs.slack.dev/reference/views. Faults say where they are, in Slack's own form "… [json-pointer:/view/title]".
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from typing import cast

from .blocks.inputs import input_faults
from .blocks.validation import MAX_VIEW_BLOCKS, check_blocks
from .call import Json, RefusalError

_MAX_LABEL = 24
_MAX_METADATA = 3000
_MAX_CALLBACK_ID = 255
_MAX_BYTES = 250_000
_HOME_KEYS = frozenset({"type", "blocks", "private_metadata", "callback_id", "external_id"})
_KEYS = {
    "home": _HOME_KEYS,
    "modal": _HOME_KEYS | {"title", "submit", "close", "clear_on_close", "notify_on_close"},
}
_MESSAGE_BLOCKS = frozenset({"context_actions", "file", "markdown", "plan", "table", "task_card"})
"""Blocks that stand in messages alone."""


def check_view(view: Json, kind: str) -> None:
    """Refuse a view that Slack would refuse: `invalid_arguments`, `view_too_large`."""
    if view.get("type") != kind or not isinstance(view.get("blocks"), list):
        raise RefusalError("invalid_arguments", "a view needs its type and blocks [json-pointer:/view]")
    faults = [*_faults(view, kind), *_block_faults(view)]
    if faults:
        raise RefusalError("invalid_arguments", *faults)
    if len(json.dumps(view, ensure_ascii=False).encode()) > _MAX_BYTES:
        raise RefusalError("view_too_large")


def _faults(view: Json, kind: str) -> Iterator[str]:
    for name in sorted(view.keys() - _KEYS[kind]):
        yield f"invalid additional property: {name} [json-pointer:/view]"
    for name, most in {"private_metadata": _MAX_METADATA, "callback_id": _MAX_CALLBACK_ID}.items():
        if len(view.get(name) or "") > most:
            yield f"must be less than {most + 1} characters [json-pointer:/view/{name}]"
    if kind == "modal":
        for name in ("title", "submit", "close"):
            yield from _label_faults(view, name)


def _label_faults(view: Json, name: str) -> Iterator[str]:
    label = view.get(name)
    if label is None and name != "title":
        return
    found = cast("Json", label) if isinstance(label, dict) else {}
    text = found.get("text") if found.get("type") == "plain_text" else None
    if not isinstance(text, str) or not 0 < len(text) <= _MAX_LABEL:
        yield f"must be less than {_MAX_LABEL + 1} characters [json-pointer:/view/{name}/text]"


def _block_faults(view: Json) -> Iterator[str]:
    blocks: list[Json] = view["blocks"]
    try:
        check_blocks(blocks, most=MAX_VIEW_BLOCKS)
    except RefusalError as refusal:
        found = refusal.messages or (refusal.error,)
        yield from (message.replace("[json-pointer:", "[json-pointer:/view") for message in found)
        return
    for index, block in enumerate(blocks):
        pointer = f"/view/blocks/{index}"
        if block["type"] in _MESSAGE_BLOCKS:
            yield f"unsupported type: {block['type']} [json-pointer:{pointer}/type]"
        if block["type"] == "input":
            yield from input_faults(block, pointer)
            if view["type"] == "modal" and not view.get("submit"):
                yield f"must define `submit` to use `input` block [json-pointer:{pointer}/input]"
    ids = Counter(block["block_id"] for block in blocks if block.get("block_id"))
    yield from (f"block_id is not unique: {one} [json-pointer:/view/blocks]" for one, count in ids.items() if count > 1)
