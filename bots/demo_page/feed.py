"""What has changed, as numbered events that every open page receives."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, Callable, Iterable
from dataclasses import asdict, dataclass
from typing import Any, TypeAlias

from bots.sandbox.screen import Screen

from .rooms import Room

Json: TypeAlias = dict[str, Any]
_KEPT_EVENTS = 2000
_POLL_INTERVAL = 0.04
"""Seconds between two looks at the simulators: a step on the screen is no later than that."""


@dataclass(frozen=True, slots=True)
class FeedEvent:
    """One change; numbers are consecutive."""

    number: int
    kind: str
    data: Json


class Feed:
    """Keeps the newest events, and wakes the pages that wait for one."""

    def __init__(self) -> None:
        self._events: deque[FeedEvent] = deque(maxlen=_KEPT_EVENTS)
        self._changed = asyncio.Event()
        self.last_number = 0

    def publish(self, kind: str, data: Json) -> None:
        """Append an event."""
        self.last_number += 1
        self._events.append(FeedEvent(self.last_number, kind, data))
        self._changed.set()
        self._changed = asyncio.Event()

    def has(self, number: int) -> bool:
        """Whether all events after `number` are still kept."""
        oldest = self._events[0].number if self._events else self.last_number + 1
        return oldest - 1 <= number <= self.last_number

    async def read_after(self, number: int) -> AsyncGenerator[FeedEvent]:
        """Yield the events after `number`, and those to come; ends when the reader is too slow."""
        while self.has(number):
            for event in [event for event in self._events if event.number > number]:
                number = event.number
                yield event
            if number == self.last_number:
                await self._changed.wait()


class RoomWatcher:
    """Publishes what changes on the screens, for one person in one room.

    The events are `message`, `gone`, `activity`, `tabs` and `form`.
    """

    def __init__(self, rooms: Iterable[Room], feed: Feed) -> None:
        self._rooms = tuple(rooms)
        self._feed = feed
        self._revisions: dict[str, int] = {}
        self._shown: dict[tuple[str, str], dict[str, Json]] = {}
        self._activities: dict[tuple[str, str], str] = {}
        self._tabs: dict[tuple[str, str], Json] = {}
        self._forms: dict[tuple[str, str], Json] = {}

    async def run(self, also: Callable[[], None]) -> None:
        """Look again and again until cancelled; `also` is called each time."""
        while True:
            for room in self._rooms:
                self._look(room)
            also()
            await asyncio.sleep(_POLL_INTERVAL)

    def snapshot(self) -> list[Json]:
        """Return everything on the screens, as the data of `message`, `activity`, `tabs` and `form` events."""
        messages = [
            self._address(place, message=message) for place, shown in self._shown.items() for message in shown.values()
        ]
        activities = [self._address(place, activity=text) for place, text in self._activities.items()]
        tabs = [self._address(place, tabs=tabs) for place, tabs in self._tabs.items()]
        return messages + activities + tabs + [self._address(place, form=form) for place, form in self._forms.items()]

    def _look(self, room: Room) -> None:
        for name, screen in room.screens().items():
            place = (room.id, name)
            self._compare(place, {message.id: asdict(message) for message in screen.messages})
            self._compare_activity(place, screen)
            self._compare_tabs(place, screen)
            self._compare_form(place, screen)

    def _compare(self, place: tuple[str, str], shown: dict[str, Json]) -> None:
        before = self._shown.get(place, {})
        self._shown[place] = shown
        for key in before.keys() - shown.keys():
            self._feed.publish("gone", self._address(place, message={"id": key}))
        for key, message in shown.items():
            if before.get(key) != message:
                self._feed.publish("message", self._address(place, message=message))

    def _compare_activity(self, place: tuple[str, str], screen: Screen) -> None:
        if self._activities.get(place, "") != screen.activity:
            self._activities[place] = screen.activity
            self._feed.publish("activity", self._address(place, activity=screen.activity))

    def _compare_tabs(self, place: tuple[str, str], screen: Screen) -> None:
        tabs = asdict(screen.tabs) if screen.tabs else None
        if tabs and self._tabs.get(place) != tabs:
            self._tabs[place] = tabs
            self._feed.publish("tabs", self._address(place, tabs=tabs))

    def _compare_form(self, place: tuple[str, str], screen: Screen) -> None:
        form = asdict(screen.form) if screen.form else None
        if self._forms.get(place) == form:
            return
        if form:
            self._forms[place] = form
        else:
            del self._forms[place]
        self._feed.publish("form", self._address(place, form=form))

    @staticmethod
    def _address(place: tuple[str, str], **data: object) -> Json:
        room, person = place
        return {"room": room, "person": person, **data}
