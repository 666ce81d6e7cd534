"""The content of a page as blocks and as chunks of a stream: reasoning, the answer, buttons; pure.

Slack: blocks hold 12,000 characters of Markdown.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Self

from core.chat.port.menus import Button
from core.chat.text.has_words import has_words
from core.chat.text.line_memo import LineMemo
from core.chat.text.page_breaks import find_break
from core.chat.text.truncate import truncate

from .action_ids import BUTTON_PREFIX, MENU_PREFIX
from .bold_first_words import FirstWords
from .markdown import escape, neutralize_mentions, render_markdown, strip_protection
from .notification_text import notification_text
from .reasoning_card import context_block, task_card, task_chunks

Blocks = Sequence[dict[str, Any]]

RATING_BLOCK = "context_actions"
"""The type of the block with Slack's own buttons for ratings, which some workspaces may not have."""
_MAX_LABEL_LENGTH = 75
"""Characters of a button's label."""
_MAX_STREAM_BYTES = 10_000
"""Bytes of a stream with both a task and an answer. Slack answers `msg_too_long` somewhere between 10,600 and 11,300
bytes, in which a task's details count twice; measured by openclaw/openclaw#143882, not documented."""
_MAX_PLAIN_LENGTH = 3_900
"""Characters; Slack: chat.update refuses more than 4,000."""


@dataclass(frozen=True, slots=True)
class RenderedPage:
    """The part of a page that can be shown now: its reasoning and its answer. Later states begin with both."""

    reasoning: str
    answer: str
    first_words: FirstWords | None = None
    """What the answer consists of, where a mark of ours closes it: later answers continue without that."""

    @classmethod
    def render_first(cls, text: str, folded: int, *, names: Mapping[str, str] | None = None) -> Self:
        """Render the first step of a page that grows: words in bold before the bold is closed, but no marks alone."""
        page = cls.render(text, folded, final=False, names=names)
        if folded or has_words(page.answer) or not has_words(text):
            return page
        words = FirstWords.find(text)
        return cls("", str(words) if words else "", words)

    @classmethod
    def render(
        cls,
        text: str,
        folded: int,
        *,
        final: bool,
        names: Mapping[str, str] | None = None,
        memo: LineMemo | None = None,
    ) -> Self:
        """Render Markdown whose first `folded` characters are reasoning (see `render_markdown`)."""
        rest, known = text[folded:].lstrip("\n") if folded else text, names or {}
        reasoning = neutralize_mentions(text[:folded], final=final or bool(rest), names=known)
        return cls(reasoning, render_markdown(rest, final=final, names=known, memo=memo))

    def __len__(self) -> int:
        return len(self.reasoning) + len(self.answer)

    @property
    def is_blank(self) -> bool:
        """Whether there is no text to show."""
        return not self.reasoning.strip() and not self.answer.strip()

    @property
    def exceeds_stream(self) -> bool:
        """Whether it exceeds the limit of a stream, though not that of a message."""
        weight = 2 * len(self.reasoning.encode()) + len(self.answer.encode())
        return bool(self.reasoning and self.answer) and weight > _MAX_STREAM_BYTES

    def continue_from(self, words: FirstWords, *, final: bool) -> Self:
        """Return the page as a stream that began with these words has to show it."""
        return replace(self, answer=words.continue_with(self.answer, final=final))

    def remaining_after(self, shown: int) -> RenderedPage:
        """Return the text after the first `shown` characters."""
        return RenderedPage(self.reasoning[shown:], self.answer[max(0, shown - len(self.reasoning)) :])


@dataclass(frozen=True, slots=True)
class MessageContent:
    """The content of a message: blocks and their text for notifications, or that text alone.

    The text is Slack's mrkdwn.
    """

    text: str
    blocks: Blocks = ()

    @property
    def block_types(self) -> tuple[str, ...]:
        """The types of its blocks."""
        return tuple(str(block["type"]) for block in self.blocks)


def page_variants(
    body: RenderedPage, buttons: Sequence[Button], *, cards: bool = True, ratings: bool = True
) -> list[MessageContent]:
    """Return the variants of a page, the best first; each leaves out something that Slack may refuse.

    `cards` and `ratings` tell whether Slack's own forms of reasoning and of buttons that rate are tried. The last
    variant is plain text of any length.
    """
    variants = _variants_with_plain_buttons(body, buttons, cards=cards)
    best_controls, controls = _list_controls(buttons, ratings=ratings), _list_controls(buttons, ratings=False)
    best = variants[0]
    if best.blocks and best_controls != controls:
        above = best.blocks[: len(best.blocks) - len(controls)]
        variants.insert(0, MessageContent(best.text, [*above, *best_controls]))
    return variants


