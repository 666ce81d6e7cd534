"""Reading who wrote; pure."""

from __future__ import annotations

from core.chat.port.incoming import Sender
from core.json_reader import Json, get_int, get_object, get_text

from .forward_origins import get_display_name

_ANONYMOUS_SENDERS = frozenset({1087968824, 136817688})
"""Bot accounts of Telegram that stand for a person who writes as a group or a channel."""
_UNSUPPORTED_ROUTE_FIELDS = ("business_connection_id", "guest_query_id", "ephemeral_message_id", "is_automatic_forward")
"""Fields of messages that cannot be answered with an ordinary message."""


def parse_sender(message: Json) -> Sender | None:
    """Return who wrote; None for bots and for messages that cannot be answered."""
    author = get_object(message, "from")
    if not author or any(message.get(route) for route in _UNSUPPORTED_ROUTE_FIELDS):
        return None
    chat = get_object(message, "sender_chat") or (
        get_object(message, "chat") if get_int(author, "id") in _ANONYMOUS_SENDERS else {}
    )
    if chat:
        name = get_text(chat, "title") or get_text(author, "first_name")
        return Sender(str(get_int(chat, "id")), name, shared=get_text(chat, "type") == "channel")
    return None if author.get("is_bot") else build_sender(author)


def build_sender(user: Json) -> Sender:
    """Return the person that a `User` describes."""
    return Sender(str(get_int(user, "id")), get_display_name(user), get_text(user, "language_code").lower())
