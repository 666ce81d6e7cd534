"""Updates on their way to the bot: the queue, long polling, webhook registration."""

import asyncio
import time
from collections.abc import Mapping
from typing import Any, Final

from .bot_api import Call
from .errors import ApiError
from .update import Update
from .webhook import Delivery, Webhook, check_webhook

_MAX_POLL_SECONDS: Final = 50  # the server caps the timeout, telegram-bot-api/Client.cpp
_OPT_IN_UPDATES: Final = frozenset({"chat_member", "message_reaction", "message_reaction_count"})
_POLL_CONFLICT: Final = (
    "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running"
)
_WEBHOOK_CONFLICT: Final = (
    "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"
)


class Updates:
    """Keep updates until a getUpdates call with a higher offset confirms them, or a webhook takes them."""

    def __init__(self, kinds: frozenset[str]) -> None:
        self.pending: list[Update] = []
        self.webhook = Webhook()
        self.delivery = Delivery(self.pending)
        self.conflicts = 0
        """How many polls were told that another one is running."""
        self._kinds = kinds
        self._allowed = kinds - _OPT_IN_UPDATES
        self._next_id = 700_000_001
        self._arrived = asyncio.Event()
        self._poll: asyncio.Event | None = None
        self._webhook_changed = 0.0

    @property
    def polling(self) -> bool:
        """Whether a poll waits for updates now."""
        return self._poll is not None

    def put(self, kind: str, body: Mapping[str, Any]) -> bool:
        """Queue an update unless the bot did not ask for its kind; return whether it was queued."""
        if kind not in self._allowed:
            return False
        update = Update(self._next_id, kind, body)
        self.pending.append(update)
        self._next_id += 1
        self._arrived.set()
        self.delivery.wake(update)
        return True

    async def get(self, call: Call) -> list[dict[str, Any]]:
        """getUpdates: wait for updates; a second poll ends the first with 409."""
        if self.webhook.url:
            self.conflicts += 1
            raise ApiError(409, _WEBHOOK_CONFLICT)
        self._allow(call.json_array("allowed_updates"))
        if self._poll:
            self._poll.set()
        self._poll = replaced = asyncio.Event()
        try:
            return await self._wait(call, replaced)
        finally:
            if self._poll is replaced:
                self._poll = None

    async def _wait(self, call: Call, replaced: asyncio.Event) -> list[dict[str, Any]]:
        self._confirm(call.number("offset"))
        limit = call.number("limit", 100)
        if not self.pending:
            await self._arrival(min(call.number("timeout"), _MAX_POLL_SECONDS), replaced)
        if replaced.is_set():
            self.conflicts += 1
            raise ApiError(409, _POLL_CONFLICT)
        return [update.json() for update in self.pending[: min(max(limit, 1), 100)]]

    async def _arrival(self, seconds: float, replaced: asyncio.Event) -> None:
        self._arrived.clear()
        waits = [asyncio.ensure_future(event.wait()) for event in (self._arrived, replaced)]
        try:
            await asyncio.wait(waits, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()

    def _confirm(self, offset: int) -> None:
        if offset > 0:
            self.pending[:] = [update for update in self.pending if update.id >= offset]
        elif offset < 0:
            self.pending[:] = self.pending[offset:]

    def _allow(self, names: list[Any] | None) -> None:
        """An empty list means the usual kinds, no list the kinds named before; it holds for later updates only."""
        if names is not None:
            self._allowed = (frozenset(names) & self._kinds) or self._kinds - _OPT_IN_UPDATES

    def set_webhook(self, call: Call) -> bool:
        """setWebhook: deliver to an address from now on; an empty one means deleteWebhook."""
        if not call.text("url"):
            return self.delete_webhook(call)
        wanted = Webhook.read(call)
        if wanted != self.webhook:
            check_webhook(wanted, self._webhook_changed)
            self._webhook_changed = time.monotonic()
        self._allow(call.json_array("allowed_updates"))
        self._drop(call)
        self.webhook = wanted
        self.delivery.start(wanted)
        if self._poll:
            self._poll.set()
        return True

    def delete_webhook(self, call: Call) -> bool:
        self.webhook = Webhook()
        self.delivery.stop()
        return self._drop(call)

    def webhook_info(self, _: Call) -> dict[str, Any]:
        return self.delivery.info()

    def _drop(self, call: Call) -> bool:
        if call.flag("drop_pending_updates"):
            self.pending.clear()
        return True
