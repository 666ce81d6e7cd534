"""A person in a simulated Telegram chat."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Sequence
from functools import partial
from typing import TypeVar

from bots.sandbox.persona import Post, Step
from bots.sandbox.screen import Screen

from .shown_messages import make_screen
from .simulator import TelegramSim
from .state import Chat, Draft, Message
from .text.entity import Entity
from .text.text_with_entities import Formatted
from .user_actions import Person

_Found = TypeVar("_Found")
_KINDS = {"voice": "voice", "audio": "audio", "photo": "pictures", "document": "files"}


class TelegramPersona:
    """A person in a Telegram chat: private, or a group where the bot is mentioned."""

    def __init__(self, sim: TelegramSim, person: Person, chat: Chat, *, topic: int | None = None) -> None:
        self._sim = sim
        self.person = person
        self.chat = chat
        self.topic = topic

    @property
    def title(self) -> str:
        return f"Telegram · {self.chat.title or 'private chat'}"

    async def say(self, text: str) -> None:
        self.person.say(self.chat, self._addressed(text), topic=self.topic)

    async def send(self, data: bytes, name: str, mime: str, *, text: str = "", voice: bool = False) -> None:
        if voice:
            # A voice note has no text that could mention the bot, so in a group it replies to the bot's last message.
            before = self._own()[-1] if self._own() and not text else None
            caption = "" if before else self._addressed(text)
            self.person.send_voice(self.chat, data, caption, topic=self.topic, reply_to=before)
        elif mime.startswith("image/"):
            self.person.send_photo(self.chat, data, self._addressed(text), topic=self.topic)
        else:
            self.person.send_document(self.chat, data, name, self._addressed(text), mime=mime, topic=self.topic)

    async def reply(self, text: str, to: str) -> None:
        every = [message for message in self._sim.messages(self.chat.id) if message.topic == self.topic]
        found = next((message for message in reversed(every) if to in message.text), None)
        if found is None:
            raise LookupError(to)
        self.person.say(self.chat, self._addressed(text), topic=self.topic, reply_to=found)

    def answer_question(self, text: str) -> None:
        """Write where the client has opened a reply, since the bot's newest message asks for one (Bot API: ForceReply).

        Raises LookupError when it asks for none, or somebody else.
        """
        asking = self._own()[-1]
        markup, asked = asking.keyboard or {}, asking.reply_to
        is_for_me = asked is not None and asked.sender is self.person.user
        if not markup.get("force_reply") or (markup.get("selective") and not is_for_me):
            raise LookupError("the newest message asks for no reply")
        self.person.say(self.chat, text, topic=self.topic, reply_to=asking)

    def screen(self) -> Screen:
        return make_screen(self._sim, self.chat, self.topic, self.person.user)

    @property
    def revision(self) -> int:
        return self._sim.revision

    def answers(self) -> list[str]:
        shown = self._draft()
        draft = shown and shown.content
        texts = [_remove_folds(message.text, message.entities) for message in self._own()]
        return [text for text in (*texts, draft and _remove_folds(draft.text, draft.entities)) if text]

    def posts(self) -> list[Post]:
        return [self._post(messages) for messages in self._bearing_files()]

    def steps(self) -> list[Step]:
        kinds = {"send": "new", "edit": "changed", "delete": "deleted", "draft": "changed"}
        return [
            Step(event.at, str(event.message_id or ""), event.text, kinds[event.kind])
            for event in self._sim.timeline(self.chat.id)
            if event.by_bot and event.kind in kinds and event.topic == self.topic
        ]

    def hints(self) -> list[str]:
        mine = [press for press in self._sim.presses if press.user_id == self.person.user.id]
        return [press.answer for press in mine if press.answer and press.chat_id == self.chat.id]

    def signs(self) -> list[str]:
        events = self._sim.timeline(self.chat.id)
        return [event.media for event in events if event.kind == "action" and event.topic == self.topic]

    def reactions(self) -> list[str]:
        here = [message for message in self._sim.messages(self.chat.id) if message.topic == self.topic]
        return [message.reaction for message in here if message.reaction]

    def folds(self) -> list[str]:
        shown = [message.content for message in self._own()]
        draft = self._draft()
        if draft is not None:
            shown.append(draft.content)
        reasoning = [draft.reasoning] if draft is not None and draft.reasoning else []
        return [fold for each in shown for fold in _list_folds(each)] + reasoning

    def choices(self) -> list[str]:
        return self.buttons()

    async def choose(self, label: str) -> None:
        found = next((choice for choice in self.choices() if label in choice), None)
        if found is None:
            raise LookupError(label)
        self.person.press(self.chat, self._pressable()[-1].id, found)

    def buttons(self) -> list[str]:
        return [button["text"] for message in self._pressable()[-1:] for button in message.buttons]

    def all_buttons(self) -> list[str]:
        return [button["text"] for message in self._pressable() for button in message.buttons]

    async def press(self, label: str) -> None:
        await self.press_later(label)()

    def press_later(self, label: str) -> Callable[[], Awaitable[None]]:
        for message in reversed(self._pressable()):
            for button in message.buttons:
                if label in button["text"]:
                    return partial(self._press, message, button["callback_data"])
        raise LookupError(label)

    async def until(self, predicate: Callable[[], _Found], timeout: float = 120.0) -> _Found:  # noqa: ASYNC109 - as in Persona
        return await self._sim.wait_for(predicate, timeout)

    async def _press(self, message: Message, data: str) -> None:
        self.person.call_back(message, data)

    def _addressed(self, text: str) -> str:
        called = self.chat.person is not None or text.startswith("/")
        return text if called else f"@{self._sim.bot.username} {text}".rstrip()

    def _draft(self) -> Draft | None:
        return self._sim.shown_draft(self.chat.id, self.topic)

    def _own(self) -> list[Message]:
        own = [message for message in self._sim.messages(self.chat.id) if message.sender is self._sim.bot]
        return [message for message in own if message.topic == self.topic]

    def _pressable(self) -> list[Message]:
        return [message for message in self._own() if message.buttons]

    def _bearing_files(self) -> Iterator[list[Message]]:
        """Group the messages with files: those of an album together, with the text that is their caption."""
        album: list[Message] = []
        for message in self._own():
            if album and message.album == album[-1].album:
                album.append(message)
                continue
            if album:
                below = message.kind == "text" and message.buttons and not any(each.text for each in album)
                yield [*album, message] if below else album
                album = []
            if message.album:
                album = [message]
            elif message.kind in _KINDS:
                yield [message]
        if album:
            yield album

    def _post(self, messages: list[Message]) -> Post:
        bearing = [message for message in messages if message.kind in _KINDS]
        files = [self._sim.file(message) for message in bearing]
        first = bearing[0]
        return Post(
            message=str(first.id),
            kind=_KINDS[first.kind],
            files=tuple(file.data for file in files),
            names=tuple(file.name for file in files),
            caption="\n".join(message.text for message in messages if message.text),
            seconds=first.attachment[first.kind].get("duration", 0.0) if first.kind in {"voice", "audio"} else 0.0,
        )


def _list_folds(shown: Formatted) -> list[str]:
    return [_cut_part(shown.text, *place) for place in _find_folds(shown.entities)]


def _remove_folds(text: str, entities: Sequence[Entity]) -> str:
    """Return the text of a message without its folds."""
    ends = [start + length for start, length in _find_folds(entities)]
    return _cut_part(text, max(ends, default=0)).lstrip("\n")


def _find_folds(entities: Sequence[Entity]) -> list[tuple[int, int]]:
    return [(each.offset, each.length) for each in entities if each.type == "expandable_blockquote"]


def _cut_part(text: str, start: int, length: int | None = None) -> str:
    units = text.encode("utf-16-le")
    return units[start * 2 : None if length is None else (start + length) * 2].decode("utf-16-le")
