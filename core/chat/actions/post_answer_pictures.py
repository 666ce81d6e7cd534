"""Posting the pictures of an answer below its text."""

from __future__ import annotations

import structlog

from core.chat.answer.collect_answer_pictures import AnswerPictures
from core.chat.checkpoint_fields import ANSWER_PICTURES, LOST_PICTURES_NOTICE
from core.chat.delivery.activity_indicator import activity_indicator
from core.chat.delivery.event_context import EventContext
from core.chat.delivery.post_media import is_posted, post_media
from core.chat.generation.generate_images import GeneratedImages, ImageGenerator
from core.chat.generation.image_prompt import ImagePrompt
from core.chat.port.errors import ContentRejectedError
from core.chat.port.media import Album, Picture
from core.chat.text.user_error import UserFacingError

_log = structlog.get_logger()


async def post_answer_pictures(context: EventContext, pictures: AnswerPictures, images: ImageGenerator) -> None:
    """Post what a model has put into its answer, and say how many pictures could not be shown.

    Raises `RecipientGoneError`, and `UserFacingError` where no pictures may be posted.
    """
    await pictures.restore()
    if not pictures.found and not pictures.lost:
        return
    shown = await _download(context, pictures, images)
    lost = len(pictures.found) + pictures.lost - len(shown)
    if shown and not is_posted(context.job, ANSWER_PICTURES):
        try:
            async with activity_indicator(context.outbox, "uploading"):
                await post_media(context, Album(shown, ""), ANSWER_PICTURES)
        except ContentRejectedError as error:
            _log.warning("pictures of an answer were refused", error=error)
            lost += len(shown)
    if lost:
        await context.reply_text(context.translate("answer.picture_lost", count=lost), fields=LOST_PICTURES_NOTICE)
    await pictures.forget()


async def _download(context: EventContext, pictures: AnswerPictures, images: ImageGenerator) -> tuple[Picture, ...]:
    """Return the pictures that can be opened."""
    prompt = ImagePrompt(context.translate("answer.picture").strip("[]"), n=len(pictures.found))
    generated = GeneratedImages("", prompt, tuple(pictures.found))
    try:
        most = context.outbox.capabilities.upload_limit
        return (await images.download(generated, most=most, person=context.incoming.person)).pictures
    except UserFacingError:  # not one of them; why is in the log
        return ()
