"""The progress of a delivery, kept in the job's checkpoint so that another process can finish it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import fields, replace
from time import monotonic
from typing import Protocol

from core.chat.checkpoint_fields import ANSWER, PostFields
from core.chat.port.menus import ShownMessage
from core.chat.port.page import Page
from core.redis.stored_values import StoredJson, parse_stored

from .answer_text import AnswerText

_PAGES = StoredJson(list[Page])
_PAGE_FIELDS = tuple(field.name for field in fields(Page))
_PROOF_SECONDS = 0.5
"""Seconds for which a save proves that the job is still ours: far less than it takes another process to claim it."""


class CheckpointStore(Protocol):
    """The part of a `Job` that keeps its checkpoint."""

    @property
    def state(self) -> Mapping[str, str]: ...

    async def checkpoint(self, **fields: str) -> None: ...


class DeliveryCheckpoint:
    """What has been shown of one post, and its whole text once that is known."""

    def __init__(self, store: CheckpointStore, fields: PostFields = ANSWER) -> None:
        """Load what a former owner of the job left; its pages are marked as adopted."""
        self._store = store
        self._fields = fields
        stored = parse_stored(fields.pages, store.state.get(fields.pages), _PAGES.parse)
        self.pages: list[Page] = [_mark_adopted(page) for page in stored or []]
        self.longest = self._load_text(fields.longest_text, fields.longest_reasoning_length) or AnswerText()
        """The longest text of all attempts. A reader would miss words if less were left."""
        self.final = self._load_text(fields.final_text, fields.final_reasoning_length)
        """The whole text; None until the model has ended."""
        self.last_message: ShownMessage | None = None
        """The last message, which bears the buttons; None until it shows its last state."""
        self.saved_at = 0.0
        """When the job was last known to be ours, by the monotonic clock."""
        self._saved: tuple[list[Page], AnswerText] = ([], AnswerText())
        """What the store has of the pages, and the text that they are shown of."""
        self._noted: dict[str, str] = {}

    def note(self, field: str, value: str) -> None:
        """Let the next save keep a field of the job, too; no later step is shown without it."""
        self._noted[field] = value

    async def save(self, pages: Sequence[Page], text: AnswerText) -> None:
        """Save the pages and the text that they are about to show; no call where that was done a moment ago.

        Raises `OwnershipLostError` when another process owns the job.
        """
        self.pages = list(pages)
        self.remember_longest(text)
        is_saved = self._saved == (self.pages, text) and not self._noted
        if is_saved and monotonic() - self.saved_at < _PROOF_SECONDS:
            return
        texts: dict[str, str] = {}
        state = self._store.state
        if self.longest.text not in {state.get(self._fields.longest_text, ""), state.get(self._fields.final_text)}:
            texts[self._fields.longest_text] = self.longest.text
            texts[self._fields.longest_reasoning_length] = str(self.longest.reasoning_length)
        await self._save(text, texts)

    def remember_longest(self, text: AnswerText) -> None:
        """Remember a text if it is the longest one; the next `save` saves it."""
        if len(text.text) > len(self.longest.text):
            self.longest = text

    async def save_final(self, text: AnswerText, pages: Sequence[Page]) -> None:
        """Save the whole text, and the pages: whoever takes over only has to show it."""
        self.final, self.pages = text, list(pages)
        texts = {
            self._fields.final_text: text.text,
            self._fields.final_reasoning_length: str(text.reasoning_length),
        }
        await self._save(text, texts)

    def restart(self) -> None:
        """Let the next attempt write the answer from its beginning into the same messages."""
        self.pages = [_mark_adopted(page) for page in self.pages]
        self.final = None

    def discard(self) -> None:
        """Restart, and let go of the text that was shown, since it is wrong: pages may shrink."""
        self.restart()
        self.pages = [replace(page, length=0) for page in self.pages]
        self.longest = AnswerText()

    async def _save(self, text: AnswerText, texts: Mapping[str, str]) -> None:
        saved = list(self.pages), text
        packed = json.dumps([{name: getattr(page, name) for name in _PAGE_FIELDS} for page in self.pages])
        await self._store.checkpoint(**self._noted, **texts, **{self._fields.pages: packed})
        self._noted.clear()
        self._saved, self.saved_at = saved, monotonic()

    def _load_text(self, text_field: str, length_field: str) -> AnswerText | None:
        text = self._store.state.get(text_field)
        length = parse_stored(length_field, self._store.state.get(length_field), int)
        return None if text is None else AnswerText(text, length or 0)


def _mark_adopted(page: Page) -> Page:
    """Keep what is certain of a page whose text is unknown; only the first page's opening depends on no text."""
    adopted, opening = bool(page.message_id or page.sending), "" if page.start else page.opening
    return replace(page, end=None, opening=opening, opened_at=0.0, adopted=adopted, previewed=False, done=False)
