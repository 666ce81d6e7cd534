"""Pictures from words, drawn and posted once."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace

import structlog

from core.chat.context import CommandContext
from core.chat.delivery.activity import activity_indicator
from core.chat.delivery.button_data import ButtonData
from core.chat.delivery.cancellation import run_cancellable
from core.chat.delivery.post_media import is_posted, post_media
from core.chat.generation.image_caption import caption
from core.chat.generation.image_prompt import ImagePrompt
from core.chat.generation.images import GeneratedImages
from core.chat.port.errors import ContentRejectedError
from core.chat.port.media import Album
from core.chat.port.menus import Button
from core.chat.text.user_error import UserFacingError
from core.queue import event_tag
from core.store import ChatPreferences

_log = structlog.get_logger()

_SAME, VARIATION = "again", "vary"


async def draw_and_post(context: CommandContext, prompt: ImagePrompt, *, note: str = "", name: str = "drawn_") -> None:
    """Have the chat's image model draw `order` and post what it made, with a `note` below the words.

    `name` sets several posts of a turn apart.

    Raises the errors of `ImageGenerator`, `UserFacingError` among them, `StoppedByUserError`, and those of `attach` but
    `ContentRejectedError`. A turn that is run again posts nothing twice.
    """
    if is_posted(context.job, name):
        return
    async with activity_indicator(context.outbox, "drawing"):
        drawing, album = await run_cancellable(context.job, _album(context, prompt, note, name))
    # A stamp of its own, since a turn may draw more than once.
    stamp = replace(ButtonData.for_job(context.job, context.incoming), tag=event_tag(f"{context.job.event_id} {name}"))
    await save_prompt(context, stamp, drawing.prompt)
    buttons = (
        Button(context.translate("imagine.again"), "imagine", f"{stamp} {_SAME}"),
        Button(context.translate("imagine.vary"), "imagine", f"{stamp} {VARIATION}"),
    )
    try:
        async with activity_indicator(context.outbox, "uploading"):
            await post_media(context.job, context.outbox, album, name=name, buttons=buttons)
    except ContentRejectedError as error:
        _log.warning("pictures were refused", error=str(error), sizes=[len(one.data) for one in album.pictures])
        raise UserFacingError("imagine.unshown") from error
    _log.info("drawn", pictures=len(album.pictures), model=drawing.model, attempt=context.job.attempt)


async def _album(context: CommandContext, prompt: ImagePrompt, note: str, name: str) -> tuple[GeneratedImages, Album]:
    """What was drawn for this owner of the turn or, so that it is paid for once, for a former one."""
    field = f"{name}drawing"
    if kept := context.job.state.get(field):
        with suppress(UserFacingError):  # its links may have died of old age
            return await _fetched(context, GeneratedImages.unpack(kept), note)
    drawing = await _drawn(context, prompt)
    if packed := drawing.pack():
        await context.job.checkpoint(**{field: packed})
    return await _fetched(context, drawing, note)


async def _fetched(context: CommandContext, generated: GeneratedImages, note: str) -> tuple[GeneratedImages, Album]:
    haul = await context.services.images.download(generated, most=context.outbox.capabilities.upload_limit)
    some = context.translate("imagine.some", count=haul.missing) if haul.missing else ""
    notes = "\n".join(filter(None, (note, some)))
    return generated, Album(haul.pictures, caption(generated.prompt, generated.model, notes))


async def _drawn(context: CommandContext, prompt: ImagePrompt) -> GeneratedImages:
    choices = await context.preferences()
    translator = await _translator(context, choices)
    return await context.run_with_model(
        "image", choices, lambda model: context.services.images.generate(prompt, model, translator)
    )


async def _translator(context: CommandContext, preferences: ChatPreferences) -> str | None:
    """The chat's own model, unless that one makes videos of what it is told."""
    catalog = context.services.catalog
    model = await context.services.models.model_for(preferences, "chat")
    return model if model is None or catalog.kind_of(model) == "chat" else await catalog.default_model("chat")


async def save_prompt(context: CommandContext, button_data: ButtonData, prompt: ImagePrompt) -> None:
    await context.services.conversations.put_note(_shelf(context), f"order:{button_data.tag}", prompt.pack())


async def load_prompt(context: CommandContext, button_data: ButtonData) -> ImagePrompt | None:
    noted = await context.services.conversations.get_note(_shelf(context), f"order:{button_data.tag}")
    return ImagePrompt.unpack(noted) if noted else None


def _shelf(context: CommandContext) -> str:
    """Where orders are kept: a message above a thread may be pressed as a part of it, so all threads share them."""
    return str(context.incoming.chat.parent)
