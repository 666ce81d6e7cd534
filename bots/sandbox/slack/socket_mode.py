"""Delivery to the app: envelopes, acknowledgements and redelivery; over Socket Mode, or to request URLs.

Slack: up to 10 connections per app, each payload goes to any one of them; an event that is not acknowledged within
about 3 seconds comes again, up to 3 times, at once, after a minute and after five more. Commands and interactions are
not repeated: their user is shown an error instead.
"""

import asyncio
import itertools
import json
import secrets
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from aiohttp import ClientConnectionResetError, WSCloseCode, WSMsgType, web

from .call import Json
from .request_url import DeliveryError, EnvelopeType, RequestUrl
from .workspace_state import Workspace

_MAX_CONNECTIONS = 10


@dataclass(slots=True, eq=False)
class Envelope:
    """One payload on its way; *attempts* counts the frames that were sent."""

    id: str
    type: EnvelopeType
    payload: Json
    on_ack: Callable[[Json], None] | None = None
    on_loss: Callable[[], None] | None = None
    attempts: int = 0
    sent_at: float = 0.0
    acked: bool = False
    reason: str = ""
    settled: asyncio.Event = field(default_factory=asyncio.Event)

    def frame(self, attempt: int) -> Json:
        frame: Json = {"envelope_id": self.id, "type": self.type, "payload": self.payload}
        frame["accepts_response_payload"] = self.type != "events_api"
        return frame | ({"retry_attempt": attempt, "retry_reason": self.reason} if attempt else {})


@dataclass(frozen=True, slots=True)
class Ack:
    """An acknowledgement: when it came (monotonic seconds), how long after the frame, and what it carried."""

    envelope_id: str
    type: EnvelopeType
    at: float
    after: float
    attempt: int
    payload: Json


@dataclass(slots=True, eq=False)
class _Link:
    request: web.Request
    socket: web.WebSocketResponse
    waiting: set[Envelope] = field(default_factory=set[Envelope])


