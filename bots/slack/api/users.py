"""Who people are: names, languages and rights, looked up once and kept for a while."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from core.chat.port.incoming import Sender

from .lookup_cache import Found, LookUps
from .methods import SlackApi

_TIMEOUT, _SENDER_TIMEOUT = 6.0, 2.0
"""Seconds that a question waits for the names in it, and everything that is done for the name of who did it."""
_NAME_KEPT, _RIGHTS_KEPT = 3600.0, 60.0
"""Seconds that what Slack told counts."""
_MAX_NAMES = 30
"""People and channels of one question that are looked up."""
ACCOUNTS = ("U", "W")
"""What the ids of people begin with; apps have others."""


@dataclass(frozen=True, slots=True)
class Names:
    """What people (`@U1`) and channels (`#C1`) are called; `lacking`: Slack did not tell all in time."""

    known: Mapping[str, str]
    lacking: bool = False


class Users:
    """A bounded memory of users and channels in front of `users.info` and `conversations.info`."""

    def __init__(self) -> None:
        self._users = LookUps("a user", timeout=_TIMEOUT)
        self._channels = LookUps("a channel", timeout=_TIMEOUT)

    async def introduce(self, api: SlackApi, sender: Sender) -> Sender:
        """Fill in what `sender` lacks; give it back as it was when Slack does not tell in time. Never raises."""
        if not sender.id.startswith(ACCOUNTS) or (sender.name and sender.locale):
            return sender
        found = (await self._soon(api, sender.id, _NAME_KEPT)).fields
        return replace(sender, name=sender.name or _name(found), locale=sender.locale or str(found.get("locale") or ""))

    async def is_admin(self, api: SlackApi, user: str) -> bool:
        """Whether a user is an admin or an owner of the workspace; False when Slack does not tell in time."""
        if not user.startswith(ACCOUNTS):
            return False
        found = await self._soon(api, user, _RIGHTS_KEPT)
        rights = (found.fields.get(role) for role in ("is_admin", "is_owner", "is_primary_owner"))
        return not found.failed and any(rights)

    async def names(self, api: SlackApi, ids: Iterable[str]) -> Names:
        """What people and channels are called, of the first 30 of `ids` (`@U1`, `#C1`); never raises."""
        asked = list(dict.fromkeys(ids))[:_MAX_NAMES]
        found = await asyncio.gather(*(self._told(api, one) for one in asked))
        known = {one: name for one, told in zip(asked, found, strict=True) if (name := _name(told.fields))}
        lacking = any(told.failed and one not in known for one, told in zip(asked, found, strict=True))
        return Names(known, lacking=lacking)

    async def _told(self, api: SlackApi, named: str) -> Found:
        if named.startswith("#"):
            return await self._channels.get(named, partial(api.channel, named[1:]), max_age=_NAME_KEPT)
        return await self._users.get(named[1:], partial(api.user, named[1:]), max_age=_NAME_KEPT)

    async def _soon(self, api: SlackApi, user: str, max_age: float) -> Found:
        try:
            async with asyncio.timeout(_SENDER_TIMEOUT):
                return await self._users.get(user, partial(api.user, user), max_age=max_age)
        except TimeoutError:
            return replace(self._users.last(user), failed=True)


def named_in(words: str, names: Mapping[str, str]) -> str:
    """Call people and channels by their `names` where `words` have their ids (`@U1`, `#C1`)."""
    if not names:
        return words
    ids = "|".join(re.escape(one) for one in sorted(names, key=len, reverse=True))
    return re.sub(rf"(?<!\w)(?:{ids})(?![A-Za-z0-9])", lambda found: found[0][0] + names[found[0]], words)


def _name(found: Mapping[str, Any]) -> str:
    profile: Mapping[str, Any] = found.get("profile") or {}
    names = (profile.get("display_name"), profile.get("real_name"), found.get("real_name"), found.get("name"))
    return next((" ".join(str(name).split()) for name in names if name), "")
