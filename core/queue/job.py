"""One message, as its handler sees it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from time import monotonic
from types import MappingProxyType
from typing import TypeAlias

from .envelope import Envelope
from .lane_kind import LaneKind


class OwnershipLostError(Exception):
    """Another run owns the message, so this one may not show or keep anything any more."""


SaveCheckpoint: TypeAlias = Callable[[Mapping[str, str]], Awaitable[bool]]
"""Proves ownership and keeps fields in one step; True when somebody asked to stop. Raises `OwnershipLostError`."""

AbsorbEnvelopes: TypeAlias = Callable[[Mapping[str, str], Sequence[Envelope]], Awaitable[bool]]
"""The same, and removes envelopes that wait behind the message from the mailbox."""


def make_waiting_job(lane: str, event_id: str) -> Job:
    """Return the job of a message that waits for its turn: whatever would be shown or kept for it is refused.

    Such a step raises `OwnershipLostError`.
    """

    async def refuse(_: Mapping[str, str]) -> bool:
        raise OwnershipLostError(lane)

    return Job(lane=lane, event_id=event_id, payload=b"", attempt=1, state={}, save_checkpoint=refuse)


class Job:
    """An accepted message and the checkpoint of its former owner.

    The handler's task is cancelled when another worker owns the message (`ownership_lost` is True then) and when the
    worker is drained (`ownership_lost` is False, and a last `checkpoint` is possible within five seconds).
    """

    def __init__(
        self,
        *,
        lane: str,
        event_id: str,
        payload: bytes,
        attempt: int,
        state: Mapping[str, str],
        save_checkpoint: SaveCheckpoint,
        absorb_envelopes: AbsorbEnvelopes | None = None,
        age: float = 0.0,
    ) -> None:
        self.lane = lane
        self.lane_kind = LaneKind.of(lane)
        self.event_id = event_id
        self.payload = payload
        self.attempt = attempt
        """1 at the first delivery, and again after a hand-over; `state` tells what was done before."""
        self.stored_at = monotonic() - age
        """When the message was stored, by whatever process, as the monotonic clock of this one would have said."""
        self.stop_requested = asyncio.Event()
        """Set when somebody called `Inbox.request_stop` for the lane."""
        self.news = asyncio.Event()
        """Set when more has come into the lane's mailbox. A hint: it may be lost, or set without a reason."""
        self.waiting_changed = asyncio.Event()
        """The same, for whoever looks after what waits behind the message; set from the start when something does."""
        self.before_checkpoint: Callable[[], Awaitable[None]] | None = None
        """Awaited before each checkpoint, which is before each visible step."""
        self.ownership_lost = False
        """True once another owner of the message is known."""
        self.dead = False
        """A handler that cannot handle the message sets it, so that it is kept among the dead letters."""
        self._state = dict(state)
        self._save_checkpoint = save_checkpoint
        self._absorb_envelopes = absorb_envelopes

    @property
    def state(self) -> Mapping[str, str]:
        """All fields that any owner kept for this message; {} at first."""
        return MappingProxyType(self._state)

    async def checkpoint(self, **fields: str) -> None:
        """Prove that the message is still ours and keep `fields` for the next owner; call it before each visible step.

        Without fields it only proves. It also notices a request to stop. Raises `OwnershipLostError` or one of
        `STORE_ERRORS`; do not catch them, so that the message is left to its next owner.
        """
        if self.before_checkpoint is not None:
            await self.before_checkpoint()
        await self.save_fields(**fields)

    async def save_fields(self, **fields: str) -> None:
        """Keep `fields` like `checkpoint`, for work that no visible step follows yet."""
        await self._run_as_owner(lambda: self._save_checkpoint(fields), fields)

    async def absorb(self, fields: Mapping[str, str], envelopes: Sequence[Envelope]) -> None:
        """Make messages that wait behind this one a part of it, in one step; `fields` hold their content.

        They are not delivered any more; the next owner of this message finds `fields` in its state. Raises the errors
        of `checkpoint`.
        """
        absorb_envelopes = self._absorb_envelopes
        if absorb_envelopes is None:
            raise RuntimeError("nothing waits behind a message without a mailbox")
        await self._run_as_owner(lambda: absorb_envelopes(fields, envelopes), fields)

    async def _run_as_owner(self, step: Callable[[], Awaitable[bool]], fields: Mapping[str, str]) -> None:
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
