"""What a person does in a simulated Telegram chat, by the ids of messages."""

from __future__ import annotations

from bots.sandbox.telegram.persona import TelegramPersona
from bots.sandbox.telegram.simulator import TelegramSim
from bots.sandbox.telegram.state import Message

from .acts import Acts
from .upload import Upload


class TelegramActs(Acts):
    """The acts of one person on Telegram; see `Acts`."""

    def __init__(self, sim: TelegramSim, persona: TelegramPersona) -> None:
        self._sim = sim
        self._person = persona.person
        self._chat = persona.chat
        self._topic = persona.topic
        self.place = str(self._chat.id)

    async def say(self, text: str, *, reply_to: str = "") -> None:
        """Write a message, which clients cut at 4,096 characters; `reply_to` is a message, "" for none."""
        if reply_to:
            self._person.say(self._chat, text, topic=self._topic, reply_to=self._find(reply_to))
        else:
            self._person.paste(self._chat, text, topic=self._topic)

    async def send(self, upload: Upload, text: str, *, reply_to: str = "") -> None:
        """Send a file with a caption: an Opus recording as a voice message, a picture as a photo."""
        replied = self._find(reply_to) if reply_to else None
        if upload.is_voice:
            self._person.send_voice(
                self._chat, upload.data, text, duration=upload.seconds, topic=self._topic, reply_to=replied
            )
        elif upload.mime.startswith("image/"):
            self._person.send_photo(self._chat, upload.data, text, topic=self._topic, reply_to=replied)
        else:
            self._person.send_document(
                self._chat, upload.data, upload.name, text, mime=upload.mime, topic=self._topic, reply_to=replied
            )

    async def press(self, message: str, action: str, value: str) -> None:  # noqa: ARG002 - Slack needs it
        """Press a button with this callback data, which is all that Telegram knows of it."""
        self._person.press(self._chat, self._find(message).id, action)

    async def edit(self, message: str, text: str) -> None:
        """Change an own message."""
        self._person.edit(self._find(message), text)

    async def react(self, message: str, emoji: str) -> None:
        """Set a reaction in the place of the one before; the same one again removes it."""
        found = self._find(message)
        before = found.reactions.get(self._person.user.id, ())
        self._person.react(found, *(() if emoji in before else (emoji,)))

    def read_file(self, file_id: str) -> tuple[bytes, str]:
        """Return the bytes of a file and its media type."""
        file = self._sim.file_of(file_id)
        return file.data, file.format.mime

    def _find(self, message: str) -> Message:
        return self._chat.messages[int(message)] if message.isdigit() else self._chat.messages[-1]
