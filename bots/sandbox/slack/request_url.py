"""Requests to the app's request URL, signed as Slack signs them."""

import hashlib
import hmac
import itertools
import json
import secrets
import time
from collections.abc import Mapping
from http import HTTPStatus
from typing import Literal, TypeAlias
from urllib.parse import urlencode, urlsplit

import aiohttp

from .call import Json
from .workspace_state import Workspace

EnvelopeType: TypeAlias = Literal["events_api", "slash_commands", "interactive"]
_JSON, _FORM = "application/json", "application/x-www-form-urlencoded"


class DeliveryError(Exception):
    """The app did not take a request; the text is Slack's reason for its next attempt."""


class RequestUrl:
    """Posts to `url`, the one of events, commands and interactions, once there are `backends`.

    `backends` are the local addresses, such as `http://127.0.0.1:3000`, to which a proxy in front of the public URL
    passes requests in turn.
    """

    def __init__(self, workspace: Workspace, signing_secret: str) -> None:
        self.url = "https://bots.example/slack/events"
        self.signing_secret = signing_secret
        self.backends: list[str] = []
        self.lost_answers = 0
        """How many of the next answers get lost, so that what they confirm is delivered once more."""
        self._workspace = workspace
        self._turns = itertools.count()
        self._session: aiohttp.ClientSession | None = None

    async def verify(self) -> bool:
        """Ask every backend for the challenge, as Slack does when the URL is saved; tell whether all answered it."""
        for _ in self.backends:
            challenge = secrets.token_hex(16)
            body = {"type": "url_verification", "token": "deprecated", "challenge": challenge}
            try:
                answer = await self._request(json.dumps(body), _JSON, {}, 3.0)
            except DeliveryError:
                return False
            if answer.get("challenge") != challenge:
                return False
        return bool(self.backends)

    async def post(self, kind: EnvelopeType, payload: Json, retry: Mapping[str, str], seconds: float) -> Json:
        """Deliver a payload and return what the answer holds; raise DeliveryError when it is not a 2xx in time."""
        if kind == "events_api":
            answer = await self._request(json.dumps(payload), _JSON, retry, seconds)
        elif kind == "slash_commands":
            answer = await self._request(urlencode(payload), _FORM, retry, seconds)
        else:
            answer = await self._request(urlencode({"payload": json.dumps(payload)}), _FORM, retry, seconds)
        if self.lost_answers:
            self.lost_answers -= 1
            raise DeliveryError("connection_failed")
        return answer

    def sign(self, body: str, timestamp: int) -> dict[str, str]:
        """Return the headers that sign a body (Slack: verifying requests)."""
        base = f"v0:{timestamp}:{body}".encode()
        signature = hmac.new(self.signing_secret.encode(), base, hashlib.sha256).hexdigest()
        return {"X-Slack-Request-Timestamp": str(timestamp), "X-Slack-Signature": f"v0={signature}"}

    def next_backend(self) -> str:
        """Return the address to which the proxy passes the next request."""
        return self.backends[next(self._turns) % len(self.backends)]

    async def close(self) -> None:
        if self._session:
            await self._session.close()

    async def _request(self, body: str, content_type: str, more: Mapping[str, str], seconds: float) -> Json:
        backend = self.next_backend()
        headers = {"Content-Type": content_type, **self.sign(body, int(time.time())), **more}
        self._session = self._session or aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=None))
        timeout = aiohttp.ClientTimeout(total=seconds)
        address = backend + urlsplit(self.url).path
        try:
            async with self._session.post(address, data=body, headers=headers, timeout=timeout) as response:
                text = await response.text()
        except TimeoutError:
            raise DeliveryError("http_timeout") from None
        except (aiohttp.ClientError, OSError):
            raise DeliveryError("connection_failed") from None
        if response.status // 100 != HTTPStatus.OK // 100:
            raise DeliveryError("http_error")
        return self._read_answer(text, response.content_type)

    def _read_answer(self, text: str, content_type: str) -> Json:
        """Read JSON by its type; other text would be shown to the user who sent a command."""
        if not text:
            return {}
        if content_type != _JSON:
            self._workspace.violation(f"HTTP: an answer of type {content_type}")
            return {"text": text}
        return json.loads(text)
