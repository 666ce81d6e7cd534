"""One chat answer, from the bytes of the response to deltas."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable
from typing import Any, cast

import structlog

from .diagnosis import diagnose, diagnose_json
from .errors import ServerFaultError, StreamBrokenError, UnreadableAnswerError
from .sse import Event, EventDecoder
from .thoughts import Thoughts
from .tools import ToolCalls
from .wire import Chunk, Delta, Finish, ReasoningDelta, TextDelta, Usage, parse_chunk, parse_completion

_log: structlog.stdlib.BoundLogger = structlog.get_logger(__name__)

_DONE = "[DONE]"
_BLANK = b"\xef\xbb\xbf \t\r\n"
# No line of an event stream begins like this, but JSON and HTML do.
_DOCUMENT = b"{[<"
_LONGEST_DOCUMENT = 64_000_000
_LONGEST_ANSWER = 400_000
"""Characters; a model that says more has lost itself, and would fill a chat for as long as it is let."""
_SURROGATE = re.compile("[\ud800-\udfff]")
_HIGH_SURROGATES = ("\ud800", "\udbff")


class AnswerReader:
    """Read one answer, wherever its bytes were cut; no input or output of its own.

    An error in the stream is raised as what it means (see `errors`). A gateway that ignores `"stream": true` and
    answers with a whole completion is understood as well, and so is one that leaves thinking inside the text (see
    `Thoughts`). Deltas never hold half a character.
    """

    def __init__(self, redacted: Callable[[str], str] = str) -> None:
        self._redacted = redacted
        self._head = bytearray()
        self._is_stream = self._is_document = False
        self._events = EventDecoder()
        self._text, self._reasoning = _Joiner(), _Joiner()
        self._thoughts = Thoughts()
        self._tools = ToolCalls()
        self._finish_reason = ""
        self._usage: Usage | None = None
        self._room = _LONGEST_ANSWER
        self.done = False
        """Nothing will follow: `[DONE]` was read, or the answer is longer than any should be."""

    @property
    def complete(self) -> bool:
        """Whether the answer has come to its end, though the usage or `[DONE]` may still follow."""
        return self.done or bool(self._finish_reason)

    def feed(self, data: bytes) -> list[Delta]:
        """Take the next bytes of the response; return what they complete."""
        if self._is_stream:
            return self._deltas(self._events.feed_bytes(data))
        self._head += data
        if len(self._head) > _LONGEST_DOCUMENT:
            raise UnreadableAnswerError("a document without end")
        if self._is_document or not (first := self._head.lstrip(_BLANK)[:1]):
            return []
        self._is_document = first in _DOCUMENT
        self._is_stream = not self._is_document
        return self._deltas(self._events.feed_bytes(bytes(self._head))) if self._is_stream else []

    def end(self) -> list[Delta]:
        """Take the end of the response; return what is left, with the `Finish`.

        Raise `StreamBrokenError` when the answer has not come to its end. A missing `[DONE]` alone does no harm.
        """
        if not self._is_stream and self._head.strip(_BLANK):
            return self._document()
        deltas = self._deltas(self._events.flush())
        if not self.complete:
            raise StreamBrokenError("the stream ended before the answer did")
        deltas += self._told(self._reasoning.end(), self._text.end())
        deltas += self._said(*self._thoughts.end())
        return [*deltas, *self._tools.whole(), Finish(self._finish_reason or "stop", self._usage)]

    def _document(self) -> list[Delta]:
        text = self._redacted(self._head.decode("utf-8-sig", errors="replace").strip())
        raw = _json(text)
        if "choices" not in _object(raw) or diagnose_json(raw):
            raise diagnose(200, {}, text)
        answer = parse_completion(raw)
        said = self._said(self._reasoning.join(answer.reasoning), self._text.join(answer.text) + self._text.end())
        return [*said, *answer.tool_calls, Finish(answer.finish_reason, answer.usage)]

    def _deltas(self, events: Iterable[Event]) -> list[Delta]:
        return [delta for event in events for delta in self._read(event)]

    def _read(self, event: Event) -> list[Delta]:
        text = self._redacted(event.data)
        if self.done or text.strip() == _DONE:
            self.done = True
            return []
        raw = _json(text)
        if raw is None and "\n" in text:
            # Frames without blank lines between them arrive as the lines of one event.
            return self._deltas(Event(line, event.name) for line in text.split("\n"))
        if event.name == "error":
            raise diagnose_json(raw or {"error": text}) or ServerFaultError("an error inside the stream")
        if raw is None:
            _log.warning("wanjie.malformed_frame", characters=len(text), frame_id=event.id)
            return []
        if error := diagnose_json(raw):
            raise error
        return self._add(parse_chunk(raw))

    def _add(self, chunk: Chunk) -> list[Delta]:
        self._finish_reason = chunk.finish_reason or self._finish_reason
        self._usage = chunk.usage or self._usage
        self._tools.add(chunk.tools)
        reasoning, text = chunk.reasoning[: self._room], chunk.text[: self._room]
        self._room -= len(reasoning) + len(text)
        if self._room <= 0:
            self.done, self._finish_reason = True, "length"
        return self._told(self._reasoning.join(reasoning), self._text.join(text))

    def _told(self, reasoning: str, text: str) -> list[Delta]:
        thought, answer = self._thoughts.part(text)
        return self._said(reasoning + thought, answer)

    @staticmethod
    def _said(reasoning: str, text: str) -> list[Delta]:
        thought: list[Delta] = [ReasoningDelta(reasoning)] if reasoning else []
        return [*thought, TextDelta(text)] if text else thought


class _Joiner:
    r"""Put together what some gateways tear apart: "\ud83d" at the end of one frame, "\ude0a" in the next."""

    def __init__(self) -> None:
        self._held = ""

    def join(self, text: str) -> str:
        text, self._held = self._held + text, ""
        if _SURROGATE.search(text) is None:
            return text
        if _HIGH_SURROGATES[0] <= text[-1] <= _HIGH_SURROGATES[1]:
            text, self._held = text[:-1], text[-1]
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")

    def end(self) -> str:
        return "\ufffd" if self._held else ""


def _json(text: str) -> object:
    """None when it is no JSON."""
    try:
        return json.loads(text)
    except ValueError:
        return None


def _object(raw: object) -> dict[str, Any]:
    return cast("dict[str, Any]", raw) if isinstance(raw, dict) else {}
