"""A person in a simulated Slack workspace."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from copy import copy
from functools import partial
from typing import TypeVar

from bots.sandbox.persona import Post, Step
from bots.sandbox.screen import Screen, ShownForm

from .blocks.find_buttons import list_ratings
from .blocks.text import visible_text
from .call import Json
from .data_types import Channel, Message
from .modal_form import ModalForm
from .screen import choices, elements, fold, is_hint, is_sign, message_text, post
from .shown_messages import make_screen
from .user_actions import SlackUser
from .workspace_sim import WorkspaceSim

_Found = TypeVar("_Found")


class SlackPersona:
    """A person in Slack: in a direct message, or in a thread of a channel that begins with a mention."""

    def __init__(self, sim: WorkspaceSim, user: SlackUser, channel: Channel, *, root: str | None = None) -> None:
        self._sim = sim
        self.user = user
        self.channel = channel
        self.root = root
        """The thread, once it has begun; in a direct message the one that was opened, else None."""
        self._offered: tuple[str, list[Json]] = ("", [])
        """The message with the list that was searched last, and the options that were found."""

    def open_thread(self, root: str) -> SlackPersona:
        """Return the same person in a thread, which an agent's app lists among its chats."""
        return SlackPersona(self._sim, self.user, self.channel, root=root)

    @property
    def title(self) -> str:
        return "Slack · direct message" if self._direct else f"Slack · thread in #{self.channel.name}"

    async def say(self, text: str) -> None:
        if text.startswith("/") and self.root is None:
            name, _, rest = text.partition(" ")
            await self.user.command(name, rest, self.channel)
        elif self._direct and self.root is None:
            await self.user.say(self.channel, text)
        elif self.root is None:
            self.root = (await self.user.mention(self.channel, text)).ts
        else:
            spoken = f"!{text[1:]}" if text.startswith("/") else text  # Slack takes no slash commands in threads
            await self.user.say(self.channel, spoken, thread_ts=self.root)

    async def send(self, data: bytes, name: str, mime: str, *, text: str = "", voice: bool = False) -> None:
        file = self.user.file(name, data, mimetype=mime, subtype="slack_audio" if voice else "")
        spoken = text if self._direct else f"{self._sim.mention} {text}".strip()
        sent = await self.user.say(self.channel, spoken, thread_ts=self.root, files=[file])
        self.root = self.root if self._direct else sent.root

    async def reply(self, text: str, to: str) -> None:
        seen = [message for message in self._seen() if to in message_text(message)]
        if not seen:
            raise LookupError(to)
        await self.user.shortcut(seen[-1], text.split(maxsplit=1)[0].lstrip("/"))

    def screen(self) -> Screen:
        return make_screen(self._sim, self.channel, self.user, self.root)

    @property
    def revision(self) -> int:
        return self._sim.workspace.app.revision

    def answers(self) -> list[str]:
        return [message_text(message) for message in self._own() if not is_hint(message)]

    def posts(self) -> list[Post]:
        found = (post(message, self._sim.workspace.files) for message in self._own())
        return [one for one in found if one]

    def steps(self) -> list[Step]:
        own = {message.ts for message in self._sim.workspace.messages if self._is_own(message)}
        seen: set[str] = set()
        steps: list[Step] = []
        for sight in self._sim.timeline(self.channel, self.root):
            if sight.ts in own:
                kind = "deleted" if sight.what == "deleted" else "changed" if sight.ts in seen else "new"
                steps.append(Step(sight.at, sight.ts, sight.text, kind))
                seen.add(sight.ts)
        return steps

    def hints(self) -> list[str]:
        return [message.text for message in self._own() if is_hint(message) and not is_sign(message)]

    def signs(self) -> list[str]:
        here = [status for status in self._sim.statuses if status.channel == self.channel.id]
        found = [(status.at, status.text) for status in here if status.text and self.root in {None, status.thread_ts}]
        whispers = {message.ts for message in self._own() if is_sign(message)}
        sights = [sight for sight in self._sim.timeline(self.channel, self.root) if sight.ts in whispers]
        return [text for _, text in sorted([*found, *((sight.at, sight.text) for sight in sights)])]

    def reactions(self) -> list[str]:
        bot = self._sim.workspace.bot.id
        return [name for one in self._seen() for name, users in one.reactions.items() if bot in users]

    def folds(self) -> list[str]:
        return [text for message in self._own() if (text := fold(message))]

    def choices(self) -> list[str]:
        return [label for label, _, _ in self._menu()]

    async def choose(self, label: str) -> None:
        for shown, action, value in self._menu():
            if label in shown:
                await self._press(self._pressable()[-1], action, value)
                return
        raise LookupError(label)

    async def search(self, text: str) -> list[str]:
        """Type into the newest menu's list, which asks the app; return the labels. `choose` picks from them."""
        menu = self._pressable()[-1]
        (listed,) = [element for element in elements(menu) if element["type"] == "external_select"]
        self._offered = menu.ts, await self.user.search(menu, listed["action_id"], text)
        return self.choices()

    def buttons(self) -> list[str]:
        newest = self._pressable()[-1:]
        return [element["text"]["text"] for message in newest for element in _buttons(message)]

    def all_buttons(self) -> list[str]:
        return [element["text"]["text"] for message in self._pressable() for element in _buttons(message)]

    async def press(self, label: str) -> None:
        await self.press_later(label)()

    def press_later(self, label: str) -> Callable[[], Awaitable[None]]:
        for message in reversed(self._pressable()):
            for button in _buttons(message):
                if label in button["text"]["text"]:
                    return partial(self._press, copy(message), button["action_id"], button["value"])
        raise LookupError(label)

    @property
    def form(self) -> ShownForm | None:
        """The form that this person sees."""
        return self.user.modal and self.user.modal.show()

    def fill(self, **fields: str) -> None:
        """Fill in the open form, by the ids of its fields; see `ModalForm.fill`."""
        for name, text in fields.items():
            self._open_modal.fill(name, text)

    def submit_form(self) -> bool:
        """Submit the open form; False when the client shows what is missing instead."""
        return self._open_modal.submit()

    def close_form(self) -> None:
        """Close the open form without submitting it."""
        self._open_modal.close()

    @property
    def _open_modal(self) -> ModalForm:
        if self.user.modal is None:
            raise LookupError("no form is open")
        return self.user.modal

    def ratings(self) -> list[list[str]]:
        """List the labels of the buttons that rate an answer, message by message, in Slack's own form."""
        rated = (_find_ratings(message) for message in self._own())
        return [[button["text"]["text"] for button in list_ratings(element)] for element in rated if element]

    async def rate(self, label: str, answer: str = "") -> None:
        """Rate the newest answer with this text by the button with this label."""
        for message in reversed(self._own()):
            element = _find_ratings(message)
            if element and answer in message_text(message):
                value = next(one["value"] for one in list_ratings(element) if one["text"]["text"] == label)
                await self.user.press(message, element["action_id"], value)
                return
        raise LookupError(label)

    def home(self) -> str:
        """The texts of the Home tab; "" before there is one."""
        return visible_text(self.user.home["blocks"]) if self.user.home else ""

    def home_choices(self) -> list[str]:
        """List the labels of all that can be chosen on the Home tab; lists that are searched offer what was found."""
        return [label for label, _, _ in self._list_home_choices()]

    async def choose_at_home(self, label: str) -> None:
        """Press what has this label on the Home tab; raises `LookupError` when nothing has."""
        for shown, action, value in self._list_home_choices():
            if label in shown and self.user.home:
                listed = any(one["action_id"] == action and "select" in one["type"] for one in self._list_at_home())
                option = {"option": value} if listed else {"value": value}
                await self.user.press_in_view(self.user.home, action, **option)
                return
        raise LookupError(label)

    async def search_at_home(self, text: str) -> list[str]:
        """Type into the list of the Home tab, which asks the app; return the labels. `choose_at_home` picks one."""
        if self.user.home is None:
            raise LookupError(text)
        (listed,) = [element for element in self._list_at_home() if element["type"] == "external_select"]
        found = await self.user.search_in_view(self.user.home, listed["action_id"], text)
        self._offered = self.user.home["id"], found
        return self.home_choices()

    def _list_at_home(self) -> list[Json]:
        blocks: list[Json] = self.user.home["blocks"] if self.user.home else []
        return [element for block in blocks if block["type"] == "actions" for element in block["elements"]]

    def _list_home_choices(self) -> list[tuple[str, str, str]]:
        place, options = self._offered
        offer = {"options": options} if self.user.home and place == self.user.home["id"] else {}
        return [
            choice
            for element in self._list_at_home()
            for choice in choices(element | (offer if element["type"] == "external_select" else {}))
        ]

    async def until(self, predicate: Callable[[], _Found], timeout: float = 120.0) -> _Found:  # noqa: ASYNC109 - as in Persona
        return await self._sim.wait_for(predicate, timeout)

    @property
    def _direct(self) -> bool:
        return self.channel.kind == "im"

    def _seen(self) -> list[Message]:
        """List the messages that this person reads here, with those that only this person sees."""
        seen = self.user.sees(self.channel)
        return [message for message in seen if self.root in {None, message.root}]

    def _own(self) -> list[Message]:
        return [message for message in self._seen() if self._is_own(message)]

    def _is_own(self, message: Message) -> bool:
        """Whether the bot posted it, not another app."""
        return message.user == self._sim.bot_user_id

    def _pressable(self) -> list[Message]:
        return [message for message in self._own() if any("action_id" in part for part in elements(message))]

    def _menu(self) -> list[tuple[str, str, str]]:
        """Return label, action and value of each choice in the newest menu."""
        newest = self._pressable()[-1:]
        offers: list[Json] = [{"options": self._offered[1]} if one.ts == self._offered[0] else {} for one in newest]
        return [
            choice
            for message, offer in zip(newest, offers, strict=True)
            for element in elements(message)
            for choice in choices(element | (offer if element["type"] == "external_select" else {}))
        ]

    async def _press(self, message: Message, action: str, value: str) -> None:
        pressed = next(element for element in elements(message) if element["action_id"] == action)
        listed = "select" in str(pressed["type"])
        await self.user.press(message, action, None if listed else value, option=value if listed else None)


def _find_ratings(message: Message) -> Json | None:
    blocks = (block for block in message.blocks if block["type"] == "context_actions")
    return next((one for block in blocks for one in block["elements"] if one["type"] == "feedback_buttons"), None)


def _buttons(message: Message) -> list[Json]:
    return [element for element in elements(message) if element["type"] == "button"]
