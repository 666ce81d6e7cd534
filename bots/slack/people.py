"""Who people are: names and languages, looked up once and kept for a while."""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from dataclasses import replace
from typing import Any

import structlog

from core.chat.message import Sender
from core.chat.outbox import OutboxError
from core.engine import STORE_DOWN

from .api import Api

_log = structlog.get_logger()
_PATIENCE = 2.0
_KEPT = 3600.0
_FAILURE_KEPT = 60.0
"""Seconds: an answer waits for a name, what is known stays known, and a failed look-up is not repeated."""


class People:
    """A bounded memory of users in front of `users.info`."""

    def __init__(self, capacity: int = 2000) -> None:
        self._capacity = capacity
        self._known: OrderedDict[str, tuple[Sender, float]] = OrderedDict()

    async def introduce(self, api: Api, sender: Sender) -> Sender:
        """Fill in what `sender` lacks; give it back as it was when Slack does not tell in time. Never raises."""
        if not sender.id or (sender.name and sender.locale):
            return sender
        found, until = self._known.get(sender.id, (sender, 0.0))
        if until < time.monotonic():
            found = await self._look_up(api, sender.id)
        else:
            self._known.move_to_end(sender.id)
        return replace(sender, name=sender.name or found.name, locale=sender.locale or found.locale)

    async def _look_up(self, api: Api, user: str) -> Sender:
        found, kept = Sender(user), _FAILURE_KEPT
        try:
            async with asyncio.timeout(_PATIENCE):
                found, kept = _sender(user, await api.user(user)), _KEPT
        except (OutboxError, TimeoutError, *STORE_DOWN) as error:
            _log.info("a user could not be looked up", reason=str(error) or type(error).__name__)
        self._known[user] = (found, time.monotonic() + kept)
        self._known.move_to_end(user)
        while len(self._known) > self._capacity:
            self._known.popitem(last=False)
        return found


def _sender(user: str, found: dict[str, Any]) -> Sender:
    profile: dict[str, Any] = found.get("profile") or {}
    names = (profile.get("display_name"), profile.get("real_name"), found.get("real_name"), found.get("name"))
    return Sender(user, name=next((str(name) for name in names if name), ""), locale=str(found.get("locale") or ""))
