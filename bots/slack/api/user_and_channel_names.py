"""Names, locales and rights of users, and names of channels, with a cache."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from core.chat.port.incoming import Sender

from .lookup_cache import LookupCache, LookupResult
from .member_guest_or_external import Affiliation, is_workspace_admin, read_affiliation
from .methods import SlackApi

_TIMEOUT, _SENDER_TIMEOUT = 6.0, 2.0
"""Seconds to wait for the names in a message, and for the name of its sender."""
_NAME_MAX_AGE, _AFFILIATION_MAX_AGE, _RIGHTS_MAX_AGE = 3600.0, 600.0, 60.0
"""Seconds; the maximum age of cached results."""
_MAX_NAMES = 30
"""Users and channels of one message that are looked up."""
USER_ID_PREFIXES = ("U", "W")
"""The prefixes of user ids; apps have others."""


@dataclass(frozen=True, slots=True)
class Names:
    """The names of users (`@U1`) and channels (`#C1`); `incomplete`: some could not be looked up in time."""

    known: Mapping[str, str]
    incomplete: bool = False


class UserDirectory:
    """Users and channels, from a bounded cache of `users.info` and `conversations.info`."""

    def __init__(self) -> None:
        self._users = LookupCache("a user", timeout=_TIMEOUT)
        self._channels = LookupCache("a channel", timeout=_TIMEOUT)

    async def complete_sender(self, api: SlackApi, sender: Sender) -> Sender:
        """Fill in the name and locale of `sender`, unless Slack does not respond in time; never raises."""
        if not sender.id.startswith(USER_ID_PREFIXES) or (sender.name and sender.locale):
            return sender
        found = (await self._look_up_sender(api, sender.id, _NAME_MAX_AGE)).fields
        return replace(
            sender, name=sender.name or _display_name(found), locale=sender.locale or str(found.get("locale") or "")
        )

    def begin_look_up(self, api: SlackApi, sender: Sender) -> None:
        """Begin to look up a sender who is not known, for whoever asks next; unless many are being looked up."""
        if sender.id.startswith(USER_ID_PREFIXES) and not (sender.name and sender.locale):
            fetch = partial(api.get_user, sender.id, asked_by=sender.id)
            self._users.begin(sender.id, fetch, max_age=_NAME_MAX_AGE)

    async def is_admin(self, api: SlackApi, user: str, team: str) -> bool:
        """Whether a user is an admin or an owner of the workspace `team`; False if Slack does not respond in time."""
        if not user.startswith(USER_ID_PREFIXES):
            return False
        found = await self._look_up_sender(api, user, _RIGHTS_MAX_AGE)
        return not found.failed and is_workspace_admin(found.fields, team)

    def get_known_affiliation(self, user: str, team: str) -> Affiliation | None:
        """Return what a user was to the workspace `team` when they were looked up last; None if they were not."""
        known = self._users.get_last(user).fields
        return read_affiliation(known, team) if known else None

    async def look_up_affiliation(self, api: SlackApi, user: str, team: str) -> Affiliation | None:
        """Look up what a user is to the workspace `team`; None if Slack does not respond in time."""
        found = await self._look_up_sender(api, user, _AFFILIATION_MAX_AGE)
        return None if found.failed and not found.fields else read_affiliation(found.fields, team)

    async def look_up_names(self, api: SlackApi, ids: Iterable[str], *, asked_by: str, public: bool = False) -> Names:
        """Look up the names of the first 30 of `ids` (`@U1`, `#C1`) for the user `asked_by`; never raises.

        `public` leaves out private channels.
        """
        keys = list(dict.fromkeys(ids))[:_MAX_NAMES]
        found = await asyncio.gather(*(self._look_up_one(api, one, asked_by) for one in keys))
        known = {
            one: name
            for one, result in zip(keys, found, strict=True)
            if (name := _display_name(result.fields)) and not (public and result.fields.get("is_private"))
        }
        incomplete = any(result.failed and one not in known for one, result in zip(keys, found, strict=True))
        return Names(known, incomplete=incomplete)

    async def _look_up_one(self, api: SlackApi, key: str, asked_by: str) -> LookupResult:
        cache, fetch = (self._channels, api.get_channel) if key.startswith("#") else (self._users, api.get_user)
        name = key if key.startswith("#") else key[1:]
        return await cache.get(name, partial(fetch, key[1:], asked_by=asked_by), max_age=_NAME_MAX_AGE)

    async def _look_up_sender(self, api: SlackApi, user: str, max_age: float) -> LookupResult:
        try:
            async with asyncio.timeout(_SENDER_TIMEOUT):
                return await self._users.get(user, partial(api.get_user, user, asked_by=user), max_age=max_age)
        except TimeoutError:
            return replace(self._users.get_last(user), failed=True)


def replace_ids(text: str, names: Mapping[str, str]) -> str:
    """Replace the ids of users (`@U1`) and channels (`#C1`) in `text` by their `names`."""
    if not names:
        return text
    ids = "|".join(re.escape(one) for one in sorted(names, key=len, reverse=True))
    return re.sub(rf"(?<!\w)(?:{ids})(?![A-Za-z0-9])", lambda found: found[0][0] + names[found[0]], text)


def _display_name(found: Mapping[str, Any]) -> str:
    profile: Mapping[str, Any] = found.get("profile") or {}
    names = (profile.get("display_name"), profile.get("real_name"), found.get("real_name"), found.get("name"))
    return next((" ".join(str(name).split()) for name in names if name), "")
