"""Decode server-sent events from text or bytes, wherever the network cut them."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass

from core.json_reader import NOT_JSON, parse_json
from core.wanjie.errors import UnreadableAnswerError

# Not str.splitlines(): U+2028, U+0085 and others may stand unescaped inside a JSON string.
_LINE_END = re.compile(r"\r\n|\r|\n")
_JSON_STARTS = "{["
_MAX_EVENT_LENGTH = 64_000_000
"""An image comes in one event."""
_MAX_PARSED_LENGTH = 1_000_000
"""Characters of one event that are parsed in vain before its lines count as an event of many lines."""


@dataclass(frozen=True, slots=True)
class ServerSentEvent:
    """One event; `data` has its lines joined by newlines."""

    data: str
    name: str = "message"
    id: str = ""


class SseDecoder:
    """Decode one stream, piece by piece.

    The events do not depend on where the pieces were cut; each is returned with the piece that completes it. Comments
    are dropped, and a line of bare JSON counts as data. (WHATWG HTML, 9.2.6 "Interpreting an event stream".)
    """

    def __init__(self) -> None:
        # "-sig": a byte order mark may stand at the beginning.
        self._utf8 = codecs.getincrementaldecoder("utf-8-sig")(errors="replace")
        self._line: list[str] = []
        self._length = 0
        self._after_cr = False
        self._data: list[str] = []
        self._name = ""
        self._id = ""
        self._parsed_length = 0
        """Characters that were parsed to find out whether the event is complete without a blank line."""

    @property
    def buffered_length(self) -> int:
        """Characters of the event that is not complete yet."""
        return self._length

    @property
    def is_between_events(self) -> bool:
        """Whether the next byte begins a new event."""
        return not (self._data or self._name or self._after_cr or any(self._line) or self._utf8.getstate()[0])

    def feed_bytes(self, data: bytes) -> list[ServerSentEvent]:
        return self.feed(self._utf8.decode(data))

    def feed(self, text: str) -> list[ServerSentEvent]:
        """Take the next piece. Raises `UnreadableAnswerError` when an event is too long."""
        if not text:
            return []
        if self._after_cr:
            # The "\r" at the end of the previous piece was half of a "\r\n".
            text = text.removeprefix("\n")
        self._after_cr = text.endswith("\r")
        self._length += len(text)
        if self._length > _MAX_EVENT_LENGTH:
            raise UnreadableAnswerError("an event without end")
        # Only the new text is split: otherwise a line of many pieces would be read again with each of them.
        *lines, rest = _LINE_END.split(text)
        if lines:
            lines[0] = "".join((*self._line, lines[0]))
            self._line.clear()
        self._line.append(rest)
        return [event for line in lines if (event := self._read_line(line)) is not None]

    def flush(self) -> list[ServerSentEvent]:
        """End the stream; return an event whose closing blank line never came.

        The standard drops such an event, but many gateways close directly after `data: [DONE]`.
        """
        rest = "".join(self._line) + self._utf8.decode(b"", final=True)
        self._line.clear()
        return [event for line in (rest, "") if (event := self._read_line(line)) is not None]

    def _read_line(self, line: str) -> ServerSentEvent | None:
        if not line:
            return self._dispatch()
        field, _, value = line.partition(":")
        value = value.removeprefix(" ")
        # No field begins like JSON: some gateways write an error, or each frame, as bare JSON.
        if field == "data" or line[0] in _JSON_STARTS:
            # Without blank lines between frames, a complete one ends here.
            ended = self._dispatch() if self._data and self._has_whole_json() else None
            self._data.append(value if field == "data" else line)
            return ended
        if field == "event":
            self._name = value
        elif field == "id" and "\0" not in value:
            self._id = value
        return None

    def _dispatch(self) -> ServerSentEvent | None:
        data, name = self._data, self._name
        self._data, self._name, self._length, self._parsed_length = [], "", 0, 0
        return ServerSentEvent("\n".join(data), name or "message", self._id) if data else None

    def _has_whole_json(self) -> bool:
        """Whether the lines of the event are a complete object or list."""
        lines = self._data
        if lines[0][:1] not in _JSON_STARTS or lines[-1].rstrip()[-1:] not in {"}", "]"}:
            return False
        text = "\n".join(lines) if self._parsed_length < _MAX_PARSED_LENGTH else ""
        self._parsed_length += len(text)
        return parse_json(text, NOT_JSON) is not NOT_JSON
