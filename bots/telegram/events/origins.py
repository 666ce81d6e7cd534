"""Who wrote a message, and where it came from, in words for a model; pure.

Facts: Bot API 10.3, Message and MessageOrigin.
"""

from __future__ import annotations

from bots.json_fields import Json, get_int, get_object, get_text

BOT_AUTHOR = "you"
"""What the bot is called towards its model."""
_NAMELESS = "somebody"
"""Who has deleted their account has no name."""


def get_author(message: Json, bot_id: int) -> str:
    """Return who wrote a message, and of a forwarded one also who wrote it first; "" when Telegram does not say."""
    sender = _user(get_object(message, "from"), bot_id)
    if chat := get_object(message, "sender_chat"):
        sender = _titled(chat, get_text(message, "author_signature"))
    first = get_forward_author(message, bot_id) or get_origin_name(get_object(message, "origin"), bot_id)
    if not sender or message.get("is_automatic_forward") is True:
        place = get_text(get_object(message, "chat"), "title") if "origin" in message else ""
        return f"{first} in {place}" if first and place and place not in first else first or sender
    return f"{sender}, who forwarded it from {first}" if first and first != sender else sender


def get_forward_author(message: Json, bot_id: int) -> str:
    """Return who wrote what was forwarded; "" for what was not."""
    return get_origin_name(get_object(message, "forward_origin"), bot_id)


def get_origin_name(found: Json, bot_id: int) -> str:
    """Return who a message comes from: a person, one who hides their account, a group, a channel; "" for no origin."""
    chat = get_object(found, "sender_chat") or get_object(found, "chat")
    if chat:
        return _titled(chat, get_text(found, "author_signature"))
    name = _user(get_object(found, "sender_user"), bot_id) or get_text(found, "sender_user_name")
    return name or (_NAMELESS if found else "")


def get_display_name(user: Json) -> str:
    """Return what people call a user; "" for an account that has been deleted."""
    return f"{get_text(user, 'first_name')} {get_text(user, 'last_name')}".strip() or get_text(user, "username")


def _user(user: Json, bot_id: int) -> str:
    if user and get_int(user, "id") == bot_id:
        return BOT_AUTHOR
    return get_display_name(user)


def _titled(chat: Json, signature: str) -> str:
    title = get_text(chat, "title") or _user(chat, 0)
    return f"{title} ({signature})" if signature else title
