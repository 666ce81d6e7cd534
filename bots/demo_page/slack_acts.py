"""What a person does in a simulated Slack workspace, by the ids of messages."""

from __future__ import annotations

from collections.abc import Mapping

from bots.sandbox.slack.call import Json
from bots.sandbox.slack.data_types import Message
from bots.sandbox.slack.modal_form import ModalForm
from bots.sandbox.slack.persona import SlackPersona
from bots.sandbox.slack.simulator import SlackSim

from .acts import Acts
from .upload import Upload

HOME = "home"
"""Stands for the Home tab where a message is named."""


class SlackActs(Acts):
    """The acts of one person on Slack; see `Acts`."""

    def __init__(self, sim: SlackSim, persona: SlackPersona) -> None:
        self._sim = sim
        self._user = persona.user
        self._channel = persona.channel
        self.place = self._channel.id

    async def say(self, text: str, *, reply_to: str = "") -> None:
        """Write a message or a slash command; `reply_to` is the message whose thread it goes to, "" for none."""
        if text.startswith("/") and not reply_to:
            name, _, rest = text.partition(" ")
            await self._user.command(name, rest, self._channel)
            return
        await self._user.paste(self._channel, self._with_mentions(text), thread_ts=self._find_root(reply_to))

    async def send(self, upload: Upload, text: str, *, reply_to: str = "") -> None:
        """Send a file with a comment."""
        subtype = "slack_audio" if upload.is_voice else ""
        file = self._user.file(upload.name, upload.data, mimetype=upload.mime, subtype=subtype)
        spoken = self._with_mentions(text)
        await self._user.say(self._channel, spoken, thread_ts=self._find_root(reply_to), files=[file])

    async def press(self, message: str, action: str, value: str) -> None:
        """Press a button, or choose the option with this value from a list, under a message or on the `home` tab."""
        if message == HOME:
            home = self._find_home()
            pressed, option = _as_press(home["blocks"], action, value)
            await self._user.press_in_view(home, action, pressed, option=option)
        else:
            found = self._find(message)
            pressed, option = _as_press(found.blocks, action, value)
            await self._user.press(found, action, pressed, option=option)

    async def search(self, message: str, action: str, typed: str) -> list[tuple[str, str]]:
        """Type into a list that asks the app; return the values and labels of its answer."""
        if message == HOME:
            options = await self._user.search_in_view(self._find_home(), action, typed)
        else:
            options = await self._user.search(self._find(message), action, typed)
        return [(str(option["value"]), str(option["text"]["text"])) for option in options]

    async def edit(self, message: str, text: str) -> None:
        """Change an own message."""
        await self._user.edit(self._find(message), self._with_mentions(text))

    async def open_tab(self, tab: str) -> None:
        """Open the app's `home` tab, or its `messages`."""
        await self._user.open_app(tab)

    async def use_shortcut(self, message: str, name: str) -> None:
        """Use a shortcut of the app on a message."""
        await self._user.shortcut(self._find(message), name)

    async def submit_form(self, fields: Mapping[str, str]) -> None:
        """Fill in the open modal and submit it; what the client finds missing is shown in it."""
        for name, text in fields.items():
            self._open_modal.fill(name, text)
        self._open_modal.submit()

    async def close_form(self) -> None:
        """Close the open modal."""
        self._open_modal.close()

    async def stop(self, message: str) -> None:
        """Press Slack's own stop button in the thread of this message."""
        await self._user.stop(self._channel, message)

    async def react(self, message: str, emoji: str) -> None:
        """Add a reaction by its name, as `thumbsup`."""
        await self._user.react(self._find(message), emoji)

    def read_file(self, file_id: str) -> tuple[bytes, str]:
        """Return the bytes of a file and its media type."""
        file = self._sim.workspace.files[file_id]
        return file.content or b"", file.mimetype

    def _with_mentions(self, text: str) -> str:
        for person in self._sim.workspace.people.values():
            text = text.replace(f"@{person.name}", f"<@{person.id}>")
        return text

    @property
    def _open_modal(self) -> ModalForm:
        if self._user.modal is None:
            raise LookupError("no form is open")
        return self._user.modal

    def _find_home(self) -> Json:
        if self._user.home is None:
            raise LookupError(HOME)
        return self._user.home

    def _find_root(self, message: str) -> str | None:
        return self._find(message).root if message else None

    def _find(self, message: str) -> Message:
        for one in self._user.sees(self._channel):
            if one.ts == message:
                return one
        raise LookupError(message)


def _as_press(blocks: list[Json], action: str, value: str) -> tuple[str | None, str | None]:
    """Return the value of a button, or that of an option, whichever has this action id."""
    listed = any(
        element["action_id"] == action and "select" in str(element["type"])
        for block in blocks
        if block["type"] == "actions"
        for element in block["elements"]
    )
    return (None, value) if listed else (value, None)
