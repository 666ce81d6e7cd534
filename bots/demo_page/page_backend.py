"""Everything behind the page: the rooms, the processes, what happens underneath, and the promises."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing, asynccontextmanager
from pathlib import Path
from typing import Any, Self, TypeAlias

from bots.sandbox.harness import ServiceHarness
from core.chat.commands import COMMANDS
from core.chat.text.translations import Translations
from core.redis import EmbeddedRedis

from .feed import Feed, RoomWatcher
from .processes import Replicas
from .promises import Promises
from .rooms import Room, create_rooms
from .store_keys import StoreKeys
from .underneath import CallWatcher, read_measurements

Json: TypeAlias = dict[str, Any]
_SETTINGS = {
    "LOG_LEVEL": "WARNING",
    "DRAIN_SECONDS": "0",
    "WANJIE_IDLE_TIMEOUT": "4",
    "IMAGE_TOOL": "on",
    "MODEL_PRICES": "flux*=0.1/picture,cosyvoice*=50/characters,*=2/8",
    "SLACK_DIRECT_MEMORY": "chat",
}
"""A model that stalls is given up soon, so that one can watch it. A direct message is one conversation, as it looks."""


class DemoPage:
    """What the server of the page shows and does."""

    def __init__(self, harness: ServiceHarness, store: str, *, simulated: bool) -> None:
        self.harness = harness
        self._keys = StoreKeys(store)
        self._simulated = simulated
        self._tasks: asyncio.TaskGroup
        self.feed = Feed()
        self.replicas = Replicas(harness)
        self.rooms = create_rooms(harness)
        self._watcher = RoomWatcher(self.rooms.values(), self.feed)
        self._calls = CallWatcher(harness, self.replicas, self.feed)
        self.promises = Promises(harness, self.replicas, self.rooms, self.feed)

    @classmethod
    @asynccontextmanager
    async def open(cls, folder: Path, wanjie: dict[str, str]) -> AsyncGenerator[Self]:
        """Run the simulators, a Redis and one process of the service until the block ends."""
        async with EmbeddedRedis(folder / "redis") as store:
            settings = {**_SETTINGS, "REDIS_URL": store}
            async with ServiceHarness(folder, wanjie=wanjie or None, extra=settings) as harness:
                harness.wanjie.script.tokens_per_second, harness.wanjie.script.first_token_delay = 40, 0.5
                harness.slack.rules.agent_sessions = True
                page = cls(harness, store, simulated=not wanjie)
                await page.replicas.start()
                await harness.ready()
                async with asyncio.TaskGroup() as tasks, aclosing(page._keys):
                    page._tasks = tasks
                    watching = tasks.create_task(page._watcher.run(page._calls.look))
                    yield page
                    watching.cancel()

    def find_room(self, name: str) -> Room:
        """Return a room; raises `LookupError`."""
        return self.rooms[name]

    def describe(self) -> Json:
        """Return what a page that opens must know."""
        rooms = [
            {
                "id": room.id,
                "platform": room.platform,
                "kind": room.kind,
                "title": room.title,
                "language": room.language,
                "people": [member.name for member in room.members],
                "starter": room.starter,
            }
            for room in self.rooms.values()
        ]
        commands = self.harness.telegram.commands()
        people = self.harness.slack.workspace.people.values()
        return {
            "rooms": rooms,
            "names": {person.id: person.name for person in people},
            "screens": self._watcher.snapshot(),
            "processes": self.replicas.describe(),
            "calls": list(self._calls.newest),
            "promises": self.promises.results,
            "commands": [{"name": name, "description": text} for name, text in commands.items()],
            "shortcuts": _list_shortcuts(),
            "simulated": self._simulated,
        }

    async def control(self, act: str, body: Json) -> None:
        """Start, kill or stop a process, or change how the simulated model behaves; raises `LookupError`."""
        match act:
            case "start":
                await self.replicas.start()
            case "kill":
                await self.replicas.kill(self.replicas.find(int(body["number"])))
            case "stop":
                await self.replicas.stop(self.replicas.find(int(body["number"])))
            case "model":
                self._set_model(body)
            case _:
                raise LookupError(act)

    def play_promise(self, number: int) -> None:
        """Play a promise in the background; the feed tells how it goes."""
        if not self._simulated:
            raise ValueError("promises are checked with the simulated model alone")
        self._tasks.create_task(self.promises.play(number))

    async def measure(self) -> Json:
        """Return what the processes measure, and what the platforms refused."""
        measured = await read_measurements(self.replicas)
        refused = self.harness.telegram.floods + sum(self.harness.slack.floods.values())
        requests, cost = len(self.harness.wanjie.requests), await self._keys.read_cost()
        return {**measured, "requests": requests, "cost": f"{cost:.4f}", "refused": refused}

    async def list_keys(self, room: str) -> list[Json]:
        """Return the keys of a conversation in Redis: name, type, bytes, and seconds until they expire."""
        return await self._keys.list_keys(self.find_room(room).members[0].acts.place)

    def _set_model(self, body: Json) -> None:
        script = self.harness.wanjie.script
        if "speed" in body:
            script.tokens_per_second = max(1.0, min(float(body["speed"]), 500.0))
        if "delay" in body:
            script.first_token_delay = max(0.0, min(float(body["delay"]), 10.0))
        if "silent" in body:
            script.hang_after = 30 if body["silent"] else None
        if "broken" in body:
            script.error_after = 30 if body["broken"] else None


def _list_shortcuts() -> list[Json]:
    """Return the shortcuts of Slack's messages, as the manifest names them."""
    text = Translations().plain_text
    offered = [command.name for command in COMMANDS if command.shortcut]
    return [{"name": name, "title": text(f"shortcut.{name}", "en")} for name in offered]
