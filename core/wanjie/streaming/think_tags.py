"""Thinking that stands inside an answer, where a gateway does not tell the two apart."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

_TAGS = ("think", "thinking", "thought", "reasoning", "seed:think")
"""DeepSeek and Qwen, Claude's imitators, Gemini behind its OpenAI layer, those taught by prompts, Seed-OSS."""
_PAIRS = {f"<{tag}>": f"</{tag}>" for tag in _TAGS} | {
    "◁think▷": "◁/think▷",  # Kimi-VL
    # gpt-oss, where nothing reads its channels
    "<|channel|>analysis<|message|>": "<|end|><|start|>assistant<|channel|>final<|message|>",
}
_CLOSE = "|".join(map(re.escape, _PAIRS.values()))
_LONE_CLOSE = re.compile(rf"(?:\A|\n)[ \t]*(?:{_CLOSE})|(?:{_CLOSE})[ \t]*\n[ \t]*\n")
_LONGEST_CLOSE = 80
"""Characters of such a tag with the blanks around it."""
_FENCE = re.compile(r"^[ \t]*(?:```|~~~)", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Parted:
    """What is now known of a text; where `anew`, all of it, since what was told before as the answer was thinking."""

    thought: str = ""
    answer: str = ""
    anew: bool = False


class ThinkTagParser:
    """Part the pieces of a text into thinking and answer, wherever it was cut.

    Thinking is what stands between `<think>` or its like at the very beginning, after white space at most, and the tag
    that closes it, or the end. It and what follows it begin without white space. The templates of some models write the
    opening tag into the prompt, so that a text has only the other one, at the beginning of a line or before an empty
    one: all before it was thinking. A text without such tags stays as it is.
    """

    def __init__(self, *, begun: bool = False) -> None:
        """`begun`: the template of the model is known to open the thinking, so that the text begins with it."""
        self._held = ""
        self._begun = begun
        self._closings: tuple[str, ...] = ()
        self._told: list[str] | None = []
        """All that was told, while it may turn out to be the other of the two; else None."""
        self._at: Literal["beginning", "opened", "thinking", "closed", "answer"] = "beginning"

    def part(self, text: str) -> Parted:
        """Take the next piece."""
        self._held += text
        if self._at == "beginning":
            self._begin()
        thought = self._thought() if self._at in {"opened", "thinking"} else ""
        if self._told is not None and thought:
            self._told.append(thought)
        answer = self._answer()
        if self._told is None or self._begun or not answer:
            return Parted(thought, answer)
        return self._reread(self._told, answer)

    def end(self, *, whole: bool = False) -> Parted:
        """Return what was held back because it might have become something else.

        Where the text is `whole`, as its model wanted it, what was taken for thinking without any tag is the answer.
        """
        held, self._held = self._held, ""
        unclosed = self._begun and self._at in {"beginning", "opened", "thinking"}
        if unclosed and whole and (text := "".join(self._told or ()) + held):
            return Parted(answer=text, anew=True)
        return Parted(thought=held) if self._at == "thinking" or unclosed else Parted(answer=held)

    def _begin(self) -> None:
        head = self._held.lstrip()
        opening = next((opening for opening in _PAIRS if head.startswith(opening)), None)
        if opening is not None:
            self._at, self._held, self._closings = "opened", head.removeprefix(opening), (_PAIRS[opening],)
            self._begun, self._told = False, None
        elif not any(opening.startswith(head) for opening in _PAIRS):
            self._at, self._closings = "opened" if self._begun else "answer", tuple(_PAIRS.values())

    def _thought(self) -> str:
        if self._at == "opened":
            self._held = self._held.lstrip()
            self._at = "thinking" if self._held else "opened"
        ends = [(place, closing) for closing in self._closings if (place := self._held.find(closing)) >= 0]
        if ends:
            place, closing = min(ends)
            thought, self._held = self._held[:place], self._held[place + len(closing) :]
            self._at = "closed"
            return thought
        # The end may be the beginning of the tag.
        kept = max(_overlap(self._held, closing) for closing in self._closings)
        thought, self._held = self._held[: len(self._held) - kept], self._held[len(self._held) - kept :]
        return thought

    def _answer(self) -> str:
        if self._at == "closed":
            self._held = self._held.lstrip()
            self._at = "answer" if self._held else "closed"
        answer = ""
        if self._at == "answer":
            answer, self._held = self._held, ""
        return answer

    def _reread(self, told: list[str], answer: str) -> Parted:
        """Look for a tag that closes what none has opened."""
        tail = "".join(told[-_LONGEST_CLOSE:])[-_LONGEST_CLOSE:]
        told.append(answer)
        if _LONE_CLOSE.search(tail + answer) is None:
            return Parted(answer=answer)
        whole = "".join(told)
        since = max(0, len(whole) - len(answer) - _LONGEST_CLOSE)
        lone = (found for found in _LONE_CLOSE.finditer(whole, since) if not _is_explained(whole[: found.start()]))
        if (found := next(lone, None)) is None:
            return Parted(answer=answer)
        first = len(told) == 1
        self._told, self._at, self._held = None, "closed", whole[found.end() :]
        return Parted(whole[: found.start()].lstrip(), self._answer(), anew=not first)


def split_thinking(text: str) -> tuple[str, str]:
    """The thinking and the answer in a whole text; see `ThinkTagParser`."""
    thoughts = ThinkTagParser()
    first, last = thoughts.part(text), thoughts.end()
    return first.thought + last.thought, first.answer + last.answer


def _overlap(text: str, closing: str) -> int:
    """How many characters at the end of a text may be the beginning of a tag."""
    return next((size for size in range(len(closing) - 1, 0, -1) if text.endswith(closing[:size])), 0)


def _is_explained(before: str) -> bool:
    """Whether a tag stands in an answer that shows how such tags are used."""
    return any(opening in before for opening in _PAIRS) or len(_FENCE.findall(before)) % 2 == 1
