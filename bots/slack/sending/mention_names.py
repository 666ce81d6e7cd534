"""The names of people and channels that an answer mentions by their ids."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextlib import suppress

from bots.slack.api.methods import SlackApi
from bots.slack.api.user_and_channel_names import UserDirectory
from bots.slack.blocks.markdown import list_mentioned

_TIMEOUT = 2.0
"""Seconds that a step of an answer waits for names."""
_MAX_NAMES = 30
"""People and channels of one answer that are looked up."""


class MentionNames:
    """Looks up each id of an answer once, so that all its steps show the same."""

    def __init__(self, users: UserDirectory, api: SlackApi, asked_by: str) -> None:
        self._users = users
        self._api = api
        self._asked_by = asked_by
        self._names: dict[str, str] = {}

    async def resolve(self, text: str) -> Mapping[str, str]:
        """Return the names of what a text (Markdown) mentions, by its id such as `@U1`; "" where there is none.

        Private channels have none: whoever reads the answer may not know them. Never raises.
        """
        new = [one for one in list_mentioned(text) if one not in self._names]
        if new:
            asked = new[: max(0, _MAX_NAMES - len(self._names))]
            self._names |= dict.fromkeys(new, "")
            with suppress(TimeoutError):  # what takes longer is shown by its id
                async with asyncio.timeout(_TIMEOUT):
                    found = await self._users.look_up_names(self._api, asked, asked_by=self._asked_by, public=True)
                    self._names |= found.known
        return self._names
