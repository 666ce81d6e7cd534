"""Read one chat answer: from the bytes of the response, over frames, to deltas."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import replace

import structlog

from core.error_words import keep_error_words
from core.json_reader import NOT_JSON, has_cut_characters, load_json, parse_json
from core.wanjie.errors import ServerFaultError, StreamBrokenError, UnreadableAnswerError, WanjieError
from core.wanjie.failures.error_mapping import error_from_json, error_from_response
from core.wanjie.responses import Chunk, Delta, parse_chunk, parse_completion, unwrap

from .answer_builder import AnswerBuilder
from .frames import split_frames, starts_with_frame
from .plain_frames import TextPiece, is_cut_frame, read_plain_frames
from .sse import ServerSentEvent, SseDecoder

_log: structlog.stdlib.BoundLogger = structlog.get_logger(__name__)

_DONE = frozenset({"[DONE]", "DONE"})
# Some gateways send these as data to keep a connection alive, where a comment would do.
_KEEPALIVES = frozenset({"", "PING", "PONG", "HEARTBEAT", "KEEP-ALIVE", "KEEPALIVE", "PROCESSING"})
_AROUND_DONE = ' \t\r\n"'
_DOUBLED = "data:"
"""Some proxies frame again what is framed already."""
_BLANK = b"\xef\xbb\xbf \t\r\n"
# JSON and HTML begin with these; no line of an event stream does.
_DOCUMENT_STARTS = b"{[<"
_MAX_DOCUMENT_BYTES = 64_000_000
_MAX_HEAD_BYTES = 1_000_000
_MAX_STREAM_BYTES = 160_000_000
"""Several images, or a long answer of which each frame repeats what came before."""


class StreamReader:
    """Read one answer, wherever its bytes were cut; it does no input or output.

    An error in the stream is raised as the class that it means (see `errors`). Also understood are a gateway that
    ignores `"stream": true` and answers with a whole completion, one that sends its frames as lines of JSON, and the
    forms of other APIs (see `other_apis`). What the deltas hold, see `AnswerBuilder`.
    """

    def __init__(
        self,
        redact: Callable[[str], str] = str,
        *,
        starts_with_reasoning: bool = False,
        tool_names: Collection[str] = (),
    ) -> None:
        """For `starts_with_reasoning` and `tool_names` see `AnswerBuilder`."""
        self._redact = redact
        self._answer = AnswerBuilder(starts_with_reasoning=starts_with_reasoning, tool_names=tool_names)
        self._head = bytearray()
        self._length = 0
        self._is_stream = self._is_document = self._has_first_line = self._has_frames = self._has_done = False
        self._events = SseDecoder()
        self._cut_frame = b""
        """The beginning of a frame that may turn out to be an ordinary one."""
        self._error: WanjieError | None = None

    @property
    def buffered_length(self) -> int:
        """How much was read that completes nothing yet."""
        return self._events.buffered_length + len(self._cut_frame) if self._is_stream else len(self._head)

    @property
    def is_done(self) -> bool:
        """Whether nothing will follow: `[DONE]` was read, or the answer has reached its maximum length."""
        return self._has_done or self._answer.is_full

    @property
    def has_ended(self) -> bool:
        """Whether the model has said that it ended. It may go on: some say so with every piece."""
        return self.is_done or bool(self._answer.finish_reason)

    @property
    def is_complete(self) -> bool:
        """Whether the answer has certainly ended, although the usage or `[DONE]` may still follow."""
        return self.is_done or self._answer.has_sure_end

    def feed(self, data: bytes) -> list[Delta]:
        """Take the next bytes of the response; return the deltas that they complete.

        An error in a later frame than the first that has text is held back, so that the text is not lost with it:
        `raise_held_error` and `finish` raise it.
        """
        self._length += len(data)
        if self._length > _MAX_STREAM_BYTES:
            raise UnreadableAnswerError("an answer without end")
        if self._is_stream and self._has_frames:
            return self._read_further_frames(data)
        if self._is_stream:
            if len(self._head) < _MAX_HEAD_BYTES:
                self._head += data
            return self._read_events(self._events.feed_bytes(data))
        self._head += data
        if len(self._head) > _MAX_DOCUMENT_BYTES:
            raise UnreadableAnswerError("a document without end")
        if self._is_document and (self._has_first_line or b"\n" not in data):
            return []
        if not (text := self._head.lstrip(_BLANK)):
            return []
        self._is_stream = text[:1] not in _DOCUMENT_STARTS or starts_with_frame(text)
        self._is_document, self._has_first_line = not self._is_stream, b"\n" in text
        return self._read_events(self._events.feed_bytes(bytes(self._head))) if self._is_stream else []

    def raise_held_error(self) -> None:
        """Raise the error that `feed` has met after the text which it returned; the answer is broken."""
        if self._error is not None:
            raise self._error

    def _read_further_frames(self, data: bytes) -> list[Delta]:
        """Read the ordinary frames at the beginning without taking them apart, and the rest in general."""
        pieces, rest = list[TextPiece](), self._cut_frame + data
        self._cut_frame = b""
        if not self.is_done and self._events.is_between_events:
            pieces, rest = read_plain_frames(rest)
            if is_cut_frame(rest):
                self._cut_frame, rest = rest, b""
        redacted = [TextPiece(self._redact(piece.text), self._redact(piece.reasoning)) for piece in pieces]
        return self._read_events(self._events.feed_bytes(rest), self._answer.add_pieces(redacted))

    def finish(self) -> list[Delta]:
        """End the response; return the remaining deltas, of which the `Finish` is the last.

        Raises:
            StreamBrokenError: the answer has not come to its end. A missing `[DONE]` alone does no harm.
            UnreadableAnswerError: only another choice than the first has text or an end.
        """
        self.raise_held_error()
        if not self._is_stream and self._head.strip(_BLANK):
            return self._read_document()
        deltas = self._read_events([*self._events.feed_bytes(self._cut_frame), *self._events.flush()])
        self.raise_held_error()
        if not self._has_frames:
            raise self._error_without_frames()
        return [*deltas, *self._finish_answer()]

    def _finish_answer(self) -> list[Delta]:
        if not self.has_ended:
            raise StreamBrokenError("the stream ended before the answer did")
        return self._answer.finish()

    def _error_without_frames(self) -> WanjieError:
        """Find the meaning of a text that is neither a stream nor a document."""
        text = self._decode_head()
        error = None if text.startswith((":", "event:", "id:", "retry:")) else error_from_json({"error": text})
        return error or StreamBrokenError("the stream ended before the answer did")

    def _read_document(self) -> list[Delta]:
        text = self._decode_head()
        raw = parse_json(text, NOT_JSON)
        if "choices" not in unwrap(raw) and any("choices" in unwrap(frame) for frame in split_frames(raw)):
            return [*self._read_event(ServerSentEvent(text)), *self._finish_answer()]
        if "choices" not in unwrap(raw) or error_from_json(raw):
            raise error_from_response(200, {}, text)
        return self._answer.add_completion(parse_completion(raw))

    def _decode_head(self) -> str:
        return self._redact(self._head.decode("utf-8-sig", errors="replace").strip())

    def _read_events(self, events: Iterable[ServerSentEvent], before: Sequence[Delta] = ()) -> list[Delta]:
        """Return the deltas of `before` and of the events."""
        deltas = list(before)
        for event in events:
            try:
                deltas += self._read_event(event)
            except WanjieError as error:
                if not deltas:
                    raise
                self._error = error
            if self._error is not None:
                break
        return deltas

    def _read_event(self, event: ServerSentEvent) -> list[Delta]:
        """Read an event; a fault behind the sure end of an answer takes nothing from it."""
        try:
            return self._read_frames(event)
        except WanjieError as error:
            if not self._answer.has_sure_end:
                raise
            _log.warning("wanjie.fault_behind_answer", error=type(error).__name__)
            self._has_done = True
            return []

    def _read_frames(self, event: ServerSentEvent) -> list[Delta]:
        self._has_frames = True
        text = self._redact(event.data.removeprefix(_DOUBLED).lstrip())
        if self.is_done or text.strip(_AROUND_DONE).upper() in _DONE:
            self._has_done = True
            return []
        raw = parse_json(text, NOT_JSON)
        if raw is NOT_JSON and "\n" in text:
            # Frames without blank lines between them arrive as the lines of one event.
            return self._read_events(ServerSentEvent(line, event.name) for line in text.split("\n"))
        if event.name == "error":
            raise _error_from_event(raw, text)
        if raw is NOT_JSON:
            return self._skip_keepalive(event, text)
        if error := error_from_json(raw):
            raise error
        return [delta for chunk in _parse_chunks(raw, text) for delta in self._answer.add(chunk)]

    def _skip_keepalive(self, event: ServerSentEvent, text: str) -> list[Delta]:
        """Skip a keep-alive; any other frame that is not JSON may have held a part of the answer, so it is an error."""
        if not {text.strip().upper(), event.name.upper()} & _KEEPALIVES:
            _log.warning("wanjie.malformed_frame", characters=len(text), frame_id=keep_error_words(event.id))
            raise StreamBrokenError("a frame of the stream is not JSON")
        return []


def _parse_chunks(raw: object, text: str) -> list[Chunk]:
    """Parse the frames of an event; halves of characters stay in its texts, since the next frame may complete them."""
    chunks = [parse_chunk(frame) for frame in split_frames(raw)]
    if not has_cut_characters(text):
        return chunks
    halves = [parse_chunk(frame) for frame in split_frames(load_json(text, keep_surrogates=True))]
    return [
        replace(chunk, text=half.text, reasoning=half.reasoning, tool_pieces=half.tool_pieces)
        for chunk, half in zip(chunks, halves, strict=True)
    ]


def _error_from_event(raw: object, text: str) -> WanjieError:
    """Find the meaning of an `error` event, which is an error whatever its data is."""
    return error_from_json(raw) or error_from_json({"error": text}) or ServerFaultError("an error inside the stream")
