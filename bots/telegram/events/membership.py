"""Reading that the bot was added, removed or blocked (`my_chat_member`); pure."""

from __future__ import annotations

from core.chat.port.incoming import Incoming
from core.json_reader import Json, get_object, get_text

from .addressing import BotIdentity
from .chat_place import build_chat_ref, get_title, is_direct
from .senders import build_sender

_MEMBER_STATUSES = frozenset({"creator", "administrator", "member"})
_MIGRATION_DELAY = 0.8
"""Seconds. When a group becomes a supergroup, Telegram reports an arrival of the bot, too, and the two events come in
either order (tdlib/telegram-bot-api#266)."""


def parse_membership(change: Json, bot: BotIdentity, event_id: str) -> Incoming | None:
    """Parse that the bot was added to a group, removed from one, or blocked."""
    direct = is_direct(change)
    if direct is None:
        return None
    sender, chat = build_sender(get_object(change, "from")), build_chat_ref(change, bot)
    if _is_bot_removed(change):
        return Incoming(chat, event_id, message_id="", sender=sender, direct=direct, removed=True)
    if direct or not _is_bot_added(change):
        return None
    return Incoming(
        chat,
        event_id,
        message_id="",
        sender=sender,
        added=True,
        chat_name=get_title(change),
        wait_seconds=_MIGRATION_DELAY,
    )


def _is_bot_added(change: Json) -> bool:
    """Whether the bot was added to a chat in which it may write (Bot API: ChatMemberUpdated).

    A promotion, demotion or restriction of a member does not count.
    """
    before, after = get_object(change, "old_chat_member"), get_object(change, "new_chat_member")
    return _is_member(after) and not _is_member(before) and _can_write(after)


def _is_bot_removed(change: Json) -> bool:
    """Whether the bot was removed from a group or, in a private chat, blocked."""
    before, after = get_object(change, "old_chat_member"), get_object(change, "new_chat_member")
    return _is_member(before) and not _is_member(after)


def _is_member(member: Json) -> bool:
    restricted = get_text(member, "status") == "restricted"
    return member.get("is_member") is True if restricted else get_text(member, "status") in _MEMBER_STATUSES


def _can_write(member: Json) -> bool:
    return get_text(member, "status") != "restricted" or member.get("can_send_messages") is True
