"""Files in Slack: uploads in three steps, and downloads."""

# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# slack_sdk leaves its keyword arguments and the data of its responses untyped.

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

import aiohttp
import structlog

from core.chat.port.errors import (
    ContentRejectedError,
    FileTooLargeError,
    PlatformUnreachableError,
    RecipientGoneError,
)
from core.http_sessions import NETWORK_ERRORS, Sessions
from core.json_reader import get_int

from .call import ApiCaller, check_status
from .rate_limit_numbers import COMPLETE_UPLOAD, GET_FILE, START_UPLOAD, get_channel_limit

_log = structlog.get_logger()
_TRANSFER_TIMEOUT = aiohttp.ClientTimeout(total=180, connect=5, sock_read=30)
_CHUNK_BYTES = 65_536
_MAX_REDIRECTS = 3
"""Redirects that a download follows."""
_UNAVAILABLE_MODES = frozenset({"external", "hidden_by_limit", "tombstone"})
_READABLE_ACCESS = frozenset({"", "visible", "check_file_info"})


class FilesApi:
    """The files of one workspace.

    Raises each `OutboxError`; an error about a file is a `ContentRejectedError`, never a `RecipientGoneError`.
    """

    def __init__(self, caller: ApiCaller, sessions: Sessions) -> None:
        self._caller = caller
        self._client = caller.client
        self._sessions = sessions

    async def upload(self, name: str, data: bytes, *, alt: str = "") -> str:
        """Upload a file and return its id; it is invisible until it is shared.

        Slack: files.getUploadURLExternal, then the bytes, which need no token.
        """
        response = await self._caller(
            lambda: self._client.files_getUploadURLExternal(filename=name, length=len(data), alt_txt=alt or None),
            START_UPLOAD,
        )
        await self._upload_bytes(str(response["upload_url"]), data)
        return str(response["file_id"])

    async def complete_privately(self, files: Sequence[str]) -> None:
        """Complete uploads for the bot alone, so that blocks can show them. Slack: files.completeUploadExternal."""
        entries: list[dict[str, str | None]] = [{"id": file} for file in files]
        await self._caller(lambda: self._client.files_completeUploadExternal(files=entries), COMPLETE_UPLOAD)

    async def share(
        self, files: Sequence[str], channel: str, thread: str, *, title: str = "", comment: str = ""
    ) -> None:
        """Complete uploads as one message in a channel, which appears there a moment later.

        `comment` is Slack's mrkdwn. Slack: files.completeUploadExternal.
        """
        entries: list[dict[str, str | None]] = [{"id": file, "title": title or None} for file in files]
        await self._caller(
            lambda: self._client.files_completeUploadExternal(
                files=entries, channel_id=channel, thread_ts=thread or None, initial_comment=comment or None
            ),
            COMPLETE_UPLOAD,
            get_channel_limit(channel),
        )

    async def get_info(self, file: str) -> dict[str, Any]:
        """Return the description of a file. Slack: files.info."""
        response = await self._caller(lambda: self._client.files_info(file=file), GET_FILE)
        found = response.get("file")
        return found if isinstance(found, dict) else {}

    async def download(self, file: str, max_bytes: int) -> bytes:
        """Download a file.

        Raises `FileTooLargeError` if it has more than `max_bytes` bytes, `ContentRejectedError` if it is unavailable.
        """
        try:
            info = await self.get_info(file)
        except RecipientGoneError as error:
            raise ContentRejectedError(str(error)) from error
        if (
            info.get("mode") in _UNAVAILABLE_MODES
            or info.get("is_external")
            or info.get("file_access", "") not in _READABLE_ACCESS
        ):
            raise ContentRejectedError(f"the file is unavailable: {info.get('mode')}, {info.get('file_access')}")
        if get_int(info, "size") > max_bytes:
            raise FileTooLargeError(f"{info.get('size')} bytes")
        data = await self._download(
            str(info.get("url_private_download") or info.get("url_private") or ""), info, max_bytes
        )
        if str(info.get("mimetype")) == "text/html" and len(data) != info.get("size"):
            raise _login_page_error()
        return data

    async def _upload_bytes(self, url: str, data: bytes) -> None:
        try:
            async with self._sessions.get_session(url).post(url, data=data, timeout=_TRANSFER_TIMEOUT) as response:
                check_status(response.status, response.headers)
        except NETWORK_ERRORS as error:
            raise PlatformUnreachableError(type(error).__name__) from error

    async def _download(self, url: str, info: dict[str, Any], max_bytes: int) -> bytes:
        """Download a file and follow redirects here, so that the token is sent to Slack alone."""
        for _ in range(_MAX_REDIRECTS):
            if not self.is_slack(url):
                raise ContentRejectedError("the address of the file is not Slack's")
            headers = {"Authorization": f"Bearer {self._client.token}"}
            try:
                async with self._sessions.get_session(url).get(
                    url, headers=headers, timeout=_TRANSFER_TIMEOUT, allow_redirects=False
                ) as response:
                    if 300 <= response.status < 400:  # noqa: PLR2004 - redirections
                        url = response.headers.get("Location", "")
                        continue
                    return await _read_body(response, info, max_bytes)
            except NETWORK_ERRORS as error:
                raise PlatformUnreachableError(type(error).__name__) from error
        raise ContentRejectedError("too many redirects")

    def is_slack(self, url: str) -> bool:
        """Whether the token may be sent to `url`."""
        there, api = urlsplit(url), urlsplit(self._client.base_url)
        if (there.scheme, there.netloc) == (api.scheme, api.netloc):
            return True
        within = (f".{api.hostname}", ".slack.com")
        return there.scheme == "https" and there.port in {None, 443} and (there.hostname or "").endswith(within)


async def _read_body(response: aiohttp.ClientResponse, info: dict[str, Any], max_bytes: int) -> bytes:
    check_status(response.status, response.headers)
    if response.content_type == "text/html" and info.get("mimetype") != "text/html":
        raise _login_page_error()
    read = bytearray()
    async for piece in response.content.iter_chunked(_CHUNK_BYTES):
        read += piece
        if len(read) > max_bytes:
            raise FileTooLargeError(f"more than {max_bytes} bytes")
    return bytes(read)


def _login_page_error() -> ContentRejectedError:
    """Slack: without permission to read a file, the response is a login page with status 200."""
    _log.error("Slack returned its login page instead of a file", needed="files:read")
    return ContentRejectedError("login page")
