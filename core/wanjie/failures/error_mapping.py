"""Which error a failed answer is: by its code, else by its words, else by its status.

The Open API documents no errors, so every shape seen in the field is understood: OpenAI's `{"error": {…}}`, the
platform's own `{"code", "message", "timestamp", "result"}`, plain text, and the HTML of a gateway (see `error_body`).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from http import HTTPStatus

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

from .error_body import ErrorBody, read_error
from .error_wording import ErrorKind, kind_of_codes, kind_of_sentence, names_model, never_fits
from .retry_after import told_wait

_EXCERPT = 500
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

# What words may say where the status has said something else; a 400 or 422 says nothing, so that they may say anything.
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
# Gateways hand on the refusals of whoever stands behind them as failures of their own (one-api: `upstream_error`).
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
    """Tell what a failed answer means; `body` may be cut but must already be free of the key."""
    raw = _json(body)
    if status not in _ERROR_STATUSES:
        unreadable = UnreadableAnswerError(f"an unexpected answer, status {status}", status=status, excerpt=_cut(body))
        return diagnose_json(raw) or unreadable
    error = read_error(raw) or ErrorBody(None, (), body)
    if raw is not None:
        body = json.dumps(raw, ensure_ascii=False)  # as it reads, where its letters were escaped
    kind = _kind_of_page(status) if _is_html(body) else _kind(status, error)
    return _error(kind, status, error, headers, body)


def diagnose_json(raw: object) -> WanjieError | None:
    """Tell what an error inside a stream or inside a 200 means; None when `raw` is no error."""
    error = read_error(raw)
    if error is None:
        return None
    body = json.dumps(raw, ensure_ascii=False)
    return _error(_kind(error.status, error), error.status, error, {}, body)


def _kind(status: int | None, error: ErrorBody) -> ErrorKind:
    if status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE or never_fits(error.message):
        return ContextTooLongError
    said = kind_of_codes(error.codes) or kind_of_sentence(error.words, _trusted_words(status))
    if said is not None:
        return said
    if status is None or _is_server_fault(status):
        return ServerFaultError
    if status == HTTPStatus.NOT_FOUND:
        return _kind_of_not_found(error)
    return _BY_STATUS.get(status, BadRequestError)


def _trusted_words(status: int | None) -> frozenset[ErrorKind] | None:
    """The kinds that words may tell beside this status; None: all."""
    if status is not None and _is_server_fault(status):
        return _WORDS_OUTWEIGH_FAULTS
    return _WORDS_OUTWEIGH.get(status or 0)


def _kind_of_not_found(error: ErrorBody) -> ErrorKind:
    """A missing model is taken from the chats that chose it, so a 404 that says nothing of models is not one."""
    if names_model(error.words):
        return ModelNotFoundError
    return BadRequestError if "support" in error.message.lower() else UnreadableAnswerError


def _kind_of_page(status: int) -> ErrorKind:
    """A page was written by a gateway, which knows nothing of models but may find a request too large."""
    if _is_server_fault(status):
        return ServerFaultError
    by_status = {401: KeyRejectedError, 413: ContextTooLongError, 429: TooManyRequestsError}
    return by_status.get(status, UnreadableAnswerError)


def _is_server_fault(status: int) -> bool:
    return status >= HTTPStatus.INTERNAL_SERVER_ERROR


def _error(kind: ErrorKind, status: int | None, body: ErrorBody, headers: Mapping[str, str], text: str) -> WanjieError:
    code = next(iter(body.codes), "")
    said = " ".join(part for part in (str(status or ""), code) if part)
    request_id = next((headers[name][:80] for name in _REQUEST_ID_HEADERS if headers.get(name)), "")
    wait = told_wait(headers, text, now=datetime.now(UTC))
    if kind is QuotaExhaustedError and status == HTTPStatus.TOO_MANY_REQUESTS and wait is not None:
        # Google's sentence for a limit per minute speaks of billing too; time alone heals this one.
        kind = TooManyRequestsError
    error = kind(
        f"Wanjie answered {said or 'with an error'}",
        status=status,
        code=code,
        request_id=request_id,
        excerpt=_cut(text),
    )
    error.retry_after = wait
    return error


def _json(body: str) -> object:
    try:
        return json.loads(body)
    except ValueError:
        return None


def _is_html(body: str) -> bool:
    return body.lstrip("\ufeff \t\r\n").startswith("<")


def _cut(body: str) -> str:
    return body[:_EXCERPT]
