"""Posting the pictures of an answer below its words."""

from __future__ import annotations

import structlog

from core.chat.answer.answer_pictures import AnswerPictures
from core.chat.context import Call
from core.chat.delivery.activity import at_work
from core.chat.delivery.notice import tell
from core.chat.delivery.post_media import attach, attached
from core.chat.generation.image_prompt import Order
from core.chat.generation.images import Drawing
from core.chat.port.errors import RefusedError
from core.chat.port.media import Album, Picture
from core.chat.text.user_error import ExcuseError

_log = structlog.get_logger()
_NAME = "answer_pictures_"


async def post_answer_pictures(call: Call, pictures: AnswerPictures) -> None:
    """Post what a model has put into its answer, and tell how many pictures could not be shown.

    Raises `GoneError`, and `ExcuseError` where no pictures may be posted.
    """
    await pictures.restore()
    if not pictures.found and not pictures.lost:
        return
    shown = await _fetched(call, pictures)
    lost = len(pictures.found) + pictures.lost - len(shown)
    if shown and not attached(call.turn, _NAME):
        try:
            async with at_work(call.outbox, "uploading"):
                await attach(call.turn, call.outbox, Album(shown, ""), name=_NAME)
        except RefusedError as error:
            _log.warning("pictures of an answer were refused", error=str(error))
            lost += len(shown)
    if lost:
        await tell(call.turn, call.outbox, call.phrase("answer.picture_lost", count=lost), name="pictures_lost_")
    await pictures.forget()


async def _fetched(call: Call, pictures: AnswerPictures) -> tuple[Picture, ...]:
    """The pictures that can be opened."""
    drawing = Drawing(
        "", Order(call.phrase("answer.picture").strip("[]"), n=len(pictures.found)), tuple(pictures.found)
    )
    try:
        return (await call.desk.painting.fetch(drawing, most=call.outbox.capabilities.upload_limit)).pictures
    except ExcuseError:  # not one of them; why is in the log
        return ()
