"""Which error a failed answer is.

The Open API documents no errors, so every shape seen in the field is understood: OpenAI's `{"error": {…}}`, the
platform's own `{"code", "message", "timestamp", "result"}`, plain text, and the HTML of a gateway.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Any, cast

from .errors import (
    BadRequestError,
    ContextTooLongError,
    KeyRejectedError,
    ModelNotFoundError,
    QuotaExhaustedError,
    RefusedContentError,
    ServerFaultError,
    TooManyRequestsError,
    UnreadableAnswerError,
    UnsupportedVoiceError,
    WanjieError,
)

_EXCERPT = 500
_ERROR_STATUSES = range(400, 600)
_REQUEST_ID_HEADERS = ("x-request-id", "request-id", "x-oneapi-request-id", "x-trace-id")

# Words by which gateways and models tell one failure from another, in codes and in sentences, English and Chinese.
_WORDS: tuple[tuple[type[WanjieError], re.Pattern[str]], ...] = (
    (
        QuotaExhaustedError,
        re.compile(r"insufficient.?(user.?)?(quota|balance|credit)|billing|余额|欠费|额度不足", re.IGNORECASE),
    ),
    (
        ContextTooLongError,
        re.compile(
            r"context.?(length|window)|maximum context|too many tokens|(prompt|input|messages?).{0,40}too (long|large)"
            r"|range of input length|string_above_max_length|上下文|(输入|内容|长度).{0,10}(过长|超长|超过|超出)"
            r"|audio.{0,60}(too (long|large)|longer than|exceed)|(音频|录音).{0,20}(过长|过大|超)",
            re.IGNORECASE,
        ),
    ),
    (
        UnsupportedVoiceError,
        re.compile(
            r"(invalid|unsupported|unknown|unrecogni[sz]ed|no such).?voice(?![\w-])"
            r"|(?<![\w-])voice(?![\w-]).{0,60}(invalid|unsupported|unknown|not.(found|exist|support|available|valid))"
            r"|(音色|发音人).{0,60}(不存在|不支持|未找到|无效|错误)|(不支持|无效|未知).{0,20}(音色|发音人)",
            re.IGNORECASE,
        ),
    ),
    (
        RefusedContentError,
        re.compile(
            r"content.?(filter|policy|risk|safety|management)|moderation|data.?inspection|inappropriate|nsfw"
            r"|(?<!case.)sensitive|safety (system|filter)|polic(y|ies).{0,20}violat|violat.{0,60}polic"
            r"|敏感|违规|不合规|违禁|审核|安全策略",
            re.IGNORECASE,
        ),
    ),
    (
        ModelNotFoundError,
        re.compile(
            r"model.?not.?(found|exist|support)|(model|deployment).{0,80}(does not exist|not found|no access)"
            r"|(unknown|invalid|unsupported|no such) model(?=\s*([:'\"`]|name|id\b|$))|no available channel"
            r"|model\s+(['\"`]?[\w./:-]+['\"`]?\s+)?(is )?(not authori[sz]ed|unauthori[sz]ed|not allowed for)"
            r"|access to (the|this) model|模型.{0,80}(不存在|未找到|未授权|无权限)",
            re.IGNORECASE,
        ),
    ),
    (
        KeyRejectedError,
        re.compile(r"(invalid|incorrect|missing|expired).{0,10}key|unauthori[sz]ed|密钥", re.IGNORECASE),
    ),
    (TooManyRequestsError, re.compile(r"rate.?limit|too many requests|throttl|限流|频繁|频率", re.IGNORECASE)),
)

_BY_STATUS: Mapping[int, type[WanjieError]] = {
    401: KeyRejectedError,
    402: QuotaExhaustedError,
    403: KeyRejectedError,
    404: ModelNotFoundError,
    408: ServerFaultError,
    413: ContextTooLongError,
    429: TooManyRequestsError,
}

# Where the status has said it, only these words may say otherwise; a 400 or 422 says nothing, so that any may.
_WORDS_OUTWEIGH: Mapping[int, frozenset[type[WanjieError]]] = {
    403: frozenset({QuotaExhaustedError, ModelNotFoundError, RefusedContentError}),
    404: frozenset({UnsupportedVoiceError}),
    429: frozenset({QuotaExhaustedError}),
}


@dataclass(frozen=True, slots=True)
class Refusal:
    """What a failed answer says of itself, whatever its shape; `status` is None when it says nothing usable."""

    status: int | None
    code: str
    words: str


def diagnose(status: int, headers: Mapping[str, str], body: str) -> WanjieError:
    """Tell what a failed answer means; `body` may be cut but must already be free of the key."""
    raw = _json(body)
    if status not in _ERROR_STATUSES:
        unreadable = UnreadableAnswerError(f"an unexpected answer, status {status}", status=status, excerpt=_cut(body))
        return diagnose_json(raw) or unreadable
    refusal = _refusal_in(raw) or Refusal(None, "", body)
    kind = _kind_of_page(status) if _is_html(body) else _kind(status, refusal.words)
    if kind is QuotaExhaustedError and status == HTTPStatus.TOO_MANY_REQUESTS and "retry-after" in headers:
        # Google's sentence for a limit per minute speaks of billing too; time alone heals this one.
        kind = TooManyRequestsError
    return _error(kind, status, refusal, headers, body)


def diagnose_json(raw: object) -> WanjieError | None:
    """Tell what an error inside a stream or inside a 200 means; None when `raw` is no error."""
    refusal = _refusal_in(raw)
    if refusal is None:
        return None
    body = json.dumps(raw, ensure_ascii=False)
    return _error(_kind(refusal.status, refusal.words), refusal.status, refusal, {}, body)


def retry_after(value: str, *, now: datetime) -> float | None:
    """Read a `Retry-After` header, seconds or a date (RFC 9110, 10.2.3); None when it is neither."""
    try:
        seconds = float(value)
    except ValueError:
        seconds = _seconds_until(value, now)
    return max(0.0, seconds) if seconds is not None and math.isfinite(seconds) else None


def _refusal_in(raw: object) -> Refusal | None:
    if not isinstance(raw, dict):
        return None
    body = cast("dict[str, Any]", raw)
    if error := body.get("error"):
        inner = cast("dict[str, Any]", error) if isinstance(error, dict) else {"message": error}
        return _refusal({"status": body.get("status"), **inner})
    if "choices" in body or isinstance(body.get("data"), list) or isinstance(body.get("text"), str):
        return None
    return _refusal(body) if body.keys() & {"code", "message", "detail"} else None


def _refusal(body: Mapping[str, Any]) -> Refusal:
    code, kind = str(body.get("code") or ""), str(body.get("type") or "")
    message = str(body.get("message") or body.get("detail") or "")
    numbers = (_status(body.get(name)) for name in ("code", "status", "status_code", "http_code"))
    status = next((number for number in numbers if number), None)
    blamed = "invalid voice" if body.get("param") == "voice" else ""
    return Refusal(status, (code if not code.isdecimal() else kind)[:80], f"{code} {kind} {message} {blamed}")


def _status(raw: object) -> int | None:
    """The HTTP status in a number such as 429, "429" or 40301."""
    digits = str(raw)[:3]
    number = int(digits) if digits.isascii() and digits.isdecimal() else 0
    return number if number in _ERROR_STATUSES else None


def _kind(status: int | None, words: str) -> type[WanjieError]:
    decided = status is not None and (status in _BY_STATUS or _is_server_fault(status))
    allowed = _WORDS_OUTWEIGH.get(status or 0, frozenset[type[WanjieError]]())
    for kind, pattern in _WORDS:
        if (not decided or kind in allowed) and pattern.search(words):
            return kind
    if status is None or _is_server_fault(status):
        return ServerFaultError
    return _BY_STATUS.get(status, BadRequestError)


def _kind_of_page(status: int) -> type[WanjieError]:
    """A page was written by a gateway, which knows nothing of models but may find a request too large."""
    if _is_server_fault(status):
        return ServerFaultError
    by_status = {401: KeyRejectedError, 413: ContextTooLongError, 429: TooManyRequestsError}
    return by_status.get(status, UnreadableAnswerError)


def _is_server_fault(status: int) -> bool:
    return status >= HTTPStatus.INTERNAL_SERVER_ERROR


def _error(
    kind: type[WanjieError], status: int | None, refusal: Refusal, headers: Mapping[str, str], body: str
) -> WanjieError:
    said = " ".join(part for part in (str(status or ""), refusal.code) if part)
    request_id = next((headers[name][:80] for name in _REQUEST_ID_HEADERS if headers.get(name)), "")
    error = kind(
        f"Wanjie answered {said or 'with an error'}",
        status=status,
        code=refusal.code,
        request_id=request_id,
        excerpt=_cut(body),
    )
    if isinstance(error, TooManyRequestsError):
        error.retry_after = retry_after(headers.get("retry-after", ""), now=datetime.now(UTC))
    return error


def _seconds_until(date: str, now: datetime) -> float | None:
    try:
        moment = parsedate_to_datetime(date)
    except ValueError:
        return None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp() - now.timestamp()


def _json(body: str) -> object:
    try:
        return json.loads(body)
    except ValueError:
        return None


def _is_html(body: str) -> bool:
    return body.lstrip("\ufeff \t\r\n").startswith("<")


def _cut(body: str) -> str:
    return body[:_EXCERPT]
