"""Files in Slack: uploads in three steps, and downloads of what people sent."""

# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# slack_sdk leaves its keyword arguments and the data of its answers untyped.

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

import aiohttp
import structlog

from bots.http_sessions import NETWORK_ERRORS, Sessions
from core.chat.port.errors import (
    ContentRejectedError,
    FileTooLargeError,
    PlatformUnreachableError,
    RateLimitedError,
    RecipientGoneError,
)

from .call import GATEWAY_FAILURE, TOO_MANY, Caller, retry_after
from .rate_limits import FILE, SHARE, UPLOAD, posts_to

_log = structlog.get_logger()
_TRANSFER = aiohttp.ClientTimeout(total=180, connect=5, sock_read=30)
_OK = 200
_CHUNK = 65_536
_HOPS = 3
"""Redirections that a download follows."""
_NOT_HERE = frozenset({"external", "hidden_by_limit", "tombstone"})
_VISIBLE = frozenset({"", "visible", "check_file_info"})


class Files:
    """The files of one workspace.

    Raises each `OutboxError`; a file of which Slack will not hear is refused, it takes nobody away from an answer.
    """

    def __init__(self, caller: Caller, sessions: Sessions) -> None:
        self._caller = caller
        self._client = caller.client
        self._sessions = sessions

    async def upload(self, name: str, data: bytes, *, alt: str = "") -> str:
        """Hand a file over and return its id; nobody sees it before it is shared.

        Slack: files.getUploadURLExternal, then the bytes, which need no token.
        """
        answer = await self._caller(
            lambda: self._client.files_getUploadURLExternal(filename=name, length=len(data), alt_txt=alt or None),
            UPLOAD,
        )
        await self._send(str(answer["upload_url"]), data)
        return str(answer["file_id"])

    async def keep(self, files: Sequence[str]) -> None:
        """Finish uploads for the bot alone, so that blocks can show them. Slack: files.completeUploadExternal."""
        entries: list[dict[str, str | None]] = [{"id": file} for file in files]
        await self._caller(lambda: self._client.files_completeUploadExternal(files=entries), SHARE)

    async def share(
        self, files: Sequence[str], channel: str, thread: str, *, title: str = "", comment: str = ""
    ) -> None:
        """Finish uploads as one message in a channel, which appears there a moment later.

        `comment` is Slack's mrkdwn. Slack: files.completeUploadExternal.
        """
        entries: list[dict[str, str | None]] = [{"id": file, "title": title or None} for file in files]
        await self._caller(
            lambda: self._client.files_completeUploadExternal(
                files=entries, channel_id=channel, thread_ts=thread or None, initial_comment=comment or None
            ),
            SHARE,
            posts_to(channel),
        )

    async def info(self, file: str) -> dict[str, Any]:
        """What Slack knows about a file. Slack: files.info."""
        answer = await self._caller(lambda: self._client.files_info(file=file), FILE)
        found = answer.get("file")
        return found if isinstance(found, dict) else {}

    async def read(self, file: str, most: int) -> bytes:
        """Read a file.

        Raises `FileTooLargeError` when it has more than `most` bytes, `ContentRejectedError` when it is lost.
        """
        try:
            info = await self.info(file)
        except RecipientGoneError as error:
            raise ContentRejectedError(str(error)) from error
        if info.get("mode") in _NOT_HERE or info.get("is_external") or info.get("file_access", "") not in _VISIBLE:
            raise ContentRejectedError(f"a file that is not here: {info.get('mode')}, {info.get('file_access')}")
        if int(info.get("size") or 0) > most:
            raise FileTooLargeError(f"{info.get('size')} bytes")
        data = await self._get(str(info.get("url_private_download") or info.get("url_private") or ""), info, most)
        if str(info.get("mimetype")) == "text/html" and len(data) != info.get("size"):
            raise _stranger()
        return data

    async def _send(self, url: str, data: bytes) -> None:
        try:
            async with self._sessions.get_session(url).post(url, data=data, timeout=_TRANSFER) as answer:
                if answer.status == TOO_MANY:
                    raise RateLimitedError(retry_after(answer.headers))
                if answer.status >= GATEWAY_FAILURE:
                    raise PlatformUnreachableError(f"status {answer.status}")
                if answer.status != _OK:
                    raise ContentRejectedError(f"status {answer.status}")
        except NETWORK_ERRORS as error:
            raise PlatformUnreachableError(type(error).__name__) from error

    async def _get(self, url: str, info: dict[str, Any], most: int) -> bytes:
        """Follow redirections by hand: the token goes to Slack alone."""
        for _ in range(_HOPS):
            if not self.is_slack(url):
                raise ContentRejectedError("a file at an address that is not Slack's")
            headers = {"Authorization": f"Bearer {self._client.token}"}
            try:
                async with self._sessions.get_session(url).get(
                    url, headers=headers, timeout=_TRANSFER, allow_redirects=False
                ) as answer:
                    if 300 <= answer.status < 400:  # noqa: PLR2004 - redirections
                        url = answer.headers.get("Location", "")
                        continue
                    return await _body(answer, info, most)
            except NETWORK_ERRORS as error:
                raise PlatformUnreachableError(type(error).__name__) from error
        raise ContentRejectedError("too many redirections")

    def is_slack(self, url: str) -> bool:
        """Whether the token may go there."""
        there, api = urlsplit(url), urlsplit(self._client.base_url)
        if (there.scheme, there.netloc) == (api.scheme, api.netloc):
            return True
        within = (f".{api.hostname}", ".slack.com")
        return there.scheme == "https" and there.port in {None, 443} and (there.hostname or "").endswith(within)


async def _body(answer: aiohttp.ClientResponse, info: dict[str, Any], most: int) -> bytes:
    if answer.status == TOO_MANY:
        raise RateLimitedError(retry_after(answer.headers))
    if answer.status >= GATEWAY_FAILURE:
        raise PlatformUnreachableError(f"status {answer.status}")
    if answer.status != _OK:
        raise ContentRejectedError(f"status {answer.status}")
    if answer.content_type == "text/html" and info.get("mimetype") != "text/html":
        raise _stranger()
    read = bytearray()
    async for piece in answer.content.iter_chunked(_CHUNK):
        read += piece
        if len(read) > most:
            raise FileTooLargeError(f"more than {most} bytes")
    return bytes(read)


def _stranger() -> ContentRejectedError:
    """Slack: whoever may not read a file gets the page to sign in, with status 200."""
    _log.error("Slack gave its login page instead of a file", needed="files:read")
    return ContentRejectedError("login page")
