"""Drawing pictures from a prompt and posting them once."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from functools import partial

import structlog

from core.access import KeyReader
from core.chat.answer.select_model_or_fallback import ChatModels, ModelSelector
from core.chat.checkpoint_fields import IMAGES, PostFields
from core.chat.delivery.activity_indicator import activity_indicator
from core.chat.delivery.button_data import ButtonData
from core.chat.delivery.cancellation import run_cancellable
from core.chat.delivery.event_context import EventContext
from core.chat.delivery.post_media import is_posted, post_media
from core.chat.generation.generate_images import GeneratedImages, ImageGenerator
from core.chat.generation.image_caption import caption
from core.chat.generation.image_prompt import ImagePrompt
from core.chat.port.errors import ContentRejectedError
from core.chat.port.media import Album
from core.chat.port.menus import Button
from core.chat.text.user_error import UserFacingError
from core.queue import event_tag
from core.redis.stored_values import parse_stored
from core.store import Conversations
from core.wanjie import Catalog

_log = structlog.get_logger()

_AGAIN, VARIATION = "again", "vary"


class PictureDrawer:
    """Draws with the chats' image models, and keeps the prompts behind the buttons under pictures."""

    def __init__(
        self,
        images: ImageGenerator,
        models: ModelSelector,
        catalog: Catalog,
        conversations: Conversations,
        button_keys: KeyReader,
    ) -> None:
        self._images = images
        self._models = models
        self._catalog = catalog
        self._conversations = conversations
        self._button_keys = button_keys

    async def draw_and_post(
        self, context: EventContext, prompt: ImagePrompt, *, note: str = "", fields: PostFields = IMAGES
    ) -> None:
        """Have the chat's image model draw `prompt` and post the pictures, with a `note` below the prompt.

        `fields` set several posts of a job apart. Raises the errors of `ImageGenerator`, `UserFacingError` among them,
        `StoppedByUserError`, and those of `post_media` but `ContentRejectedError`. A job that is run again posts
        nothing twice.
        """
        if is_posted(context.job, fields):
            return
        async with activity_indicator(context.outbox, "drawing"):
            generated, album = await run_cancellable(context.job, self._make_album(context, prompt, note, fields))
        # A tag of its own, since a job may draw more than once.
        tag = event_tag(f"{context.job.event_id} {fields.prefix}")
        button_data = replace(ButtonData.for_job(context.job, context.incoming), tag=tag)
        await self.save_prompt(context, button_data, generated.prompt)
        sign = partial(button_data.sign, await self._button_keys.read(), context.incoming.chat, "imagine")
        buttons = (
            Button(context.translate_plainly("imagine.again"), "imagine", sign(_AGAIN)),
            Button(context.translate_plainly("imagine.vary"), "imagine", sign(VARIATION)),
        )
        try:
            async with activity_indicator(context.outbox, "uploading"):
                await post_media(context, album, fields, buttons=buttons)
        except ContentRejectedError as error:
            _log.warning("pictures were refused", error=error, sizes=[len(one.data) for one in album.pictures])
            raise UserFacingError("imagine.unshown") from error
        _log.info("drawn", pictures=len(album.pictures), model=generated.model, attempt=context.job.attempt)

    async def save_prompt(self, context: EventContext, button_data: ButtonData, prompt: ImagePrompt) -> None:
        """Keep the prompt behind the buttons under pictures."""
        chat, note = _prompt_note(context, button_data)
        await self._conversations.put_note(chat, f"{note}:{button_data.owner_id}", prompt.pack())

    async def load_prompt(self, context: EventContext, button_data: ButtonData) -> ImagePrompt | None:
        """Return the prompt behind a button; None when it is forgotten."""
        chat, note = _prompt_note(context, button_data)
        stored = await self._conversations.get_note(chat, f"{note}:{button_data.owner_id}")
        if stored is None:  # version 0.1.0 did not name the owner
            stored = await self._conversations.get_note(chat, note)
        return parse_stored(note, stored, ImagePrompt.unpack)

    async def _make_album(
        self, context: EventContext, prompt: ImagePrompt, note: str, fields: PostFields
    ) -> tuple[GeneratedImages, Album]:
        """Draw, or load what a former owner of the job has drawn, so that it is paid for once."""
        name = fields.generated_images
        if drawn := parse_stored(name, context.job.state.get(name), GeneratedImages.unpack):
            with suppress(UserFacingError):  # the links may have expired
                return await self._download(context, drawn, note)
        generated = await self._generate(context, prompt)
        if packed := generated.pack():
            await context.job.checkpoint(**{fields.generated_images: packed})
        return await self._download(context, generated, note)

    async def _download(
        self, context: EventContext, generated: GeneratedImages, note: str
    ) -> tuple[GeneratedImages, Album]:
        images = await self._images.download(
            generated, most=context.outbox.capabilities.upload_limit, person=context.incoming.person
        )
        missing = context.translate("imagine.some", count=images.missing) if images.missing else ""
        notes = "\n".join(filter(None, (note, missing)))
        return generated, Album(images.pictures, caption(generated.prompt, generated.model, notes))

    async def _generate(self, context: EventContext, prompt: ImagePrompt) -> GeneratedImages:
        models = await self._models.load(context.incoming.chat, context.models)
        translator = await self._find_translator(models)
        return await self._models.run_with_model(
            context, models, "image", lambda model: self._images.generate(prompt, model, translator, context.payer)
        )

    async def _find_translator(self, models: ChatModels) -> str | None:
        """Return the chat's own model, unless that one makes videos of what it is told."""
        model = await models.find("chat")
        if model is None or self._catalog.detect_kind(model) == "chat":
            return model
        return await models.find_default("chat")


def _prompt_note(context: EventContext, button_data: ButtonData) -> tuple[str, str]:
    """Where a prompt is kept: a message above a thread may be pressed as a part of it, so all threads share them."""
    return str(context.incoming.chat.parent), f"order:{button_data.tag}"
