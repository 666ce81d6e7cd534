# pyright: reportUnknownMemberType=false
# slack_sdk leaves its keyword arguments untyped.
"""The bot's reactions to messages in one workspace."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager

from core.chat.port.errors import ContentRejectedError

from .call import ApiCaller
from .rate_limit_numbers import ADD_REACTION, REMOVE_REACTION


class ReactionsApi:
    """Adds and removes reactions; raises the errors of `SlackApi`."""

    def __init__(self, caller: ApiCaller) -> None:
        self._call = caller
        self._client = caller.client

    async def add(self, channel: str, ts: str, name: str, *, user: str) -> None:
        """React to a message of `user`; succeeds if the bot has done so before. Slack: reactions.add."""
        with _accept_code("already_reacted"):
            await self._call(
                lambda: self._client.reactions_add(channel=channel, timestamp=ts, name=name), ADD_REACTION, person=user
            )

    async def remove(self, channel: str, ts: str, name: str) -> None:
        """Remove the bot's reaction; succeeds if there is none. Slack: reactions.remove."""
        with _accept_code("no_reaction"):
            await self._call(
                lambda: self._client.reactions_remove(channel=channel, timestamp=ts, name=name), REMOVE_REACTION
            )


@contextmanager
def _accept_code(code: str) -> Generator[None]:
    """Treat a refusal with this code as a success."""
    try:
        yield
    except ContentRejectedError as error:
        if str(error) != code:
            raise
