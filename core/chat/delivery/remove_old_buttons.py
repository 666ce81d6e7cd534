"""Removing the buttons of answers that are not the newest any more."""

from __future__ import annotations

import asyncio
import json
from dataclasses import asdict, dataclass

import structlog

from core.chat.port.errors import ContentRejectedError, OutboxError, RateLimitedError, RecipientGoneError
from core.chat.port.menus import ShownMessage
from core.chat.port.outbox import Outbox
from core.redis import STORE_ERRORS
from core.redis.stored_values import StoredJson, parse_stored
from core.store import Conversations, ShownAnswers

from .answer_buttons import keep_useful_buttons

_log = structlog.get_logger()

_TIMEOUT = 30.0
"""Seconds that a removal may run beside the jobs; what is left is done after the next answer."""
_MAX_ATTEMPTS = 20
_MAX_ANSWERS = 20
"""Old answers of a chat that are still updated where the rate limits never have room."""


_MESSAGE = StoredJson(ShownMessage)


@dataclass(frozen=True, slots=True)
class _ActiveAnswers:
    """The answers of a chat whose buttons still work."""

    newest: frozenset[str]
    """The uids of answers that can be written again or continued."""
    remembered: frozenset[str]
    """The uids of answers that are in the history."""


class OldButtons:
    """Keeps in the store which answers have buttons, and removes those that do not work any more.

    It is cosmetic: it runs beside the jobs, nobody waits for it, and what the rate limits refuse or a process leaves
    undone is done after a later answer.
    """

    def __init__(self, answers: ShownAnswers, conversations: Conversations) -> None:
        self._answers = answers
        self._conversations = conversations
        self._running: dict[str, asyncio.Task[None]] = {}
        self._requested: dict[str, Outbox] = {}
        """Chats in which buttons may have become old since the last look."""

    @property
    def running(self) -> int:
        """In how many chats buttons are being removed."""
        return len(self._running)

    async def remember(self, chat: str, uid: str, message: ShownMessage, *, keep: str | None = None) -> None:
        """Remember the message that has the buttons of an answer; `keep` is the chat's choice (`RETENTIONS`)."""
        await self._answers.add(chat, uid, _pack_message(message), keep=keep)

    def start_removal(self, chat: str, outbox: Outbox) -> None:
        """Start to remove old buttons in a chat, with an outbox of that chat; return at once."""
        self._requested[chat] = outbox
        if chat not in self._running:
            self._running[chat] = asyncio.create_task(self._remove_requested(chat))

    async def aclose(self) -> None:
        """Stop; a later process does the rest."""
        running = list(self._running.values())
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)

    async def _remove_requested(self, chat: str) -> None:
        """Remove until nothing new was requested: a removal that is under way may have looked too early."""
        try:
            while (outbox := self._requested.pop(chat, None)) is not None:
                await self._remove(chat, outbox)
        finally:
            del self._running[chat]

    async def _remove(self, chat: str, outbox: Outbox) -> None:
        try:
            async with asyncio.timeout(_TIMEOUT):
                for _ in range(_MAX_ATTEMPTS):
                    if (wait := await self._remove_allowed(chat, outbox)) is None:
                        return
                    await asyncio.sleep(wait)
        except (OutboxError, TimeoutError, *STORE_ERRORS) as error:
            _log.info("old buttons are left for later", reason=error)

    async def _remove_allowed(self, chat: str, outbox: Outbox) -> float | None:
        """Remove what the rate limits allow; return the seconds to wait for the rest, None when all is done."""
        active = await self._load_active(chat)
        shown = await self._load_shown(chat)
        old = sorted(shown.keys() - active.newest, key=lambda uid: shown[uid].page.opened_at, reverse=True)
        for count, uid in enumerate(old):
            try:
                if count < _MAX_ANSWERS:
                    await self._remove_useless(shown[uid], outbox, remembered=uid in active.remembered)
            except RateLimitedError as error:
                return error.retry_after
            await self._answers.remove(chat, uid)
        return None

    async def _load_shown(self, chat: str) -> dict[str, ShownMessage]:
        """Load the messages by the uids of their answers; forget those that cannot be read."""
        shown: dict[str, ShownMessage] = {}
        for uid, packed in (await self._answers.list(chat)).items():
            message = parse_stored("the buttons of an answer", packed, _MESSAGE.parse)
            if message is None:
                await self._answers.remove(chat, uid)
            else:
                shown[uid] = message
        return shown

    async def _remove_useless(self, message: ShownMessage, outbox: Outbox, *, remembered: bool) -> None:
        buttons = keep_useful_buttons(message.buttons, remembered=remembered)
        if buttons == message.buttons:
            return
        try:
            await outbox.set_buttons(message, buttons)
        except (RecipientGoneError, ContentRejectedError) as error:  # it was deleted, or is too old to be changed
            _log.info("an answer keeps its old buttons", reason=error)

    async def _load_active(self, chat: str) -> _ActiveAnswers:
        history = await self._conversations.get_history(chat)
        unanswered = await self._conversations.get_unanswered(chat)
        uid = await self._conversations.get_newest_uid(chat)
        is_kept = bool(history) and history[-1].uid in {"", uid}  # it is not when its question was deleted
        newest = {uid} if is_kept else set[str]()
        return _ActiveAnswers(
            frozenset(newest | ({unanswered.uid} if unanswered else set())),
            frozenset(message.uid for message in history if message.uid),
        )


def _pack_message(message: ShownMessage) -> str:
    return json.dumps(asdict(message), ensure_ascii=False)
