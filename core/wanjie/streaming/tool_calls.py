"""Tools that a model may call, and the calls it makes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

_OBJECT = "{"
"""Arguments are an object, and within one no second begins as it does."""


@dataclass(frozen=True, slots=True)
class Tool:
    """What a model may ask to have done; `parameters` is the JSON Schema of its arguments."""

    name: str
    description: str
    parameters: Mapping[str, Any]

    def as_json(self) -> dict[str, Any]:
        function = {"name": self.name, "description": self.description, "parameters": dict(self.parameters)}
        return {"type": "function", "function": function}


@dataclass(frozen=True, slots=True)
class ToolCall:
    """A call that a model makes, whole; `arguments` is meant to be a JSON object, but models do write bad JSON."""

    id: str
    name: str
    arguments: str

    def as_json(self) -> dict[str, Any]:
        return {"id": self.id, "type": "function", "function": {"name": self.name, "arguments": self.arguments}}


@dataclass(frozen=True, slots=True)
class ToolPiece:
    """What one frame says of a call; `index` is None and the texts are "" where it says nothing."""

    index: int | None = None
    id: str = ""
    name: str = ""
    arguments: str = ""


@dataclass(slots=True)
class _Call:
    index: int | None
    id: str = ""
    name: str = ""
    arguments: list[str] = field(default_factory=list[str])

    def takes(self, piece: ToolPiece) -> bool:
        """Whether `piece` can be a part of this call."""
        if piece.id and piece.id == self.id:
            return True
        named = bool(piece.name and self.name)
        if piece.index is not None and self.index is not None:
            # A new id at an old index: with a name it is the next call, without one the gateway makes ids up.
            return piece.index == self.index and not (piece.id and self.id and named)
        return not named

    def add(self, piece: ToolPiece) -> None:
        self.id = self.id or piece.id
        if not self.arguments and piece.name != self.name:
            # Some gateways send the name in pieces, others send it again and again.
            self.name += piece.name
        if piece.arguments:
            self._add_arguments(piece.arguments)

    def _add_arguments(self, piece: str) -> None:
        """Some gateways send all arguments so far with each piece, or all of them once more at the end."""
        whole = "".join(self.arguments)
        if whole[:1] == _OBJECT and piece.startswith(whole):
            self.arguments = [piece]
        else:
            self.arguments.append(piece)


class ToolCalls:
    """Put calls together from the frames of a stream.

    OpenAI names a call in its first piece and goes on by `index`. In the field, calls also come in one piece each,
    without an index or all with the same, with the id in each piece or in none.
    """

    def __init__(self) -> None:
        self._calls: list[_Call] = []

    def add(self, pieces: Iterable[ToolPiece]) -> None:
        for piece in pieces:
            call = next((call for call in reversed(self._calls) if call.takes(piece)), None)
            if call is None:
                call = _Call(piece.index)
                self._calls.append(call)
            call.add(piece)

    def whole(self) -> tuple[ToolCall, ...]:
        """The calls so far, in the order of their beginnings; a call without a name cannot be answered and is none."""
        return tuple(
            ToolCall(call.id or f"call_{number}", call.name, "".join(call.arguments) or "{}")
            for number, call in enumerate(self._calls)
            if call.name
        )
