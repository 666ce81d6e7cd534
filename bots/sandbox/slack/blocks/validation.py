"""Validation of blocks: what Slack refuses, and where the fault is.

Source: docs.slack.dev/reference/block-kit (limits of blocks and elements). `invalid_blocks` says where in
`response_metadata`, in Slack's own form "… [json-pointer:/blocks/0/text/text]".
"""

from collections.abc import Iterator
from typing import Any, cast

from bots.sandbox.slack.call import Json, RefusalError

from .context_actions import find_faults

MAX_BLOCKS = 50
MAX_VIEW_BLOCKS = 100
MAX_MARKDOWN = 12_000
MAX_TEXT = 13_200
"""Characters of all texts of a message; not documented, measured (metabase/metabase#79908)."""
TASK_STATES = frozenset({"pending", "in_progress", "complete", "error"})
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
    ("plain_text", "text"): 3000,
    ("mrkdwn", "text"): 3000,
}
_MAX_OPTIONS = 100
_FIELDS = {
    "accessibility_label": 75,
    "action_id": 255,
    "alt_text": 2000,
    "block_id": 255,
    "image_url": 3000,
    "url": 3000,
}
_COUNTS: dict[tuple[str, str], int] = {
    ("section", "fields"): 10,
    ("actions", "elements"): 25,
    ("context", "elements"): 10,
    ("context_actions", "elements"): 5,
    ("static_select", "options"): 100,
    ("static_select", "option_groups"): 100,
    ("option_group", "options"): 100,
    ("overflow", "options"): 5,
    ("table", "rows"): 100,
}
_KIND_OF = {"options": "option", "option_groups": "option_group"}


def check_blocks(blocks: list[Json], *, most: int = MAX_BLOCKS) -> None:
    """Refuse blocks that Slack would refuse (`invalid_blocks`, `msg_blocks_too_long`)."""
    faults = list(_faults(blocks, most))
    if faults:
        raise RefusalError("invalid_blocks", *faults)
    if sum(len(block["text"]) for block in blocks if block["type"] == "markdown") > MAX_MARKDOWN:
        raise RefusalError("msg_blocks_too_long")
    if most == MAX_BLOCKS and sum(map(len, _all_texts(blocks))) > MAX_TEXT:
        raise RefusalError("msg_blocks_too_long")


def faults_of_options(reply: Json) -> list[str]:
    """Return the faults for which Slack would refuse the options that an app offers (100, or 100 groups of them)."""
    groups: list[Json] = reply.get("option_groups") or [reply]
    if len(groups) > _MAX_OPTIONS or not all(isinstance(group.get("options"), list) for group in groups):
        return ["no options"]
    lists: list[Json] = [{"type": "static_select", "options": group["options"]} for group in groups]
    return [fault for one in lists for fault in node_faults(one, "")]


def _all_texts(node: object) -> Iterator[str]:
    if isinstance(node, list):
        for entry in cast("list[object]", node):
            yield from _all_texts(entry)
    elif isinstance(node, dict):
        for name, value in cast("Json", node).items():
            if name == "text" and isinstance(value, str):
                yield value
            else:
                yield from _all_texts(value)


def _faults(blocks: list[Json], most: int) -> Iterator[str]:
    if len(blocks) > most:
        yield f"no more than {most} items allowed [json-pointer:/blocks]"
    for index, block in enumerate(blocks):
        pointer = f"/blocks/{index}"
        if block.get("type") not in _KNOWN:
            yield f"unsupported type: {block.get('type')} [json-pointer:{pointer}/type]"
            continue
        yield from _shape(block, pointer)
        yield from node_faults(block, pointer)


def _shape(block: Json, pointer: str) -> Iterator[str]:
    """Yield the required fields that a block lacks."""
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
    yield from find_faults(block, pointer)
    if kind == "table":
        yield from _table(block, pointer)
    if kind == "task_card":
        yield from _task_card(block, pointer)
    ids = [element.get("action_id") for element in block.get("elements", []) if element.get("action_id")]
    if len(ids) != len(set(ids)):
        yield f"`action_id` is not unique [json-pointer:{pointer}/elements]"


def _task_card(block: Json, pointer: str) -> Iterator[str]:
    for name in ("task_id", "title"):
        if not (isinstance(block.get(name), str) and block[name]):
            yield f"missing required field: {name} [json-pointer:{pointer}]"
    if block.get("status", "complete") not in TASK_STATES:
        yield f"invalid status [json-pointer:{pointer}/status]"
    for name in ("details", "output"):
        if name in block and block[name].get("type") != "rich_text":
            yield f"unsupported type: {block[name].get('type')} [json-pointer:{pointer}/{name}/type]"


def _table(block: Json, pointer: str) -> Iterator[str]:
    cells = [cell for row in block.get("rows", []) for cell in row]
    if any(len(row) > 20 for row in block.get("rows", [])):  # noqa: PLR2004 -- Slack: 20 cells a row
        yield f"no more than 20 items allowed [json-pointer:{pointer}/rows]"
    texts = [cell.get("text", " ") for cell in cells if cell.get("type") == "raw_text"]
    if not all(texts):
        yield f"must be more than 0 characters [json-pointer:{pointer}/rows]"
    if sum(map(len, texts)) > _TABLE_CHARACTERS:
        yield f"table is too long [json-pointer:{pointer}/rows]"


def node_faults(node: Json, pointer: str, kind: str = "") -> Iterator[str]:
    """Yield the limits that a block, element or option exceeds, and those of all it contains."""
    kind = str(node.get("type", kind))
    text: Any = node.get("text")
    length = len(cast("Json", text).get("text", "") if isinstance(text, dict) else text or "")
    if length > _LENGTHS.get((kind, "text"), length):
        yield f"must be less than {_LENGTHS[kind, 'text'] + 1} characters [json-pointer:{pointer}/text/text]"
    value_limit = 150 if kind == "option" else 2000
    for name, limit in {**_FIELDS, "value": value_limit}.items():
        if isinstance(node.get(name), str) and len(node[name]) > limit:
            yield f"must be less than {limit + 1} characters [json-pointer:{pointer}/{name}]"
    for name in ("fields", "elements", "options", "option_groups", "rows"):
        entries = cast("list[Any]", node.get(name) or [])
        if len(entries) > _COUNTS.get((kind, name), len(entries)):
            yield f"no more than {_COUNTS[kind, name]} items allowed [json-pointer:{pointer}/{name}]"
        for index, entry in enumerate(entries):
            if isinstance(entry, dict):
                yield from node_faults(cast("Json", entry), f"{pointer}/{name}/{index}", _KIND_OF.get(name, ""))
    accessory: Any = node.get("accessory")
    if isinstance(accessory, dict):
        yield from node_faults(cast("Json", accessory), f"{pointer}/accessory")
