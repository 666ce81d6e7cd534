"""Remove from the pieces of a stream what a gateway repeats from earlier pieces."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

_MIN_GROWTHS = 3
_MIN_GROWN_LENGTH = 20
"""Pieces are cumulative once this many of them began with the whole piece before, and grew to this length."""
_MIN_GROWTHS_AT_END = 2
_MIN_FIRST_LENGTH = 4
"""A first piece of this length is not by chance the beginning of the second."""
_MIN_RESENT_LENGTH, _MIN_PIECES = 40, 3
_MIN_RESENT_LENGTH_AT_END, _MIN_PIECES_AT_END = 8, 2
"""A piece of this length, after this many pieces, does not equal the whole text by chance."""


@dataclass(frozen=True, slots=True)
class Addition:
    """`text` continues the earlier text; if `replaces_all`, it is the whole text and corrects the earlier one."""

    text: str
    replaces_all: bool = False


class RepetitionFilter:
    """Find out what each piece of one text adds.

    Usually a piece is only new text. Some gateways send the whole text so far with each piece (Qwen at DashScope
    without `incremental_output`), or repeat the whole text once, mostly at the end.
    """

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._length = 0
        self._piece_count = 0
        self._previous = ""
        self._may_grow = True
        self._growth_count = 0
        self._is_cumulative = False

    @property
    def text(self) -> str:
        """The whole text so far."""
        self._parts = ["".join(self._parts)]
        return self._parts[0]

    def add(self, piece: str, *, is_last: bool = False) -> Addition:
        """Take the next piece, which is not empty; `is_last`: it came with a finish reason."""
        self._track_growth(piece)
        if self._is_cumulative:
            return Addition(self._append_new_part(piece))
        if self._growth_count >= _MIN_GROWTHS and len(piece) >= _MIN_GROWN_LENGTH:
            return self._switch_to_cumulative(piece)
        size, after = (_MIN_RESENT_LENGTH_AT_END, _MIN_PIECES_AT_END) if is_last else (_MIN_RESENT_LENGTH, _MIN_PIECES)
        resent = len(piece) >= self._length >= size and self._piece_count > after
        return Addition(self._append_new_part(piece) if resent else self._append(piece))

    def add_run(self, pieces: Sequence[str]) -> Addition:
        """Take several pieces; return the same as `add` would of each, together.

        Pieces that are shorter than the text so far repeat nothing, once the text did not grow by repeating itself.
        """
        if not (self._may_grow or self._is_cumulative) and len(max(pieces, key=len)) < self._length:
            self._piece_count += len(pieces)
            return Addition(self._append("".join(pieces)))
        additions = [self.add(piece) for piece in pieces]
        return Addition(
            "".join(addition.text for addition in additions), any(addition.replaces_all for addition in additions)
        )

    def add_repeated(self, piece: str) -> Addition:
        """Take a piece that certainly is the whole text so far, or another version of it."""
        is_longer = len(piece) > self._length and piece.startswith(self.text)
        return Addition(self._append(piece[self._length :]) if is_longer else "")

    def finish(self) -> Addition:
        """End the text; with few pieces only the end shows whether they were cumulative."""
        grown = self._growth_count >= _MIN_GROWTHS_AT_END or (
            self._growth_count and len(self._parts[0]) >= _MIN_FIRST_LENGTH
        )
        return self._switch_to_cumulative(self._previous) if grown and not self._is_cumulative else Addition("")

    def _track_growth(self, piece: str) -> None:
        self._piece_count += 1
        if self._may_grow:
            self._may_grow = piece.startswith(self._previous)
            self._growth_count += bool(self._previous) and len(piece) > len(self._previous)
            if not self._may_grow:
                self._growth_count = 0
            self._previous = piece

    def _switch_to_cumulative(self, piece: str) -> Addition:
        self._is_cumulative = True
        self._parts, self._length = [piece], len(piece)
        return Addition(piece, replaces_all=True)

    def _append_new_part(self, piece: str) -> str:
        """Append what a piece has beyond the whole text, or all of it if it does not begin with that text."""
        # What came before is read only as far as the piece is long.
        if len(piece) > self._length:
            begins = piece.startswith(self.text)
            return self._append(piece[self._length :] if begins else piece)
        return "" if self._begins_with(piece) else self._append(piece)

    def _begins_with(self, piece: str) -> bool:
        """Whether the whole text begins with a piece that is not longer."""
        place = 0
        for part in self._parts:
            if part[: len(piece) - place] != piece[place : place + len(part)]:
                return False
            place += len(part)
            if place >= len(piece):
                break
        return True

    def _append(self, text: str) -> str:
        self._parts.append(text)
        self._length += len(text)
        return text
