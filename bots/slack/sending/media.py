"""Posting voice notes and pictures in one conversation, once each.

Slack shares uploads a moment after they are finished, so whatever is to come after a file waits until it stands there.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field, replace
from typing import Any

import structlog

from bots.slack.api.errors import BLOCK_CODES
from bots.slack.api.files import Files
from bots.slack.api.methods import SlackApi
from bots.slack.api.own_messages import has_buttons, is_media, is_own, mime_of, share_in, thread_in
from bots.slack.blocks.markdown import comment, notification, stable
from bots.slack.blocks.message_content import MessageContent, actions
from core.chat.port.errors import (
    ContentRejectedError,
    MediaForbiddenError,
    OutboxError,
    PlatformUnreachableError,
    RateLimitedError,
)
from core.chat.port.media import Album, Picture, Voice
from core.chat.port.menus import Button
from core.chat.port.page import Page

from .page_update import Place

_log = structlog.get_logger()
_MODE = "media"
_SHOWN = frozenset({"image/gif", "image/jpeg", "image/png"})
"""Slack: what an image block can show."""
_LARGEST_SHOWN = 20_000_000
"""Bytes; a larger picture is better opened than scrolled past."""
_VOICE_NAME = "speech.mp3"
_SHARED_WITHIN, _PROCESSED_WITHIN, _BUTTONS_WITHIN = 10.0, 6.0, 10.0
_GLANCES = (0.0, 2.0)
"""Seconds before each look for a lost file, which Slack may be about to share."""
_TRIES, _AGAIN = 3, 1.5
"""How often pictures are tried that Slack does not know well enough yet, and the seconds between two tries."""
_FIRST_NAP, _LONGEST_NAP = 0.1, 1.0


@dataclass(slots=True)
class _Upload:
    """The files of some media, as far as they have been handed over; it outlives calls that have to be repeated."""

    media: Voice | Album
    as_files: bool
    """They are shared as they are, and no blocks show them."""
    files: list[str] = field(default_factory=list[str])
    kept: bool = False
    """The uploads are finished, for the bot alone."""
    tries: int = 0


class Media:
    """The media of one answer."""

    def __init__(self, api: SlackApi, files: Files, place: Place) -> None:
        self._api = api
        self._files = files
        self._place = place
        self._upload: _Upload | None = None

    async def attach(self, page: Page, media: Voice | Album, buttons: tuple[Button, ...], bot: str) -> Page:
        """See `Outbox.send_media`; `bot` is our own user id."""
        if page.message_id:
            if buttons and not page.done and not await self._bears_buttons(page.message_id, bot):
                await self._offer(media, buttons)
            return replace(page, adopted=False, done=True)
        if isinstance(media, Album) and not self._begun(media).as_files:
            ts = await self._post(media, buttons)
        else:
            ts = await self._share(media, buttons)
        return replace(page, message_id=ts, mode=_MODE, opened_at=page.opened_at or time.time(), done=True)

    async def recover(self, page: Page, bot: str, after: str) -> Page:
        """See `Outbox.find_lost_message`; `after` is the ts of what is surely older."""
        for glance in _GLANCES:
            await asyncio.sleep(glance)
            found = await self._api.newer(self._place.channel, self._place.thread, after)
            posts = [str(message["ts"]) for message in found if is_own(message, bot) and is_media(message)]
            own = [ts for ts in posts if not self._api.placed(self._place.channel, ts)]
            if own:
                return replace(page, message_id=min(own, key=float), mode=_MODE, adopted=True)
        return page

    async def _bears_buttons(self, message: str, bot: str) -> bool:
        """Whether media that were found again have their buttons: in their own message or in the next one."""
        before = f"{float(message) - 0.00001:.6f}" if message[:1].isdigit() else self._place.thread or "0"
        found = await self._api.newer(self._place.channel, self._place.thread, before)
        return any(is_own(one, bot) and has_buttons(one) for one in found)

    async def _post(self, album: Album, buttons: tuple[Button, ...]) -> str:
        """Post one message of pictures, or share them as files when Slack does not show them."""
        upload = await self._handed_over(album)
        if not upload.kept:
            await self._finished(upload, self._files.keep(upload.files))
            upload.kept = True
        kinds = [await self._poll(file, mime_of, _PROCESSED_WITHIN) for file in upload.files]
        try:
            return await self._api.post(self._place.channel, self._place.thread, _album(album, upload.files, buttons))
        except MediaForbiddenError:
            raise
        except ContentRejectedError as error:
            _log.info("Slack does not show pictures", reason=str(error), kinds=kinds)
            upload.tries += 1
            if str(error) in BLOCK_CODES and set(kinds) <= _SHOWN and upload.tries < _TRIES:
                raise RateLimitedError(_AGAIN) from error
        self._upload = _Upload(album, as_files=True)  # what was kept for the bot alone cannot be shared any more
        return await self._share(album, buttons)

    async def _share(self, media: Voice | Album, buttons: tuple[Button, ...]) -> str:
        """Post files, then buttons; return the message's ts, or a file's id when Slack takes too long to tell."""
        upload = await self._handed_over(media)
        title = media.title if isinstance(media, Voice) else ""
        place = self._place
        await self._finished(
            upload,
            self._files.share(upload.files, place.channel, place.thread, title=title, comment=comment(media.caption)),
        )
        self._upload = None
        ts, thread = await self._shared(upload.files[0])
        if ts and place.thread and not thread:
            await self._api.take_back(place.channel, ts)
        shared = self._api.note(place.channel, ts) if ts else upload.files[0]
        await self._offer(media, buttons)
        return shared

    async def _shared(self, file: str) -> tuple[str, str]:
        """The message that bears a file, and its thread; "" as long as Slack tells neither."""
        told = await self._poll(
            file,
            lambda info: " ".join((share_in(info, self._place.channel), thread_in(info, self._place.channel))).strip(),
            _SHARED_WITHIN,
        )
        ts, _, thread = told.partition(" ")
        return ts, thread

    def _begun(self, media: Voice | Album) -> _Upload:
        if self._upload is None or self._upload.media is not media:
            shown = isinstance(media, Album) and all(_is_shown(picture) for picture in media.pictures)
            self._upload = _Upload(media, as_files=not shown)
        return self._upload

    async def _handed_over(self, media: Voice | Album) -> _Upload:
        upload = self._begun(media)
        for name, data, alt in _parts(media)[len(upload.files) :]:
            upload.files.append(await self._files.upload(name, data, alt=alt))
        return upload

    async def _finished(self, upload: _Upload, call: Coroutine[None, None, None]) -> None:
        try:
            await call
        except PlatformUnreachableError:
            upload.files.clear()  # Slack may have finished them, and does that only once
            raise

    async def _offer(self, media: Voice | Album, buttons: tuple[Button, ...]) -> None:
        """Post buttons on their own, beneath files; nobody would want the files again for them."""
        # The text is not shown beside blocks; whoever presses a button tells it.
        words = media.caption.strip() or " ".join(button.label for button in buttons)
        look = MessageContent(notification(words), [actions(buttons)])
        deadline = time.monotonic() + _BUTTONS_WITHIN
        while buttons:
            try:
                await self._api.post(self._place.channel, self._place.thread, look)
            except RateLimitedError as error:
                if time.monotonic() + error.retry_after < deadline:
                    await asyncio.sleep(error.retry_after)
                    continue
                _log.warning("no time for buttons", reason=str(error))
            except OutboxError as error:
                _log.warning("no buttons shown", reason=str(error))
            return

    async def _poll(self, file: str, told: Callable[[dict[str, Any]], str], within: float) -> str:
        """Ask about a file until Slack tells something; "" when it does not within these seconds."""
        deadline, nap = time.monotonic() + within, _FIRST_NAP
        while True:
            wait = nap
            try:
                if found := told(await self._files.info(file)):
                    return found
            except RateLimitedError as error:
                wait = max(nap, error.retry_after)
            except PlatformUnreachableError as error:
                _log.debug("a file is not told of", reason=str(error))
            except OutboxError as error:
                _log.warning("Slack does not tell of a file", reason=str(error))
                return ""
            if time.monotonic() + wait > deadline:
                return ""
            await asyncio.sleep(wait)
            nap = min(nap * 2, _LONGEST_NAP)


def _is_shown(picture: Picture) -> bool:
    return picture.mime in _SHOWN and len(picture.data) <= _LARGEST_SHOWN


def _parts(media: Voice | Album) -> list[tuple[str, bytes, str]]:
    """Name, bytes and alternative text of each file."""
    if isinstance(media, Voice):
        return [(_VOICE_NAME, media.audio, "")]
    return [(picture.name, picture.data, picture.alt) for picture in media.pictures]


def _album(album: Album, files: list[str], buttons: tuple[Button, ...]) -> MessageContent:
    words = [{"type": "markdown", "text": stable(album.caption, final=True)}] if album.caption.strip() else []
    images: list[dict[str, Any]] = [
        {"type": "image", "slack_file": {"id": file}, "alt_text": picture.alt or picture.name}
        for file, picture in zip(files, album.pictures, strict=True)
    ]
    text = notification(album.caption.strip() or album.pictures[0].alt or album.pictures[0].name)
    return MessageContent(text, [*words, *images, *([actions(buttons)] if buttons else [])])
