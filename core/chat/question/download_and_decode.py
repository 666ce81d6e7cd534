"""Download and decode the files of messages, fairly among the people who sent them."""

from __future__ import annotations

import asyncio
from typing import TypeVar

from core.chat.port.errors import ContentRejectedError, FileTooLargeError
from core.chat.port.outbox import Outbox
from core.chat.port.retry_platform_calls import run_with_retries
from core.chat.text.user_error import UserFacingError
from core.fair_limiter import FairLimiter, NoSlotError
from core.media.decoding.jobs_and_limits import DecodeJob
from core.media.decoding.pool import DecoderPool

DOWNLOAD_TIMEOUT = 60.0
"""Seconds that the download of a file may take in all when a question needs it."""
_MAX_FILES, _MAX_FILES_OF_PERSON = 4, 2
"""Files in memory at a time, and those of one person among them: one of twenty megabytes is held several times."""

_Result = TypeVar("_Result")


class ReceivedFiles:
    """Files of messages, of which few are in memory at a time."""

    def __init__(self, decoders: DecoderPool) -> None:
        self._decoders = decoders
        self._slots = FairLimiter(_MAX_FILES, per_key=_MAX_FILES_OF_PERSON)

    async def decode(
        self,
        job: DecodeJob[_Result],
        file: str,
        outbox: Outbox,
        *,
        person: str,
        size: int | None = None,
        max_seconds: float = DOWNLOAD_TIMEOUT,
    ) -> _Result:
        """Download a file by its id and decode it for `person`; the download and the wait for it take `max_seconds`.

        Raises `job.error`; `UserFacingError`, whose sentence wants a `name`; `RecipientGoneError`.
        """
        deadline = asyncio.get_running_loop().time() + max_seconds
        try:
            async with self._slots.slot(person, max_wait=max_seconds):
                left = deadline - asyncio.get_running_loop().time()
                data = await download(file, outbox, size=size, max_seconds=left)
                return await self._decoders.run(job, data, person=person)
        except NoSlotError:
            raise UserFacingError("file.late") from None


async def download(
    file: str, outbox: Outbox, *, size: int | None = None, max_seconds: float = DOWNLOAD_TIMEOUT
) -> bytes:
    """Download a file by its id within `max_seconds`, rate limits included.

    `size` is the number of bytes that the platform reported. The caller bounds how many files are held at a time.
    Raises `UserFacingError`, whose sentence wants a `name`; `RecipientGoneError`.
    """
    limit = outbox.capabilities.download_limit
    if size is not None and size > limit:
        raise UserFacingError("file.large", limit=limit // 1_000_000)
    try:
        async with asyncio.timeout(max_seconds):
            return await run_with_retries(lambda: outbox.download_file(file, max_bytes=limit))
    except FileTooLargeError:
        raise UserFacingError("file.large", limit=limit // 1_000_000) from None
    except ContentRejectedError:
        raise UserFacingError("file.gone") from None
    except TimeoutError:
        raise UserFacingError("file.late") from None
