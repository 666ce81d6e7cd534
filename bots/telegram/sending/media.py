"""Posting voice notes and pictures, each of them once."""

from __future__ import annotations

import math
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from pathlib import PurePath
from typing import Any

import structlog
from telegram import InlineKeyboardMarkup, InputMediaDocument, InputMediaPhoto, Message

from bots.telegram.api.client import TelegramApi
from bots.telegram.recovery.find_lost_message import LostMessageFinder, is_same_text
from bots.telegram.recovery.message_ids import MessageIdTracker
from bots.telegram.rendering.markdown import RenderedText, clip_caption
from core.chat.port.errors import ContentRejectedError, MediaForbiddenError, PlatformUnreachableError, RateLimitedError
from core.chat.port.incoming import Incoming
from core.chat.port.media import Album, Document, Media, Picture, Voice
from core.chat.port.menus import Button
from core.chat.port.page import Page
from core.chat.port.retry_platform_calls import run_with_retries

from .keyboard_layout import build_button_keyboard
from .messages import MessageSender
from .to_sdk_entities import to_message_entities

_log = structlog.get_logger()
_MODE = "media"
_MAX_PHOTO_BYTES = 10_000_000
_MAX_PHOTO_SIDES_SUM = 10_000
_MAX_PHOTO_ASPECT_RATIO = 20
"""Bot API, sendPhoto: bytes; pixels of width and height together; the longer side divided by the shorter one."""
_PHOTO_SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".gif", ".bmp", ".tif"})
_EMPTY_CAPTION = "…"
_CAPTION_TIMEOUT = 10.0
"""Seconds."""
_SendCall = Callable[[int, RenderedText], Awaitable[Message | Sequence[Message]]]


