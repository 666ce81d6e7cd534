"""Posting media once, whatever dies in between."""

from __future__ import annotations

from dataclasses import replace

from core.chat.port.errors import (
    ContentRejectedError,
    MediaForbiddenError,
    MissingPermissionError,
    NotAMemberError,
    RateLimitedError,
    RecipientGoneError,
)
from core.chat.port.media import Album, Voice
from core.chat.port.menus import Button
from core.chat.port.outbox import Outbox
from core.chat.port.page import Page
from core.chat.text.user_error import UserFacingError
from core.queue import Job

from .checkpoint import DeliveryCheckpoint
from .event_context import EventContext
from .retry import retry_until_sent


def is_posted(job: Job, name: str) -> bool:
    """Whether media were posted under this name already, by this owner of the turn or a former one."""
    pages = DeliveryCheckpoint(job, name).pages
    return bool(pages and pages[0].message_id)


async def post_media(
    context: EventContext, media: Voice | Album, *, name: str = "media_", buttons: tuple[Button, ...] = ()
) -> None:
    """Post `media`, however long the platform makes us wait, unless a former owner of the turn did.

    `name` sets one post of a turn apart from another. Raises what waiting cannot mend, `RecipientGoneError`,
    `ContentRejectedError` (`VoiceForbiddenError` among them) and `UserFacingError` where the bot is used without being
    there or may not post such media, and `OwnershipLostError` when another process owns the turn.
    """
    outbox, progress = context.outbox, DeliveryCheckpoint(context.job, name)
    page = progress.pages[0] if progress.pages else Page(start=0, media=True)

    async def post() -> Page:
        begun = await _begin(page, outbox, progress)
        try:
            return await outbox.send_media(begun, media, buttons)
        except (RateLimitedError, ContentRejectedError, RecipientGoneError):
            await progress.save([replace(begun, sending=False)])  # it was clearly not carried out
            raise

    try:
        await progress.save([await retry_until_sent(post)])
    except NotAMemberError as error:
        raise UserFacingError("attach.absent") from error
    except MissingPermissionError as error:
        raise UserFacingError("attach.no_permission") from error
    except MediaForbiddenError as error:
        raise UserFacingError("attach.no_voice" if isinstance(media, Voice) else "attach.no_pictures") from error


async def _begin(page: Page, outbox: Outbox, checkpoint: DeliveryCheckpoint) -> Page:
    """Write down what is about to be posted; look for a post of which nobody knows whether it landed."""
    known = checkpoint.pages[0] if checkpoint.pages else page
    if known.sending and not known.message_id:
        known = await outbox.find_lost_message(known)
    if not known.message_id:
        known = replace(known, sending=True, after=outbox.position_marker())
    await checkpoint.save([known])
    return known
