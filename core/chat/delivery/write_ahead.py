"""Recording a first post before it is made, so that nobody makes it twice."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace

from core.chat.port.errors import ContentRejectedError, RateLimitedError, RecipientGoneError
from core.chat.port.outbox import Outbox
from core.chat.port.page import Page


@asynccontextmanager
async def write_ahead(page: Page, outbox: Outbox, save: Callable[[Page], Awaitable[None]]) -> AsyncGenerator[Page]:
    """Save that `page` is about to be posted or changed, and yield it for that.

    A page that may have been posted already is looked for first. When the platform clearly refuses a first post, this
    is saved, too, or the next attempt would look for what was never sent.
    """
    page = await find_if_lost(page, outbox)
    if not page.message_id:
        page = replace(page, sending=True, after=outbox.position_marker())
    await save(page)
    try:
        yield page
    except (RateLimitedError, ContentRejectedError, RecipientGoneError):
        if not page.message_id:
            await save(replace(page, sending=False))
        raise


async def find_if_lost(page: Page, outbox: Outbox) -> Page:
    """Return `page` with its message if nobody knows whether its first post has landed, and it has."""
    return await outbox.find_lost_message(page) if page.sending and not page.message_id else page
