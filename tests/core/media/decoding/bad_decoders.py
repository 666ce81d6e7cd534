"""Decoders that behave badly, for the processes that must put up with them."""

from __future__ import annotations

import os
import sys
import time
from typing import Any

from core.media.decoding_results import AudioFile, AudioTooLongError, BadImageError, EncodedImage, ImageInfo

BLOCK_BYTES = 50_000_000


def describe(data: bytes) -> ImageInfo:
    """Say how many bytes there are, and in which process."""
    secret = os.environ.get("WANJIE_API_KEY", "")  # noqa: TID251 - as whatever takes a decoder over would look
    return ImageInfo("image/x", secret, len(data), os.getpid())


def reverse(data: bytes) -> EncodedImage:
    """Return the bytes in another order, and print something."""
    print("decoding")  # noqa: T201 - as libraries do
    return EncodedImage(data[::-1], "image/x")


def join(data: list[bytes], glue: str) -> AudioFile:
    """Join several files."""
    return AudioFile(glue.encode().join(data), float(len(data)))


def refuse(_data: bytes) -> ImageInfo:
    """Find the file bad."""
    raise BadImageError("no picture")


def refuse_long(_data: bytes) -> AudioFile:
    """Find the file too long."""
    raise AudioTooLongError("two hours")


def sleep(_data: bytes) -> ImageInfo:
    """Never end, without work."""
    time.sleep(60)
    raise AssertionError


def spin(_data: bytes) -> ImageInfo:
    """Never end, with work."""
    while True:
        pass


def allocate(_data: bytes) -> ImageInfo:
    """Need more and more memory."""
    blocks: list[bytes] = []
    while True:
        blocks.append(b"x" * BLOCK_BYTES)


def crash(_data: bytes) -> ImageInfo:
    """End as a library does that meets what it cannot be in."""
    os.abort()


def fail(data: bytes) -> ImageInfo:
    """Meet a fault of our own."""
    return ImageInfo("", "", data[len(data)], 0)


def lie(_data: bytes) -> Any:  # noqa: ANN401 - it is no result
    """Return what was not promised."""
    return EncodedImage(b"", "image/x")


def babble(_data: bytes) -> ImageInfo:
    """Write what is no reply, as a process does that a file has taken over."""
    for descriptor in range(3, 10):
        try:
            os.write(descriptor, b"\0" * 12 + b"cos\nsystem\n")
        except OSError:
            continue
    sys.exit()
