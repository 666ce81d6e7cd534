"""The bot's own standing in a group, as `my_chat_member` tells it; pure."""

from __future__ import annotations

from bots.json_fields import Json, get_object, get_text

_INSIDE = frozenset({"creator", "administrator", "member"})


def is_bot_added(change: Json) -> bool:
    """Whether the bot has come into a chat in which it may write (Bot API: ChatMemberUpdated).

    Being promoted, demoted, restricted or released within one is none.
    """
    before, after = get_object(change, "old_chat_member"), get_object(change, "new_chat_member")
    return _is_inside(after) and not _is_inside(before) and _may_write(after)


def _is_inside(member: Json) -> bool:
    restricted = get_text(member, "status") == "restricted"
    return member.get("is_member") is True if restricted else get_text(member, "status") in _INSIDE


def _may_write(member: Json) -> bool:
    return get_text(member, "status") != "restricted" or member.get("can_send_messages") is True
