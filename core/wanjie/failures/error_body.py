"""What a failed answer says of itself, whatever its shape."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, cast

_ERROR_STATUSES = range(400, 600)
_SUCCESS = frozenset({"", "0", "200", "ok", "success", "none", "null", "true", "20000"})
_SEPARATORS = re.compile(r"[_.:/-]+|(?<=[a-z])(?=[A-Z])")
_MESSAGES = (
    "message",
    "msg",
    "error_msg",
    "errormsg",
    "errmsg",
    "errormessage",
    "error_message",
    "detail",
    "status_msg",
)
_CODES = ("code", "error_code", "errorcode", "errcode", "err_code")
# Keys behind which the error itself stands: OpenAI's, several at once, Tencent's and Volcengine's envelopes.
_INSIDE = ("error", "errors", "err", "errormsg", "response", "responsemetadata")
# MiniMax: error codes. Its numbers mean other things elsewhere, so that they count in its own envelope alone.
_BASE_RESP = {
    "1002": "rate_limit",
    "1004": "invalid_api_key",
    "1008": "insufficient_balance",
    "1026": "sensitive",
    "1027": "sensitive",
    "1039": "rate_limit",
    "1041": "rate_limit",
    "2049": "invalid_api_key",
    "2056": "usage_limit",
}


@dataclass(frozen=True, slots=True)
class ErrorBody:
    """`status` is None when it says nothing usable; `codes` are in the order of their weight, none of them a number."""

    status: int | None
    codes: tuple[str, ...]
    message: str

    @property
    def words(self) -> str:
        """All that is said, with codes as words."""
        return " ".join((*(_SEPARATORS.sub(" ", code) for code in self.codes), self.message))


def read_error(raw: object) -> ErrorBody | None:
    """Read the error in an answer or a frame; None when it holds none.

    An empty `error`, a code of success, and a `message` beside choices or data are no error.
    """
    if isinstance(raw, list):
        found = map(read_error, cast("list[object]", raw))
        return next((error for error in found if error is not None), None)
    if not isinstance(raw, dict):
        return None
    body = _lowered(cast("dict[object, Any]", raw))
    if inner := _inner(body):
        return _told({**_statuses(body), **inner})
    if reply := _minimax(body):
        return reply
    return _told(body) if _is_error(body) else _inside_results(body)


def _lowered(body: Mapping[object, Any]) -> dict[str, Any]:
    return {str(name).lower(): value for name, value in body.items()}


def _inner(body: Mapping[str, Any]) -> dict[str, Any] | None:
    """The error behind one of its keys, and the one within that."""
    for name in _INSIDE:
        value: object = body.get(name)
        if isinstance(value, list):
            value = next((entry for entry in cast("list[object]", value) if entry), None)
        if isinstance(value, str) and value.strip() and name.startswith("err"):
            return {"message": value, **{key: body[key] for key in (*_CODES, "type", *_MESSAGES) if body.get(key)}}
        if isinstance(value, dict) and value:
            inner = _lowered(cast("dict[object, Any]", value))
            if deeper := _inner(inner):
                return {**inner, **deeper}
            if name.startswith("err") and not _says_nothing(inner):
                return inner
    return None


def _says_nothing(error: Mapping[str, Any]) -> bool:
    """Whether an error's fields are empty, or those of a success, as with every frame of some gateways."""
    return all(str(value or "").strip().lower() in _SUCCESS for value in error.values())


def _minimax(body: Mapping[str, Any]) -> ErrorBody | None:
    reply: object = body.get("base_resp")
    if not isinstance(reply, dict):
        return None
    told = _lowered(cast("dict[object, Any]", reply))
    number = str(told.get("status_code") or "0")
    if number in _SUCCESS:
        return None
    code = _BASE_RESP.get(number, "")
    return ErrorBody(None, (code,) if code else (), f"{told.get('status_msg') or ''} ({number})")


def _is_error(body: Mapping[str, Any]) -> bool:
    """Whether what is there beside `error` tells of a failure."""
    if body.get("choices") or isinstance(body.get("data"), list) or isinstance(body.get("text"), str):
        return False
    if "success" in body and body["success"] is False:
        return True
    code = next((str(body[name]).strip().lower() for name in _CODES if body.get(name) is not None), "")
    if code in _SUCCESS:
        said = any(isinstance(body.get(name), str | list) and body[name] for name in _MESSAGES)
        return said and not code and "choices" not in body and "usage" not in body
    return True


def _inside_results(body: Mapping[str, Any]) -> ErrorBody | None:
    """The first error of results that have nothing else (Volcengine: one for each picture); of choices, of any."""
    for name in ("data", "choices"):
        value: object = body.get(name)
        entries = cast("list[object]", value) if isinstance(value, list) else []
        errors = [cast("dict[str, Any]", entry).get("error") for entry in entries if isinstance(entry, dict)]
        if any(errors) and (name == "choices" or all(errors)):
            return read_error({"error": next(error for error in errors if error)})
    return None


def _told(body: Mapping[str, Any]) -> ErrorBody:
    message = next((_text(body[name]) for name in _MESSAGES if body.get(name)), "")
    codes = [_text(body[name]) for name in _CODES if body.get(name)]
    status = body.get("status")
    words = [*codes, *_reasons(body), *(_text(body[name]) for name in ("type",) if body.get(name))]
    if isinstance(status, str):
        words.append(status)
    if body.get("param") == "voice":
        words.append("invalid_voice")
    numbers = (_status(value) for value in (*codes, status, body.get("status_code"), body.get("http_code")))
    return ErrorBody(
        next((number for number in numbers if number), None),
        tuple(word[:80] for word in words if not word.isdecimal()),
        message,
    )


def _reasons(body: Mapping[str, Any]) -> Iterator[str]:
    """Azure's `innererror.code`; Google's `details[].reason`."""
    for name in ("innererror", "details"):
        value: object = body.get(name)
        for entry in cast("list[object]", value) if isinstance(value, list) else [value]:
            fields = cast("dict[str, Any]", entry) if isinstance(entry, dict) else {}
            yield from (str(fields[key]) for key in ("code", "reason") if fields.get(key))


def _statuses(body: Mapping[str, Any]) -> dict[str, Any]:
    return {name: body[name] for name in ("status", "status_code", "http_code") if body.get(name)}


def _text(value: object) -> str:
    return value if isinstance(value, str) else str(value)


def _status(value: object) -> int | None:
    """The HTTP status in a number such as 429, "429" or 40301."""
    digits = str(value)[:3]
    number = int(digits) if digits.isascii() and digits.isdecimal() else 0
    return number if number in _ERROR_STATUSES else None
