"""Locks a data directory, so that one service and one server use it at a time."""

from __future__ import annotations

import asyncio
import fcntl
import os
from pathlib import Path

from .server_binary import FolderInUseError

_ORPHAN_TIMEOUT = 1.0
"""Seconds after which a server that outlived its service is shut down; until then the kernel may end it."""


class DirectoryLock:
    """Two locks on files: `service.lock` is held by the service, `lock` by the service and by its server together.

    The server inherits the second, so that one is free only when both are gone; a held `lock` beside a free
    `service.lock` is a server whose owner was killed.
    """

    def __init__(self, folder: Path, *, timeout_seconds: float) -> None:
        self._folder = folder
        self._timeout = timeout_seconds
        self._held: list[int] = []

    @property
    def shared_descriptor(self) -> int:
        """The file descriptor that the server must inherit."""
        return self._held[1]

    async def acquire(self, socket: Path) -> None:
        """Take both locks, or raise `FolderInUseError` after the timeout; an orphaned server listens on `socket`."""
        try:
            await self._take("service.lock", self._timeout)
            try:
                await self._take("lock", _ORPHAN_TIMEOUT)
            except TimeoutError:
                await _terminate(socket)
                await self._take("lock", self._timeout)
        except TimeoutError:
            self.release()
            raise FolderInUseError(
                f"Another service is running on the folder {self._folder}: stop it, or set DATA_DIR to another folder."
            ) from None
        except BaseException:
            self.release()
            raise

    def release(self) -> None:
        """Release both locks; the files are kept, since deleting a locked file would let two services in."""
        while self._held:
            os.close(self._held.pop())

    async def _take(self, name: str, seconds: float) -> None:
        descriptor = os.open(self._folder / name, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            async with asyncio.timeout(seconds):
                while not _try_lock(descriptor):  # noqa: ASYNC110 - the kernel tells nobody when a lock is free
                    await asyncio.sleep(0.02)
        except BaseException:
            os.close(descriptor)
            raise
        self._held.append(descriptor)


def _try_lock(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


async def _terminate(socket: Path) -> None:
    try:
        _, writer = await asyncio.open_unix_connection(socket)
    except OSError:
        return
    writer.write(b"SHUTDOWN NOSAVE\r\n")
    writer.close()
