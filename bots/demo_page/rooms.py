# ruff: noqa: RUF001 - the punctuation of Chinese is meant
"""The conversations of the page, and the people in them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from bots.sandbox.harness import ServiceHarness
from bots.sandbox.screen import Screen
from bots.sandbox.slack.persona import SlackPersona
from bots.sandbox.telegram.persona import TelegramPersona

from .acts import Acts
from .slack_acts import SlackActs
from .telegram_acts import TelegramActs

RoomKind: TypeAlias = Literal["private", "group", "topic", "direct", "channel"]


@dataclass(frozen=True, slots=True)
class Member:
    """One person in a room: what they see and what they can do."""

    name: str
    persona: TelegramPersona | SlackPersona
    acts: Acts


@dataclass(frozen=True, slots=True)
class Room:
    """A conversation; `language` is that of its people (`en`, `zh`)."""

    id: str
    platform: Literal["telegram", "slack"]
    kind: RoomKind
    title: str
    language: str
    members: tuple[Member, ...]
    starter: str = ""
    """What one would write here first."""

    def screens(self) -> dict[str, Screen]:
        """Return what each person sees, by name."""
        return {member.name: member.persona.screen() for member in self.members}

    def find_member(self, name: str) -> Member:
        """Return a person; raises `LookupError` when nobody here has this name."""
        for member in self.members:
            if member.name == name:
                return member
        raise LookupError(name)


def create_rooms(harness: ServiceHarness) -> dict[str, Room]:
    """Create every conversation of the page, by its id."""
    rooms = (*_create_telegram_rooms(harness), *_create_slack_rooms(harness))
    return {room.id: room for room in rooms}


def _create_telegram_rooms(harness: ServiceHarness) -> tuple[Room, ...]:
    sim = harness.telegram

    def join(persona: TelegramPersona) -> Member:
        return Member(persona.person.user.first_name, persona, TelegramActs(sim, persona))

    mention = f"@{sim.bot.username}"
    hike = harness.group("Weekend hike", "Ada")
    bo = harness.joining(hike, "Bo")
    forum = sim.group("Book club", forum=True, admin=True)
    reader = sim.user(2001, "Cleo", "en")
    topic = sim.topic(forum, "Poetry", reader)
    if not isinstance(bo, TelegramPersona):
        raise TypeError(bo)
    return (
        Room("private", "telegram", "private", "Wanjie", "en", (join(harness.private("Ada")),), "What can you do?"),
        Room(
            "private-zh",
            "telegram",
            "private",
            "Wanjie",
            "zh",
            (join(harness.private("小明", "zh-hans")),),
            "你能做什么？",
        ),
        Room(
            "group",
            "telegram",
            "group",
            "Weekend hike",
            "en",
            (join(hike), join(bo)),
            f"{mention} What should we pack?",
        ),
        Room(
            "topic",
            "telegram",
            "topic",
            "Book club: Poetry",
            "en",
            (join(TelegramPersona(sim, reader, forum, topic=topic)),),
            f"{mention} Recommend a poem",
        ),
    )


def _create_slack_rooms(harness: ServiceHarness) -> tuple[Room, ...]:
    sim = harness.slack
    lin, mei, sam = sim.user("Lin", "en-US", admin=True), sim.user("美玲", "zh-CN"), sim.user("Sam", "en-US")
    general = sim.channel("team-platform", members=[lin, sam])
    chinese = sim.channel("产品讨论", members=[mei])

    def join(persona: SlackPersona) -> Member:
        return Member(persona.user.person.name, persona, SlackActs(sim, persona))

    question = f"@{sim.workspace.bot.name}"
    return (
        Room(
            "channel",
            "slack",
            "channel",
            general.name,
            "en",
            tuple(join(SlackPersona(sim, user, general)) for user in (lin, sam)),
            f"{question} How do we name release branches?",
        ),
        Room(
            "channel-zh",
            "slack",
            "channel",
            chinese.name,
            "zh",
            (join(SlackPersona(sim, mei, chinese)),),
            f"{question} 怎么给发布分支命名？",
        ),
        Room(
            "direct",
            "slack",
            "direct",
            "Wanjie",
            "en",
            (join(SlackPersona(sim, lin, sim.im(lin))),),
            "/speak Good morning!",
        ),
        Room(
            "direct-zh",
            "slack",
            "direct",
            "Wanjie",
            "zh",
            (join(SlackPersona(sim, mei, sim.im(mei))),),
            "/imagine 黎明时的灯塔",
        ),
    )
