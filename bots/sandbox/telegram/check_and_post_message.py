"""Shared by all sending methods: find the place of a message, check its text, post it."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .bot_api import Call
from .errors import bad_request
from .flood_control import FloodControl
from .state import Chat, Message, World
from .text.text_with_entities import Formatted, stored


@dataclass(frozen=True, slots=True)
class Place:
    """Where a message of the bot goes."""

    chat: Chat
    topic: int | None = None
    reply_to: Message | None = None
    thread: int | None = None
    """A channel's post below which it stands, as its comments do."""


class Sender:
    """Put messages of the bot into chats."""

    def __init__(self, world: World, flood: FloodControl) -> None:
        self._world = world
        self._flood = flood

    def place(self, call: Call) -> Place:
        """Find the chat, the topic and the message replied to; raises ApiError when one of them is not there."""
        chat = self._world.reachable(call.values["chat_id"])
        if chat.bot_status == "restricted":
            raise bad_request("not enough rights to send text messages to the chat")
        if "message_effect_id" in call.values and not chat.person:
            raise bad_request("EFFECT_ID_INVALID")
        reply, thread = self._reply(chat, call.json_object("reply_parameters")), self.topic(chat, call)
        if thread in chat.topics:
            return Place(chat, thread, reply)
        return Place(chat, None, reply, thread)

    def topic(self, chat: Chat, call: Call) -> int | None:
        """Return the topic, or a channel's post whose comments stand in this group.

        General is left out: naming it as 1 is an error as for any unknown topic.
        """
        topic = call.optional("message_thread_id")
        post = chat.messages.get(topic or 0)
        is_post = post is not None and post.attachment.get("is_automatic_forward") is True
        if topic and topic not in chat.topics and not is_post:
            raise bad_request("message thread not found")
        return topic or None

    def _reply(self, chat: Chat, reply: Mapping[str, Any] | None) -> Message | None:
        if reply is None:
            return None
        home = self._world.reachable(reply["chat_id"]) if "chat_id" in reply else chat
        message = home.messages.get(reply["message_id"])
        if message is None:
            if reply.get("allow_sending_without_reply"):
                return None
            raise bad_request("message to be replied not found")
        if str(reply.get("quote", "")) not in message.text:
            raise bad_request("QUOTE_TEXT_INVALID")
        return message

    def post(
        self,
        place: Place,
        content: Formatted,
        keyboard: Mapping[str, Any] | None = None,
        *,
        kind: str = "text",
        attachment: Mapping[str, Any] | None = None,
    ) -> Message:
        """Count the message against the flood limits and show it; raises ApiError 429."""
        self._flood.send(place.chat.id)
        return self.show(place, content, keyboard, kind=kind, attachment=attachment)

    def show(
        self,
        place: Place,
        content: Formatted,
        keyboard: Mapping[str, Any] | None = None,
        *,
        kind: str = "text",
        attachment: Mapping[str, Any] | None = None,
        album: str = "",
    ) -> Message:
        """Show a message that is counted already, as the items of an album are."""
        chat = place.chat
        message = Message(
            id=self._world.new_id(chat),
            chat=chat,
            sender=self._world.bot,
            date=int(time.time()),
            content=content,
            kind=kind,
            attachment=attachment or {},
            keyboard=keyboard,
            topic=place.topic,
            thread=find_thread(chat, place.reply_to) or place.thread,
            reply_to=place.reply_to or topic_root(chat, place.topic or place.thread),
            album=album,
        )
        return self._world.post(message)


def store_text(draft: Formatted, length: int, refusal: str) -> Formatted:
    """Return the stored form of *draft*; more than *length* code points after entities are refused."""
    content = stored(draft)
    if len(content.text) > length:
        raise bad_request(refusal)
    return content


def find_thread(chat: Chat, reply_to: Message | None) -> int | None:
    """Return the first message of a thread of replies, which a supergroup without topics names as the thread."""
    if reply_to is None or chat.type != "supergroup" or chat.is_forum:
        return None
    return reply_to.thread or reply_to.id


def topic_root(chat: Chat, topic: int | None) -> Message | None:
    """Return the service message that made the topic: messages of a topic that are no replies reply to it."""
    return chat.messages.get(topic) if topic is not None else None
