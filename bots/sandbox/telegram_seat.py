"""A person in a simulated Telegram chat."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from .seats import Step
from .telegram import TelegramSim
from .telegram_people import Person
from .telegram_world import Chat

_Found = TypeVar("_Found")


class TelegramSeat:
    """A person in a Telegram chat: private, or a group where the bot is mentioned."""

    def __init__(self, sim: TelegramSim, person: Person, chat: Chat, *, topic: int | None = None) -> None:
        self._sim = sim
        self.person = person
        self.chat = chat
        self._topic = topic

    @property
    def title(self) -> str:
        return f"Telegram · {self.chat.title or 'private chat'}"

    async def say(self, text: str) -> None:
        called = self.chat.person is not None or text.startswith("/")
        spoken = text if called else f"@{self._sim.bot.username} {text}"
        self.person.say(self.chat, spoken, topic=self._topic)

    def answers(self) -> list[str]:
        own = [message for message in self._sim.messages(self.chat.id) if message.sender is self._sim.bot]
        return [message.text for message in own if message.topic == self._topic]

    def steps(self) -> list[Step]:
        kinds = {"send": "new", "edit": "changed", "delete": "deleted"}
        return [
            Step(event.at, str(event.message_id), event.text, kinds[event.kind])
            for event in self._sim.timeline(self.chat.id)
            if event.by_bot and event.kind in kinds and event.topic == self._topic
        ]

    def choices(self) -> list[str]:
        menus = [message for message in self._sim.messages(self.chat.id) if message.buttons]
        return [button["text"] for button in menus[-1].buttons] if menus else []

    async def choose(self, label: str) -> None:
        menus = [message for message in self._sim.messages(self.chat.id) if message.buttons]
        found = next((choice for choice in self.choices() if label in choice), None)
        if found is None:
            raise LookupError(label)
        self.person.press(self.chat, menus[-1].id, found)

    async def until(self, predicate: Callable[[], _Found], timeout: float = 20.0) -> _Found:  # noqa: ASYNC109 - as in Seat
        return await self._sim.wait_for(predicate, timeout)
