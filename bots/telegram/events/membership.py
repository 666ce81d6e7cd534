"""Reading changes of the bot's membership (`my_chat_member`); pure."""

from __future__ import annotations

from core.json_reader import Json, get_object, get_text

_MEMBER_STATUSES = frozenset({"creator", "administrator", "member"})


def is_bot_added(change: Json) -> bool:
    """Whether the bot was added to a chat in which it may write (Bot API: ChatMemberUpdated).

    A promotion, demotion or restriction of a member does not count.
    """
    before, after = get_object(change, "old_chat_member"), get_object(change, "new_chat_member")
    return _is_member(after) and not _is_member(before) and _can_write(after)


def is_bot_removed(change: Json) -> bool:
    """Whether the bot was removed from a group or, in a private chat, blocked."""
    before, after = get_object(change, "old_chat_member"), get_object(change, "new_chat_member")
    return _is_member(before) and not _is_member(after)


def _is_member(member: Json) -> bool:
    restricted = get_text(member, "status") == "restricted"
    return member.get("is_member") is True if restricted else get_text(member, "status") in _MEMBER_STATUSES


def _can_write(member: Json) -> bool:
    return get_text(member, "status") != "restricted" or member.get("can_send_messages") is True
