"""Naming who wrote a message and where it came from, for the model; pure.

Facts: Bot API 10.3, Message and MessageOrigin.
"""

from __future__ import annotations

from core.json_reader import Json, get_int, get_object, get_text

BOT_AUTHOR = "you"
"""How the bot is named to its model."""
_DELETED_ACCOUNT_NAME = "somebody"
"""A deleted account has no name."""


def get_author(message: Json, bot_id: int) -> str:
    """Return who wrote a message and, if it was forwarded, its original author; "" when Telegram does not say."""
    sender = _get_user_name(get_object(message, "from"), bot_id)
    if chat := get_object(message, "sender_chat"):
        sender = _get_chat_name(chat, get_text(message, "author_signature"))
    original = get_forward_author(message, bot_id) or get_origin_name(get_object(message, "origin"), bot_id)
    if not sender or message.get("is_automatic_forward") is True:
        place = get_text(get_object(message, "chat"), "title") if "origin" in message else ""
        return f"{original} in {place}" if original and place and place not in original else original or sender
    return f"{sender}, who forwarded it from {original}" if original and original != sender else sender


def get_forward_author(message: Json, bot_id: int) -> str:
    """Return the original author of a forwarded message; "" for any other."""
    return get_origin_name(get_object(message, "forward_origin"), bot_id)


def get_origin_name(message_origin: Json, bot_id: int) -> str:
    """Return the name in a `MessageOrigin`: a person, a hidden account, a group or a channel; "" for no origin."""
    chat = get_object(message_origin, "sender_chat") or get_object(message_origin, "chat")
    if chat:
        return _get_chat_name(chat, get_text(message_origin, "author_signature"))
    name = _get_user_name(get_object(message_origin, "sender_user"), bot_id) or get_text(
        message_origin, "sender_user_name"
    )
    return name or (_DELETED_ACCOUNT_NAME if message_origin else "")


def get_display_name(user: Json) -> str:
    """Return the name of a user; "" for a deleted account."""
    return f"{get_text(user, 'first_name')} {get_text(user, 'last_name')}".strip() or get_text(user, "username")


def _get_user_name(user: Json, bot_id: int) -> str:
    if user and get_int(user, "id") == bot_id:
        return BOT_AUTHOR
    return get_display_name(user)


def _get_chat_name(chat: Json, signature: str) -> str:
    title = get_text(chat, "title") or _get_user_name(chat, 0)
    return f"{title} ({signature})" if signature else title
