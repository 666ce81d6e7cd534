"""Who wrote a message, and where it came from, in words for a model; pure.

Facts: Bot API 10.3, Message and MessageOrigin.
"""

from __future__ import annotations

from bots.json_fields import Json, inner, number, text

YOU = "you"
"""What the bot is called towards its model."""
_NAMELESS = "somebody"
"""Who has deleted their account has no name."""


def author(message: Json, bot_id: int) -> str:
    """Return who wrote a message, and of a forwarded one also who wrote it first; "" when Telegram does not say."""
    sender = _user(inner(message, "from"), bot_id)
    if chat := inner(message, "sender_chat"):
        sender = _titled(chat, text(message, "author_signature"))
    first = forwarded_from(message, bot_id) or origin(inner(message, "origin"), bot_id)
    if not sender or message.get("is_automatic_forward") is True:
        place = text(inner(message, "chat"), "title") if "origin" in message else ""
        return f"{first} in {place}" if first and place and place not in first else first or sender
    return f"{sender}, who forwarded it from {first}" if first and first != sender else sender


def forwarded_from(message: Json, bot_id: int) -> str:
    """Return who wrote what was forwarded; "" for what was not."""
    return origin(inner(message, "forward_origin"), bot_id)


def origin(found: Json, bot_id: int) -> str:
    """Return who a message comes from: a person, one who hides their account, a group, a channel; "" for no origin."""
    chat = inner(found, "sender_chat") or inner(found, "chat")
    if chat:
        return _titled(chat, text(found, "author_signature"))
    name = _user(inner(found, "sender_user"), bot_id) or text(found, "sender_user_name")
    return name or (_NAMELESS if found else "")


def named(user: Json) -> str:
    """Return what people call a user; "" for an account that has been deleted."""
    return f"{text(user, 'first_name')} {text(user, 'last_name')}".strip() or text(user, "username")


def _user(user: Json, bot_id: int) -> str:
    if user and number(user, "id") == bot_id:
        return YOU
    return named(user)


def _titled(chat: Json, signature: str) -> str:
    title = text(chat, "title") or _user(chat, 0)
    return f"{title} ({signature})" if signature else title
