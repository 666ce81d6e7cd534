"""One chat answer, from the bytes of the response to deltas."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import replace

import structlog

from core.wanjie.errors import ServerFaultError, StreamBrokenError, UnreadableAnswerError, WanjieError
from core.wanjie.failures.error_mapping import diagnose_json, error_from_response
from core.wanjie.image_responses import ImageData
from core.wanjie.responses import (
    Chunk,
    Correction,
    Delta,
    Finish,
    PictureDelta,
    ReasoningDelta,
    TextDelta,
    Usage,
    parse_chunk,
    parse_completion,
    unwrap,
)

from .embedded_images import EmbeddedPictures
from .frames import NO_JSON, begins_with_frame, frames_in, read_json
from .repeated_text import Added, Increments
from .sse import Event, EventDecoder
from .surrogates import Joiner
from .think_tags import Parted, ThinkTagParser
from .tool_calls import ToolCalls
from .written_calls import read_written_calls

_log: structlog.stdlib.BoundLogger = structlog.get_logger(__name__)

_DONE = frozenset({"[DONE]", "DONE"})
# What gateways send as data to keep a connection alive, where a comment would do.
_SIGNS_OF_LIFE = frozenset({"", "PING", "PONG", "HEARTBEAT", "KEEP-ALIVE", "KEEPALIVE", "PROCESSING"})
_AROUND_DONE = ' \t\r\n"'
_DOUBLED = "data:"
"""Some proxies frame what was framed."""
_BLANK = b"\xef\xbb\xbf \t\r\n"
# No line of an event stream begins like this, but JSON and HTML do.
_DOCUMENT = b"{[<"
_LONGEST_DOCUMENT = 64_000_000
_LONGEST_HEAD = 1_000_000
_LONGEST_ANSWER = 400_000
"""Characters; a model that says more has lost itself, and would fill a chat for as long as it is let."""


class StreamReader:
    """Read one answer, wherever its bytes were cut; no input or output of its own.

    An error in the stream is raised as what it means (see `errors`). A gateway that ignores `"stream": true` and
    answers with a whole completion is understood as well, and so is one that sends its frames as lines of JSON, one
    that repeats words (see `Increments`), and one that leaves thinking inside the text (see `ThinkTagParser`). What is
    found out late comes as a `Correction`. Deltas never hold half a character.
    """

    def __init__(
        self, redacted: Callable[[str], str] = str, *, begins_thinking: bool = False, tools: Collection[str] = ()
    ) -> None:
        """`begins_thinking`: see `ChatRequest`; `tools`: the names of those that the model may call."""
        self._redacted = redacted
        self._offered = tools
        self._begins_thinking = begins_thinking
        self._head = bytearray()
        self._is_stream = self._is_document = self._is_framed = False
        self._events = EventDecoder()
        self._words, self._thinking = Increments(), Increments()
        self._begin()
        self._tools = ToolCalls()
        self._place = ""
        self._finish_reason = ""
        self._is_sure = self._has_answered = self._is_elsewhere = False
        self._usage: Usage | None = None
        self.done = False
        """Nothing will follow: `[DONE]` was read, or the answer is longer than any should be."""

    def _begin(self) -> None:
        """Know nothing of what has been told."""
        self._text, self._reasoning = Joiner(), Joiner()
        self._pictures = EmbeddedPictures()
        self._thoughts = ThinkTagParser(begun=self._begins_thinking)
        self._reasoned: list[str] = []
        self._room = _LONGEST_ANSWER

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
            if not self._is_framed and len(self._head) < _LONGEST_HEAD:
                self._head += data
            return self._deltas(self._events.feed_bytes(data))
        self._head += data
        if len(self._head) > _LONGEST_DOCUMENT:
            raise UnreadableAnswerError("a document without end")
        if self._is_document and b"\n" not in data:
            return []
        if not (first := self._head.lstrip(_BLANK)[:1]):
            return []
        self._is_stream = first not in _DOCUMENT or begins_with_frame(self._head)
        self._is_document = not self._is_stream
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
        if not self._is_framed:
            raise self._told_without_frames()
        return [*deltas, *self._last()]

    def _last(self) -> list[Delta]:
        if not self.ended:
            raise StreamBrokenError("the stream ended before the answer did")
        if self._is_elsewhere and not (self._has_answered and self._finish_reason):
            raise UnreadableAnswerError("the first choice has no words or no end, but another one has words")
        grown = [self._words.end(), self._thinking.end()]
        deltas = list[Delta](self._told_anew() if any(added.anew for added in grown) else ())
        deltas += self._ends()
        called = list[Delta](self._tools.whole()) or self._written_calls()
        return [*deltas, *called, Finish(self._finish_reason or "stop", self._usage)]

    def _ends(self) -> list[Delta]:
        """All that was held back."""
        told = [*self._parted(self._pictures.end()), *self._told(self._reasoning.end(), self._text.end())]
        return [*told, *self._shown("", self._thoughts.end(whole=self._finish_reason in {"", "stop"}))]

    def _written_calls(self) -> list[Delta]:
        """Calls that stand in the text, behind the text without them."""
        if not self._offered or self._finish_reason == "length":
            return []
        if not read_written_calls(self._words.whole, self._offered)[1]:
            return []
        told = _joined([*self._told_anew(), *self._ends()])
        text, calls = read_written_calls(told.text, self._offered)
        return [replace(told, text=text), *calls] if calls else []

    def _told_without_frames(self) -> WanjieError:
        """What a text means that is neither a stream nor a document."""
        text = self._redacted(self._head.decode("utf-8-sig", errors="replace").strip())
        error = None if text.startswith((":", "event:", "id:", "retry:")) else diagnose_json({"error": text})
        return error or StreamBrokenError("the stream ended before the answer did")

    def _document(self) -> list[Delta]:
        text = self._redacted(self._head.decode("utf-8-sig", errors="replace").strip())
        raw = read_json(text)
        if "choices" not in unwrap(raw) and any("choices" in unwrap(frame) for frame in frames_in(raw)):
            return [*self._read(Event(text)), *self._last()]
        if "choices" not in unwrap(raw) or diagnose_json(raw):
            raise error_from_response(200, {}, text)
        answer = parse_completion(raw)
        self._thoughts = ThinkTagParser()
        thought = self._said(self._reasoning.join(answer.reasoning), "")
        said = self._parted([*self._pictures.part(answer.text), *self._pictures.end()])
        said += [
            *self._said("", self._text.end()),
            *self._shown("", self._thoughts.end()),
            *map(PictureDelta, answer.images),
        ]
        return [*thought, *said, *answer.tool_calls, Finish(answer.finish_reason, answer.usage)]

    def _deltas(self, events: Iterable[Event]) -> list[Delta]:
        return [delta for event in events for delta in self._read(event)]

    def _read(self, event: Event) -> list[Delta]:
        self._is_framed = True
        text = self._redacted(event.data.removeprefix(_DOUBLED).lstrip())
        if self.done or text.strip(_AROUND_DONE).upper() in _DONE:
            self.done = True
            return []
        raw = read_json(text)
        if raw is NO_JSON and "\n" in text:
            # Frames without blank lines between them arrive as the lines of one event.
            return self._deltas(Event(line, event.name) for line in text.split("\n"))
        if event.name == "error":
            raise _told_as_error(raw, text)
        if raw is NO_JSON:
            return self._without_json(event, text)
        if error := diagnose_json(raw):
            raise error
        return [delta for frame in frames_in(raw) for delta in self._add(parse_chunk(frame))]

    def _without_json(self, event: Event, text: str) -> list[Delta]:
        """A frame that was cut may have been a word of the answer, and nobody may miss one without knowing."""
        if not {text.strip().upper(), event.name.upper()} & _SIGNS_OF_LIFE:
            _log.warning("wanjie.malformed_frame", characters=len(text), frame_id=event.id)
            raise StreamBrokenError("a frame of the stream is no JSON")
        return []

    def _add(self, chunk: Chunk) -> list[Delta]:
        if chunk.unread:
            raise UnreadableAnswerError("a frame's words are in a form that nobody knows")
        again = self._place == "delta" and chunk.place not in {"", "delta"}
        self._place = self._place or chunk.place
        last = bool(chunk.finish_reason)
        thinking = _added(self._thinking, chunk.reasoning, again=again, last=last)
        words = _added(self._words, chunk.text, again=again, last=last)
        images = () if again and self._has_answered else chunk.images
        chunk = replace(chunk, reasoning=thinking.text, text=words.text, images=images)
        self._note_end(chunk)
        self._usage = chunk.usage or self._usage
        self._tools.add(chunk.tools)
        self._is_elsewhere = self._is_elsewhere or chunk.elsewhere
        told = list[Delta](self._told_anew() if thinking.anew or words.anew else self._told_next(chunk))
        return [*told, *map(PictureDelta, chunk.images)]

    def _told_next(self, chunk: Chunk) -> list[Delta]:
        reasoning = self._within(chunk.reasoning)
        if reasoning and self._begins_thinking:
            self._begins_thinking, self._thoughts = False, ThinkTagParser()  # the gateway tells the two apart by now
        thought = self._told(self._reasoning.join(reasoning), "") if reasoning else []
        return [*thought, *self._parted(self._pictures.part(chunk.text))]

    def _told_anew(self) -> list[Correction]:
        """All words so far once more, since they were not what was told; the pictures were."""
        self._begin()
        thought = self._told(self._reasoning.join(self._within(self._thinking.whole)), "")
        said = self._parted(self._pictures.part(self._words.whole))
        return [_joined([*thought, *said])]

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
        self._reasoned.append(reasoning)
        return self._shown(reasoning, self._thoughts.part(text))

    def _shown(self, reasoning: str, parted: Parted) -> list[Delta]:
        if parted.anew:
            self._has_answered = bool(parted.answer)
            return [Correction("".join(self._reasoned) + parted.thought, parted.answer, misread=True)]
        self._has_answered = self._has_answered or bool(parted.answer)
        return self._said(reasoning + parted.thought, parted.answer)

    @staticmethod
    def _said(reasoning: str, text: str) -> list[Delta]:
        thought: list[Delta] = [ReasoningDelta(reasoning)] if reasoning else []
        return [*thought, TextDelta(text)] if text else thought


def _added(increments: Increments, piece: str, *, again: bool, last: bool) -> Added:
    if not piece:
        return Added("")
    return increments.add_again(piece) if again else increments.add(piece, last=last)


def _joined(deltas: Iterable[Delta]) -> Correction:
    """All that these tell, from the beginning."""
    whole = Correction("", "")
    for delta in deltas:
        if isinstance(delta, Correction):
            whole = replace(delta, misread=False)
        elif isinstance(delta, ReasoningDelta):
            whole = replace(whole, reasoning=whole.reasoning + delta.text)
        elif isinstance(delta, TextDelta):
            whole = replace(whole, text=whole.text + delta.text)
    return whole


def _told_as_error(raw: object, text: str) -> WanjieError:
    """What the data of an `error` event means; it is an error whatever it holds."""
    return diagnose_json(raw) or diagnose_json({"error": text}) or ServerFaultError("an error inside the stream")
