"""The tools that a model may call, and its calls, assembled from a stream."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from core.json_reader import clean_text

_OBJECT_START = "{"
"""Arguments are a JSON object."""
_MAX_CALLS = 64
_MAX_LENGTH = 400_000
"""Characters of everything that the pieces of one answer bring. A model that writes more is in a loop."""
_MAX_NAME_LENGTH = 200


@dataclass(frozen=True, slots=True)
class Tool:
    """A tool that a model may call; `parameters` is the JSON Schema of its arguments."""

    name: str
    description: str
    parameters: Mapping[str, Any]

    def as_json(self) -> dict[str, Any]:
        function = {"name": self.name, "description": self.description, "parameters": dict(self.parameters)}
        return {"type": "function", "function": function}


@dataclass(frozen=True, slots=True)
class ToolCall:
    """A complete call; `arguments` should be a JSON object, but models may write invalid JSON."""

    id: str
    name: str
    arguments: str

    def as_json(self) -> dict[str, Any]:
        return {"id": self.id, "type": "function", "function": {"name": self.name, "arguments": self.arguments}}


@dataclass(frozen=True, slots=True)
class ToolCallPiece:
    """The part of a call in one frame; a missing `index` is None, missing texts are ""."""

    index: int | None = None
    id: str = ""
    name: str = ""
    arguments: str = ""


@dataclass(slots=True)
class _PartialCall:
    index: int | None
    id: str = ""
    name: str = ""
    arguments: list[str] = field(default_factory=list[str])
    arguments_length: int = 0

    def takes(self, piece: ToolCallPiece) -> bool:
        """Whether `piece` can belong to this call."""
        if piece.id and piece.id == self.id:
            return True
        named = bool(piece.name and self.name)
        if piece.index is not None and self.index is not None:
            # A new id at a known index: with a name it is the next call; without one the gateway invents ids.
            return piece.index == self.index and not (piece.id and self.id and named)
        return not named

    def add(self, piece: ToolCallPiece) -> None:
        self.id = self.id or piece.id
        if not self.arguments and piece.name != self.name and len(self.name) < _MAX_NAME_LENGTH:
            # Some gateways send the name in pieces, others repeat it in every piece.
            self.name += piece.name
        if piece.arguments:
            self._add_arguments(piece.arguments)

    def _add_arguments(self, piece: str) -> None:
        """Add arguments; some gateways send all so far with each piece, or repeat all of them at the end."""
        # What came before is read only against a piece that is as long: the work stays that of reading the piece.
        may_repeat = piece[:1] == _OBJECT_START and len(piece) >= self.arguments_length
        if may_repeat and piece.startswith("".join(self.arguments)):
            self.arguments, self.arguments_length = [piece], len(piece)
        else:
            self.arguments.append(piece)
            self.arguments_length += len(piece)


class ToolCallAssembler:
    """Assemble calls from the frames of a stream.

    OpenAI names a call in its first piece and identifies it by `index` afterwards. Some gateways send each call in one
    piece, without an index or all with the same one, with the id in each piece or in none.
    """

    def __init__(self) -> None:
        self._calls: list[_PartialCall] = []
        self._length = 0
        self.is_full = False
        """Whether there were more calls than are kept."""

    def add(self, pieces: Iterable[ToolCallPiece]) -> None:
        for piece in pieces:
            self._length += len(piece.id) + len(piece.name) + len(piece.arguments)
            if self._length > _MAX_LENGTH:
                self.is_full = True
                return
            call = next((call for call in reversed(self._calls) if call.takes(piece)), None)
            if call is None:
                if len(self._calls) == _MAX_CALLS:
                    self.is_full = True
                    return
                call = _PartialCall(piece.index)
                self._calls.append(call)
            call.add(piece)

    def assemble(self) -> tuple[ToolCall, ...]:
        """Return the calls in the order in which they began; a call without a name is dropped."""
        return tuple(
            ToolCall(
                clean_text(call.id) or f"call_{number}",
                clean_text(call.name),
                clean_text("".join(call.arguments)) or "{}",
            )
            for number, call in enumerate(self._calls)
            if call.name
        )
