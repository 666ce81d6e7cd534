"""Posting voice notes and pictures, each once."""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from pathlib import PurePath

import structlog
from telegram import InlineKeyboardMarkup, InputMediaDocument, InputMediaPhoto, Message

from bots.telegram.api.client import TelegramApi
from bots.telegram.recovery.finder import LostMessageFinder, is_same_text
from bots.telegram.recovery.message_ids import MessageIdTracker
from bots.telegram.rendering.markdown import RenderedText, clip_caption
from core.chat.port.errors import ContentRejectedError, MediaForbiddenError, PlatformUnreachableError, RateLimitedError
from core.chat.port.incoming import Incoming
from core.chat.port.media import Album, Picture, Voice
from core.chat.port.menus import Button
from core.chat.port.page import Page

from .keyboards import build_button_keyboard
from .messages import MessageSender, to_message_entities

_log = structlog.get_logger()
_MODE = "media"
_LARGEST_PHOTO = 10_000_000
_LONGEST_SIDES = 10_000
_STEEPEST = 20
"""Bot API, sendPhoto: bytes; width and height together; how many times longer than the other a side may be."""
_PHOTO_SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".gif", ".bmp", ".tif"})
_UNTITLED = "…"
_CAPTION_TIMEOUT = 10.0
"""Seconds."""
_Put = Callable[[int, RenderedText], Awaitable[Message | Sequence[Message]]]


