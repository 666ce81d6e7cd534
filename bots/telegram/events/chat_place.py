"""In which chat and topic something happened, and what kind of chat that is; pure."""

from __future__ import annotations

from core.chat.port.incoming import ChatRef
from core.json_reader import Json, get_int, get_object, get_text

from .addressing import PLATFORM, BotIdentity


def is_direct(message: Json) -> bool | None:
    """Return True in a private chat, False in a group, None where the bot does not answer.

    It does not answer direct messages to a channel, where each writer has a conversation of their own in one chat.
    """
    if get_object(message, "chat").get("is_direct_messages") is True:
        return None
    return {"private": True, "group": False, "supergroup": False}.get(get_text(get_object(message, "chat"), "type"))


def build_chat_ref(message: Json, bot: BotIdentity) -> ChatRef:
    return ChatRef(PLATFORM, str(bot.id), str(get_int(get_object(message, "chat"), "id")), get_topic(message))


def get_title(message: Json) -> str:
    return get_text(get_object(message, "chat"), "title")


def get_topic(message: Json) -> str:
    """Return the topic; "" in the General topic of a forum and in reply threads of a group without topics."""
    return str(get_int(message, "message_thread_id")) if message.get("is_topic_message") is True else ""
