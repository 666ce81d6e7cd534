"""Delivering updates to a webhook, as the Bot API server does (telegram-bot-api/WebhookActor.cpp)."""

import asyncio
import ipaddress
import itertools
import random
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import urlsplit

import aiohttp

from .bot_api import Call
from .errors import ApiError, bad_request
from .update import Update

SECRET_HEADER: Final = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 - the name of a header
_PORTS: Final = frozenset({80, 88, 443, 8443})
_SECRET: Final = re.compile(r"[A-Za-z0-9_-]{0,256}\Z")
_MAX_CONNECTIONS, _DEFAULT_CONNECTIONS = 100, 40
_SET_INTERVAL: Final = 1.0
"""Seconds between two changes of the webhook."""
_RESPONSE_TIMEOUT: Final = 60.0
"""Seconds after which a delivery without an answer has failed."""
_MAX_RETRY_DELAYS: Final = (60, 120)
_MAX_RETRY_AFTER: Final = 3600


@dataclass(frozen=True, slots=True)
class Webhook:
    """Where updates go, as setWebhook said; an empty `url` means nowhere."""

    url: str = ""
    secret: str = ""
    connections: int = _DEFAULT_CONNECTIONS

    @classmethod
    def read(cls, call: Call) -> "Webhook":
        """Read a call of setWebhook; an impossible number of connections means the usual one."""
        number = call.number("max_connections")
        connections = number if 1 <= number <= _MAX_CONNECTIONS else _DEFAULT_CONNECTIONS
        return cls(call.text("url"), call.text("secret_token"), connections)


def check_webhook(webhook: Webhook, changed_at: float) -> None:
    """Raise the ApiError of what the real server refuses, or refuses so soon after the last change."""
    parts = urlsplit(webhook.url)
    if parts.scheme != "https":
        raise bad_request("bad webhook: An HTTPS URL must be provided for webhook")
    if (parts.port or 443) not in _PORTS:
        raise bad_request("bad webhook: Webhook can be set up only on ports 80, 88, 443 or 8443")
    if _is_reserved(parts.hostname or ""):
        raise bad_request(f"bad webhook: IP address {parts.hostname} is reserved")
    if not _SECRET.match(webhook.secret):
        raise bad_request("secret token contains unallowed characters")
    if time.monotonic() - changed_at < _SET_INTERVAL:
        raise ApiError(429, "Too Many Requests: retry after 1", {"retry_after": 1})


def _is_reserved(host: str) -> bool:
    try:
        return not ipaddress.ip_address(host).is_global
    except ValueError:
        return False


@dataclass
class Delivery:
    """Posts updates until each is taken: one after the other where they belong together, else at the same time.

    `backends` are the local addresses, such as `http://127.0.0.1:8443`, to which a proxy in front of the public URL
    passes requests in turn; without one no connection is possible. Waits are divided by `speed`.
    """

    pending: list[Update]
    backends: list[str] = field(default_factory=list[str])
    speed: float = 1.0
    lost_answers: int = 0
    """How many of the next answers get lost, so that what they confirm is delivered once more."""
    deliveries: int = 0
    """How many requests were answered, with whatever status."""
    last_error: str = ""
    last_error_date: int = 0
    _webhook: Webhook = field(default_factory=Webhook)
    _turns: Iterator[int] = field(default_factory=itertools.count)
    _queues: dict[str, asyncio.Task[None]] = field(default_factory=dict[str, asyncio.Task[None]])
    _session: aiohttp.ClientSession | None = None

    def start(self, webhook: Webhook) -> None:
        """Deliver to this webhook what is pending, and what `wake` tells of."""
        self.stop()
        self._webhook = webhook
        self._slots = asyncio.Semaphore(webhook.connections)
        self.last_error, self.last_error_date = "", 0
        for update in self.pending:
            self.wake(update)

    def stop(self) -> None:
        """End all deliveries; what was not taken stays pending."""
        for task in self._queues.values():
            task.cancel()
        self._queues.clear()
        self._webhook = Webhook()

    def wake(self, update: Update) -> None:
        """Begin to deliver the queue of a new update."""
        if self._webhook.url and update.queue not in self._queues:
            task = asyncio.get_running_loop().create_task(self._deliver_queue(update.queue))
            self._queues[update.queue] = task

    async def close(self) -> None:
        """Stop, and close the connections."""
        tasks = list(self._queues.values())
        self.stop()
        await asyncio.gather(*tasks, return_exceptions=True)
        if self._session:
            await self._session.close()

    async def _deliver_queue(self, queue: str) -> None:
        while update := next((each for each in self.pending if each.queue == queue), None):
            await self._deliver(update)
            if update in self.pending:
                self.pending.remove(update)
        del self._queues[queue]

    async def _deliver(self, update: Update) -> None:
        """Post it until it is taken: at once again, then with growing delays, or when the answer says so."""
        for attempt in itertools.count():
            async with self._slots:
                wait = await self._post(update)
            if wait is None:
                return
            grown = min(2**attempt, random.uniform(*_MAX_RETRY_DELAYS)) if attempt else 0  # noqa: S311 - a delay
            await asyncio.sleep((wait or grown) / self.speed)

    async def _post(self, update: Update) -> float | None:
        """Post once; return None when it was taken, else the seconds that the answer asks to wait, or 0."""
        try:
            status, wait = await self._request(update)
        except (aiohttp.ClientError, OSError, TimeoutError):
            self._note("Connection refused")
            return 0
        self.deliveries += 1
        if self.lost_answers:
            self.lost_answers -= 1
            self._note("Connection reset by peer")
            return 0
        if status // 100 == HTTPStatus.OK // 100:
            return None
        self._note(f"Wrong response from the webhook: {status} {HTTPStatus(status).phrase}")
        return wait

    async def _request(self, update: Update) -> tuple[int, float]:
        if not self.backends:
            raise ConnectionRefusedError
        backend = self.backends[next(self._turns) % len(self.backends)]
        headers = {SECRET_HEADER: self._webhook.secret} if self._webhook.secret else {}
        timeout = aiohttp.ClientTimeout(total=_RESPONSE_TIMEOUT)
        self._session = self._session or aiohttp.ClientSession()
        url = backend + urlsplit(self._webhook.url).path
        async with self._session.post(url, json=update.json(), headers=headers, timeout=timeout) as response:
            return response.status, min(float(response.headers.get("Retry-After", 0)), _MAX_RETRY_AFTER)

    def _note(self, error: str) -> None:
        self.last_error, self.last_error_date = error, int(time.time())

    def info(self) -> dict[str, Any]:
        """https://core.telegram.org/bots/api#webhookinfo."""
        body: dict[str, Any] = {
            "url": self._webhook.url,
            "has_custom_certificate": False,
            "pending_update_count": len(self.pending),
        }
        if self._webhook.url:
            body |= {"max_connections": self._webhook.connections, "ip_address": "203.0.113.7"}
        if self.last_error:
            body |= {"last_error_date": self.last_error_date, "last_error_message": self.last_error}
        return body