def _variants_with_plain_buttons(body: RenderedPage, buttons: Sequence[Button], *, cards: bool) -> list[MessageContent]:
    answer = [{"type": "markdown", "text": body.answer}] if body.answer.strip() else []
    buttons_row = _list_controls(buttons, ratings=False)
    plain = strip_protection(body.answer) if answer else body.reasoning
    text = notification_text(body.answer if answer else body.reasoning)
    variants = [MessageContent(text, answer)] if answer else []
    if answer and buttons_row:
        variants.insert(0, MessageContent(text, [*answer, *buttons_row]))
    if body.reasoning.strip():
        variants.insert(0, MessageContent(text, [context_block(body.reasoning), *answer, *buttons_row]))
        if cards:
            card = task_card(body.reasoning, complete=bool(body.answer))
            variants.insert(0, MessageContent(text, [card, *answer, *buttons_row]))
    return [*variants, MessageContent(escape(plain))]


def split_long_text(content: MessageContent) -> tuple[MessageContent, MessageContent | None]:
    """Split plain text that is too long for an update; the second part needs a message of its own."""
    if content.blocks or len(content.text) <= _MAX_PLAIN_LENGTH:
        return content, None
    head = re.sub("&[a-z]*$", "", content.text[:_MAX_PLAIN_LENGTH])
    end = find_break(head, len(head) // 2, len(head))
    return MessageContent(content.text[:end]), MessageContent(content.text[end:])


def buttons_block(buttons: Sequence[Button]) -> dict[str, Any]:
    """Return a row of buttons with `action_id`s as described in `action_ids`."""
    return {
        "type": "actions",
        "elements": [
            {"type": "button", "action_id": _action_id(button, index), **_describe_button(button)}
            for index, button in enumerate(buttons)
        ],
    }


def _list_controls(buttons: Sequence[Button], *, ratings: bool) -> Blocks:
    """Return the rows of buttons: those that rate, with `ratings`, in Slack's own form; it knows good and bad."""
    rated = {button.rating: button for button in buttons if ratings and button.rating}
    ordinary = [button for button in buttons if button not in rated.values()]
    row = [buttons_block(ordinary)] if ordinary else []
    return [*row, _rating_block(rated[1], rated[-1])] if {1, -1} <= rated.keys() else row


def _rating_block(good: Button, bad: Button) -> dict[str, Any]:
    """Slack: context actions block, feedback buttons element."""
    element = {"type": "feedback_buttons", "action_id": _action_id(good, 0)}
    element |= {"positive_button": _describe_button(good), "negative_button": _describe_button(bad)}
    return {"type": RATING_BLOCK, "elements": [element]}


def _action_id(button: Button, index: int) -> str:
    return f"{MENU_PREFIX}{button.name}:{BUTTON_PREFIX}{index}"


def _describe_button(button: Button) -> dict[str, Any]:
    spoken = {"accessibility_label": truncate(button.description, _MAX_LABEL_LENGTH)} if button.description else {}
    return {"text": plain_text_object(button.label), "value": button.value, **spoken}


def first_chunks(body: RenderedPage, buttons: Sequence[Button]) -> Blocks:
    """Return the first chunks of a stream: its buttons, which stay above the text, and the first text."""
    return [*buttons_chunks(buttons), *append_chunks(body, 0)]


def buttons_chunks(buttons: Sequence[Button]) -> Blocks:
    """Return what adds buttons at the end of a stream; those that rate come when the message is rewritten."""
    shown = [button for button in buttons if not button.rating]
    return [{"type": "blocks", "blocks": [buttons_block(shown)]}] if shown else []


def append_chunks(body: RenderedPage, shown: int) -> Blocks:
    """Return the chunks after the first `shown` characters; the task is complete when the answer begins."""
    piece = body.remaining_after(shown)
    begins_answer = bool(body.answer and body.reasoning) and shown <= len(body.reasoning)
    task = task_chunks(piece.reasoning, complete=bool(body.answer), completed_now=begins_answer)
    answer = [{"type": "markdown_text", "text": piece.answer}] if piece.answer else []
    return [*task, *answer]


def plain_text_object(text: str) -> dict[str, Any]:
    """Return a label, truncated to Slack's limit."""
    return {"type": "plain_text", "text": truncate(text, _MAX_LABEL_LENGTH), "emoji": False}
