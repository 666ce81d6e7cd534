"""The content of a message that is posted, changed or streamed, and its limits."""

from dataclasses import dataclass

from bots.sandbox.slack.call import Args, Json, RefusalError

from .validation import MAX_BLOCKS, TASK_STATES, check_blocks

MAX_MARKDOWN_TEXT = 12_000
MAX_UPDATE_TEXT = 4_000
_TRUNCATED_AT = 40_000
_MAX_TASK_STRING = 256


@dataclass(frozen=True, slots=True)
class Content:
    """Text, blocks or markdown; None means that the argument was absent."""

    text: str | None
    blocks: list[Json] | None
    markdown: str | None
    attachments: list[Json]
    truncated: bool = False


@dataclass(frozen=True, slots=True)
class Piece:
    """The content that one streaming call adds."""

    markdown: str
    tasks: tuple[Json, ...] = ()
    plan: str = ""
    blocks: tuple[Json, ...] = ()


def read_content(args: Args) -> Content:
    """Read the content of a post (Slack: chat.postMessage; text over 40,000 characters is cut with a warning)."""
    text = args.text("text") if args.has("text") else None
    blocks = args.items("blocks", "invalid_blocks_format") if args.has("blocks") else None
    markdown = args.text("markdown_text") if args.has("markdown_text") else None
    attachments = args.items("attachments", "invalid_attachments")
    if markdown is not None and (text or blocks):
        raise RefusalError("markdown_text_conflict")
    if not (text or blocks or markdown or attachments):
        raise RefusalError("no_text")
    if len(markdown or "") > MAX_MARKDOWN_TEXT:
        raise RefusalError("msg_too_long")
    check_blocks(blocks or [])
    truncated = len(text or "") > _TRUNCATED_AT
    return Content(text and text[:_TRUNCATED_AT], blocks, markdown, attachments, truncated)


def read_update(args: Args) -> Content:
    """Read the new content of a message; Slack refuses a text over 4,000 characters even beside blocks."""
    if len(args.text("text")) > MAX_UPDATE_TEXT:
        raise RefusalError("msg_too_long")
    return read_content(args)


def read_piece(args: Args) -> Piece:
    """Read `markdown_text` or `chunks` of a streaming call; an empty piece when both are absent."""
    if args.has("markdown_text") and args.has("chunks"):
        raise RefusalError("cannot_provide_both_markdown_text_and_chunks")
    if args.has("markdown_text"):
        return Piece(_markdown(args.text("markdown_text")))
    chunks = args.items("chunks", "invalid_chunks")
    texts = [_markdown(_string(chunk, "text")) for chunk in chunks if chunk.get("type") == "markdown_text"]
    tasks = tuple(_task(chunk) for chunk in chunks if chunk.get("type") == "task_update")
    plans = [_short(chunk, "title") for chunk in chunks if chunk.get("type") == "plan_update"]
    blocks = [block for chunk in chunks if chunk.get("type") == "blocks" for block in chunk.get("blocks", [])]
    known = {"markdown_text", "task_update", "plan_update", "blocks"}
    if not all(chunk.get("type") in known for chunk in chunks):
        raise RefusalError("invalid_chunks")
    check_blocks(blocks[:MAX_BLOCKS])  # Slack drops more than 50 with a warning
    return Piece("".join(texts), tasks, "".join(plans[-1:]), tuple(blocks[:MAX_BLOCKS]))


def _markdown(text: str) -> str:
    if len(text) > MAX_MARKDOWN_TEXT:
        raise RefusalError("msg_too_long")
    return text


def _task(chunk: Json) -> Json:
    for name in ("id", "title"):
        if not _short(chunk, name):
            raise RefusalError("invalid_chunks", f"missing required field: {name}")
    for name in ("details", "output"):
        _short(chunk, name)
    if chunk.get("status", "pending") not in TASK_STATES:
        raise RefusalError("invalid_chunks", "unknown status")
    return chunk


def _short(chunk: Json, name: str) -> str:
    """Return a string of a task or plan (Slack: 256 characters)."""
    value = _string(chunk, name)
    if len(value) > _MAX_TASK_STRING:
        raise RefusalError("invalid_chunks", f"{name} must be less than 257 characters")
    return value


def _string(chunk: Json, name: str) -> str:
    value = chunk.get(name, "")
    if not isinstance(value, str):
        raise RefusalError("invalid_chunks", f"{name} must be a string")
    return value
