"""Parse the body of a failed response, in all its forms, into a status, codes and a message."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, cast

_PLAIN_FRAME_KEYS = frozenset(
    {"id", "object", "created", "model", "choices", "usage", "system_fingerprint", "service_tier"}
)
"""The fields of nearly all frames; only a choice may hold an error then."""
_MAX_LENGTH = 8_000
"""Characters of a message that are read: a hundred patterns look for words in it."""
_ERROR_STATUSES = range(400, 600)
_SUCCESS_CODES = frozenset({"", "0", "200", "ok", "success", "none", "null", "true", "20000"})
_SEPARATORS = re.compile(r"[_.:/-]+|(?<=[a-z])(?=[A-Z])")
_MESSAGE_KEYS = (
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
_CODE_KEYS = ("code", "error_code", "errorcode", "errcode", "err_code")
# The keys that hold the error: OpenAI's, lists of errors, the envelopes of Tencent and Volcengine.
_ERROR_KEYS = ("error", "errors", "err", "errormsg", "response", "responsemetadata")
# MiniMax: error codes. They have other meanings elsewhere, so they count only in MiniMax' own envelope.
_MINIMAX_CODES = {
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
    """An error; `status` is None when there is no usable one; `codes`, most significant first, are never numbers."""

    status: int | None
    codes: tuple[str, ...]
    message: str

    @property
    def words(self) -> str:
        """The message and the codes, the codes split into words."""
        return " ".join((*(_SEPARATORS.sub(" ", code) for code in self.codes), self.message))


def parse_error(raw: object) -> ErrorBody | None:
    """Parse the error in a response or a frame; None when it holds none.

    An empty `error`, a code of success, and a `message` beside choices or data are not errors.
    """
    if isinstance(raw, list):
        found = map(parse_error, cast("list[object]", raw))
        return next((error for error in found if error is not None), None)
    if not isinstance(raw, dict):
        return None
    fields = cast("dict[str, Any]", raw)
    if "choices" in fields and fields.keys() <= _PLAIN_FRAME_KEYS:
        return _find_in_results(fields)
    body = _lower_keys(cast("dict[object, Any]", raw))
    if inner := _find_inner_error(body) or _find_header_error(body):
        return _parse_fields({**_pick_statuses(body), **inner})
    if reply := _parse_minimax(body):
        return reply
    return _parse_fields(body) if _is_error(body) else _find_in_results(body)


def _lower_keys(body: Mapping[object, Any]) -> dict[str, Any]:
    return {str(name).lower(): value for name, value in body.items()}


def _find_inner_error(body: Mapping[str, Any]) -> dict[str, Any] | None:
    """Find the error in one of its keys, also nested."""
    for name in _ERROR_KEYS:
        value: object = body.get(name)
        if isinstance(value, list):
            value = next((entry for entry in cast("list[object]", value) if entry), None)
        if isinstance(value, str) and value.strip() and name.startswith("err"):
            return {
                "message": value,
                **{key: body[key] for key in (*_CODE_KEYS, "type", *_MESSAGE_KEYS) if body.get(key)},
            }
        if isinstance(value, dict) and value:
            inner = _lower_keys(cast("dict[object, Any]", value))
            if deeper := _find_inner_error(inner):
                return {**inner, **deeper}
            if name.startswith("err") and not _is_success(inner):
                return inner
    return None


def _find_header_error(body: Mapping[str, Any]) -> dict[str, Any] | None:
    """Find the error in the header that each frame of Spark (iFlytek) has."""
    header: object = body.get("header")
    fields = _lower_keys(cast("dict[object, Any]", header)) if isinstance(header, dict) else {}
    return fields if str(fields.get("code") or "0").strip().lower() not in _SUCCESS_CODES else None


def _is_success(error: Mapping[str, Any]) -> bool:
    """Whether an error's fields are empty or those of a success, which some gateways send with every frame."""
    return all(str(value or "").strip().lower() in _SUCCESS_CODES for value in error.values())


def _parse_minimax(body: Mapping[str, Any]) -> ErrorBody | None:
    reply: object = body.get("base_resp")
    if not isinstance(reply, dict):
        return None
    told = _lower_keys(cast("dict[object, Any]", reply))
    number = str(told.get("status_code") or "0")
    if number in _SUCCESS_CODES:
        return None
    code = _MINIMAX_CODES.get(number, "")
    return ErrorBody(None, (code,) if code else (), f"{told.get('status_msg') or ''} ({number})")


def _is_error(body: Mapping[str, Any]) -> bool:
    """Whether the fields other than `error` report a failure."""
    if body.get("choices") or isinstance(body.get("data"), list) or isinstance(body.get("text"), str):
        return False
    if "success" in body and body["success"] is False:
        return True
    code = next((str(body[name]).strip().lower() for name in _CODE_KEYS if body.get(name) is not None), "")
    if code in _SUCCESS_CODES:
        said = any(isinstance(body.get(name), str | list) and body[name] for name in _MESSAGE_KEYS)
        return said and not code and "choices" not in body and "usage" not in body
    return True


def _find_in_results(body: Mapping[str, Any]) -> ErrorBody | None:
    """Find the first error in `data` if every entry is one (Volcengine: one for each image), or in any choice."""
    for name in ("data", "choices"):
        value: object = body.get(name)
        entries = cast("list[object]", value) if isinstance(value, list) else []
        errors = [cast("dict[str, Any]", entry).get("error") for entry in entries if isinstance(entry, dict)]
        if any(errors) and (name == "choices" or all(errors)):
            return parse_error({"error": next(error for error in errors if error)})
    return None


def _parse_fields(body: Mapping[str, Any]) -> ErrorBody:
    message = next((_as_text(body[name])[:_MAX_LENGTH] for name in _MESSAGE_KEYS if body.get(name)), "")
    codes = [_as_text(body[name]) for name in _CODE_KEYS if body.get(name)]
    status = body.get("status")
    words = [*codes, *_find_reasons(body), *(_as_text(body[name]) for name in ("type",) if body.get(name))]
    if isinstance(status, str):
        words.append(status)
    if body.get("param") == "voice":
        words.append("invalid_voice")
    numbers = (_parse_status(value) for value in (*codes, status, body.get("status_code"), body.get("http_code")))
    return ErrorBody(
        next((number for number in numbers if number), None),
        tuple(word[:80] for word in words if not word.isdecimal()),
        message,
    )


def _find_reasons(body: Mapping[str, Any]) -> Iterator[str]:
    """Find Azure's `innererror.code` and Google's `details[].reason`."""
    for name in ("innererror", "details"):
        value: object = body.get(name)
        for entry in cast("list[object]", value) if isinstance(value, list) else [value]:
            fields = cast("dict[str, Any]", entry) if isinstance(entry, dict) else {}
            yield from (str(fields[key]) for key in ("code", "reason") if fields.get(key))


def _pick_statuses(body: Mapping[str, Any]) -> dict[str, Any]:
    return {name: body[name] for name in ("status", "status_code", "http_code") if body.get(name)}


def _as_text(value: object) -> str:
    return value if isinstance(value, str) else str(value)


def _parse_status(value: object) -> int | None:
    """Parse the HTTP status in a number such as 429, "429" or 40301."""
    digits = str(value)[:3]
    number = int(digits) if digits.isascii() and digits.isdecimal() else 0
    return number if number in _ERROR_STATUSES else None
