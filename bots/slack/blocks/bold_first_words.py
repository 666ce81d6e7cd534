# ruff: noqa: RUF001 - the punctuation of Chinese is meant
"""Showing the first words of an answer that begins in bold at once; pure.

A stream can only grow, and words behind an open mark are held back, since what follows may change them. The first ones
are shown with a closing mark that is not the model's (`**Here` as `**Here**`), and what follows opens bold again
(` **is the answer**`): it looks as the model meant it, until the message is rewritten with the exact text.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Self

from core.chat.text.emphasis_repair import MAX_PAIR_LENGTH
from core.chat.text.urls import PARTIAL_SCHEME

_PLAIN = r"[^\n*_~`$&<|\[\]\\]"
_FIRST_WORDS = re.compile(
    rf"(?P<before>(?:[\s>#+\d.)-]*\s)?)(?P<mark>\*{{1,3}})(?P<words>(?!\s){_PLAIN}*[^\W_])(?:(?!\w){_PLAIN})*(?P<end>\**)\s*"
)
"""Plain words in bold or italics, behind nothing but marks of a block."""
_MARK = re.compile(r"\\.|\*+")
"""An escaped sign, or a run of stars."""
_WORD = re.compile(r"[^\W_]")
_GAP = re.compile(r"[\s.,:;!?。，、；：？！…—–-]+|[\W_]*")
"""What stands between the first words and the place where bold may open again."""
_JOINER = "\u2060"
"""U+2060 WORD JOINER: invisible, and to a parser a letter, so that bold can end and begin within a word."""


@dataclass(frozen=True, slots=True)
class FirstWords:
    """The first words as the rendered answer will begin, `**Here`, and the mark that closes them meanwhile."""

    text: str
    mark: str

    @classmethod
    def find(cls, text: str) -> Self | None:
        """Find the words that begin an answer in bold, however it goes on; None where that is not certain."""
        found = _FIRST_WORDS.fullmatch(text)
        if found and found["mark"] == "*" and found["end"] != "*":  # a single star is more often no mark
            return None
        if not found or "//" in text or PARTIAL_SCHEME.search(text, 0, found.end("words")):
            return None
        if unicodedata.category(found["words"][0])[0] == "P":  # brackets around Chinese words move out of the bold
            return None
        return cls(found["before"] + found["mark"] + found["words"], found["mark"])

    def __str__(self) -> str:
        return self.text + self.mark

    def cover(self, answer: str) -> bool:
        """Whether a rendered answer, of which the end is held back, has nothing more than these words."""
        return self.text.startswith(answer)

    def begin(self, answer: str) -> bool:
        """Whether an answer begins with these words, as far as it is rendered."""
        return answer.startswith(self.text) or self.cover(answer)

    def are_bold(self, answer: str) -> bool:
        """Whether a whole answer that begins with these words has a mark that closes theirs."""
        return self._find_closing(answer[len(self.text) :].partition("\n")[0]) is not None

    def continue_with(self, answer: str, *, final: bool) -> str:
        """Return what a stream that began with these words has to show for a rendered answer that begins so.

        The result for a longer answer begins with that for a shorter one.
        """
        return str(self) + self._reopen(answer[len(self.text) :], final=final)

    def _reopen(self, rest: str, *, final: bool) -> str:
        line, line_end, _ = rest.partition("\n")
        closing = self._find_closing(line)
        bold = line[: closing.start()] if closing else line
        if not closing and len(self.text + bold) <= MAX_PAIR_LENGTH:
            return rest if line_end or final else ""  # the mark was none, or the one that closes it is held back
        if closing and not _WORD.search(bold):
            return bold + rest[closing.end() :]
        gap = _GAP.match(bold)
        begin = gap.end() if gap else 0
        return rest[:begin] + ("" if begin else _JOINER) + self.mark + rest[begin:]

    def _find_closing(self, line: str) -> re.Match[str] | None:
        return next((found for found in _MARK.finditer(line) if found[0] == self.mark), None)
