"""Receiving updates by long polling; each is stored before it is confirmed to Telegram.

This replaces the SDK's `Updater`, which provides objects instead of the JSON to store, stops for good when its queue
raises, and cannot start while Telegram is unreachable.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Callable, Sequence
from itertools import takewhile

import structlog
from telegram.error import Conflict, InvalidToken, TelegramError

from bots.running_platform import ReceiveEvent
from bots.telegram.api.client import TelegramApi
from bots.telegram.api.http_transport import FloodError
from bots.telegram.recovery.message_ids import MessageIdTracker
from core.chat.port.incoming import ChatRef
from core.chat.port.press_limit import PressLimit
from core.json_reader import Json, get_int, get_object
from core.redis import STORE_ERRORS

from .addressing import BotIdentity
from .chat_place import build_chat_ref
from .updates import UPDATE_KINDS, AnswerAtOnce, answer_nothing, find_presser, pack_update, record_message_id

_log = structlog.get_logger()

_MAX_BATCH_SIZE = 100
_POLL_SECONDS = 30
"""Seconds that Telegram holds a poll open (it allows 50)."""
_FIRST_RETRY_DELAY, _MAX_RETRY_DELAY = 0.5, 30.0
"""Seconds between two attempts to reach Telegram."""
_CONFLICT_RETRY_DELAY = 3.0
_FIRST_STORE_RETRY_DELAY, _MAX_STORE_RETRY_DELAY = 0.1, 3.0
_CONFIRM_TIMEOUT = 2.0


class UpdatePoller:
    """Polls for the updates of one bot; Telegram allows one poller at a time for each bot.

    `receive` gets updates of a conversation as `pack_update` encodes them. While it raises one of `STORE_ERRORS`, it is
    called again, and no further update of that conversation is passed. Those of others in the
    batch are stored meanwhile; what follows an update that is not stored is not confirmed. `on_connection_change` gets
    True after each successful poll and False after a failed one. Of the `kinds` of updates that Telegram is asked for,
    those that `answer_at_once` takes are not stored.
    """

    def __init__(
        self,
        api: TelegramApi,
        bot: BotIdentity,
        receive: ReceiveEvent,
        on_connection_change: Callable[[bool], None],
        message_ids: MessageIdTracker,
        *,
        kinds: tuple[str, ...] = UPDATE_KINDS,
        answer_at_once: AnswerAtOnce = answer_nothing,
    ) -> None:
        self._api = api
        self._bot = bot
        self._receive = receive
        self._on_connection_change = on_connection_change
        self._message_ids = message_ids
        self._kinds = kinds
        self._answer_at_once = answer_at_once
        self._press_limit = PressLimit()
        self._batch_size = _MAX_BATCH_SIZE
        self._next_offset: int | None = None
        self._confirmed_offset: int | None = None

    async def poll(self) -> None:
        """Receive updates until cancelled, through outages of Telegram and of the store."""
        delay = _FIRST_RETRY_DELAY
        try:
            while True:
                try:
                    updates = await self._fetch_updates(_POLL_SECONDS)
                except TelegramError as error:
                    self._on_connection_change(False)  # noqa: FBT003 - a setter
                    self._batch_size = 1  # a response may be too large to be read because it holds many updates
                    await self._handle_poll_error(error, delay)
                    delay = min(delay * 2, _MAX_RETRY_DELAY)
                else:
                    self._on_connection_change(True)  # noqa: FBT003 - a setter
                    delay = _FIRST_RETRY_DELAY
                    self._batch_size = min(2 * self._batch_size, _MAX_BATCH_SIZE)
                    await self._store(updates)
        finally:
            await self._confirm_stored()

    async def _fetch_updates(self, seconds: int) -> list[Json]:
        offset = self._next_offset
        updates = await self._api.fetch_updates(
            offset, kinds=self._kinds, limit=self._batch_size if seconds else 1, seconds=seconds
        )
        self._confirmed_offset = offset
        return updates

    async def _store(self, updates: list[Json]) -> None:
        for update in updates:
            record_message_id(update, self._message_ids)
        stored = set[int]()
        try:
            async with asyncio.TaskGroup() as tasks:
                for group in group_by_conversation(updates, self._bot):
                    tasks.create_task(self._store_in_order(group, stored))
        finally:
            self._advance_offset(updates, stored)

    async def _store_in_order(self, updates: Sequence[Json], stored: set[int]) -> None:
        taken = [update for update in updates if self._is_stored(update)]
        payloads = [pack_update(update, self._bot) for update in taken]
        place = 0
        while place < len(taken):
            count = await self._store_until_accepted(payloads[place:])
            stored.update(get_int(update, "update_id") for update in taken[place : place + count])
            place += count
        stored.update(get_int(update, "update_id") for update in updates)  # those that are not kept, too

    def _is_stored(self, update: Json) -> bool:
        return not self._answer_at_once(update) and self._press_limit.admits(find_presser(update))

    def _advance_offset(self, updates: Sequence[Json], stored: set[int]) -> None:
        """Let everything before the first update that is not stored be confirmed."""
        for update_id in takewhile(stored.__contains__, (get_int(update, "update_id") for update in updates)):
            # Not the maximum so far: after a week without updates the next id may be lower (Bot API: Update.update_id).
            self._next_offset = update_id + 1

    async def _store_until_accepted(self, payloads: Sequence[bytes]) -> int:
        """Store the first of some updates, or more; return how many."""
        delay = _FIRST_STORE_RETRY_DELAY
        while True:
            try:
                return await self._receive(*payloads)
            except STORE_ERRORS as error:
                if delay == _FIRST_STORE_RETRY_DELAY:  # once for each update; `StoreHealth` logs why the store failed
                    _log.warning("an update waits for the store", error=type(error).__name__)
            await asyncio.sleep(delay)
            delay = min(delay * 2, _MAX_STORE_RETRY_DELAY)

    async def _handle_poll_error(self, error: TelegramError, delay: float) -> None:
        """Handle a failed poll as far as possible, then wait."""
        if isinstance(error, FloodError):
            delay = error.retry_after
        elif isinstance(error, Conflict):
            delay = _CONFLICT_RETRY_DELAY
            await self._clear_webhook(str(error))
        elif isinstance(error, InvalidToken):
            _log.error("Telegram does not accept TELEGRAM_BOT_TOKEN any more")
            delay = _MAX_RETRY_DELAY
        _log.warning("no updates from Telegram", error=error, again_in=delay)
        await asyncio.sleep(delay)

    async def _clear_webhook(self, reason: str) -> None:
        # "Conflict: can't use getUpdates method while webhook is active": another program has set one, or this one did
        # before its settings were changed.
        if "webhook" in reason.lower():
            try:
                await self._api.delete_webhook(drop_pending_updates=False)
            except TelegramError as error:
                _log.warning("the webhook could not be removed", error=type(error).__name__)

    async def _confirm_stored(self) -> None:
        """Confirm what is stored, so that the next poller does not get it again (it would drop it)."""
        if self._next_offset != self._confirmed_offset:
            try:
                async with asyncio.timeout(_CONFIRM_TIMEOUT):
                    await self._fetch_updates(0)
            except (TelegramError, TimeoutError):
                _log.info("the last updates will be delivered once more")


def group_by_conversation(updates: Sequence[Json], bot: BotIdentity) -> list[list[Json]]:
    """Separate the updates of different conversations, which may be stored at the same time; each group is in order.

    A group that becomes a supergroup has two ids, whose updates must stay in order: then nothing is separated.
    """
    if any(get_int(get_object(update, "message"), "migrate_from_chat_id") for update in updates):
        return [list(updates)]
    groups = defaultdict[ChatRef, list[Json]](list)
    for update in updates:
        groups[build_chat_ref(_get_message(update), bot)].append(update)
    return list(groups.values())


def _get_message(update: Json) -> Json:
    """Return the object in an update that tells its chat."""
    holders = (get_object(update, kind) for kind in ("message", "edited_message", "my_chat_member"))
    return next(filter(None, holders), get_object(get_object(update, "callback_query"), "message"))
