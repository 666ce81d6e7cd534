"""Checks of Block Kit: what Slack refuses in blocks, with the place of the fault.

Source: docs.slack.dev/reference/block-kit (limits of blocks and elements). `invalid_blocks` says where in
`response_metadata`, in Slack's own form "… [json-pointer:/blocks/0/text/text]".
"""

from collections.abc import Iterator
from typing import Any, cast

from .slack_call import Json, RefusalError

MAX_BLOCKS = 50
MAX_VIEW_BLOCKS = 100
MAX_MARKDOWN = 12_000
_TABLE_CHARACTERS = 10_000
_KNOWN = frozenset(
    {
        "actions",
        "alert",
        "card",
        "carousel",
        "container",
        "context",
        "context_actions",
        "data_table",
        "data_visualization",
        "divider",
        "file",
        "header",
        "image",
        "input",
        "markdown",
        "plan",
        "rich_text",
        "section",
        "table",
        "task_card",
        "video",
    }
)
_LENGTHS: dict[tuple[str, str], int] = {
    ("section", "text"): 3000,
    ("header", "text"): 150,
    ("button", "text"): 75,
    ("option", "text"): 75,
}
_FIELDS = {"block_id": 255, "action_id": 255, "image_url": 3000, "alt_text": 2000, "url": 3000}
_COUNTS: dict[tuple[str, str], int] = {
    ("section", "fields"): 10,
    ("actions", "elements"): 25,
    ("context", "elements"): 10,
    ("context_actions", "elements"): 5,
    ("static_select", "options"): 100,
    ("overflow", "options"): 5,
    ("table", "rows"): 100,
}


def check_blocks(blocks: list[Json], *, most: int = MAX_BLOCKS) -> None:
    """Refuse blocks that Slack would refuse (`invalid_blocks`, `msg_blocks_too_long`)."""
    faults = list(_faults(blocks, most))
    if faults:
        raise RefusalError("invalid_blocks", *faults)
    if sum(len(block["text"]) for block in blocks if block["type"] == "markdown") > MAX_MARKDOWN:
        raise RefusalError("msg_blocks_too_long")


def _faults(blocks: list[Json], most: int) -> Iterator[str]:
    if len(blocks) > most:
        yield f"no more than {most} items allowed [json-pointer:/blocks]"
    for index, block in enumerate(blocks):
        pointer = f"/blocks/{index}"
        if block.get("type") not in _KNOWN:
            yield f"unsupported type: {block.get('type')} [json-pointer:{pointer}/type]"
            continue
        yield from _shape(block, pointer)
        yield from _node(block, pointer)


def _shape(block: Json, pointer: str) -> Iterator[str]:
    """Yield what a kind of block requires and lacks."""
    kind = block["type"]
    if kind == "markdown" and not (isinstance(block.get("text"), str) and block["text"]):
        yield f"must be more than 0 characters [json-pointer:{pointer}/text]"
    if kind == "section" and not (block.get("text") or block.get("fields")):
        yield f"missing required field: text [json-pointer:{pointer}]"
    if kind == "header" and not isinstance(block.get("text"), dict):
        yield f"missing required field: text [json-pointer:{pointer}]"
    if kind == "image" and not block.get("alt_text"):
        yield f"missing required field: alt_text [json-pointer:{pointer}]"
    if kind in {"actions", "context", "context_actions"} and not block.get("elements"):
        yield f"missing required field: elements [json-pointer:{pointer}]"
    if kind == "table":
        yield from _table(block, pointer)
    ids = [element.get("action_id") for element in block.get("elements", []) if element.get("action_id")]
    if len(ids) != len(set(ids)):
        yield f"`action_id` is not unique [json-pointer:{pointer}/elements]"


def _table(block: Json, pointer: str) -> Iterator[str]:
    cells = [cell for row in block.get("rows", []) for cell in row]
    if any(len(row) > 20 for row in block.get("rows", [])):  # noqa: PLR2004 -- Slack: 20 cells a row
        yield f"no more than 20 items allowed [json-pointer:{pointer}/rows]"
    texts = [cell.get("text", " ") for cell in cells if cell.get("type") == "raw_text"]
    if not all(texts):
        yield f"must be more than 0 characters [json-pointer:{pointer}/rows]"
    if sum(map(len, texts)) > _TABLE_CHARACTERS:
        yield f"table is too long [json-pointer:{pointer}/rows]"


def _node(node: Json, pointer: str, kind: str = "") -> Iterator[str]:
    """Yield the limits that a block, element or option exceeds, and those of all it contains."""
    kind = str(node.get("type", kind))
    text: Any = node.get("text")
    length = len(cast("Json", text).get("text", "")) if isinstance(text, dict) else 0
    if length > _LENGTHS.get((kind, "text"), length):
        yield f"must be less than {_LENGTHS[kind, 'text'] + 1} characters [json-pointer:{pointer}/text/text]"
    value_limit = 150 if kind == "option" else 2000
    for name, limit in {**_FIELDS, "value": value_limit}.items():
        if isinstance(node.get(name), str) and len(node[name]) > limit:
            yield f"must be less than {limit + 1} characters [json-pointer:{pointer}/{name}]"
    for name in ("fields", "elements", "options", "rows"):
        entries = cast("list[Any]", node.get(name) or [])
        if len(entries) > _COUNTS.get((kind, name), len(entries)):
            yield f"no more than {_COUNTS[kind, name]} items allowed [json-pointer:{pointer}/{name}]"
        for index, entry in enumerate(entries):
            if isinstance(entry, dict):
                yield from _node(
                    cast("Json", entry), f"{pointer}/{name}/{index}", "option" if name == "options" else ""
                )
    accessory: Any = node.get("accessory")
    if isinstance(accessory, dict):
        yield from _node(cast("Json", accessory), f"{pointer}/accessory")
