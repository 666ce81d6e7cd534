"""Posting media once, whatever dies in between."""

from __future__ import annotations

from collections.abc import Mapping

from core.chat.checkpoint_fields import PostFields
from core.chat.port.errors import MediaForbiddenError, MediaUnsupportedError, MissingPermissionError, NotAMemberError
from core.chat.port.media import Album, Document, Media, Voice
from core.chat.port.menus import Button
from core.chat.port.page import Page
from core.chat.port.retry_platform_calls import run_with_retries
from core.chat.text.user_error import UserFacingError
from core.queue import Job

from .answer_text import AnswerText
from .delivery_checkpoint import DeliveryCheckpoint
from .event_context import EventContext
from .write_ahead import write_ahead

_FORBIDDEN: Mapping[type[Media], str] = {
    Voice: "attach.no_voice",
    Album: "attach.no_pictures",
    Document: "attach.no_files",
}
"""What is said where media of a kind may not be posted."""


def is_posted(job: Job, fields: PostFields) -> bool:
    """Whether these media were posted already, by this owner of the job or a former one."""
    pages = DeliveryCheckpoint(job, fields).pages
    return bool(pages and pages[0].message_id)


async def post_media(
    context: EventContext, media: Media, fields: PostFields, *, buttons: tuple[Button, ...] = ()
) -> None:
    """Post `media` unless a former owner of the job did; wait as long as the platform asks, and for a slot.

    Raises what waiting cannot mend: `RecipientGoneError`, `ContentRejectedError` (`VoiceForbiddenError` among them),
    `UserFacingError` where the bot is no member or such media cannot be posted, and `OwnershipLostError` when another
    process owns the job.
    """
    checkpoint = DeliveryCheckpoint(context.job, fields)

    async def save(page: Page) -> None:
        await checkpoint.save([page], AnswerText())

    async def post() -> Page:
        page = checkpoint.pages[0] if checkpoint.pages else Page(start=0, media=True)
        slot = context.upload_slots.slot(context.incoming.person)
        async with slot, write_ahead(page, context.outbox, save) as begun:
            return await context.outbox.send_media(begun, media, buttons)

    try:
        await save(await run_with_retries(post))
    except NotAMemberError as error:
        raise UserFacingError("attach.absent") from error
    except MissingPermissionError as error:
        raise UserFacingError("attach.no_permission") from error
    except MediaUnsupportedError as error:
        raise UserFacingError("attach.unsupported") from error
    except MediaForbiddenError as error:
        raise UserFacingError(_FORBIDDEN[type(media)]) from error
