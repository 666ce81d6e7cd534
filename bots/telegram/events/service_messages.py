"""Describing service messages, to which people reply as to others; pure.

Facts: Bot API 10.3, Message. That a topic began is left out: each message of the topic replies to that.
"""

from __future__ import annotations

from collections.abc import Callable

from core.json_reader import Json, get_int, get_object, get_objects, get_text

from .forward_origins import get_display_name

_FLAGS = {
    "delete_chat_photo": "the picture of the group was removed",
    "group_chat_created": "the group was created",
    "supergroup_chat_created": "the group was created",
    "forum_topic_closed": "the topic was closed",
    "forum_topic_reopened": "the topic was opened again",
    "video_chat_started": "a video chat began",
    "chat_background_set": "the background was changed",
}


def describe_service_message(message: Json) -> str:
    """Return what a service message says, in brackets; "" for other messages."""
    found = next((text for field, describe in _DESCRIBERS.items() if (text := describe(message, field))), "")
    found = found or next((text for field, text in _FLAGS.items() if field in message), "")
    return f"[{found}]" if found else ""


def _describe_arrival(message: Json, field: str) -> str:
    names = ", ".join(filter(None, map(get_display_name, get_objects(message, field))))
    return f"{names} joined the group" if names else ""


def _describe_departure(message: Json, field: str) -> str:
    name = get_display_name(get_object(message, field))
    return f"{name} left the group" if name else ""


def _describe_title(message: Json, field: str) -> str:
    title = get_text(message, field)
    return f"the group was named {title}" if title else ""


def _describe_topic(message: Json, field: str) -> str:
    name = get_text(get_object(message, field), "name")
    return f"the topic was named {name}" if name else ""


def _describe_photo(message: Json, field: str) -> str:
    return "the picture of the group was changed" if get_objects(message, field) else ""


def _describe_pin(message: Json, field: str) -> str:
    return "a message was pinned" if get_object(message, field) else ""


def _describe_video_chat(message: Json, field: str) -> str:
    seconds = get_int(get_object(message, field), "duration")
    return f"a video chat of {seconds // 60} min {seconds % 60} s ended" if get_object(message, field) else ""


def _describe_timer(message: Json, field: str) -> str:
    days = get_int(get_object(message, field), "message_auto_delete_time") / 86_400
    return f"messages are deleted after {days:g} day{'' if days == 1 else 's'}" if days else ""


_DESCRIBERS: dict[str, Callable[[Json, str], str]] = {
    "new_chat_members": _describe_arrival,
    "left_chat_member": _describe_departure,
    "new_chat_title": _describe_title,
    "new_chat_photo": _describe_photo,
    "pinned_message": _describe_pin,
    "forum_topic_edited": _describe_topic,
    "video_chat_ended": _describe_video_chat,
    "message_auto_delete_timer_changed": _describe_timer,
}
