"""What a model may have done by itself while it answers."""

from __future__ import annotations

from typing import Protocol

from core.wanjie import Tool, ToolCall


class Toolbox(Protocol):
    """Tools for the answer of one turn."""

    @property
    def offered(self) -> tuple[Tool, ...]:
        """What the model is told that it may use."""
        ...

    def begin(self) -> None:
        """Count anew: the answer is written from its start, and what was done for it before stays done."""
        ...

    async def use(self, call: ToolCall) -> str:
        """Do what the model asks for and return what it is told about that, a failure included.

        Raises only what ends the turn: `OwnershipLostError`, a `STORE_ERRORS` error, `RecipientGoneError`,
        `StoppedByUserError`.
        """
        ...
