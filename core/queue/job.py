"""One message, in the hands of whoever answers it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from types import MappingProxyType
from typing import TypeAlias

from .envelope import Envelope


class OwnershipLostError(Exception):
    """This run has lost the message: another one owns it, so nothing may be shown or kept any more."""


SaveCheckpoint: TypeAlias = Callable[[Mapping[str, str]], Awaitable[bool]]
"""Proves ownership and keeps fields in one step; True when somebody asked to stop. Raises `OwnershipLostError`."""


Take: TypeAlias = Callable[[Mapping[str, str], Sequence[Envelope]], Awaitable[bool]]
"""The same, while mails that wait leave the mailbox."""


class Job:
    """An accepted message and what a former owner of it left behind.

    The task that works on it is cancelled when the message is lost (`fenced` is True then) and when the worker is
    drained (`fenced` is False, and a last `checkpoint` is possible; five seconds are given for it).
    """

    def __init__(
        self,
        *,
        lane: str,
        event_id: str,
        payload: bytes,
        attempt: int,
        state: Mapping[str, str],
        keep: SaveCheckpoint,
        take: Take | None = None,
    ) -> None:
        self.lane = lane
        self.event_id = event_id
        self.payload = payload
        self.attempt = attempt
        """1 the first time, and again after a hand-over: what was done, `state` knows."""
        self.stop_requested = asyncio.Event()
        """Set when somebody called `Inbox.request_stop` for the lane."""
        self.news = asyncio.Event()
        """Set when more has come into the lane's mailbox. A hint: it may be lost, and be set for nothing."""
        self.before_checkpoint: Callable[[], Awaitable[None]] | None = None
        """Awaited before each checkpoint, which is before each visible step."""
        self.ownership_lost = False
        """True once the message is known to be lost."""
        self.dead = False
        """To be set by a handler that can make nothing of the message: it is kept among the dead letters."""
        self._state = dict(state)
        self._keep = keep
        self._take = take

    @property
    def state(self) -> Mapping[str, str]:
        """Every field that any owner kept for this message; {} at first."""
        return MappingProxyType(self._state)

    async def checkpoint(self, **fields: str) -> None:
        """Prove that the message is still ours and keep `fields` for a successor; call it before each visible step.

        Without fields it only proves. Also notices a stop. Raises `OwnershipLostError`, or one of `STORE_ERRORS`; let
        both pass: the message is then left for its next owner.
        """
        if self.before_checkpoint is not None:
            await self.before_checkpoint()
        await self.note(**fields)

    async def note(self, **fields: str) -> None:
        """Keep `fields` as a checkpoint does, of work that no visible step follows yet."""
        await self._prove(lambda: self._keep(fields), fields)

    async def absorb(self, fields: Mapping[str, str], mails: Sequence[Envelope]) -> None:
        """Make messages that wait behind this one a part of it, in one step: `fields` hold what they said.

        They will not be handed out any more; whoever takes this message over finds `fields` in its state. Raises what
        `checkpoint` raises.
        """
        take = self._take
        if take is None:
            raise RuntimeError("nothing waits behind a message without a mailbox")
        await self._prove(lambda: take(fields, mails), fields)

    async def _prove(self, step: Callable[[], Awaitable[bool]], fields: Mapping[str, str]) -> None:
        if self.ownership_lost:
            raise OwnershipLostError(self.lane)
        try:
            stop = await step()
        except OwnershipLostError:
            self.ownership_lost = True
            raise
        self._state.update(fields)
        if stop:
            self.stop_requested.set()
