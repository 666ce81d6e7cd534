"""What each piece of a stream adds to a text, where a gateway repeats in it what has come before."""

from __future__ import annotations

from dataclasses import dataclass

_GROWTHS = 3
_GROWN = 20
"""So often, and to so many characters, has each piece to begin with all of the one before until that is its way."""
_GROWTHS_AT_END = 2
_BEGINNING = 4
"""Characters of a first piece that is not by chance the beginning of the second as well."""
_RESENT, _RESENT_AFTER = 40, 3
_RESENT_AT_END, _RESENT_AT_END_AFTER = 8, 2
"""So many characters, after so many pieces, are not by chance the same as the whole text so far."""


@dataclass(frozen=True, slots=True)
class Added:
    """`text` goes on with what was told before; where `anew`, it is all of the text so far, and that was wrong."""

    text: str
    anew: bool = False


class Increments:
    """Find out what the pieces of one text add.

    Usually a piece is what it adds. In the field, each piece also comes as the whole text so far (Qwen at DashScope
    without `incremental_output`), and the whole text comes once more at some time, mostly at the end.
    """

    def __init__(self) -> None:
        self._told: list[str] = []
        self._size = 0
        self._pieces = 0
        self._previous = ""
        self._may_grow = True
        self._growths = 0
        self._is_cumulative = False

    @property
    def whole(self) -> str:
        """All of the text so far."""
        self._told = ["".join(self._told)]
        return self._told[0]

    def add(self, piece: str, *, last: bool = False) -> Added:
        """Take the next piece, which has words; `last`: an end was told with it."""
        self._note(piece)
        if self._is_cumulative:
            return Added(self._beyond(piece))
        if self._growths >= _GROWTHS and len(piece) >= _GROWN:
            return self._turned(piece)
        size, after = (_RESENT_AT_END, _RESENT_AT_END_AFTER) if last else (_RESENT, _RESENT_AFTER)
        resent = len(piece) >= self._size >= size and self._pieces > after
        return Added(self._beyond(piece) if resent else self._taken(piece))

    def add_again(self, piece: str) -> Added:
        """Take a piece that surely is the whole text so far, or another edition of it."""
        return Added(self._taken(piece[self._size :]) if piece.startswith(self.whole) else "")

    def end(self) -> Added:
        """Take the end; of a text with few pieces it is known only now in which way they came."""
        grown = self._growths >= _GROWTHS_AT_END or (self._growths and len(self._told[0]) >= _BEGINNING)
        return self._turned(self._previous) if grown and not self._is_cumulative else Added("")

    def _note(self, piece: str) -> None:
        self._pieces += 1
        if self._may_grow:
            self._may_grow = piece.startswith(self._previous)
            self._growths += bool(self._previous) and len(piece) > len(self._previous)
            if not self._may_grow:
                self._growths = 0
            self._previous = piece

    def _turned(self, piece: str) -> Added:
        self._is_cumulative = True
        self._told, self._size = [piece], len(piece)
        return Added(piece, anew=True)

    def _beyond(self, piece: str) -> str:
        """What a piece has beyond the whole text, all of it where it is none of that text."""
        whole = self.whole
        if piece.startswith(whole):
            return self._taken(piece[len(whole) :])
        return "" if self._is_cumulative and whole.startswith(piece) else self._taken(piece)

    def _taken(self, text: str) -> str:
        self._told.append(text)
        self._size += len(text)
        return text
