"""Who people are: names, languages and rights, looked up once and kept for a while."""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from dataclasses import dataclass, replace
from typing import Any

import structlog

from core.chat.message import Sender
from core.chat.outbox import OutboxError
from core.engine import STORE_DOWN

from .api import Api

_log = structlog.get_logger()
_PATIENCE = 2.0
_NAME_KEPT, _RIGHTS_KEPT, _FAILURE_KEPT = 3600.0, 60.0, 60.0
"""Seconds: an answer waits for a name, what is known stays known, and a failed look-up is not repeated."""


@dataclass(frozen=True, slots=True)
class _Person:
    sender: Sender
    admin: bool = False
    until: float = 0.0
    rights_until: float = 0.0
    """Seconds (monotonic) until which the name and the rights count."""


class People:
    """A bounded memory of users in front of `users.info`."""

    def __init__(self, capacity: int = 2000) -> None:
        self._capacity = capacity
        self._known: OrderedDict[str, _Person] = OrderedDict()

    async def introduce(self, api: Api, sender: Sender) -> Sender:
        """Fill in what `sender` lacks; give it back as it was when Slack does not tell in time. Never raises."""
        if not sender.id or (sender.name and sender.locale):
            return sender
        found = (await self._person(api, sender.id)).sender
        return replace(sender, name=sender.name or found.name, locale=sender.locale or found.locale)

    async def is_admin(self, api: Api, user: str) -> bool:
        """Whether a user is an admin or an owner of the workspace; False when Slack does not tell in time."""
        return bool(user) and (await self._person(api, user, rights=True)).admin

    async def _person(self, api: Api, user: str, *, rights: bool = False) -> _Person:
        found = self._known.get(user)
        if found is None or (found.rights_until if rights else found.until) < time.monotonic():
            found = self._known[user] = await self._look_up(api, user)
        self._known.move_to_end(user)
        while len(self._known) > self._capacity:
            self._known.popitem(last=False)
        return found

    async def _look_up(self, api: Api, user: str) -> _Person:
        try:
            async with asyncio.timeout(_PATIENCE):
                return _person(user, await api.user(user))
        except (OutboxError, TimeoutError, *STORE_DOWN) as error:
            _log.info("a user could not be looked up", reason=str(error) or type(error).__name__)
        until = time.monotonic() + _FAILURE_KEPT
        known = self._known.get(user) or _Person(Sender(user))
        return replace(known, admin=False, until=until, rights_until=until)


def _person(user: str, found: dict[str, Any]) -> _Person:
    profile: dict[str, Any] = found.get("profile") or {}
    names = (profile.get("display_name"), profile.get("real_name"), found.get("real_name"), found.get("name"))
    name = next((str(name) for name in names if name), "")
    admin = any(found.get(role) for role in ("is_admin", "is_owner", "is_primary_owner"))
    now = time.monotonic()
    return _Person(Sender(user, name, str(found.get("locale") or "")), admin, now + _NAME_KEPT, now + _RIGHTS_KEPT)
