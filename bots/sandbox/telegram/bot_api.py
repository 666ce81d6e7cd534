"""The published description of the Bot API, and calls checked against it."""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, cast

from .errors import ApiError, bad_request

_INTEGER: Final = re.compile(r"-?\d+\Z")
_SCALARS: Final[Mapping[str, tuple[type, ...]]] = {
    "Integer": (int,),
    "Float": (int, float),
    "String": (str,),
    "Boolean": (bool,),
    "True": (bool,),
}
_EMPTY: Final = {"chat_id": "chat_id is empty", "text": "message text is empty"}
_TRUE: Final = frozenset({"true", "1", "yes"})
_FALSE: Final = frozenset({"false", "0", "no"})


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that came as a part of a multipart body."""

    name: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Call:
    """A call of a known method whose parameters fit the description."""

    method: str
    values: Mapping[str, Any] = field(default_factory=dict[str, Any])
    files: Mapping[str, Upload] = field(default_factory=dict[str, Upload])

    def text(self, name: str) -> str:
        return str(self.values.get(name, ""))

    def number(self, name: str, default: int = 0) -> int:
        return int(self.values.get(name, default))

    def optional(self, name: str) -> int | None:
        return int(self.values[name]) if name in self.values else None

    def flag(self, name: str) -> bool:
        return bool(self.values.get(name, False))

    def json_object(self, name: str) -> dict[str, Any] | None:
        return self.values.get(name)

    def json_array(self, name: str) -> list[Any] | None:
        return self.values.get(name)


class Description:
    """Method names, parameters and types as https://core.telegram.org/bots/api lists them."""

    def __init__(self, table: Mapping[str, Any]) -> None:
        self._methods: dict[str, dict[str, str]] = table["methods"]
        self._types: dict[str, dict[str, str]] = table["types"]
        self._unions: dict[str, list[str]] = table["unions"]
        self._opaque = frozenset[str](table["opaque"])
        self.unsupported = frozenset[str](table["unsupported"])
        self.updates = frozenset[str](table["updates"])
        self.actions = frozenset[str](table["actions"])
        self.reactions = frozenset[str](table["reactions"])
        names = (*self._methods, *self.unsupported)
        self._names = {name.lower(): name for name in names}

    @classmethod
    def load(cls) -> "Description":
        return cls(json.loads(Path(__file__).with_name("bot_api.json").read_text(encoding="utf-8")))

    @property
    def supported(self) -> frozenset[str]:
        """The methods whose parameters are described and that the simulator therefore answers."""
        return frozenset(self._methods)

    def find_method(self, name: str) -> str | None:
        """Return the published spelling of *name* (names are case-insensitive), or None for an unknown method."""
        return self._names.get(name.lower())

    def read(self, method: str, raw: Mapping[str, Any], files: Mapping[str, Upload]) -> tuple[Call, list[str]]:
        """Return the call and every violation of the description in it.

        Raises ApiError when a required parameter is missing.
        """
        fields = _parse_fields(self._methods[method])
        attached = _find_attachments(raw)
        problems = [
            f"unknown parameter {name!r}"
            for name in (*raw, *files)
            if name not in fields and (name in raw or name not in attached)
        ]
        values: dict[str, Any] = {}
        for name, (kinds, required) in fields.items():
            if raw.get(name) is not None:
                values[name] = _decode(raw[name], kinds)
                problems += self._find_problems(name, values[name], kinds)
            elif required and name not in files:
                raise _make_missing_error(name)
        return Call(method, values, files), problems

    def _find_problems(self, where: str, value: object, kinds: Iterable[str]) -> list[str]:
        """Return [] when *value* is of one of *kinds*, otherwise the problems with the kind that fits best."""
        tries = [self._find_problems_as(where, value, kind) for kind in kinds]
        return min(tries, key=len)

    def _find_problems_as(self, where: str, value: object, kind: str) -> list[str]:
        if kind.startswith("[]"):
            if not isinstance(value, list):
                return [f"{where}: an array was expected"]
            items = cast("list[object]", value)
            return [p for i, item in enumerate(items) for p in self._find_problems_as(f"{where}[{i}]", item, kind[2:])]
        if kind in self._unions:
            return self._find_problems(where, value, self._unions[kind])
        if kind in self._types:
            return self._find_object_problems(where, value, self._types[kind])
        if kind in self._opaque:
            return [] if isinstance(value, dict) else [f"{where}: an object was expected"]
        wanted = (str,) if kind == "InputFile" else _SCALARS[kind]
        right = isinstance(value, wanted) and (bool in wanted or not isinstance(value, bool))
        return [] if right else [f"{where}: {kind} was expected"]

    def _find_object_problems(self, where: str, value: object, described: Mapping[str, str]) -> list[str]:
        if not isinstance(value, dict):
            return [f"{where}: an object was expected"]
        given = cast("dict[str, object]", value)
        fields = _parse_fields(described)
        problems = [f"{where}: unknown field {name!r}" for name in given if name not in fields]
        for name, (kinds, required) in fields.items():
            if given.get(name) is not None:
                problems += self._find_problems(f"{where}.{name}", given[name], kinds)
            elif required:
                problems.append(f"{where}: field {name!r} is missing")
        return problems


def _parse_fields(described: Mapping[str, str]) -> dict[str, tuple[list[str], bool]]:
    return {name.rstrip("!"): (kinds.split("|"), name.endswith("!")) for name, kinds in described.items()}


def _find_attachments(raw: Mapping[str, Any]) -> frozenset[str]:
    """Return the part names that parameters refer to as attach://name."""
    return frozenset(re.findall(r"attach://([^\"\\\s]+)", " ".join(map(str, raw.values()))))


def _make_missing_error(name: str) -> ApiError:
    if name == "message_id":
        return bad_request("message identifier is not specified")
    return bad_request(_EMPTY.get(name, f'parameter "{name}" is required'))


def _decode(value: object, kinds: list[str]) -> object:
    """Undo the encoding of forms, where everything is a string; values from a JSON body are typed already."""
    if not isinstance(value, str):
        return value
    if "Integer" in kinds and _INTEGER.match(value):
        return int(value)
    if "Boolean" in kinds and value.lower() in _TRUE | _FALSE:
        return value.lower() in _TRUE
    if "String" in kinds or "InputFile" in kinds:
        return value
    try:
        return json.loads(value)
    except ValueError:
        return value
