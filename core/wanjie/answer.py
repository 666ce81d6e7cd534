"""One chat answer, from the bytes of the response to deltas."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import cast

import structlog

from .diagnosis import diagnose, diagnose_json
from .embedded_pictures import EmbeddedPictures
from .errors import ServerFaultError, StreamBrokenError, UnreadableAnswerError, WanjieError
from .sse import Event, EventDecoder
from .thoughts import Thoughts
from .tools import ToolCalls
from .wire import (
    Chunk,
    Delta,
    Finish,
    ImageData,
    PictureDelta,
    ReasoningDelta,
    TextDelta,
    Usage,
    parse_chunk,
    parse_completion,
    unwrap,
)

_log: structlog.stdlib.BoundLogger = structlog.get_logger(__name__)

_DONE = frozenset({"[DONE]", "DONE"})
# What gateways send as data to keep a connection alive, where a comment would do.
_SIGNS_OF_LIFE = frozenset({"", "PING", "PONG", "HEARTBEAT", "KEEP-ALIVE", "KEEPALIVE", "PROCESSING"})
_NO_JSON = object()
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
        self._pictures = EmbeddedPictures()
        self._thoughts = Thoughts()
        self._tools = ToolCalls()
        self._finish_reason = ""
        self._is_sure = self._has_answered = self._is_elsewhere = False
        self._usage: Usage | None = None
        self._room = _LONGEST_ANSWER
        self.done = False
        """Nothing will follow: `[DONE]` was read, or the answer is longer than any should be."""

    @property
    def ended(self) -> bool:
        """Whether the model has said that it ended. It may be wrong: some say so with every word."""
        return self.done or bool(self._finish_reason)

    @property
    def complete(self) -> bool:
        """Whether the answer surely has come to its end, though the usage or `[DONE]` may still follow."""
        return self.done or self._is_sure

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

        Raises:
            StreamBrokenError: the answer has not come to its end. A missing `[DONE]` alone does no harm.
            UnreadableAnswerError: another choice than the first had words, and the first one none, or no end.
        """
        if not self._is_stream and self._head.strip(_BLANK):
            return self._document()
        deltas = self._deltas(self._events.flush())
        if not self.ended:
            raise StreamBrokenError("the stream ended before the answer did")
        if self._is_elsewhere and not (self._has_answered and self._finish_reason):
            raise UnreadableAnswerError("the first choice has no words or no end, but another one has words")
        deltas += self._parted(self._pictures.end())
        deltas += self._told(self._reasoning.end(), self._text.end())
        deltas += self._said(*self._thoughts.end())
        return [*deltas, *self._tools.whole(), Finish(self._finish_reason or "stop", self._usage)]

    def _document(self) -> list[Delta]:
        text = self._redacted(self._head.decode("utf-8-sig", errors="replace").strip())
        raw = _json(text)
        if "choices" not in unwrap(raw) or diagnose_json(raw):
            raise diagnose(200, {}, text)
        answer = parse_completion(raw)
        thought = self._said(self._reasoning.join(answer.reasoning), "")
        said = self._parted([*self._pictures.part(answer.text), *self._pictures.end()])
        said += [
            *self._said("", self._text.end()),
            *self._said(*self._thoughts.end()),
            *map(PictureDelta, answer.images),
        ]
        return [*thought, *said, *answer.tool_calls, Finish(answer.finish_reason, answer.usage)]

    def _deltas(self, events: Iterable[Event]) -> list[Delta]:
        return [delta for event in events for delta in self._read(event)]

    def _read(self, event: Event) -> list[Delta]:
        text = self._redacted(event.data)
        if self.done or text.strip().upper() in _DONE:
            self.done = True
            return []
        raw = _json(text)
        if raw is _NO_JSON and "\n" in text:
            # Frames without blank lines between them arrive as the lines of one event.
            return self._deltas(Event(line, event.name) for line in text.split("\n"))
        if event.name == "error":
            raise _told_as_error(raw, text)
        if raw is _NO_JSON:
            return self._without_json(event, text)
        if error := diagnose_json(raw):
            raise error
        return [delta for frame in _frames(raw) for delta in self._add(parse_chunk(frame))]

    def _without_json(self, event: Event, text: str) -> list[Delta]:
        """A frame that was cut may have been a word of the answer, and nobody may miss one without knowing."""
        if not {text.strip().upper(), event.name.upper()} & _SIGNS_OF_LIFE:
            _log.warning("wanjie.malformed_frame", characters=len(text), frame_id=event.id)
            raise StreamBrokenError("a frame of the stream is no JSON")
        return []

    def _add(self, chunk: Chunk) -> list[Delta]:
        if chunk.unread:
            raise UnreadableAnswerError("a frame's words are in a form that nobody knows")
        if chunk.repeats and self._has_answered:
            chunk = replace(chunk, text="", reasoning="", images=())
        self._note_end(chunk)
        self._usage = chunk.usage or self._usage
        self._tools.add(chunk.tools)
        self._is_elsewhere = self._is_elsewhere or chunk.elsewhere
        reasoning = self._within(chunk.reasoning)
        thought = self._told(self._reasoning.join(reasoning), "") if reasoning else []
        return [*thought, *self._parted(self._pictures.part(chunk.text)), *map(PictureDelta, chunk.images)]

    def _parted(self, parts: Iterable[str | bytes | None]) -> list[Delta]:
        """What words and pictures tell, in their order."""
        deltas: list[Delta] = []
        for part in parts:
            if isinstance(part, str):
                deltas += self._told("", self._text.join(self._within(part)))
            else:
                self._has_answered = True
                deltas.append(PictureDelta(part if part is None else ImageData(part)))
        return deltas

    def _within(self, text: str) -> str:
        """As much of the text as there is room for in an answer."""
        text = text[: self._room]
        self._room -= len(text)
        if self._room <= 0:
            self.done, self._finish_reason = True, "length"
        return text

    def _note_end(self, chunk: Chunk) -> None:
        """Words behind an end take it back: some models say "stop" when they have thought, or with every word."""
        if chunk.finish_reason == "error":
            raise ServerFaultError("the model ended with an error")
        if chunk.text or chunk.reasoning or chunk.tools or chunk.images:
            self._finish_reason, self._is_sure = chunk.finish_reason, False
            self._has_answered = self._has_answered or bool(chunk.tools or chunk.images)
        elif chunk.finish_reason or chunk.usage:
            self._finish_reason = chunk.finish_reason or self._finish_reason
            self._is_sure = self._has_answered and bool(self._finish_reason)

    def _told(self, reasoning: str, text: str) -> list[Delta]:
        thought, answer = self._thoughts.part(text)
        self._has_answered = self._has_answered or bool(answer)
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
    try:
        return json.loads(text)
    except ValueError:
        return _NO_JSON


def _told_as_error(raw: object, text: str) -> WanjieError:
    """What the data of an `error` event means; it is an error whatever it holds."""
    return diagnose_json(raw) or diagnose_json({"error": text}) or ServerFaultError("an error inside the stream")


def _frames(raw: object) -> list[object]:
    """Some gateways send several at once."""
    return cast("list[object]", raw) if isinstance(raw, list) else [raw]
