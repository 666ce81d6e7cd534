"""A conversation on the platform of `webhook_platform.py`, and the service behind it."""

from __future__ import annotations

import asyncio
import itertools
import time
from collections import defaultdict
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import cast

import aiohttp
from aiohttp import web

from bots.running_platform import PlatformContext
from bots.sandbox.persona import Persona, Step
from tests.free_port import find_free_port

from .case import Calls, Reasons, Shared
from .webhook_platform import WebhookPlatform

_USER = {"id": "u1", "name": "Ada", "locale": "en"}
_LEAST_GAP = 0.45
"""Seconds between two calls, where limits are enforced."""
_LOST = 0
"""Stands for a status: the call is carried out, and its answer is lost."""


class WebhookSim:
    """Shows messages, and refuses what a test has ordered."""

    def __init__(self) -> None:
        self.messages: dict[str, dict[str, str]] = {}
        self.steps: list[Step] = []
        self.faults: defaultdict[str, list[int]] = defaultdict(list)
        self.retry_after = 0
        self.calls = self.floods = 0
        self.expelled = self.enforces_limits = False
        self._latest = 0.0

    async def handle(self, request: web.Request) -> web.Response:
        """Answer one call."""
        self.calls += 1
        ordered = self.faults[request.method]
        status = ordered.pop(0) if ordered else self._status_of_call()
        if status not in {_LOST, 200}:
            return web.Response(status=status, headers={"Retry-After": str(self.retry_after)})
        stands = self.carry_out(request.method, request.match_info["id"], await request.json())
        if status == _LOST and request.transport is not None:
            request.transport.close()
        return web.Response(status=200 if stands else 404)

    def _status_of_call(self) -> int:
        hasty = self.enforces_limits and time.monotonic() - self._latest < _LEAST_GAP
        self._latest = time.monotonic()
        self.floods += hasty
        return 410 if self.expelled else 429 if hasty else 200

    def carry_out(self, method: str, message: str, body: dict[str, str]) -> bool:
        """Show, change or delete a message, or look for it; False when there is none."""
        if method != "POST" and message not in self.messages:
            return False
        if method == "DELETE":
            del self.messages[message]
        elif method != "GET" and self.messages.get(message) != body:
            kind = "changed" if message in self.messages else "new"
            self.messages[message] = body
            self.steps.append(Step(time.monotonic(), message, body["text"], kind))
        return True


class WebhookPersona:
    """Ada, who writes and reads: what `Persona` has besides needs a platform with buttons, menus or files."""

    def __init__(self, sim: WebhookSim, port: int) -> None:
        self._sim, self._port, self._ids = sim, port, itertools.count(1)

    async def say(self, text: str) -> None:
        event = {"id": f"e{next(self._ids)}", "chat": "c1", "user": _USER, "text": text}
        async with aiohttp.ClientSession() as session:
            while True:
                async with session.post(f"http://127.0.0.1:{self._port}/events", json=event) as answer:
                    if answer.status == 200:
                        return
                await asyncio.sleep(0.02)

    def answers(self) -> list[str]:
        return [body["text"] for body in self._sim.messages.values()]

    def folds(self) -> list[str]:
        return [body["reasoning"] for body in self._sim.messages.values() if body["reasoning"]]

    def steps(self) -> list[Step]:
        return list(self._sim.steps)


class WebhookCase:
    """See `Case`."""

    calls = Calls("POST", "PATCH", "PATCH", "POST", buttons="", sign="")
    reasons = Reasons(other_way=(), uneditable=(), gone=("410",))
    direct = True
    sender_id = _USER["id"]

    def __init__(self, sim: WebhookSim, url: str) -> None:
        self._sim, self._url, self._port = sim, url, find_free_port()
        self.persona = cast("Persona", WebhookPersona(sim, self._port))

    def platform(self, shared: Shared, *, address: str = "") -> PlatformContext:
        return WebhookPlatform(address or self._url, self._port, shared.budgets)

    def flood(self, method: str, seconds: int) -> None:
        self._sim.retry_after = seconds
        self._sim.faults[method].append(429)

    def break_down(self, method: str) -> None:
        self._sim.faults[method].append(503)

    def lose_answer(self, method: str) -> None:
        self._sim.faults[method].append(_LOST)

    def refuse(self, method: str, reason: str, *, times: int = 1000) -> None:
        self._sim.faults[method] += [int(reason)] * times

    def relent(self) -> None:
        self._sim.faults.clear()

    def streaming(self) -> int:
        return 0

    def enforce_limits(self) -> None:
        self._sim.enforces_limits = True

    def hurry(self) -> None:
        """Nothing to do: what is not acknowledged comes again at once."""

    def expel(self) -> None:
        self._sim.expelled = True

    def forbid_reactions(self) -> None:
        """Nothing to do: there are none."""

    def promote(self) -> None:
        raise AssertionError("nobody decides for others here")

    async def delete(self, message_id: str) -> None:
        self._sim.carry_out("DELETE", message_id, {})

    @property
    def asked(self) -> int:
        return self._sim.calls

    @property
    def floods(self) -> int:
        return self._sim.floods

    def emphasis(self) -> list[str]:
        return []

    def pings(self) -> list[str]:
        return []


@asynccontextmanager
async def webhook() -> AsyncGenerator[WebhookCase]:
    sim, app = WebhookSim(), web.Application()
    app.router.add_route("*", "/messages/{id}", sim.handle)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        yield WebhookCase(sim, f"http://127.0.0.1:{runner.addresses[0][1]}")
    finally:
        await runner.cleanup()
