"""Thinking that stands inside an answer, where a gateway does not tell the two apart."""

from __future__ import annotations

import re
from typing import Literal

_TAGS = ("think", "thinking", "thought")
"""DeepSeek and Qwen, Claude's imitators, Gemini behind its OpenAI layer."""
_OPENINGS = {f"<{tag}>": f"</{tag}>" for tag in _TAGS}
_LONE_CLOSE = re.compile(rf"^[ \t]*</(?:{'|'.join(_TAGS)})>[ \t]*$", re.MULTILINE)


class Thoughts:
    """Part the pieces of a text into thinking and answer, wherever it was cut.

    Thinking is what stands between `<think>`, `<thinking>` or `<thought>` at the very beginning, after white space at
    most, and the tag that closes it, or the end. It and what follows it begin without white space. A text that begins
    otherwise stays as it is, tags included.
    """

    def __init__(self) -> None:
        self._held = ""
        self._close = ""
        self._at: Literal["beginning", "opened", "thinking", "closed", "answer"] = "beginning"

    def part(self, text: str) -> tuple[str, str]:
        """Take the next piece; return what is now known to be thinking, and to be the answer."""
        self._held += text
        if self._at == "beginning":
            self._begin()
        thought = self._thought() if self._at in {"opened", "thinking"} else ""
        if self._at == "closed":
            self._held = self._held.lstrip()
            self._at = "answer" if self._held else "closed"
        answer = ""
        if self._at == "answer":
            answer, self._held = self._held, ""
        return thought, answer

    def end(self) -> tuple[str, str]:
        """Return what was held back because it might have become something else."""
        held, self._held = self._held, ""
        return (held, "") if self._at == "thinking" else ("", held)

    def _begin(self) -> None:
        head = self._held.lstrip()
        opening = next((opening for opening in _OPENINGS if head.startswith(opening)), None)
        if opening is not None:
            self._at, self._held, self._close = "opened", head.removeprefix(opening), _OPENINGS[opening]
        elif not any(opening.startswith(head) for opening in _OPENINGS):
            self._at = "answer"

    def _thought(self) -> str:
        if self._at == "opened":
            self._held = self._held.lstrip()
            self._at = "thinking" if self._held else "opened"
        thought, close, rest = self._held.partition(self._close)
        if close:
            self._at, self._held = "closed", rest
            return thought
        # The end may be the beginning of the tag.
        beginnings = (self._close[:size] for size in range(len(self._close), 0, -1))
        held = next((beginning for beginning in beginnings if thought.endswith(beginning)), "")
        self._held = held
        return thought.removesuffix(held)


def parted(text: str) -> tuple[str, str]:
    """The thinking and the answer in a whole text; see `Thoughts`."""
    thoughts = Thoughts()
    (thought, answer), (last_thought, last_answer) = thoughts.part(text), thoughts.end()
    return thought + last_thought, answer + last_answer


def unthought(text: str) -> str:
    """What stands behind a line that closes thinking which no tag has opened; the text itself when there is none.

    The templates of some models open it in the prompt, so that only its end is sent, when all of it has been shown.
    """
    thought, *answer = _LONE_CLOSE.split(text, maxsplit=1)
    explained = any(mark in thought for mark in (*_OPENINGS, "```"))  # an answer that shows how such tags are used
    return answer[0].lstrip() if answer and not explained else text
