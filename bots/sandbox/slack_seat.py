"""A person in a simulated Slack workspace."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from .seats import Step
from .slack import SlackSim
from .slack_call import Json
from .slack_people import SlackUser
from .slack_state import Channel, Message

_Found = TypeVar("_Found")


class SlackSeat:
    """A person in Slack: in a direct message, or in a thread of a channel that begins with a mention."""

    def __init__(self, sim: SlackSim, user: SlackUser, channel: Channel) -> None:
        self._sim = sim
        self.user = user
        self.channel = channel
        self.root: str | None = None
        """The thread, once it has begun; None in a direct message."""

    @property
    def title(self) -> str:
        return "Slack · direct message" if self._direct else f"Slack · thread in #{self.channel.name}"

    async def say(self, text: str) -> None:
        if text.startswith("/") and self.root is None:
            name, _, rest = text.partition(" ")
            await self.user.command(name, rest, self.channel)
        elif self._direct:
            await self.user.say(self.channel, text)
        elif self.root is None:
            self.root = (await self.user.mention(self.channel, text)).ts
        else:
            spoken = f"!{text[1:]}" if text.startswith("/") else text  # Slack takes no slash commands in threads
            await self.user.say(self.channel, spoken, thread_ts=self.root)

    def answers(self) -> list[str]:
        return [message.shown for message in self._own()]

    def steps(self) -> list[Step]:
        own = {message.ts for message in self._sim.workspace.messages if message.bot_id}
        seen: set[str] = set()
        steps: list[Step] = []
        for sight in self._sim.timeline(self.channel, self.root):
            if sight.ts in own:
                kind = "deleted" if sight.what == "deleted" else "changed" if sight.ts in seen else "new"
                steps.append(Step(sight.at, sight.ts, sight.text, kind))
                seen.add(sight.ts)
        return steps

    def choices(self) -> list[str]:
        return [label for label, _, _ in self._menu()]

    async def choose(self, label: str) -> None:
        for shown, action, value in self._menu():
            if label in shown:
                menu = self._menus()[-1]
                is_list = any("select" in str(element["type"]) for element in _elements(menu.blocks))
                await self.user.press(menu, action, None if is_list else value, option=value if is_list else None)
                return
        raise LookupError(label)

    async def until(self, predicate: Callable[[], _Found], timeout: float = 20.0) -> _Found:  # noqa: ASYNC109 - as in Seat
        return await self._sim.wait_for(predicate, timeout)

    @property
    def _direct(self) -> bool:
        return self.channel.kind == "im"

    def _own(self) -> list[Message]:
        seen = self.user.sees(self.channel)
        return [message for message in seen if message.bot_id and self.root in {None, message.root}]

    def _menus(self) -> list[Message]:
        return [message for message in self._own() if any("action_id" in part for part in _elements(message.blocks))]

    def _menu(self) -> list[tuple[str, str, str]]:
        """Label, action and value of each choice in the newest menu."""
        menus = self._menus()
        return [choice for element in _elements(menus[-1].blocks) for choice in _choices(element)] if menus else []


def _choices(element: Json) -> list[tuple[str, str, str]]:
    groups: list[Json] = element.get("option_groups") or [element]
    options: list[Json] = [option for group in groups for option in group.get("options", [])] or [element]
    return [(option["text"]["text"], element["action_id"], option["value"]) for option in options]


def _elements(blocks: Sequence[Json]) -> list[Json]:
    """What can be pressed in a message."""
    return [element for block in blocks if block["type"] == "actions" for element in block["elements"]]
