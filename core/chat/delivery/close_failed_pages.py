"""Let no answer go on growing on the screen: whatever ends its delivery, its messages get a last state."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager

import structlog

from core.chat.port.errors import RecipientGoneError
from core.chat.port.outbox import Outbox
from core.chat.port.page import Page
from core.chat.port.retry_platform_calls import run_with_retries
from core.chat.unexpected_errors import UnexpectedErrors

from .delivery_checkpoint import DeliveryCheckpoint

_log = structlog.get_logger()

_CUT_SIGN = "…"
"""What a message shows whose own words the platform refuses."""


@asynccontextmanager
async def closing_pages(
    outbox: Outbox, checkpoint: DeliveryCheckpoint, show_longest: Callable[[], Awaitable[object]]
) -> AsyncGenerator[None]:
    """Raise what leaves the block, after every message that was begun has got a last state and lost its Stop button.

    `show_longest` shows the longest text of the checkpoint. Nothing is done when another process goes on with the
    messages (the job is cancelled, its ownership or the store lost), or when nobody can read them.
    """
    with UnexpectedErrors() as failure:
        yield
    if failure.error is None:
        return
    if not isinstance(failure.error, RecipientGoneError) and _has_begun(checkpoint):
        await _close(outbox, checkpoint, show_longest)
    raise failure.error


def _has_begun(checkpoint: DeliveryCheckpoint) -> bool:
    return bool(checkpoint.longest.text) or any(page.message_id or page.sending for page in checkpoint.pages)


async def _close(outbox: Outbox, checkpoint: DeliveryCheckpoint, show_longest: Callable[[], Awaitable[object]]) -> None:
    with UnexpectedErrors() as again:
        checkpoint.restart()
        await show_longest()
    if again.error is None:
        return
    _log.warning("the end of an answer cannot be shown", error=type(again.error).__name__)
    for page in checkpoint.pages:
        if page.message_id and not page.done:
            await _cut(page, outbox)


async def _cut(page: Page, outbox: Outbox) -> None:
    """Let a message say that it was cut; delete it if it does not take even that."""
    with UnexpectedErrors() as refused:
        await run_with_retries(lambda: outbox.update_page(page, _CUT_SIGN, final=True))
    if refused.error is not None:
        with UnexpectedErrors():
            await run_with_retries(lambda: outbox.delete_page(page))
