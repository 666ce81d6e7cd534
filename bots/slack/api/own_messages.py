"""What the bot's own messages bear, and what became of its files, as Slack tells when it is asked; pure."""

from __future__ import annotations

from typing import Any

_JOINS = frozenset({"channel_join", "group_join"})


def is_own(message: dict[str, Any], bot: str) -> bool:
    """Whether the bot (a user id) has posted it; that it has joined the channel is Slack's word."""
    return message.get("user") == bot and message.get("subtype") not in _JOINS


def is_media(message: dict[str, Any]) -> bool:
    """Whether it bears files or pictures."""
    return bool(message.get("files")) or _has(message, "image")


def is_worded(message: dict[str, Any]) -> bool:
    """Whether it may be an answer in words, and is not mere buttons."""
    blocks: list[dict[str, Any]] = message.get("blocks") or []
    mere = bool(blocks) and all(block.get("type") == "actions" for block in blocks)
    return not is_media(message) and not mere


def has_buttons(message: dict[str, Any]) -> bool:
    """Whether something can be pressed in it."""
    return _has(message, "actions")


def mime_of(file: dict[str, Any]) -> str:
    """What Slack takes a file for; "" before it has looked."""
    return str(file.get("mimetype") or "")


def share_in(file: dict[str, Any], channel: str) -> str:
    """The ts of the message in `channel` that bears a file; "" before there is one."""
    return str(_share(file, channel).get("ts") or "")


def thread_in(file: dict[str, Any], channel: str) -> str:
    """The thread in which that message stands; "" when it stands beside all threads."""
    return str(_share(file, channel).get("thread_ts") or "")


def _share(file: dict[str, Any], channel: str) -> dict[str, Any]:
    shares: dict[str, dict[str, list[dict[str, Any]]]] = file.get("shares") or {}
    found = [one for kind in shares.values() for one in kind.get(channel, [])]
    return found[0] if found else {}


def _has(message: dict[str, Any], kind: str) -> bool:
    blocks: list[dict[str, Any]] = message.get("blocks") or []
    return any(block.get("type") == kind for block in blocks)
