"""The program of a decoder process: decodes one file after the other until its input ends or a decoder fails.

A decoder may crash, use up its memory or never end; then only this process is lost.
"""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from dataclasses import asdict
from importlib import import_module
from pathlib import Path
from traceback import extract_tb
from types import TracebackType
from typing import Any, BinaryIO

from core.media.decoding_results import UndecodableError

from .pipe_messages import PREFIX, pack, split_body, unpack_header

try:
    import resource
except ImportError:  # not on Windows, where only the clock limits
    resource = None

_MAX_MESSAGE_LENGTH = 500
_NICENESS = 5
"""The service, which answers everybody, goes first."""


def serve(requests: BinaryIO, replies: BinaryIO) -> None:
    """Answer requests until the input ends."""
    while prefix := requests.read(PREFIX.size):
        header_bytes, body_bytes = PREFIX.unpack(prefix)
        request = unpack_header(requests.read(header_bytes))
        _limit_job(request["cpu_seconds"], request["memory_bytes"])
        reply, data = answer(request, requests.read(body_bytes))
        replies.writelines(pack(reply, [data]))
        replies.flush()


def answer(request: dict[str, Any], body: bytes) -> tuple[dict[str, Any], bytes]:
    """Decode one file; return a JSON object and the bytes of the result.

    The object has the `fields` of the result, or `error`, the name of an error class of the decoder, and its `message`.
    """
    sizes: list[int] | None = request["sizes"]
    files = body if sizes is None else split_body(body, sizes)
    module, _, name = request["function"].partition(":")
    try:
        result = getattr(import_module(module), name)(files, **request["options"])
    except UndecodableError as error:
        return {"error": type(error).__name__, "message": str(error)[:_MAX_MESSAGE_LENGTH]}, b""
    fields = asdict(result)
    return {"fields": fields}, fields.pop("data", b"")


def _limit_job(cpu_seconds: int, memory_bytes: int) -> None:
    """Let the operating system end this process when it exceeds the limits, even if the service is dead."""
    if resource is None:
        return
    usage = resource.getrusage(resource.RUSAGE_SELF)
    used = int(usage.ru_utime + usage.ru_stime) + 1
    for what, most in ((resource.RLIMIT_CPU, used + cpu_seconds), (resource.RLIMIT_AS, memory_bytes)):
        with suppress(ValueError, OSError):  # there is a stricter limit, or the system has none of this kind
            resource.setrlimit(what, (most, resource.getrlimit(what)[1]))


def _main() -> None:
    if resource is not None:
        os.nice(_NICENESS)
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    replies = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # libraries may print

    def report_failure(kind: type[BaseException], _error: BaseException, trace: TracebackType | None) -> None:
        """Build the last reply of this process: which unexpected error was raised, and where."""
        places = [f"{Path(frame.filename).name}:{frame.lineno}" for frame in extract_tb(trace)]
        replies.writelines(pack({"failure": f"{kind.__name__} at {places[-1] if places else '?'}"}))
        replies.flush()

    sys.excepthook = report_failure
    serve(sys.stdin.buffer, replies)


if __name__ == "__main__":
    _main()
