"""The users' side: people who write, attach, edit, delete and press buttons."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from .check_and_post_message import find_thread, topic_root
from .files import Files, read_dimensions
from .inline_mode import InlineMode, InlineQuery
from .json_objects import chat_json, inaccessible_json, message_json, user_json
from .media_methods import make_photo_sizes
from .membership import Membership
from .message_methods import Press
from .state import Chat, Message, User, World
from .text.entity import Entity
from .text.text_with_entities import CAPTION_LENGTH, MESSAGE_LENGTH, Formatted, stored
from .update_delivery import Updates

CHANNEL_BOT: Final = User(136817688, "Channel", "Channel_Bot", is_bot=True)
"""Whom old clients see in the place of a person who writes as a channel."""
_MAX_TOPIC_NAME_LENGTH: Final = 128
_UNREAD_SIZE: Final = (640, 480)


@dataclass(frozen=True, slots=True)
class Services:
    """What people act through."""

    world: World
    updates: Updates
    files: Files
    membership: Membership
    presses: dict[str, Press]
    inline: InlineMode


class Person:
    """A Telegram user whom a test or the demo moves."""

    def __init__(self, user: User, services: Services) -> None:
        self.user = user
        self._world = services.world
        self._updates = services.updates
        self._files = services.files
        self._membership = services.membership
        self._presses = services.presses
        self._inline = services.inline

    def say(
        self,
        chat: Chat,
        text: str,
        *,
        reply_to: Message | None = None,
        topic: int | None = None,
        entities: tuple[Entity, ...] = (),
        quote: str = "",
        sender_chat: Chat | None = None,
        origin: Mapping[str, Any] | None = None,
    ) -> Message:
        """Write a message; links, mentions and commands in it become *entities*, beside those that are given.

        A *quote* is a part of the message replied to; with a *sender_chat*, a channel, it is written in its name;
        with an *origin* (Bot API: MessageOrigin) it is a forward. Raises ValueError for a text no client would send:
        empty, or longer than 4096 characters (see `paste`).
        """
        content = stored(Formatted(text, entities))
        if not 1 <= len(content.text) <= MESSAGE_LENGTH:
            raise ValueError("a message has 1 to 4096 characters")
        return self._post(
            chat, content, reply_to=reply_to, topic=topic, quote=quote, sender_chat=sender_chat, origin=origin
        )

    def begin_topic(self, chat: Chat, text: str) -> int:
        """Write outside the topics of a private chat that has some: a topic begins, named after the text."""
        topic = self._membership.create_topic(chat, self.user, text[:_MAX_TOPIC_NAME_LENGTH], is_name_implicit=True)
        self.say(chat, text, topic=topic)
        return topic

    def rename_topic(self, chat: Chat, topic: int, name: str) -> None:
        self._membership.rename_topic(chat, self.user, topic, name)

    def send_content(
        self,
        chat: Chat,
        content: Mapping[str, Any],
        *,
        reply_to: Message | None = None,
        origin: Mapping[str, Any] | None = None,
    ) -> Message:
        """Send other content as fields of a Message: a poll, a venue, a sticker."""
        return self._post(
            chat, Formatted(), kind=next(iter(content)), attachment=content, reply_to=reply_to, origin=origin
        )

    def paste(self, chat: Chat, text: str, *, topic: int | None = None) -> list[Message]:
        """Send a text of any length as clients do: cut into messages of 4096 characters."""
        parts = [text[at : at + MESSAGE_LENGTH] for at in range(0, len(text), MESSAGE_LENGTH)]
        return [self.say(chat, part, topic=topic) for part in parts if part.strip()]

    def send_photo(
        self,
        chat: Chat,
        data: bytes,
        caption: str = "",
        *,
        topic: int | None = None,
        reply_to: Message | None = None,
        album: str = "",
    ) -> Message:
        """Send a picture; pictures of one *album* come as messages of their own."""
        file = self._files.add("photo", data)
        attachment = {"photo": make_photo_sizes(file, read_dimensions(data) or _UNREAD_SIZE)}
        if album:
            attachment |= {"media_group_id": album}
        return self._attach(chat, "photo", attachment, caption, topic, reply_to)

    def send_voice(
        self,
        chat: Chat,
        data: bytes,
        caption: str = "",
        *,
        duration: int = 1,
        topic: int | None = None,
        reply_to: Message | None = None,
    ) -> Message:
        file = self._files.add("voice", data)
        voice = file.json() | {"duration": duration, "mime_type": "audio/ogg"}
        return self._attach(chat, "voice", {"voice": voice}, caption, topic, reply_to)

    def send_video(self, chat: Chat, data: bytes, caption: str = "", *, note: bool = False) -> Message:
        """Send a video, or a round *note*, which has neither name nor type nor caption."""
        kind = "video_note" if note else "video"
        file = self._files.add(kind, data).json() | {"duration": 1}
        video = file | ({"length": 240} if note else {"width": 32, "height": 32, "mime_type": "video/mp4"})
        return self._attach(chat, kind, {kind: video}, caption, None, None)

    def send_document(
        self,
        chat: Chat,
        data: bytes,
        name: str,
        caption: str = "",
        *,
        mime: str = "",
        topic: int | None = None,
        reply_to: Message | None = None,
    ) -> Message:
        """Send a file; its type is what the client says, else what the bytes look like."""
        file = self._files.add("document", data, name)
        document = file.json() | {"file_name": name, "mime_type": mime or file.format.mime}
        return self._attach(chat, "document", {"document": document}, caption, topic, reply_to)

    def edit(self, message: Message, text: str) -> None:
        """Change an own message; the bot receives `edited_message`."""
        self._world.edit(message, stored(Formatted(text)), message.keyboard)
        self._membership.deliver("edited_message", message)

    def react(self, message: Message, *emoji: str) -> None:
        """Change one's own reactions; in a group the bot hears of it as an administrator only."""
        before, message.reactions[self.user.id] = message.reactions.get(self.user.id, ()), emoji
        self._membership.deliver_reaction(message, self.user, before, emoji)
        self._world.changed()

    def delete(self, message: Message) -> None:
        """Delete any message; bots are not told."""
        self._world.delete(message)

    def press(self, chat: Chat, message_id: int, button: str) -> Press:
        """Press the inline button with this label or callback data; the answer appears in what is returned."""
        message = chat.messages[message_id]
        data = next(
            (
                each.get("callback_data")
                for each in message.buttons
                if button in {each["text"], each.get("callback_data")}
            ),
            None,
        )
        if data is None:
            raise ValueError(f"no button {button!r} calls back under message {message_id}")
        return self.call_back(message, data)

    def call_back(self, message: Message, data: str) -> Press:
        """Press a button with this callback data that is, or was, under a message; of a deleted one little is told."""
        number = f"{self.user.id}{len(self._presses) + 1:06d}"
        press = Press(number, self.user.id, message.chat.id, data, time.monotonic())
        self._presses[press.id] = press
        query = {"id": press.id, "from": user_json(self.user), "chat_instance": f"{message.chat.id}", "data": data}
        if message.inline_id:
            self._updates.put("callback_query", query | {"inline_message_id": message.inline_id})
            return press
        told = message_json if message.id in message.chat.messages else inaccessible_json
        self._updates.put("callback_query", query | {"message": told(message)})
        return press

    def ask_inline(self, text: str) -> InlineQuery:
        """Type a text behind the bot's name, in any chat."""
        return self._inline.ask(self.user, text)

    def choose_inline(self, query: InlineQuery, chat: Chat, index: int = 0) -> Message:
        """Send one of the results to a chat; raises LookupError where the bot offers none such."""
        return self._inline.choose(query, chat, index)

    def call_guest(self, chat: Chat, text: str, *, reply_to: Message | None = None) -> Message:
        """Write a message that calls the bot in a chat where it is no member: by its name, or by a reply to it."""
        return self._inline.guests.call(self.user, chat, text, reply_to)

    def stop_draft(self, chat: Chat, topic: int | None = None) -> None:
        """Press the button that stops the draft shown in a private chat; raises LookupError where there is none."""
        draft = self._world.stop_draft(chat, topic)
        thread = {} if topic is None else {"message_thread_id": topic}
        self._updates.put("stopped_message_generation", {"chat": chat_json(chat), "draft_id": draft.id, **thread})

    def block(self) -> None:
        """Block the bot: sends to the private chat fail from now on."""
        self._set_private("kicked")

    def unblock(self) -> None:
        self._set_private("member")

    def _set_private(self, status: str) -> None:
        self._membership.set_status(self._world.chats[self.user.id], self.user, status)

    def _attach(
        self,
        chat: Chat,
        kind: str,
        attachment: Mapping[str, Any],
        caption: str,
        topic: int | None,
        reply_to: Message | None,
    ) -> Message:
        content = stored(Formatted(caption[:CAPTION_LENGTH]))
        return self._post(chat, content, kind=kind, attachment=attachment, topic=topic, reply_to=reply_to)

    def _post(
        self,
        chat: Chat,
        content: Formatted,
        *,
        kind: str = "text",
        attachment: Mapping[str, Any] | None = None,
        reply_to: Message | None = None,
        topic: int | None = None,
        quote: str = "",
        sender_chat: Chat | None = None,
        origin: Mapping[str, Any] | None = None,
    ) -> Message:
        if chat.person and chat.bot_status == "kicked":
            self.unblock()
        chat.members.setdefault(self.user.id, "member")
        message = Message(
            id=self._world.new_id(chat),
            chat=chat,
            sender=CHANNEL_BOT if sender_chat else self.user,
            date=int(time.time()),
            content=content,
            kind=kind,
            attachment=attachment or {},
            topic=topic,
            thread=find_thread(chat, reply_to),
            reply_to=reply_to or topic_root(chat, topic),
            quote=quote,
            sender_chat=sender_chat,
            origin=origin,
        )
        self._world.post(message)
        self._membership.deliver("message", message)
        return message
