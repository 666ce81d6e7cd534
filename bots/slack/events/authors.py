"""Read the author of a message: a user, or an app, which is answered only if the operator allows it; pure."""

from __future__ import annotations

from dataclasses import dataclass

from core.chat.port.incoming import Sender
from core.json_reader import Json, get_object, get_objects, get_text

_MESSAGE_SUBTYPES = frozenset({"", "bot_message", "file_share", "me_message", "thread_broadcast"})
"""Subtypes of messages that users and apps write."""
_SYSTEM_USERS = frozenset({"USLACK", "USLACKBOT"})


@dataclass(frozen=True, slots=True)
class Author:
    """The author of a message."""

    sender: Sender
    ids: frozenset[str] = frozenset()
    """All ids of an app; empty for users."""
    is_narration: bool = False
    """The message was written with `/me`, so it is addressed to nobody."""

    @property
    def is_person(self) -> bool:
        return not self.ids

    @property
    def can_follow_up(self) -> bool:
        """Whether a message in a thread may address the bot without a mention; apps never do, to prevent loops."""
        return self.is_person and not self.is_narration


def read_author(event: Json, bot: str, app: str) -> Author | None:
    """Return the author of a `message` event; None if it is never answered, such as the bot itself.

    `bot` is the bot's user id and `app` its app's id. Workflows, webhooks and posts of apps in a user's name all have a
    `bot_id`.
    """
    user, subtype = get_text(event, "user"), get_text(event, "subtype")
    if subtype not in _MESSAGE_SUBTYPES or user in _SYSTEM_USERS or (user and user == bot):
        return None
    ids = _app_ids(event)
    if not ids:
        return Author(Sender(user), is_narration=subtype == "me_message") if user else None
    if app and app in ids:
        return None
    name = get_text(event, "username") or get_text(get_object(event, "bot_profile"), "name")
    return Author(Sender(user or get_text(event, "bot_id") or min(ids), "" if user else name), ids)


def is_about_own_message(body: Json) -> bool:
    """Whether an event tells of a message that the bot has written: each of its steps comes back as an event."""
    installed = next(iter(get_objects(body, "authorizations")), Json())
    bot = get_text(installed, "user_id") if installed.get("is_bot") else ""
    event = get_object(body, "event")
    message = get_object(event, "message") or get_object(event, "previous_message") or event
    return bool(bot) and event.get("type") == "message" and get_text(message, "user") == bot


def is_by_app(event: Json) -> bool:
    """Whether an app wrote a message; the clients of users sometimes add an `app_id`, too."""
    return bool(get_text(event, "bot_id")) or get_text(event, "subtype") == "bot_message"


def _app_ids(event: Json) -> frozenset[str]:
    """Return all ids of the app that wrote a message; none for users."""
    if not is_by_app(event):
        return frozenset()
    profile = get_object(event, "bot_profile")
    found = (
        get_text(event, "bot_id"),
        get_text(event, "app_id"),
        get_text(event, "workflow_id"),
        get_text(profile, "app_id"),
    )
    return frozenset(one for one in found if one) or frozenset({"unknown"})