class SocketMode:
    """The server side of Socket Mode; with a backend behind the request URL, *http* gets everything instead.

    *ack_within* and *retry_delays* are seconds and may be changed at any time.
    """

    def __init__(self, workspace: Workspace, http: RequestUrl) -> None:
        self.http = http
        self.ack_within = 3.0
        self.retry_delays: tuple[float, ...] = (0.0, 60.0, 300.0)
        self.acks: list[Ack] = []
        self.undelivered: list[Envelope] = []
        self._workspace = workspace
        self._tickets: set[str] = set()
        self._links: list[_Link] = []
        self._turns = itertools.count()
        self._sent: dict[str, Envelope] = {}
        self._carriers: set[asyncio.Task[None]] = set()

    @property
    def connections(self) -> int:
        return len(self._links)

    def issue_ticket(self) -> str:
        """Return a ticket that opens one connection, once."""
        ticket = secrets.token_hex(8)
        self._tickets.add(ticket)
        return ticket

    def send(
        self,
        kind: EnvelopeType,
        payload: Json,
        on_ack: Callable[[Json], None] | None = None,
        on_loss: Callable[[], None] | None = None,
    ) -> str:
        """Start to deliver a payload and return the id of its envelope.

        *on_ack* receives what the ack carries; *on_loss* is called when there was none in time, for the last time.
        """
        envelope = Envelope(secrets.token_hex(16), kind, payload, on_ack, on_loss)
        self._sent[envelope.id] = envelope
        carrier = asyncio.create_task(self._send_until_acknowledged(envelope))
        self._carriers.add(carrier)
        carrier.add_done_callback(self._carriers.discard)
        return envelope.id

    @property
    def sent(self) -> list[Json]:
        """The payloads that were sent, the oldest first."""
        return [envelope.payload for envelope in self._sent.values()]

    def attempts(self, envelope_id: str) -> int:
        return self._sent[envelope_id].attempts

    async def serve(self, request: web.Request) -> web.WebSocketResponse:
        ticket = request.query.get("ticket", "")
        if ticket not in self._tickets:
            raise web.HTTPUnauthorized(text="unknown ticket")
        self._tickets.discard(ticket)
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        if len(self._links) >= _MAX_CONNECTIONS:
            await socket.send_json({"type": "disconnect", "reason": "too_many_websockets"})
            await socket.close()
            return socket
        link = _Link(request, socket)
        try:
            await self._greet(link)
            await self._listen(link)
        finally:
            self._forget(link)
        return socket

    async def disconnect(self, reason: str = "refresh_requested") -> None:
        """Ask every client to reconnect, as Slack does every few hours (`warning`, `refresh_requested`…)."""
        for link in [*self._links]:
            with suppress(ClientConnectionResetError):
                await link.socket.send_json({"type": "disconnect", "reason": reason, "debug_info": {"host": "sim"}})

    async def send_text(self, text: str) -> None:
        """Send a frame to every client that is no envelope, whatever it holds."""
        for link in [*self._links]:
            await link.socket.send_str(text)

    def drop(self) -> None:
        """Close every connection without a warning."""
        for link in [*self._links]:
            self._forget(link)
            if link.request.transport is not None:
                link.request.transport.abort()

    async def close(self) -> None:
        for carrier in [*self._carriers]:
            carrier.cancel()
        await asyncio.gather(*self._carriers, return_exceptions=True)
        for link in [*self._links]:
            await link.socket.close(code=WSCloseCode.GOING_AWAY)

    async def _greet(self, link: _Link) -> None:
        hello: Json = {"type": "hello", "num_connections": len(self._links) + 1}
        hello["connection_info"] = {"app_id": self._workspace.app_id}
        hello["debug_info"] = {"host": "sim", "approximate_connection_time": 3600}
        await link.socket.send_json(hello)
        self._links.append(link)
        self._workspace.changed()

    async def _listen(self, link: _Link) -> None:
        async for message in link.socket:
            if message.type is WSMsgType.TEXT:
                self._acknowledge(json.loads(message.data))

    def _forget(self, link: _Link) -> None:
        if link in self._links:
            self._links.remove(link)
        for envelope in link.waiting:
            envelope.settled.set()
        self._workspace.changed()

    def _acknowledge(self, frame: dict[str, Any]) -> None:
        envelope = self._sent.get(frame.get("envelope_id", ""))
        if envelope is None:
            self._workspace.violation(f"Socket Mode: acknowledged an unknown envelope: {frame}")
            return
        self._accept(envelope, frame.get("payload") or {})

    def _accept(self, envelope: Envelope, payload: Json) -> None:
        now = self._workspace.clock()
        late = envelope.acked or now - envelope.sent_at > self.ack_within
        self.acks.append(Ack(envelope.id, envelope.type, now, now - envelope.sent_at, envelope.attempts - 1, payload))
        envelope.acked = True
        envelope.settled.set()
        if envelope.on_ack and not late:
            envelope.on_ack(payload)
        self._workspace.changed()

    async def _send_until_acknowledged(self, envelope: Envelope) -> None:
        delays = self.retry_delays if envelope.type == "events_api" else ()
        for attempt, delay in enumerate((0.0, *delays)):
            await asyncio.sleep(delay)
            if not envelope.acked:
                await self._attempt(envelope, attempt)
            if envelope.acked:
                return
        self.undelivered.append(envelope)
        if envelope.on_loss:
            envelope.on_loss()
        self._workspace.changed()

    async def _attempt(self, envelope: Envelope, attempt: int) -> None:
        """Try to get an ack; the first try finds a connection or fails, later ones wait until somebody connects."""
        if self.http.backends:
            await self._post(envelope, attempt)
            return
        frame = envelope.frame(attempt)
        envelope.reason = "connection_failed"
        if attempt == 0 and not self._links:
            return
        links = await self._workspace.app.until(lambda: self._links)
        link = links[next(self._turns) % len(links)]
        envelope.settled.clear()
        link.waiting.add(envelope)
        envelope.attempts += 1
        envelope.sent_at = self._workspace.clock()
        try:
            await link.socket.send_json(frame)
            async with asyncio.timeout(self.ack_within):
                await envelope.settled.wait()
        except TimeoutError:
            envelope.reason = "timeout"
        except ClientConnectionResetError:
            return
        finally:
            link.waiting.discard(envelope)

    async def _post(self, envelope: Envelope, attempt: int) -> None:
        envelope.attempts += 1
        envelope.sent_at = self._workspace.clock()
        retry = {"X-Slack-Retry-Num": str(attempt), "X-Slack-Retry-Reason": envelope.reason} if attempt else {}
        try:
            answer = await self.http.post(envelope.type, envelope.payload, retry, self.ack_within)
        except DeliveryError as error:
            envelope.reason = str(error)
        else:
            self._accept(envelope, answer)
