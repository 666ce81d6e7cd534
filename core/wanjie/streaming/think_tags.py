"""Separate reasoning from an answer by its tags, where a gateway sends both as one text."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import islice
from typing import Literal

_TAG_NAMES = ("think", "thinking", "thought", "reasoning", "seed:think")
"""DeepSeek and Qwen, models that imitate Claude, Gemini's OpenAI layer, models instructed by prompts, Seed-OSS."""
_TAG_PAIRS = {f"<{tag}>": f"</{tag}>" for tag in _TAG_NAMES} | {
    "◁think▷": "◁/think▷",  # Kimi-VL
    # gpt-oss, if the gateway does not parse its channels
    "<|channel|>analysis<|message|>": "<|end|><|start|>assistant<|channel|>final<|message|>",
}
_CLOSING_TAG = "|".join(map(re.escape, _TAG_PAIRS.values()))
_LONE_CLOSING_TAG = re.compile(rf"(?:\A|\n)[ \t]*(?:{_CLOSING_TAG})|(?:{_CLOSING_TAG})[ \t]*\n[ \t]*\n")
_MAX_CLOSING_LENGTH = 80
"""Characters of a closing tag with the blanks around it."""
_CLOSING_ENDS = tuple({closing[-1] for closing in _TAG_PAIRS.values()})
_MAX_EXAMPLES = 20
"""Closing tags that turned out to be examples; then the text is one about such tags."""
_MAX_LEADING_LENGTH = 10_000
"""Characters of white space before a text; with more, no tag is looked for."""
_FENCE = re.compile(r"^[ \t]*(?:```|~~~)", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class ReasoningSplit:
    """The next reasoning and answer; if `replaces_all`, all of both, because the earlier split was wrong."""

    reasoning: str = ""
    answer: str = ""
    replaces_all: bool = False


class ThinkTagParser:
    """Split the pieces of a text into reasoning and answer, wherever it was cut.

    Reasoning begins with `<think>` or a similar tag at the very beginning, after white space at most, and ends with the
    closing tag or with the text. Leading white space of both parts is removed. The templates of some models write the
    opening tag into the prompt, so the text has only a closing tag, at the beginning of a line or before an empty one:
    everything before it was reasoning. A text without such tags is the answer.
    """

    def __init__(self, *, starts_inside: bool = False) -> None:
        """`starts_inside`: the model's template is known to open the reasoning, so the text begins with it."""
        self._buffer = ""
        self._starts_inside = starts_inside
        self._closings: tuple[str, ...] = ()
        self._emitted: list[str] | None = []
        """All returned text while it may still turn out to be the other part; then None."""
        self._tail = ""
        """The end of it, in which a closing tag may have begun."""
        self._example_count = 0
        self._state: Literal["beginning", "opened", "thinking", "closed", "answer"] = "beginning"

    def feed(self, text: str) -> ReasoningSplit:
        """Take the next piece."""
        self._buffer += text
        if self._state == "beginning":
            self._read_opening()
        thought = self._read_reasoning() if self._state in {"opened", "thinking"} else ""
        if self._emitted is not None and thought:
            self._emitted.append(thought)
        answer = self._read_answer()
        if self._emitted is None or self._starts_inside or not answer:
            return ReasoningSplit(thought, answer)
        return self._find_lone_closing(self._emitted, answer)

    def finish(self, *, is_whole: bool = False) -> ReasoningSplit:
        """End the text; return what is still buffered.

        If the text `is_whole`, not cut off, then what was taken for reasoning without any tag is the answer.
        """
        held, self._buffer = self._buffer, ""
        unclosed = self._starts_inside and self._state in {"beginning", "opened", "thinking"}
        if unclosed and is_whole and (text := "".join(self._emitted or ()) + held):
            return ReasoningSplit(answer=text, replaces_all=True)
        return ReasoningSplit(reasoning=held) if self._state == "thinking" or unclosed else ReasoningSplit(answer=held)

    def _read_opening(self) -> None:
        head = self._buffer.lstrip()
        opening = next((opening for opening in _TAG_PAIRS if head.startswith(opening)), None)
        if opening is not None:
            self._state, self._buffer, self._closings = "opened", head.removeprefix(opening), (_TAG_PAIRS[opening],)
            self._starts_inside, self._emitted = False, None
        elif len(self._buffer) > _MAX_LEADING_LENGTH or not any(opening.startswith(head) for opening in _TAG_PAIRS):
            self._state, self._closings = "opened" if self._starts_inside else "answer", tuple(_TAG_PAIRS.values())

    def _read_reasoning(self) -> str:
        if self._state == "opened":
            self._buffer = self._buffer.lstrip()
            self._state = "thinking" if self._buffer else "opened"
        ends = [(place, closing) for closing in self._closings if (place := self._buffer.find(closing)) >= 0]
        if ends:
            place, closing = min(ends)
            thought, self._buffer = self._buffer[:place], self._buffer[place + len(closing) :]
            self._state = "closed"
            return thought
        # The end of the text may be the beginning of the tag.
        kept = max(_count_overlap(self._buffer, closing) for closing in self._closings)
        thought, self._buffer = self._buffer[: len(self._buffer) - kept], self._buffer[len(self._buffer) - kept :]
        return thought

    def _read_answer(self) -> str:
        if self._state == "closed":
            self._buffer = self._buffer.lstrip()
            self._state = "answer" if self._buffer else "closed"
        answer = ""
        if self._state == "answer":
            answer, self._buffer = self._buffer, ""
        return answer

    def _find_lone_closing(self, told: list[str], answer: str) -> ReasoningSplit:
        """Look for a closing tag without an opening one."""
        text = self._tail + answer
        self._tail = text[-_MAX_CLOSING_LENGTH:]
        told.append(answer)
        if not any(end in text for end in _CLOSING_ENDS) or _LONE_CLOSING_TAG.search(text) is None:
            return ReasoningSplit(answer=answer)
        whole = "".join(told)
        since = max(0, len(whole) - len(answer) - _MAX_CLOSING_LENGTH)
        tags = islice(_LONE_CLOSING_TAG.finditer(whole, since), _MAX_EXAMPLES)
        lone = (found for found in tags if not _is_example(whole[: found.start()]))
        if (found := next(lone, None)) is None:
            self._example_count += 1
            if self._example_count == _MAX_EXAMPLES:
                self._emitted = None
            return ReasoningSplit(answer=answer)
        first = len(told) == 1
        self._emitted, self._state, self._buffer = None, "closed", whole[found.end() :]
        return ReasoningSplit(whole[: found.start()].lstrip(), self._read_answer(), replaces_all=not first)


def split_reasoning(text: str) -> tuple[str, str]:
    """Split a whole text into reasoning and answer; see `ThinkTagParser`."""
    parser = ThinkTagParser()
    first, last = parser.feed(text), parser.finish()
    return first.reasoning + last.reasoning, first.answer + last.answer


def _count_overlap(text: str, closing: str) -> int:
    """Count the characters at the end of a text that may be the beginning of a tag."""
    return next((size for size in range(len(closing) - 1, 0, -1) if text.endswith(closing[:size])), 0)


def _is_example(before: str) -> bool:
    """Whether a tag is part of an answer that explains such tags."""
    return any(opening in before for opening in _TAG_PAIRS) or len(_FENCE.findall(before)) % 2 == 1
