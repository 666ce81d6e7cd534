"""Posting the pictures of an answer below its words."""

from __future__ import annotations

import structlog

from core.chat.answer.answer_pictures import AnswerPictures
from core.chat.context import CommandContext
from core.chat.delivery.activity import activity_indicator
from core.chat.delivery.notice import send_notice
from core.chat.delivery.post_media import is_posted, post_media
from core.chat.generation.image_prompt import ImagePrompt
from core.chat.generation.images import GeneratedImages
from core.chat.port.errors import ContentRejectedError
from core.chat.port.media import Album, Picture
from core.chat.text.user_error import UserFacingError

_log = structlog.get_logger()
_NAME = "answer_pictures_"


async def post_answer_pictures(context: CommandContext, pictures: AnswerPictures) -> None:
    """Post what a model has put into its answer, and tell how many pictures could not be shown.

    Raises `RecipientGoneError`, and `UserFacingError` where no pictures may be posted.
    """
    await pictures.restore()
    if not pictures.found and not pictures.lost:
        return
    shown = await _fetched(context, pictures)
    lost = len(pictures.found) + pictures.lost - len(shown)
    if shown and not is_posted(context.job, _NAME):
        try:
            async with activity_indicator(context.outbox, "uploading"):
                await post_media(context.job, context.outbox, Album(shown, ""), name=_NAME)
        except ContentRejectedError as error:
            _log.warning("pictures of an answer were refused", error=str(error))
            lost += len(shown)
    if lost:
        await send_notice(
            context.job, context.outbox, context.translate("answer.picture_lost", count=lost), name="pictures_lost_"
        )
    await pictures.forget()


async def _fetched(context: CommandContext, pictures: AnswerPictures) -> tuple[Picture, ...]:
    """The pictures that can be opened."""
    drawing = GeneratedImages(
        "", ImagePrompt(context.translate("answer.picture").strip("[]"), n=len(pictures.found)), tuple(pictures.found)
    )
    try:
        return (await context.services.images.download(drawing, most=context.outbox.capabilities.upload_limit)).pictures
    except UserFacingError:  # not one of them; why is in the log
        return ()
