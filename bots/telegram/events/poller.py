"""Taking updates in by long polling: each is stored before Telegram is told that it arrived.

The loop is our own, over the SDK's bot, because the SDK's `Updater` hands out objects instead of the JSON that is
stored, stops for good when its queue raises, and cannot begin while Telegram is away.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable

import structlog
from telegram.error import Conflict, InvalidToken, TelegramError

from bots.json_fields import Json, get_int, get_object
from bots.lifecycle import ReceiveEvent
from bots.telegram.api.client import TelegramApi
from bots.telegram.api.http_transport import FloodError
from bots.telegram.recovery.message_ids import MessageIdTracker
from core.redis import STORE_ERRORS

from .addressing import BotIdentity

_log = structlog.get_logger()

_KINDS = ("message", "edited_message", "callback_query", "my_chat_member")
_BATCH = 100
_POLL = 30
"""Seconds that Telegram holds a poll open (it allows 50)."""
_FIRST_PATIENCE, _LONGEST_PATIENCE = 0.5, 30.0
"""Seconds between two tries to reach Telegram."""
_CONFLICT_PATIENCE = 3.0
_FIRST_STORE_PATIENCE, _LONGEST_STORE_PATIENCE = 0.1, 3.0
_FAREWELL = 2.0


class UpdatePoller:
    """One poller; Telegram allows one at a time for each bot.

    `receive` gets what `pack` makes of an update and returns once that is durable. While it raises one of
    `STORE_ERRORS` it is asked again and no further update is taken in. `note` is told whether Telegram can be reached.
    """

    def __init__(
        self,
        api: TelegramApi,
        bot: BotIdentity,
        receive: ReceiveEvent,
        note: Callable[[bool], None],
        horizon: MessageIdTracker,
    ) -> None:
        self._api = api
        self._bot = bot
        self._receive = receive
        self._note = note
        self._horizon = horizon
        self._next: int | None = None
        self._confirmed: int | None = None

    async def poll(self) -> None:
        """Take updates in until cancelled, through whatever outages of Telegram or the store."""
        patience = _FIRST_PATIENCE
        try:
            while True:
                try:
                    updates = await self._ask(_POLL)
                except TelegramError as error:
                    self._note(False)  # noqa: FBT003 - a setter
                    await self._bear(error, patience)
                    patience = min(patience * 2, _LONGEST_PATIENCE)
                else:
                    self._note(True)  # noqa: FBT003 - a setter
                    patience = _FIRST_PATIENCE
                    await self._store(updates)
        finally:
            await self._confirm()

    async def _ask(self, seconds: int) -> list[Json]:
        asked = self._next
        updates = await self._api.fetch_updates(asked, kinds=_KINDS, limit=_BATCH if seconds else 1, seconds=seconds)
        self._confirmed = asked
        return updates

    async def _store(self, updates: list[Json]) -> None:
        for message in (get_object(update, "message") for update in updates):
            self._horizon.record_message(get_int(get_object(message, "chat"), "id"), get_int(message, "message_id"))
        for update in updates:
            await self._insist(pack_update(update, self._bot))
            # Not the highest id so far: after a week without updates the next may be lower (Bot API: Update.update_id).
            self._next = get_int(update, "update_id") + 1

    async def _insist(self, payload: bytes) -> None:
        patience = _FIRST_STORE_PATIENCE
        while True:
            try:
                return await self._receive(payload)
            except STORE_ERRORS as error:
                if patience == _FIRST_STORE_PATIENCE:  # once an update: why the store failed is logged elsewhere
                    _log.warning("an update waits for the store", error=type(error).__name__)
            await asyncio.sleep(patience)
            patience = min(patience * 2, _LONGEST_STORE_PATIENCE)

    async def _bear(self, error: TelegramError, patience: float) -> None:
        """Do about a failed poll what can be done, then wait."""
        if isinstance(error, FloodError):
            patience = error.retry_after
        elif isinstance(error, Conflict):
            patience = _CONFLICT_PATIENCE
            await self._clear_webhook(str(error))
        elif isinstance(error, InvalidToken):
            _log.error("Telegram does not accept TELEGRAM_BOT_TOKEN any more")
            patience = _LONGEST_PATIENCE
        _log.warning("no updates from Telegram", error=f"{type(error).__name__}: {error}", again_in=patience)
        await asyncio.sleep(patience)

    async def _clear_webhook(self, reason: str) -> None:
        # "Conflict: can't use getUpdates method while webhook is active", left behind by another program.
        if "webhook" in reason.lower():
            try:
                await self._api.delete_webhook(drop_pending_updates=False)
            except TelegramError as error:
                _log.warning("the webhook could not be removed", error=type(error).__name__)

    async def _confirm(self) -> None:
        """Tell Telegram what is stored already, so that the next poller is not given it again (it would drop it)."""
        if self._next != self._confirmed:
            try:
                async with asyncio.timeout(_FAREWELL):
                    await self._ask(0)
            except (TelegramError, TimeoutError):
                _log.info("the last updates will be delivered once more")


def pack_update(update: Json, bot: BotIdentity) -> bytes:
    """Make `{"bot": {"id": ..., "username": ...}, "update": ...}`: it can be read before Telegram has been reached."""
    stored = {"bot": {"id": bot.id, "username": bot.username}, "update": update}
    return json.dumps(stored, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")