class MediaSender:
    """Posts media in answer to one message; it remembers what Telegram took and what it refused."""

    def __init__(
        self,
        api: TelegramApi,
        messages: MessageSender,
        search: LostMessageFinder,
        horizon: MessageIdTracker,
        incoming: Incoming,
    ) -> None:
        self._api = api
        self._messages = messages
        self._search = search
        self._horizon = horizon
        self._chat = int(incoming.chat.chat)
        self._in_topic = bool(incoming.thread)
        self._as_files = False
        self.uncaptioned_album = ""
        """The first message of an album that stands, and whose caption does not yet."""

    async def send(self, page: Page, media: Voice | Album, buttons: tuple[Button, ...]) -> Page:
        """See `Outbox`.

        An album bears no buttons (Bot API: sendMediaGroup), so they come with its caption in a message of their own.
        """
        message_id = page.message_id
        keyboard = build_button_keyboard(buttons)
        if not message_id or not await self._is_complete(message_id, media, keyboard):
            message_id = await self._post(media, keyboard)
        self._horizon.record_identified(self._chat, int(message_id))
        return replace(page, message_id=message_id, mode=_MODE, adopted=False, done=True)

    async def _post(self, media: Voice | Album, keyboard: InlineKeyboardMarkup | None) -> str:
        if isinstance(media, Voice):
            return await self._send(media.caption, lambda chat, shown: self._voice(chat, media, shown, keyboard))
        if not self._as_files and all(map(_is_photo, media.pictures)):
            try:
                return await self._pictures(media, keyboard)
            except MediaForbiddenError:
                raise
            except ContentRejectedError as error:
                _log.info("pictures are sent as files", reason=str(error))
        self._as_files = True
        return await self._pictures(media, keyboard)

    async def _pictures(self, media: Album, keyboard: InlineKeyboardMarkup | None) -> str:
        first, *others = media.pictures
        if not others:
            return await self._send(media.caption, lambda chat, shown: self._picture(chat, first, shown, keyboard))
        caption = "" if keyboard else media.caption
        count = len(media.pictures)
        sent = await self._send(caption, lambda chat, shown: self._album(chat, media.pictures, shown), count=count)
        if keyboard:
            self.uncaptioned_album = sent
            await self._caption(media.caption, keyboard)
        return sent

    async def _send(self, caption: str, put: _Put, count: int = 1) -> str:
        draft = self._messages.make_draft(caption)
        sent = await self._messages.send_tracked(lambda: self._messages.show_draft(draft, put, count=count))
        messages = [sent] if isinstance(sent, Message) else sent
        for message in messages:
            self._horizon.record_identified(self._chat, message.message_id)
        return str(messages[0].message_id)

    async def _voice(
        self, chat: int, voice: Voice, shown: RenderedText, keyboard: InlineKeyboardMarkup | None
    ) -> Message:
        shown, seconds = clip_caption(shown), math.ceil(voice.seconds)
        if voice.note:
            return await self._api.send_voice(
                chat,
                voice.audio,
                duration=seconds,
                filename="voice.ogg",
                caption=shown.text,
                caption_entities=to_message_entities(shown),
                reply_markup=keyboard,
                reply_parameters=self._messages.build_reference(),
                message_thread_id=self._messages.thread,
            )
        return await self._api.send_audio(
            chat,
            voice.audio,
            duration=seconds,
            title=voice.title,
            filename="speech.mp3",
            caption=shown.text,
            caption_entities=to_message_entities(shown),
            reply_markup=keyboard,
            reply_parameters=self._messages.build_reference(),
            message_thread_id=self._messages.thread,
        )

    async def _picture(
        self, chat: int, picture: Picture, shown: RenderedText, keyboard: InlineKeyboardMarkup | None
    ) -> Message:
        shown = clip_caption(shown)
        send = self._api.send_document if self._as_files else self._api.send_photo
        return await send(
            chat,
            picture.data,
            filename=picture.name if self._as_files else _photo_name(picture),
            caption=shown.text,
            caption_entities=to_message_entities(shown),
            reply_markup=keyboard,
            reply_parameters=self._messages.build_reference(),
            message_thread_id=self._messages.thread,
        )

    async def _album(self, chat: int, pictures: Sequence[Picture], shown: RenderedText) -> Sequence[Message]:
        shown = clip_caption(shown)
        words = [(shown.text or None, to_message_entities(shown)), *[(None, None)] * (len(pictures) - 1)]
        if self._as_files:
            items = [
                InputMediaDocument(each.data, caption=caption, caption_entities=dress, filename=each.name)
                for each, (caption, dress) in zip(pictures, words, strict=True)
            ]
        else:
            items = [
                InputMediaPhoto(each.data, caption=caption, caption_entities=dress, filename=_photo_name(each))
                for each, (caption, dress) in zip(pictures, words, strict=True)
            ]
        return await self._api.send_media_group(
            chat, items, reply_parameters=self._messages.build_reference(), message_thread_id=self._messages.thread
        )

    async def _caption(self, caption: str, keyboard: InlineKeyboardMarkup) -> None:
        """Send what stands below an album, waiting a little for that: half of it stands already.

        Raises `PlatformUnreachableError` when that takes longer: `recover` then finds the album, and `attach`
        completes it.
        """
        deadline = time.monotonic() + _CAPTION_TIMEOUT
        while True:
            try:
                await self._messages.show_draft(
                    self._messages.make_draft(caption.strip() or _UNTITLED),
                    lambda chat, shown: self._messages.send(
                        chat, shown, self._messages.build_follow_up_reply(), keyboard
                    ),
                    lambda chat, shown: self._messages.send(chat, shown, None),
                )
            except RateLimitedError as error:
                if time.monotonic() + error.retry_after > deadline:
                    raise PlatformUnreachableError("the words below an album have to wait") from error
                await asyncio.sleep(error.retry_after)
            except ContentRejectedError as error:
                _log.warning("an album stays without its words", reason=str(error))
                break
            else:
                break
        self.uncaptioned_album = ""

    async def _is_complete(self, message_id: str, media: Voice | Album, keyboard: InlineKeyboardMarkup | None) -> bool:
        """Give a message that was found what it lacks; False when it proves to be another one."""
        count = len(media.pictures) if isinstance(media, Album) else 1
        if count > 1:
            if self._in_topic:
                await self._search.set_keyboard(int(message_id), None)  # the mark of the search
            last = int(message_id) + count - 1
            if keyboard and not await self._search.find_caption(last, keyboard):
                await self._caption(media.caption, keyboard)
            return True
        edited = await self._search.set_keyboard(int(message_id), keyboard)
        if edited is None or is_same_text(
            edited.caption or "", clip_caption(self._messages.make_draft(media.caption).rendered).text
        ):
            return True
        await self._search.set_keyboard(int(message_id), None)
        return False


def _is_photo(picture: Picture) -> bool:
    sides = (picture.width, picture.height)
    return (
        len(picture.data) <= _LARGEST_PHOTO
        and sum(sides) <= _LONGEST_SIDES
        and max(sides) <= _STEEPEST * max(1, min(sides))
    )


def _photo_name(picture: Picture) -> str:
    """Nobody sees it, but Telegram goes by its end before it looks at the picture."""
    return picture.name if PurePath(picture.name).suffix.lower() in _PHOTO_SUFFIXES else "picture.jpg"
