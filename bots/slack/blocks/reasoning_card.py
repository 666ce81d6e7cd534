"""The folded card, or the lines, that show a model's reasoning above its answer; pure."""

from __future__ import annotations

import re
from typing import Any

from core.chat.text.truncate import truncate

_TASK_ID, _TASK_TITLE = "thinking", "💭"
_DETAIL_PIECE = re.compile(r"(?s).{1,128}\Z|.{1,127}\s|.{1,128}")
"""What one chunk may add to a task: 256 characters, halved because Slack's unit is unknown. A piece best ends with a
blank, since a leading blank of the next may get lost."""
_MAX_CONTEXT_LENGTH = 2_000
"""Characters of reasoning where cards are unavailable; Slack allows 3,000 in a text of a context block."""


def task_card(reasoning: str, *, complete: bool) -> dict[str, Any]:
    """Return the block of a message; it is folded until its reader opens it."""
    section = {"type": "rich_text_section", "elements": [{"type": "text", "text": reasoning}]}
    return {
        "type": "task_card",
        "task_id": _TASK_ID,
        "title": _TASK_TITLE,
        "status": _get_status(complete=complete),
        "details": {"type": "rich_text", "elements": [section]},
    }


def context_block(reasoning: str) -> dict[str, Any]:
    """Return the block of a message where cards are unavailable; long reasoning is shortened."""
    text = truncate(f"{_TASK_TITLE} {reasoning.strip()}", _MAX_CONTEXT_LENGTH)
    return {"type": "context", "elements": [{"type": "plain_text", "text": text, "emoji": False}]}


def task_chunks(added: str, *, complete: bool, completed_now: bool) -> list[dict[str, Any]]:
    """Return the chunks of a stream that append the reasoning `added` to the card.

    Without any, one chunk tells that the card is complete if `completed_now`.
    """
    task = {"type": "task_update", "id": _TASK_ID, "title": _TASK_TITLE, "status": _get_status(complete=complete)}
    details: list[dict[str, Any]] = [{"details": part} for part in _DETAIL_PIECE.findall(added)]
    return [task | detail for detail in details or ([{}] if completed_now else [])]


def _get_status(*, complete: bool) -> str:
    return "complete" if complete else "in_progress"
