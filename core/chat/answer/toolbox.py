"""The tools that a model may use while it answers."""

from __future__ import annotations

from typing import Protocol

from core.wanjie import Tool, ToolCall


class Toolbox(Protocol):
    """Tools for one answer."""

    @property
    def offered(self) -> tuple[Tool, ...]:
        """What the model is told that it may use."""
        ...

    def begin(self) -> None:
        """Count from zero: the answer is written from its start. What tools did for it before is not undone."""
        ...

    async def use(self, call: ToolCall) -> str:
        """Run a call and return what the model is told about the result, a failure included.

        Raises only what ends the job: `OwnershipLostError`, a `STORE_ERRORS` error, `RecipientGoneError`,
        `StoppedByUserError`.
        """
        ...
