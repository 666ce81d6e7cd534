"""One call of the Web API: its arguments in any encoding, and its refusal."""

import base64
import json
from typing import Any, TypeAlias, cast

from aiohttp import web

Json: TypeAlias = dict[str, Any]
"""A JSON object as it crosses the wire."""


class RefusalError(Exception):
    """Answer `ok: false` with this `error`; the messages go to `response_metadata`, as Slack does for blocks."""

    def __init__(self, error: str, *messages: str) -> None:
        super().__init__(error)
        self.error = error
        self.messages = messages

    def answer(self) -> Json:
        answer: Json = {"ok": False, "error": self.error}
        if self.messages:
            answer["response_metadata"] = {"messages": [f"[ERROR] {message}" for message in self.messages]}
        return answer


class Args:
    """The named arguments of a call; a query or form carries strings where JSON carries values, both read alike."""

    def __init__(self, values: Json, token: str = "") -> None:
        self.values = values
        self.token = token
        """The token of the call, "" when there is none."""

    def has(self, name: str) -> bool:
        return self.values.get(name) is not None

    def text(self, name: str) -> str:
        """Return the argument as a string, "" when it is absent."""
        value = self.values.get(name)
        return "" if value is None else str(value)

    def number(self, name: str, default: int) -> int:
        """Return the argument as an integer; other values are refused (`invalid_arguments`)."""
        try:
            return int(self.text(name) or default)
        except ValueError:
            raise RefusalError("invalid_arguments", f"must be an integer [json-pointer:/{name}]") from None

    def flag(self, name: str) -> bool:
        return self.text(name).lower() in {"true", "1"}

    def items(self, name: str, error: str) -> list[Json]:
        """Return an array of objects, [] when absent; other values are refused with *error*."""
        value = self._decode(name, error)
        if value is None:
            return []
        if not isinstance(value, list):
            raise RefusalError(error, f"must be an array [json-pointer:/{name}]")
        entries = cast("list[Any]", value)
        if not all(isinstance(entry, dict) for entry in entries):
            raise RefusalError(error, f"must be an array of objects [json-pointer:/{name}]")
        return cast("list[Json]", entries)

    def mapping(self, name: str, error: str) -> Json | None:
        """Return an object, None when absent; other values are refused with *error*."""
        value = self._decode(name, error)
        if value is None or isinstance(value, dict):
            return cast("Json | None", value)
        raise RefusalError(error, f"must be an object [json-pointer:/{name}]")

    def _decode(self, name: str, error: str) -> object:
        value = self.values.get(name)
        if not isinstance(value, str):
            return value
        try:
            return json.loads(value) if value else None
        except ValueError:
            raise RefusalError(error, f"must be valid JSON [json-pointer:/{name}]") from None


async def read_args(request: web.Request) -> Args:
    """Read the query string and a JSON or form body (the Python SDK uses all three, by method).

    The app's own credentials may also be in the header of Basic authentication.
    """
    values: Json = dict(request.query) | _read_credentials(request)
    if request.can_read_body:
        is_json = request.content_type == "application/json"
        values |= _parse_object(await request.text()) if is_json else dict(await request.post())
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return Args(values, token if scheme.lower() == "bearer" else str(values.get("token") or ""))


def _read_credentials(request: web.Request) -> Json:
    header = request.headers.get("Authorization", "")
    if not header.lower().startswith("basic "):
        return {}
    try:
        client_id, _, client_secret = base64.b64decode(header.partition(" ")[2]).decode().partition(":")
    except ValueError:
        return {}
    return {"client_id": client_id, "client_secret": client_secret}


def _parse_object(body: str) -> Json:
    try:
        value = json.loads(body)
    except ValueError:
        raise RefusalError("invalid_json") from None
    if not isinstance(value, dict):
        raise RefusalError("json_not_object")
    return cast("Json", value)
