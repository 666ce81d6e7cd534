"""Map a failed response to an error class: by its code, else by its text, else by its status.

The Open API documents no errors, so every form seen in practice is accepted: OpenAI's `{"error": {…}}`, the
platform's own `{"code", "message", "timestamp", "result"}`, plain text, and the HTML of a gateway (see `error_body`).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from http import HTTPStatus

from core.json_reader import clean_code, clean_request_id, parse_json
from core.wanjie.errors import (
    BadRequestError,
    ContextTooLongError,
    KeyRejectedError,
    ModelNotFoundError,
    QuotaExhaustedError,
    RefusedContentError,
    ServerFaultError,
    SystemRoleError,
    TooManyRequestsError,
    UnreadableAnswerError,
    UnsupportedVoiceError,
    WanjieError,
)

from .error_body import ErrorBody, parse_error
from .parse_retry_after import parse_retry_delay
from .wording_patterns import ErrorKind, classify_codes, classify_text, is_about_model, is_larger_than_rate_limit

_MAX_EXCERPT_LENGTH = 500
_MAX_TEXT_LENGTH = 8_000
_ERROR_STATUSES = range(400, 600)
_REQUEST_ID_HEADERS = ("x-request-id", "request-id", "x-oneapi-request-id", "x-trace-id")

_BY_STATUS: Mapping[int, ErrorKind] = {
    401: KeyRejectedError,
    402: QuotaExhaustedError,
    403: KeyRejectedError,
    408: ServerFaultError,
    425: ServerFaultError,
    498: KeyRejectedError,
    499: ServerFaultError,
    413: ContextTooLongError,
    429: TooManyRequestsError,
    451: RefusedContentError,
}

# The kinds that the text may indicate although the status indicates another one. A 400 or 422 indicates none, so the
# text decides.
_WORDS_OUTWEIGH: Mapping[int, frozenset[ErrorKind]] = {
    401: frozenset({QuotaExhaustedError, ModelNotFoundError}),
    402: frozenset(),
    403: frozenset(
        {QuotaExhaustedError, ModelNotFoundError, RefusedContentError, ContextTooLongError, TooManyRequestsError}
    ),
    404: frozenset({UnsupportedVoiceError, QuotaExhaustedError, RefusedContentError}),
    408: frozenset(),
    429: frozenset({TooManyRequestsError, QuotaExhaustedError, KeyRejectedError}),
}
# Gateways report the refusals of their upstreams as server errors (one-api: `upstream_error`).
_WORDS_OUTWEIGH_FAULTS: frozenset[ErrorKind] = frozenset(
    {
        QuotaExhaustedError,
        ModelNotFoundError,
        RefusedContentError,
        ContextTooLongError,
        SystemRoleError,
        TooManyRequestsError,
    }
)


def error_from_response(status: int, headers: Mapping[str, str], body: str) -> WanjieError:
    """Create the error of a failed response; `body` may be cut, but must no longer contain the key."""
    raw = parse_json(body)
    if status not in _ERROR_STATUSES:
        unreadable = UnreadableAnswerError(
            f"an unexpected answer, status {status}", status=status, excerpt=_truncate(body)
        )
        return error_from_json(raw) or unreadable
    error = parse_error(raw) or ErrorBody(None, (), body[:_MAX_TEXT_LENGTH])
    if raw is not None:
        body = json.dumps(raw, ensure_ascii=False)  # unescapes letters such as \u4e0d
    kind = _classify_html(status) if _is_html(body) else _classify(status, error)
    return _create_error(kind, status, error, headers, body)


def error_from_json(raw: object) -> WanjieError | None:
    """Create the error of a frame or of a response with status 200; None when `raw` is not an error."""
    error = parse_error(raw)
    if error is None:
        return None
    body = json.dumps(raw, ensure_ascii=False)
    return _create_error(_classify(error.status, error), error.status, error, {}, body)


def _classify(status: int | None, error: ErrorBody) -> ErrorKind:
    if status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE or is_larger_than_rate_limit(error.message):
        return ContextTooLongError
    said = classify_codes(error.codes) or classify_text(error.words, _kinds_told_by_words(status))
    if said is not None:
        return said
    if status is None or _is_server_fault(status):
        return ServerFaultError
    if status == HTTPStatus.NOT_FOUND:
        return _classify_not_found(error)
    return _BY_STATUS.get(status, BadRequestError)


def _kinds_told_by_words(status: int | None) -> frozenset[ErrorKind] | None:
    """Return the kinds that the text may indicate beside this status; None: all."""
    if status is not None and _is_server_fault(status):
        return _WORDS_OUTWEIGH_FAULTS
    return _WORDS_OUTWEIGH.get(status or 0)


def _classify_not_found(error: ErrorBody) -> ErrorKind:
    """Classify a 404. Chats lose a model that is not found, so a 404 must mention models to mean that."""
    if is_about_model(error.words):
        return ModelNotFoundError
    return BadRequestError if "support" in error.message.lower() else UnreadableAnswerError


def _classify_html(status: int) -> ErrorKind:
    """Classify an HTML page: it comes from a gateway, which knows no models but may find a request too large."""
    if _is_server_fault(status):
        return ServerFaultError
    by_status = {401: KeyRejectedError, 413: ContextTooLongError, 429: TooManyRequestsError}
    return by_status.get(status, UnreadableAnswerError)


def _is_server_fault(status: int) -> bool:
    return status >= HTTPStatus.INTERNAL_SERVER_ERROR


def _create_error(
    kind: ErrorKind, status: int | None, body: ErrorBody, headers: Mapping[str, str], text: str
) -> WanjieError:
    code = clean_code(next(iter(body.codes), ""))
    said = " ".join(part for part in (str(status or ""), code) if part)
    request_id = clean_request_id(next((headers[name] for name in _REQUEST_ID_HEADERS if headers.get(name)), ""))
    wait = parse_retry_delay(headers, text, now=datetime.now(UTC))
    if kind is QuotaExhaustedError and status == HTTPStatus.TOO_MANY_REQUESTS and wait is not None:
        # Google's message for a limit per minute mentions billing, too; waiting is enough here.
        kind = TooManyRequestsError
    error = kind(
        f"Wanjie answered {said or 'with an error'}",
        status=status,
        code=code,
        request_id=request_id,
        excerpt=_truncate(text),
    )
    error.retry_after = wait
    return error


def _is_html(body: str) -> bool:
    return body.lstrip("\ufeff \t\r\n").startswith("<")


def _truncate(body: str) -> str:
    return body[:_MAX_EXCERPT_LENGTH]
