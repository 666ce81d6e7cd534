"""One decoder process, as the service sees it."""

from __future__ import annotations

import asyncio
import os
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import Sequence
from typing import Any, Self

from .pipe_messages import MAX_HEADER_BYTES, PREFIX, pack, unpack_header

_MAX_BODY_BYTES = 80_000_000
"""Of a result: the longest recording has 29 million."""
_BUFFER_BYTES = 1_000_000


class ProcessLostError(Exception):
    """The process has ended, or has sent something that is no reply; the message says which."""


class DecoderProcess:
    """Decodes one file at a time. Its environment is empty, so it knows no secret of the service."""

    def __init__(self, process: Process) -> None:
        self._process = process
        self.jobs_done = 0

    @classmethod
    async def start(cls) -> Self:
        """Start a process: about 50 ms; the first job that needs a library takes as long again to load it."""
        return cls(
            await asyncio.create_subprocess_exec(
                *(sys.executable, "-P", "-m", f"{__package__}.decoder_program"),
                stdin=PIPE,
                stdout=PIPE,
                stderr=DEVNULL,
                env={"PYTHONPATH": os.pathsep.join(sys.path)},
                limit=_BUFFER_BYTES,
            )
        )

    async def ask(self, request: dict[str, Any], files: Sequence[bytes]) -> tuple[dict[str, Any], bytes]:
        """Send a request and return the reply to it; raise `ProcessLostError`, after which only `stop` is left."""
        writer, reader = self._process.stdin, self._process.stdout
        if writer is None or reader is None:
            raise ProcessLostError("no pipes")
        try:
            for piece in pack(request, files):
                writer.write(piece)
                await writer.drain()
            header_bytes, body_bytes = PREFIX.unpack(await reader.readexactly(PREFIX.size))
            if header_bytes > MAX_HEADER_BYTES or body_bytes > _MAX_BODY_BYTES:
                raise ProcessLostError(f"a reply of {header_bytes} and {body_bytes} bytes")
            reply = unpack_header(await reader.readexactly(header_bytes)), await reader.readexactly(body_bytes)
        except (asyncio.IncompleteReadError, OSError):
            raise ProcessLostError(f"ended with status {await self._process.wait()}") from None
        except ValueError:
            raise ProcessLostError("a reply that is no JSON object") from None
        self.jobs_done += 1
        return reply

    async def stop(self) -> None:
        """Kill it, and wait until it has ended."""
        if self._process.returncode is None:
            self._process.kill()
        await self._process.wait()
