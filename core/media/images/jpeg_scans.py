"""Count the scans of a JPEG file without decoding it; pure."""

from __future__ import annotations

import re

_MARKER = re.compile(rb"\xff[\x01-\xcf\xd8-\xfe]")
"""Not a byte of the picture (followed by 0) nor a restart (ITU-T T.81, B.1.1.2)."""
_START_OF_SCAN, _END_OF_IMAGE = 0xDA, 0xD9
_LONE_MARKERS = frozenset({0x01, 0xD8})
"""Markers without a segment, but for restarts and the end."""


def count_scans(data: bytes) -> int:
    """Return how many scans come before the end of the picture; a progressive one has one for each step."""
    scans, position = 0, 0
    while (marker := _MARKER.search(data, position)) is not None:
        position, code = marker.end(), data[marker.end() - 1]
        if code == _END_OF_IMAGE:
            break
        scans += code == _START_OF_SCAN
        if code not in _LONE_MARKERS:
            position += max(2, int.from_bytes(data[position : position + 2], "big"))
    return scans
