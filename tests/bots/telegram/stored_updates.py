"""What takes in the updates of a simulated Telegram: a store that can fail, and the commands to register."""

from __future__ import annotations

import asyncio
import json

from redis.exceptions import ConnectionError as StoreLostError

from core.chat.port.menus import CommandMenus

MENU: CommandMenus = {
    "direct": {"en": [("help", "What I can do"), ("new", "Start anew")], "zh": [("help", "帮助"), ("new", "重新开始")]},
    "group_admins": {"en": [("settings", "Choices")]},
}


class Store:
    """Keeps what it is given, unless it is told to fail so many times."""

    def __init__(self) -> None:
        self.kept: list[bytes] = []
        self.failures = 0
        self.changed = asyncio.Event()

    async def receive(self, payload: bytes, *_: bytes) -> int:
        if self.failures:
            self.failures -= 1
            raise StoreLostError("away")
        self.kept.append(payload)
        self.changed.set()
        return 1

    @property
    def texts(self) -> list[str]:
        return [json.loads(payload)["update"].get("message", {}).get("text", "") for payload in self.kept]
