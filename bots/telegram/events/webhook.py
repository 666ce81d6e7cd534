"""Receiving updates by a webhook; each is stored before Telegram gets its 200.

The SDK's own handler acknowledges what is only in memory, and compares the secret with `!=`.
"""

from __future__ import annotations

import asyncio
import hmac
from http import HTTPStatus

import structlog
from aiohttp import web

from bots.http_port import read_body
from bots.running_platform import ReceiveEvent
from bots.telegram.recovery.message_ids import MessageIdTracker
from core.chat.port.press_limit import PressLimit
from core.json_reader import Json, as_object, get_int, load_json
from core.redis import STORE_ERRORS

from .addressing import BotIdentity
from .updates import AnswerAtOnce, answer_nothing, find_presser, pack_update, record_message_id

_log = structlog.get_logger()

SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 - the name of a header
_MAX_BODY_BYTES = 4_000_000
"""Bytes of an update: one with a rich message (32,768 characters, each up to 12 bytes of escaped JSON) that quotes
another one has less than one million."""
_STORE_TIMEOUT = 20.0
"""Seconds to store an update; after 60 Telegram gives up the connection (telegram-bot-api/WebhookActor.cpp)."""
_RETRY_AFTER = {"Retry-After": "1"}
"""Telegram honours it; else the messages of a chat would wait for up to two minutes after an outage of the store."""


class WebhookReceiver:
    """Answers Telegram's requests: 200 once `receive` has stored the update, 503 while it cannot.

    `receive` gets each update as `pack_update` encodes it. What does not bear the secret gets 403, and no byte of its
    body is read. What `answer_at_once` takes is not stored.
    """

    def __init__(
        self,
        bot: BotIdentity,
        secret: str,
        receive: ReceiveEvent,
        message_ids: MessageIdTracker,
        *,
        answer_at_once: AnswerAtOnce = answer_nothing,
    ) -> None:
        self._bot = bot
        self._secret = secret.encode()
        self._receive = receive
        self._message_ids = message_ids
        self._answer_at_once = answer_at_once
        self._press_limit = PressLimit()

    async def handle(self, request: web.BaseRequest) -> web.Response:
        """Answer one request."""
        given = request.headers.get(SECRET_HEADER, "").encode("utf-8", "surrogateescape")
        if not hmac.compare_digest(given, self._secret):
            return web.Response(status=HTTPStatus.FORBIDDEN)
        body = await read_body(request, max_bytes=_MAX_BODY_BYTES)
        return await self._store(_parse(body))

    async def _store(self, update: Json) -> web.Response:
        if not get_int(update, "update_id"):  # it would block the later updates of its chat for a day
            _log.error("an update could not be read and is skipped")
            return web.Response()
        if self._answer_at_once(update) or not self._press_limit.admits(find_presser(update)):
            return web.Response()
        record_message_id(update, self._message_ids)
        try:
            async with asyncio.timeout(_STORE_TIMEOUT):
                await self._receive(pack_update(update, self._bot))
        except (*STORE_ERRORS, TimeoutError) as error:
            _log.warning("an update waits for the store", error=type(error).__name__)
            return web.Response(status=HTTPStatus.SERVICE_UNAVAILABLE, headers=_RETRY_AFTER)
        return web.Response()


def _parse(body: bytes) -> Json:
    try:
        return as_object(load_json(body))
    except ValueError:
        return {}
