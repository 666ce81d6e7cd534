"""Post the placeholder of an answer before there are words of it: three dots in a message that will grow."""

from __future__ import annotations

from core.chat.port.page import Page
from core.chat.port.retry_platform_calls import run_with_retries

from .answer_text import AnswerText
from .delivery_checkpoint import DeliveryCheckpoint
from .event_context import EventContext
from .write_ahead import write_ahead

_PLACEHOLDER = "…"


async def post_placeholder(context: EventContext) -> None:
    """Post the message in which the answer of this job will grow, unless a former owner of the job did.

    Raises `RecipientGoneError`, `ContentRejectedError`, and `OwnershipLostError` when another process owns the job.
    """
    checkpoint = DeliveryCheckpoint(context.job)
    if checkpoint.pages and checkpoint.pages[0].message_id:
        return

    async def save(page: Page) -> None:
        await checkpoint.save([page], AnswerText())

    async def post() -> Page:
        begun = checkpoint.pages[0] if checkpoint.pages else Page(start=0)
        async with write_ahead(begun, context.outbox, save) as page:
            return await context.outbox.update_page(page, _PLACEHOLDER, final=False)

    await save(await run_with_retries(post))
