"""Read the bot's own messages and files from responses of Slack; pure."""

from __future__ import annotations

from typing import Any

_JOINS = frozenset({"channel_join", "group_join"})


def is_own(message: dict[str, Any], bot: str) -> bool:
    """Whether the bot (a user id) has posted it; Slack posts the notice of its joining in its name."""
    return message.get("user") == bot and message.get("subtype") not in _JOINS


def is_media(message: dict[str, Any]) -> bool:
    """Whether it has files or pictures."""
    return bool(message.get("files")) or _has_block(message, "image")


def is_text_answer(message: dict[str, Any]) -> bool:
    """Whether it may be a text answer: neither media nor buttons alone."""
    blocks: list[dict[str, Any]] = message.get("blocks") or []
    only_buttons = bool(blocks) and all(block.get("type") == "actions" for block in blocks)
    return not is_media(message) and not only_buttons


def has_buttons(message: dict[str, Any]) -> bool:
    """Whether it has buttons."""
    return _has_block(message, "actions")


def mime_of(file: dict[str, Any]) -> str:
    """Return the type of a file, "" until Slack has processed it."""
    return str(file.get("mimetype") or "")


def share_ts(file: dict[str, Any], channel: str) -> str:
    """Return the ts of the message with a file in `channel`, "" until there is one."""
    return str(_find_share(file, channel).get("ts") or "")


def share_thread(file: dict[str, Any], channel: str) -> str:
    """Return the thread of that message, "" outside of threads."""
    return str(_find_share(file, channel).get("thread_ts") or "")


def _find_share(file: dict[str, Any], channel: str) -> dict[str, Any]:
    shares: dict[str, dict[str, list[dict[str, Any]]]] = file.get("shares") or {}
    found = [one for kind in shares.values() for one in kind.get(channel, [])]
    return found[0] if found else {}


def _has_block(message: dict[str, Any], kind: str) -> bool:
    blocks: list[dict[str, Any]] = message.get("blocks") or []
    return any(block.get("type") == kind for block in blocks)