class MediaSender:
    """Posts media in answer to one message; remembers whether Telegram refused the pictures as photos."""

    def __init__(
        self,
        api: TelegramApi,
        messages: MessageSender,
        finder: LostMessageFinder,
        message_ids: MessageIdTracker,
        incoming: Incoming,
    ) -> None:
        self._api = api
        self._messages = messages
        self._finder = finder
        self._message_ids = message_ids
        self._chat = int(incoming.chat.chat)
        self._in_topic = bool(incoming.thread)
        self._as_files = False
        self.uncaptioned_album = ""
        """Id of the first message of an album that was posted without its caption so far; else ""."""

    async def send(self, page: Page, media: Media, buttons: tuple[Button, ...]) -> Page:
        """See `Outbox`.

        An album cannot have buttons (Bot API: sendMediaGroup), so a separate message below it has its caption and them.
        """
        message_id = page.message_id
        keyboard = build_button_keyboard(buttons)
        if not message_id or not await self._complete_found(message_id, media, keyboard):
            message_id = await self._post(media, keyboard)
        self._message_ids.record_identified(self._chat, int(message_id))
        return replace(page, message_id=message_id, mode=_MODE, adopted=False, done=True)

    async def _post(self, media: Media, keyboard: InlineKeyboardMarkup | None) -> str:
        if isinstance(media, Voice):
            return await self._send(
                media.caption, lambda chat, rendered: self._send_voice(chat, media, rendered, keyboard)
            )
        if isinstance(media, Document):
            return await self._send(
                media.caption, lambda chat, rendered: self._send_document(chat, media, rendered, keyboard)
            )
        if not self._as_files and all(map(_can_be_photo, media.pictures)):
            try:
                return await self._send_pictures(media, keyboard)
            except MediaForbiddenError:
                raise
            except ContentRejectedError as error:
                _log.info("pictures are sent as files", reason=error)
        self._as_files = True
        return await self._send_pictures(media, keyboard)

    async def _send_pictures(self, media: Album, keyboard: InlineKeyboardMarkup | None) -> str:
        first, *others = media.pictures
        if not others:
            return await self._send(
                media.caption, lambda chat, rendered: self._send_picture(chat, first, rendered, keyboard)
            )
        caption = "" if keyboard else media.caption
        count = len(media.pictures)
        sent = await self._send(
            caption, lambda chat, rendered: self._send_album(chat, media.pictures, rendered), count=count
        )
        if keyboard:
            self.uncaptioned_album = sent
            await self._send_album_caption(media.caption, keyboard)
        return sent

    async def _send(self, caption: str, send_call: _SendCall, count: int = 1) -> str:
        draft = self._messages.make_draft(caption)
        sent = await self._messages.send_tracked(lambda: self._messages.show_draft(draft, send_call, count=count))
        messages = [sent] if isinstance(sent, Message) else sent
        for message in messages:
            self._message_ids.record_identified(self._chat, message.message_id)
        return str(messages[0].message_id)

    async def _send_voice(
        self, chat: int, voice: Voice, rendered: RenderedText, keyboard: InlineKeyboardMarkup | None
    ) -> Message:
        seconds = math.ceil(voice.seconds)
        if voice.note:
            return await self._api.send_voice(
                chat,
                voice.audio,
                duration=seconds,
                filename="voice.ogg",
                **self._build_arguments(rendered, keyboard),
            )
        return await self._api.send_audio(
            chat,
            voice.audio,
            duration=seconds,
            title=voice.title,
            filename="speech.mp3",
            **self._build_arguments(rendered, keyboard),
        )

    async def _send_document(
        self, chat: int, document: Document, rendered: RenderedText, keyboard: InlineKeyboardMarkup | None
    ) -> Message:
        return await self._api.send_document(
            chat,
            document.data,
            filename=document.name,
            **self._build_arguments(rendered, keyboard),
        )

    async def _send_picture(
        self, chat: int, picture: Picture, rendered: RenderedText, keyboard: InlineKeyboardMarkup | None
    ) -> Message:
        send = self._api.send_document if self._as_files else self._api.send_photo
        return await send(
            chat,
            picture.data,
            filename=picture.name if self._as_files else _get_photo_name(picture),
            **self._build_arguments(rendered, keyboard),
        )

    def _build_arguments(self, rendered: RenderedText, keyboard: InlineKeyboardMarkup | None) -> dict[str, Any]:
        """Return what every file is sent with: its caption and keyboard, and what it replies to."""
        caption = clip_caption(rendered)
        return {
            "caption": caption.text,
            "caption_entities": to_message_entities(caption),
            "reply_markup": keyboard,
            "reply_parameters": self._messages.build_reference(),
            "message_thread_id": self._messages.thread,
        }

    async def _send_album(self, chat: int, pictures: Sequence[Picture], rendered: RenderedText) -> Sequence[Message]:
        rendered = clip_caption(rendered)
        words = [(rendered.text or None, to_message_entities(rendered)), *[(None, None)] * (len(pictures) - 1)]
        if self._as_files:
            items = [
                InputMediaDocument(each.data, caption=caption, caption_entities=formatting, filename=each.name)
                for each, (caption, formatting) in zip(pictures, words, strict=True)
            ]
        else:
            items = [
                InputMediaPhoto(each.data, caption=caption, caption_entities=formatting, filename=_get_photo_name(each))
                for each, (caption, formatting) in zip(pictures, words, strict=True)
            ]
        return await self._api.send_media_group(
            chat, items, reply_parameters=self._messages.build_reference(), message_thread_id=self._messages.thread
        )

    async def _send_album_caption(self, caption: str, keyboard: InlineKeyboardMarkup) -> None:
        """Send the message below an album, waiting up to 10 s for the rate limits, since the album is already posted.

        Raises `PlatformUnreachableError` when that takes longer: `find_lost_message` then finds the album, and `send`
        completes it.
        """

        async def send() -> None:
            await self._messages.show_draft(
                self._messages.make_draft(caption.strip() or _EMPTY_CAPTION),
                lambda chat, rendered: self._messages.send(
                    chat, rendered, self._messages.build_follow_up_reply(), keyboard
                ),
                lambda chat, rendered: self._messages.send(chat, rendered, None),
            )

        try:
            await run_with_retries(send, max_seconds=_CAPTION_TIMEOUT, retries_outages=False)
        except RateLimitedError as error:
            raise PlatformUnreachableError("the caption of an album has to wait") from error
        except ContentRejectedError as error:
            _log.warning("an album stays without its caption", reason=error)
        self.uncaptioned_album = ""

    async def _complete_found(self, message_id: str, media: Media, keyboard: InlineKeyboardMarkup | None) -> bool:
        """Add to a recovered message what it lacks; False when it turns out to be another one."""
        count = len(media.pictures) if isinstance(media, Album) else 1
        if count > 1:
            if self._in_topic:
                await self._finder.set_keyboard(int(message_id), None)  # removes the mark of the finder
            last = int(message_id) + count - 1
            if keyboard and not await self._finder.find_caption(last, keyboard):
                await self._send_album_caption(media.caption, keyboard)
            return True
        edited = await self._finder.set_keyboard(int(message_id), keyboard)
        if edited is None or is_same_text(
            edited.caption or "", clip_caption(self._messages.make_draft(media.caption).rendered).text
        ):
            return True
        await self._finder.set_keyboard(int(message_id), None)
        return False


def _can_be_photo(picture: Picture) -> bool:
    sides = (picture.width, picture.height)
    return (
        len(picture.data) <= _MAX_PHOTO_BYTES
        and sum(sides) <= _MAX_PHOTO_SIDES_SUM
        and max(sides) <= _MAX_PHOTO_ASPECT_RATIO * max(1, min(sides))
    )


def _get_photo_name(picture: Picture) -> str:
    """Return a name with a suffix of an image: Telegram checks that before the content. Nobody sees the name."""
    return picture.name if PurePath(picture.name).suffix.lower() in _PHOTO_SUFFIXES else "picture.jpg"
