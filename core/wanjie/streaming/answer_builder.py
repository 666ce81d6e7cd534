"""Build the deltas of one chat answer from the chunks of its stream."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from itertools import chain, groupby, islice

from core.wanjie.errors import ServerFaultError, UnreadableAnswerError
from core.wanjie.image_responses import ImageData
from core.wanjie.responses import (
    Chunk,
    Completion,
    Correction,
    Delta,
    Finish,
    ImageDelta,
    ReasoningDelta,
    TextDelta,
    Usage,
)

from .embedded_images import EmbeddedImages
from .end_tokens import EndTokenFilter, mentions_tokens, strip_end_tokens
from .plain_frames import TextPiece
from .repeated_text import Addition, RepetitionFilter
from .surrogates import SurrogateJoiner
from .think_tags import ReasoningSplit, ThinkTagParser
from .tool_calls import ToolCallAssembler
from .tool_calls_in_text import extract_written_calls

_MAX_ANSWER_LENGTH = 400_000
"""Characters. A model that writes more is in a loop and would fill the chat without end."""
_MAX_IMAGES = 32


class AnswerBuilder:
    """Take the chunks of one answer in their order and return the deltas that each completes.

    It removes what a gateway repeats (see `RepetitionFilter`) and separates reasoning (see `ThinkTagParser`), images
    and tool calls from the text. If earlier deltas turn out to be wrong, it returns a `Correction`. No delta holds half
    a character.
    """

    def __init__(self, *, starts_with_reasoning: bool = False, tool_names: Collection[str] = ()) -> None:
        """`starts_with_reasoning`: see `ChatRequest`; `tool_names`: the tools that the model may call."""
        self._tool_names = tool_names
        self._starts_with_reasoning = starts_with_reasoning
        self._text_filter, self._reasoning_filter = RepetitionFilter(), RepetitionFilter()
        self._reset_deltas()
        self._tool_calls = ToolCallAssembler()
        self._source = ""
        self._has_answered = self._other_choice_has_content = self._has_unknown_text = False
        self._usage: Usage | None = None
        self._image_count = 0
        self.finish_reason = ""
        """The reason that the model gave for its end. More text withdraws it: some models give one with every piece."""
        self.has_sure_end = False
        """Whether the answer has certainly ended, although the usage may still follow."""
        self.is_full = False
        """Whether the answer has reached its maximum length; the rest is ignored."""

    def add(self, chunk: Chunk) -> list[Delta]:
        """Add the next chunk.

        Raises:
            UnreadableAnswerError: the chunk has text in an unknown form.
            ServerFaultError: the model ended with an error.
        """
        if chunk.is_unreadable:
            raise UnreadableAnswerError("the text of a frame has an unknown form")
        repeats = self._source == "delta" and chunk.source not in {"", "delta"}
        self._source = self._source or chunk.source
        is_last = bool(chunk.finish_reason)
        reasoning = _filter(self._reasoning_filter, chunk.reasoning, repeats=repeats, is_last=is_last)
        text = _filter(self._text_filter, chunk.text, repeats=repeats, is_last=is_last)
        images = () if repeats and self._has_answered else chunk.images
        if (reasoning.text, text.text, images) != (chunk.reasoning, chunk.text, chunk.images):
            chunk = replace(chunk, reasoning=reasoning.text, text=text.text, images=images)
        self._update_end(chunk)
        self._usage = chunk.usage or self._usage
        self._tool_calls.add(chunk.tool_pieces)
        self._other_choice_has_content = self._other_choice_has_content or chunk.other_choice_has_content
        self._has_unknown_text = self._has_unknown_text or chunk.has_unknown_text
        replaces_all = reasoning.replaces_all or text.replaces_all
        deltas = list[Delta](self._read_again() if replaces_all else self._read_next(chunk))
        deltas += self._count_images(map(ImageDelta, chunk.images))
        if self._tool_calls.is_full:
            self._end_early()
        return deltas

    def add_pieces(self, pieces: Sequence[TextPiece]) -> list[Delta]:
        """Add chunks that hold nothing but text or reasoning; return the same text as `add`, in fewer deltas."""
        if not pieces:
            return []
        self._source = self._source or "delta"
        additions = list[tuple[bool, Addition]]()
        for is_text, run in groupby(pieces, key=lambda piece: bool(piece.text)):
            repetition_filter = self._text_filter if is_text else self._reasoning_filter
            additions.append((is_text, repetition_filter.add_run([piece.text or piece.reasoning for piece in run])))
        if any(addition.text for _, addition in additions):  # what is only repeated withdraws no end
            self.finish_reason, self.has_sure_end = "", False
        if any(addition.replaces_all for _, addition in additions):
            return list[Delta](self._read_again())
        chunks = (Chunk(new.text, "") if is_text else Chunk("", new.text) for is_text, new in additions)
        return [delta for chunk in chunks for delta in self._read_next(chunk)]

    def add_completion(self, answer: Completion) -> list[Delta]:
        """Add a whole answer, which came instead of a stream."""
        self._think_tags = ThinkTagParser()
        reasoning = _make_deltas(self._reasoning_joiner.feed(answer.reasoning), "")
        text = strip_end_tokens(answer.text)
        deltas = self._read_parts(chain(self._images.feed(text), self._images.finish()))
        deltas += self._make_split_deltas("", self._think_tags.feed(self._text_joiner.finish()))
        deltas += self._make_split_deltas("", self._think_tags.finish())
        deltas += self._count_images(map(ImageDelta, answer.images))
        return [*reasoning, *deltas, *answer.tool_calls, Finish(answer.finish_reason, answer.usage)]

    def finish(self) -> list[Delta]:
        """End the answer: return the remaining deltas, of which the `Finish` is the last.

        Raises `UnreadableAnswerError` when only another choice than the first has text or an end, or when only a field
        that is not known has text.
        """
        if self._other_choice_has_content and not (self._has_answered and self.finish_reason):
            raise UnreadableAnswerError("the first choice has no text or no end, but another one has text")
        if self._has_unknown_text and not self._has_answered:
            raise UnreadableAnswerError("only a field that is not known has text")
        additions = [self._text_filter.finish(), self._reasoning_filter.finish()]
        deltas = list[Delta](self._read_again() if any(addition.replaces_all for addition in additions) else ())
        deltas += self._flush()
        calls = list[Delta](self._tool_calls.assemble()) or self._extract_calls()
        return [*deltas, *calls, Finish(self.finish_reason or "stop", self._usage)]

    def _reset_deltas(self) -> None:
        """Forget which deltas were returned, so that all text can be read again."""
        self._text_joiner, self._reasoning_joiner = SurrogateJoiner(), SurrogateJoiner()
        self._images, self._end_tokens = EmbeddedImages(), EndTokenFilter()
        self._think_tags = ThinkTagParser(starts_inside=self._starts_with_reasoning)
        self._reasoning: list[str] = []
        self._remaining_length = _MAX_ANSWER_LENGTH

    def _read_next(self, chunk: Chunk) -> list[Delta]:
        reasoning = self._limit(chunk.reasoning)
        if reasoning and self._starts_with_reasoning:
            # This gateway separates the reasoning itself.
            self._starts_with_reasoning, self._think_tags = False, ThinkTagParser()
        deltas = self._split(self._reasoning_joiner.feed(reasoning), "") if reasoning else []
        return [*deltas, *self._read_parts(self._images.feed(chunk.text))]

    def _read_again(self) -> list[Correction]:
        """Read all text once more because the earlier deltas were wrong; images are not repeated."""
        self._reset_deltas()
        reasoning = self._split(self._reasoning_joiner.feed(self._limit(self._reasoning_filter.text)), "")
        text = self._read_parts(self._images.feed(self._text_filter.text))
        return [_merge([*reasoning, *text])]

    def _flush(self) -> list[Delta]:
        """Return everything that is still buffered."""
        deltas = self._read_parts(self._images.finish())
        deltas += self._split(self._reasoning_joiner.finish(), self._text_joiner.finish())
        held = self._end_tokens.finish(keep=mentions_tokens(self._text_filter.text))
        deltas += self._make_split_deltas("", self._think_tags.feed(held))
        is_whole = self.finish_reason in {"", "stop"}
        return [*deltas, *self._make_split_deltas("", self._think_tags.finish(is_whole=is_whole))]

    def _extract_calls(self) -> list[Delta]:
        """Find tool calls in the text; return them after a correction that removes them from it."""
        if not self._tool_names or self.finish_reason == "length":
            return []
        if not extract_written_calls(self._text_filter.text, self._tool_names)[1]:
            return []
        whole = _merge([*self._read_again(), *self._flush()])
        text, calls = extract_written_calls(whole.text, self._tool_names)
        return [replace(whole, text=text), *calls] if calls else []

    def _read_parts(self, parts: Iterable[str | bytes | None]) -> list[Delta]:
        """Make the deltas of text and images, in their order."""
        deltas: list[Delta] = []
        for part in parts:
            if isinstance(part, str):
                deltas += self._split("", self._text_joiner.feed(self._limit(part)))
            else:
                self._has_answered = True
                deltas += self._count_images([ImageDelta(part if part is None else ImageData(part))])
            if self.is_full:
                break
        return deltas

    def _count_images(self, images: Iterable[ImageDelta]) -> list[ImageDelta]:
        """Return as many images as the answer may still have."""
        kept = list(islice(images, _MAX_IMAGES - self._image_count))
        self._image_count += len(kept)
        if self._image_count == _MAX_IMAGES:
            self._end_early()
        return kept

    def _end_early(self) -> None:
        """End the answer where it reaches what one may hold."""
        self.is_full, self.finish_reason = True, "length"

    def _limit(self, text: str) -> str:
        """Cut the text where the answer reaches its maximum length."""
        text = text[: self._remaining_length]
        self._remaining_length -= len(text)
        if self._remaining_length <= 0:
            self._end_early()
        return text

    def _update_end(self, chunk: Chunk) -> None:
        """Withdraw an end when more content follows: some models say "stop" after reasoning or with every piece."""
        if chunk.finish_reason == "error":
            raise ServerFaultError("the model ended with an error")
        if chunk.text or chunk.reasoning or chunk.tool_pieces or chunk.images:
            self.finish_reason, self.has_sure_end = chunk.finish_reason, False
            self._has_answered = self._has_answered or bool(chunk.tool_pieces or chunk.images)
        elif chunk.finish_reason or chunk.usage:
            self.finish_reason = chunk.finish_reason or self.finish_reason
            self.has_sure_end = self._has_answered and bool(self.finish_reason)

    def _split(self, reasoning: str, text: str) -> list[Delta]:
        if reasoning:
            self._reasoning.append(reasoning)
        return self._make_split_deltas(reasoning, self._think_tags.feed(self._end_tokens.feed(text)))

    def _make_split_deltas(self, reasoning: str, split: ReasoningSplit) -> list[Delta]:
        if split.replaces_all:
            self._has_answered = bool(split.answer)
            return [Correction("".join(self._reasoning) + split.reasoning, split.answer, was_misread=True)]
        self._has_answered = self._has_answered or bool(split.answer)
        return _make_deltas(reasoning + split.reasoning, split.answer)


def _make_deltas(reasoning: str, text: str) -> list[Delta]:
    deltas: list[Delta] = [ReasoningDelta(reasoning)] if reasoning else []
    return [*deltas, TextDelta(text)] if text else deltas


def _filter(repetition_filter: RepetitionFilter, piece: str, *, repeats: bool, is_last: bool) -> Addition:
    if not piece:
        return Addition("")
    return repetition_filter.add_repeated(piece) if repeats else repetition_filter.add(piece, is_last=is_last)


def _merge(deltas: Iterable[Delta]) -> Correction:
    """Put the text and the reasoning of deltas, from the first one on, into one correction."""
    whole = Correction("", "")
    for delta in deltas:
        if isinstance(delta, Correction):
            whole = replace(delta, was_misread=False)
        elif isinstance(delta, ReasoningDelta):
            whole = replace(whole, reasoning=whole.reasoning + delta.text)
        elif isinstance(delta, TextDelta):
            whole = replace(whole, text=whole.text + delta.text)
    return whole
