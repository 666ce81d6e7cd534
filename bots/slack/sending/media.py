"""Post voice notes and pictures in one conversation, once each.

Slack shares uploads a moment after they are completed, so everything that follows a file waits for its message.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field, replace
from typing import Any

import structlog

from bots.slack.api.errors import BLOCK_CODES
from bots.slack.api.files import FilesApi
from bots.slack.api.methods import SlackApi
from bots.slack.api.own_messages import has_buttons, is_media, is_own, mime_of, share_thread, share_ts
from bots.slack.blocks.markdown import render_markdown, to_mrkdwn
from bots.slack.blocks.message_content import MessageContent, buttons_block
from bots.slack.blocks.notification_text import notification_text
from core.chat.port.errors import (
    ContentRejectedError,
    MediaForbiddenError,
    OutboxError,
    PlatformUnreachableError,
    RateLimitedError,
)
from core.chat.port.media import Album, Media, Picture, Voice
from core.chat.port.menus import Button
from core.chat.port.page import Page
from core.chat.port.retry_platform_calls import run_with_retries

from .file_names_and_alt_texts import get_alt_text, list_files
from .page_update import Destination

_log = structlog.get_logger()
_MEDIA_MODE = "media"
_IMAGE_BLOCK_TYPES = frozenset({"image/gif", "image/jpeg", "image/png"})
"""Slack: the types that an image block can show."""
_MAX_IMAGE_BLOCK_BYTES = 20_000_000
"""A larger picture is shared as a file."""
_SHARE_TIMEOUT, _PROCESSING_TIMEOUT, _BUTTONS_TIMEOUT = 10.0, 6.0, 10.0
_SEARCH_DELAYS = (0.0, 2.0)
"""Seconds before each search for a lost file, which Slack may be about to share."""
_MAX_ATTEMPTS, _RETRY_DELAY = 3, 1.5
"""Attempts to post pictures that Slack has not processed yet, and the seconds between two attempts."""
_MIN_POLL_INTERVAL, _MAX_POLL_INTERVAL = 0.1, 1.0


@dataclass(slots=True)
class _Upload:
    """The progress of an upload; it is kept while calls are repeated."""

    media: Media
    share_as_files: bool
    """The files are shared without image blocks."""
    files: list[str] = field(default_factory=list[str])
    completed: bool = False
    """The uploads are completed and visible to the bot alone."""
    attempts: int = 0


class MediaPoster:
    """Posts the media of one answer."""

    def __init__(self, api: SlackApi, files: FilesApi, destination: Destination) -> None:
        self._api = api
        self._files = files
        self._destination = destination
        self._upload: _Upload | None = None

    async def post(self, page: Page, media: Media, buttons: tuple[Button, ...], bot: str) -> Page:
        """See `Outbox.send_media`; `bot` is our own user id."""
        if page.message_id:
            if buttons and not page.done and not await self._has_buttons(page.message_id, bot):
                await self._post_buttons(media, buttons)
            return replace(page, adopted=False, done=True)
        if isinstance(media, Album) and not self._get_upload(media).share_as_files:
            ts = await self._post_album(media, buttons)
        else:
            ts = await self._share_files(media, buttons)
        return replace(page, message_id=ts, mode=_MEDIA_MODE, opened_at=page.opened_at or time.time(), done=True)

    async def find_lost_message(self, page: Page, bot: str, after: str) -> Page:
        """See `Outbox.find_lost_message`; every message up to the ts `after` is older."""
        for delay in _SEARCH_DELAYS:
            await asyncio.sleep(delay)
            found = await self._api.list_newer(self._destination.channel, self._destination.thread, after)
            posts = [str(message["ts"]) for message in found if is_own(message, bot) and is_media(message)]
            own = [ts for ts in posts if not self._api.posted.has(self._destination.channel, ts)]
            if own:
                return replace(page, message_id=min(own, key=float), mode=_MEDIA_MODE, adopted=True)
        return page

    async def _has_buttons(self, message: str, bot: str) -> bool:
        """Whether recovered media have their buttons, in their own message or in the next one."""
        before = f"{float(message) - 0.00001:.6f}" if message[:1].isdigit() else self._destination.thread or "0"
        found = await self._api.list_newer(self._destination.channel, self._destination.thread, before)
        return any(is_own(one, bot) and has_buttons(one) for one in found)

    async def _post_album(self, album: Album, buttons: tuple[Button, ...]) -> str:
        """Post one message of pictures, or share them as files if Slack refuses image blocks."""
        upload = await self._upload_files(album)
        if not upload.completed:
            await self._complete_upload(upload, self._files.complete_privately(upload.files))
            upload.completed = True
        kinds = [await self._poll_file(file, mime_of, _PROCESSING_TIMEOUT) for file in upload.files]
        try:
            return await self._post(_album_message(album, upload.files, buttons))
        except MediaForbiddenError:
            raise
        except ContentRejectedError as error:
            _log.info("Slack does not show pictures", reason=error, kinds=kinds)
            upload.attempts += 1
            if str(error) in BLOCK_CODES and set(kinds) <= _IMAGE_BLOCK_TYPES and upload.attempts < _MAX_ATTEMPTS:
                raise RateLimitedError(_RETRY_DELAY) from error
        self._upload = _Upload(album, share_as_files=True)  # completed uploads cannot be shared any more
        return await self._share_files(album, buttons)

    async def _share_files(self, media: Media, buttons: tuple[Button, ...]) -> str:
        """Post files, then buttons; return the ts of the message, or a file id if Slack does not report it in time."""
        upload = await self._upload_files(media)
        title = media.title if isinstance(media, Voice) else ""
        destination = self._destination
        await self._complete_upload(
            upload,
            self._files.share(
                upload.files, destination.channel, destination.thread, title=title, comment=to_mrkdwn(media.caption)
            ),
        )
        self._upload = None
        ts, thread = await self._wait_for_share(upload.files[0])
        if ts and destination.thread and not thread:
            await self._api.delete_stray(destination.channel, ts)
        shared = self._api.posted.add(destination.channel, ts) if ts else upload.files[0]
        await self._post_buttons(media, buttons)
        return shared

    async def _wait_for_share(self, file: str) -> tuple[str, str]:
        """Wait for the message with a file; return its ts and its thread, "" for what Slack does not report in time."""
        found = await self._poll_file(
            file,
            lambda info: " ".join(
                (share_ts(info, self._destination.channel), share_thread(info, self._destination.channel))
            ).strip(),
            _SHARE_TIMEOUT,
        )
        ts, _, thread = found.partition(" ")
        return ts, thread

    def _get_upload(self, media: Media) -> _Upload:
        if self._upload is None or self._upload.media is not media:
            displayable = isinstance(media, Album) and all(_fits_image_block(picture) for picture in media.pictures)
            self._upload = _Upload(media, share_as_files=not displayable)
        return self._upload

    async def _upload_files(self, media: Media) -> _Upload:
        upload = self._get_upload(media)
        for name, data, alt in list_files(media)[len(upload.files) :]:
            upload.files.append(await self._files.upload(name, data, alt=alt))
        return upload

    async def _complete_upload(self, upload: _Upload, call: Coroutine[None, None, None]) -> None:
        try:
            await call
        except PlatformUnreachableError:
            upload.files.clear()  # Slack may have completed them, which works only once
            raise

    async def _post_buttons(self, media: Media, buttons: tuple[Button, ...]) -> None:
        """Post buttons in a message below the files; failures are logged, since a retry would post the files again."""
        if not buttons:
            return
        # Slack hides the text beside blocks, but sends it with a button press.
        text = media.caption.strip() or " ".join(button.label for button in buttons)
        content = MessageContent(notification_text(text), [buttons_block(buttons)])
        try:
            await run_with_retries(
                lambda: self._post(content),
                max_seconds=_BUTTONS_TIMEOUT,
                retries_outages=False,
            )
        except OutboxError as error:
            _log.warning("buttons could not be posted", reason=error)

    async def _post(self, content: MessageContent) -> str:
        destination = self._destination
        return await self._api.post(destination.channel, destination.thread, content, user=destination.user)

    async def _poll_file(self, file: str, read: Callable[[dict[str, Any]], str], max_wait: float) -> str:
        """Poll `files.info` until `read` returns something; return "" after `max_wait` seconds."""
        deadline, interval = time.monotonic() + max_wait, _MIN_POLL_INTERVAL
        while True:
            wait = interval
            try:
                if found := read(await self._files.get_info(file)):
                    return found
            except RateLimitedError as error:
                wait = max(interval, error.retry_after)
            except PlatformUnreachableError as error:
                _log.debug("a file could not be polled", reason=error)
            except OutboxError as error:
                _log.warning("Slack refuses to describe a file", reason=error)
                return ""
            if time.monotonic() + wait > deadline:
                return ""
            await asyncio.sleep(wait)
            interval = min(interval * 2, _MAX_POLL_INTERVAL)


def _fits_image_block(picture: Picture) -> bool:
    return picture.mime in _IMAGE_BLOCK_TYPES and len(picture.data) <= _MAX_IMAGE_BLOCK_BYTES


def _album_message(album: Album, files: list[str], buttons: tuple[Button, ...]) -> MessageContent:
    caption = (
        [{"type": "markdown", "text": render_markdown(album.caption, final=True)}] if album.caption.strip() else []
    )
    images: list[dict[str, Any]] = [
        {"type": "image", "slack_file": {"id": file}, "alt_text": get_alt_text(picture)}
        for file, picture in zip(files, album.pictures, strict=True)
    ]
    text = notification_text(album.caption.strip() or get_alt_text(album.pictures[0]))
    return MessageContent(text, [*caption, *images, *([buttons_block(buttons)] if buttons else [])])
