"""How a page looks: the thinking in a task's card, the words, the buttons; as blocks and as chunks of a stream; pure.

Slack: a card is closed until its reader opens it, so thinking stands in one; blocks hold 12,000 characters of Markdown.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self

from core.chat.port.menus import Button
from core.chat.text.page_breaks import find_break

from .action_ids import BUTTON, MENU
from .markdown import bare, escape, harmless, notification, stable

Blocks = Sequence[dict[str, Any]]

_TASK, _TITLE = "thinking", "💭"
_LABEL = 75
"""Characters of what stands on a button."""
_DETAIL = re.compile(r"(?s).{1,128}\Z|.{1,127}\s|.{1,128}")
"""What one chunk may add to a task: 256 characters in whatever unit Slack counts, best ended by a blank, since one at
the beginning of the next may get lost."""
_MOST_STREAMED = 10_000
"""Bytes of a stream that shows both a task and words. Slack answers `msg_too_long` somewhere between 10,600 and 11,300
bytes, in which a task's details count twice; measured by openclaw/openclaw#143882, not documented."""
_MOST_PLAIN = 3_900
"""Characters of a plain text; Slack: chat.update refuses more than 4,000."""
_CONTEXT = 2_000
"""Characters of thinking where there are no cards; Slack takes 3,000 in a text of a context block."""


@dataclass(frozen=True, slots=True)
class PageText:
    """What may be shown of a page by now: its thinking, and the rest. What comes later begins with both."""

    fold: str
    rest: str

    @classmethod
    def of(cls, text: str, folded: int, *, final: bool) -> Self:
        """Render Markdown whose first `folded` characters are thinking (see `stable`)."""
        rest = text[folded:].lstrip("\n") if folded else text
        return cls(harmless(text[:folded], final=final or bool(rest)), stable(rest, final=final))

    def __len__(self) -> int:
        return len(self.fold) + len(self.rest)

    @property
    def blank(self) -> bool:
        """Whether there are no words to show."""
        return not self.fold.strip() and not self.rest.strip()

    @property
    def heavy(self) -> bool:
        """Whether it is more than a stream takes, though not more than a message does."""
        weight = 2 * len(self.fold.encode()) + len(self.rest.encode())
        return bool(self.fold and self.rest) and weight > _MOST_STREAMED

    def after(self, shown: int) -> PageText:
        """What is left when the first `shown` characters stand already."""
        return PageText(self.fold[shown:], self.rest[max(0, shown - len(self.fold)) :])


@dataclass(frozen=True, slots=True)
class MessageContent:
    """What a message shows: blocks and the text that stands for them in notifications, or that text alone.

    The text is Slack's mrkdwn.
    """

    text: str
    blocks: Blocks = ()

    @property
    def kinds(self) -> tuple[str, ...]:
        """The types of its blocks."""
        return tuple(str(block["type"]) for block in self.blocks)


def page_contents(body: PageText, buttons: Sequence[Button], *, cards: bool = True) -> list[MessageContent]:
    """The ways to show a page, the best first; each does without something that Slack may refuse.

    The last is nothing but plain text, of any length.
    """
    words = [{"type": "markdown", "text": body.rest}] if body.rest.strip() else []
    under = [actions(buttons)] if buttons else []
    plain = bare(body.rest) if words else body.fold
    text = notification(body.rest if words else body.fold)
    ways = [MessageContent(text, words)] if words else []
    if words and under:
        ways.insert(0, MessageContent(text, [*words, *under]))
    if body.fold.strip():
        ways.insert(0, MessageContent(text, [_context(body.fold), *words, *under]))
        if cards:
            ways.insert(0, MessageContent(text, [_card(body), *words, *under]))
    return [*ways, MessageContent(escape(plain))]


def parted(content: MessageContent) -> tuple[MessageContent, MessageContent | None]:
    """What an update takes of a look, and what has to stand in a message of its own: the end of long plain text."""
    if content.blocks or len(content.text) <= _MOST_PLAIN:
        return content, None
    head = re.sub("&[a-z]*$", "", content.text[:_MOST_PLAIN])
    end = find_break(head, len(head) // 2, len(head))
    return MessageContent(content.text[:end]), MessageContent(content.text[end:])


def actions(buttons: Sequence[Button]) -> dict[str, Any]:
    """A row of buttons; a press comes back with an `action_id` of `MENU`, the name, and a part that begins `BUTTON`."""
    return {
        "type": "actions",
        "elements": [
            {
                "type": "button",
                "action_id": f"{MENU}{button.name}:{BUTTON}{index}",
                "text": plain(button.label),
                "value": button.value,
            }
            for index, button in enumerate(buttons)
        ],
    }


def beginning(body: PageText, buttons: Sequence[Button]) -> Blocks:
    """The chunks that a stream begins with: its buttons, which stand above what grows, and the first words."""
    return [*([row(buttons)] if buttons else []), *append_chunks(body, 0)]


def row(buttons: Sequence[Button]) -> dict[str, Any]:
    """The chunk that puts buttons where a stream has come to."""
    return {"type": "blocks", "blocks": [actions(buttons)]}


def append_chunks(body: PageText, shown: int) -> Blocks:
    """The chunks for what comes after the first `shown` characters; the thinking is over when the rest begins."""
    piece = body.after(shown)
    details: list[dict[str, Any]] = [{"details": part} for part in _DETAIL.findall(piece.fold)]
    if body.rest and body.fold and shown <= len(body.fold) and not details:
        details = [{}]
    task = {"type": "task_update", "id": _TASK, "title": _TITLE, "status": "complete" if body.rest else "in_progress"}
    words = [{"type": "markdown_text", "text": piece.rest}] if piece.rest else []
    return [*(task | detail for detail in details), *words]


def plain(text: str) -> dict[str, Any]:
    """A label, as long as Slack takes one."""
    return {"type": "plain_text", "text": cut(text, _LABEL), "emoji": False}


def cut(text: str, most: int) -> str:
    """The text, or its beginning with an ellipsis."""
    return text if len(text) <= most else text[: most - 1] + "…"


def _card(body: PageText) -> dict[str, Any]:
    section = {"type": "rich_text_section", "elements": [{"type": "text", "text": body.fold}]}
    return {
        "type": "task_card",
        "task_id": _TASK,
        "title": _TITLE,
        "status": "complete" if body.rest else "in_progress",
        "details": {"type": "rich_text", "elements": [section]},
    }


def _context(fold: str) -> dict[str, Any]:
    text = cut(f"{_TITLE} {fold.strip()}", _CONTEXT)
    return {"type": "context", "elements": [{"type": "plain_text", "text": text, "emoji": False}]}
