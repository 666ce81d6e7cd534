"""Receiving events over HTTP; each is stored before Slack gets its 200.

Bolt's own adapter would read bodies of any depth, log those with a wrong signature as a whole, and fail on timestamps
that are no numbers; of the SDK, its check of signatures is used.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Mapping
from http import HTTPStatus
from urllib.parse import parse_qsl

import structlog
from aiohttp import web
from slack_sdk.signature import SignatureVerifier

from bots.http_port import UnreadableBodyError, read_body
from core.json_reader import Json, as_object, get_text, load_json

from .acknowledger import EventAcknowledger, NotStoredError

_log = structlog.get_logger()

_MAX_BODY_BYTES = 2_000_000
"""Bytes of a request: an edit holds a message of 40,000 characters four times, each up to 12 bytes of escaped JSON."""
_MAX_FIELDS = 50
"""Fields of a form; a slash command has 15, an interaction one."""
_MAX_AGE = 300
"""Seconds between a signature and now (Slack: verifying requests)."""
_SIGNATURE = re.compile(r"v0=[0-9a-f]{64}")
_TIMESTAMP = re.compile(r"[0-9]{1,12}")
_NO_RETRY = {"X-Slack-No-Retry": "1"}


class HttpReceiver:
    """Answers Slack's requests: 200 once an event is stored, 503 while the store cannot take it.

    What is not signed with `signing_secret`, or was signed more than five minutes ago, gets 401. Its body is read
    before, since the signature covers it, but not without a recent timestamp.
    """

    def __init__(self, signing_secret: str, events: EventAcknowledger) -> None:
        self._verifier = SignatureVerifier(signing_secret)
        self._events = events

    async def handle(self, request: web.BaseRequest) -> web.Response:
        """Answer one request."""
        if not _may_be_signed(request.headers):
            return web.Response(status=HTTPStatus.UNAUTHORIZED)
        try:
            body = await read_body(request, max_bytes=_MAX_BODY_BYTES)
        except UnreadableBodyError as error:
            is_too_large = error.status is HTTPStatus.REQUEST_ENTITY_TOO_LARGE
            return web.Response(status=error.status, headers=_NO_RETRY if is_too_large else None)
        if not self._is_signed(body, request.headers):
            return web.Response(status=HTTPStatus.UNAUTHORIZED)
        try:
            return await self._answer(read_payload(body, is_form=_is_form(request)))
        except ValueError:
            _log.error("a request of Slack's is not JSON, or too large or too deep to be read")
            return web.Response(status=HTTPStatus.BAD_REQUEST, headers=_NO_RETRY)

    async def _answer(self, payload: Json) -> web.Response:
        if payload.get("type") == "url_verification":
            return web.json_response({"challenge": get_text(payload, "challenge")})
        if payload.get("ssl_check") or not self._events.admits(payload):
            return web.Response()
        try:
            acknowledgement = await self._events.acknowledge(payload)
        except NotStoredError:
            return web.Response(status=HTTPStatus.SERVICE_UNAVAILABLE)
        return web.Response() if acknowledgement is None else web.json_response(acknowledgement)

    def _is_signed(self, body: bytes, headers: Mapping[str, str]) -> bool:
        try:
            return self._verifier.is_valid_request(body, dict(headers))
        except ValueError:  # the body is not UTF-8
            return False


def read_payload(body: bytes, *, is_form: bool) -> Json:
    """Read the body of a request: JSON, JSON in the field `payload` of a form, or the fields of a command.

    Raises `ValueError` when it is none of them.
    """
    if not is_form:
        return _read_object(body)
    fields = dict(parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=_MAX_FIELDS))
    return _read_object(fields.get("payload") or json.dumps(fields))


def _read_object(text: str | bytes) -> Json:
    found = as_object(load_json(text))
    if not found:
        raise ValueError("not an object")
    return found


def _is_form(request: web.BaseRequest) -> bool:
    return request.content_type == "application/x-www-form-urlencoded"


def _may_be_signed(headers: Mapping[str, str]) -> bool:
    """Whether a signature has the right form and is recent, which can be told without the body."""
    timestamp = headers.get("X-Slack-Request-Timestamp", "")
    if not _TIMESTAMP.fullmatch(timestamp) or not _SIGNATURE.fullmatch(headers.get("X-Slack-Signature", "")):
        return False
    return abs(time.time() - int(timestamp)) <= _MAX_AGE
