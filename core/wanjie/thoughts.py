"""Thinking that stands inside an answer, where a gateway does not tell the two apart."""

from __future__ import annotations

import re
from typing import Literal

_OPEN, _CLOSE = "<think>", "</think>"
_LONE_CLOSE = re.compile(rf"^[ \t]*{_CLOSE}[ \t]*$", re.MULTILINE)


class Thoughts:
    """Part the pieces of a text into thinking and answer, wherever it was cut.

    Thinking is what stands between `<think>` at the very beginning, after white space at most, and `</think>`, or the
    end. It and what follows it begin without white space. A text that begins otherwise stays as it is, tags included.
    """

    def __init__(self) -> None:
        self._held = ""
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
        if head.startswith(_OPEN):
            self._at, self._held = "opened", head.removeprefix(_OPEN)
        elif not _OPEN.startswith(head):
            self._at = "answer"

    def _thought(self) -> str:
        if self._at == "opened":
            self._held = self._held.lstrip()
            self._at = "thinking" if self._held else "opened"
        thought, close, rest = self._held.partition(_CLOSE)
        if close:
            self._at, self._held = "closed", rest
            return thought
        # The end may be the beginning of the tag.
        held = next((_CLOSE[:size] for size in range(len(_CLOSE), 0, -1) if thought.endswith(_CLOSE[:size])), "")
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
    explained = _OPEN in thought or "```" in thought  # an answer that shows how such tags are used
    return answer[0].lstrip() if answer and not explained else text
