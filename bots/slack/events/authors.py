"""Who says something in Slack: a person, or an app, which is answered only where the operator allows it; pure."""

from __future__ import annotations

from dataclasses import dataclass

from bots.json_fields import Json, get_object, get_text
from core.chat.port.incoming import Sender

_SAID = frozenset({"", "bot_message", "file_share", "me_message", "thread_broadcast"})
"""Subtypes of messages in which somebody says something."""
_SYSTEM_USERS = frozenset({"USLACK", "USLACKBOT"})


@dataclass(frozen=True, slots=True)
class Speaker:
    """Whoever wrote a message."""

    sender: Sender
    ids: frozenset[str] = frozenset()
    """Of an app: all ids that it goes by; of a person none."""
    narrates: bool = False
    """It was said by `/me`, about oneself and not to anybody."""

    @property
    def human(self) -> bool:
        return not self.ids

    @property
    def answers_unasked(self) -> bool:
        """Whether what is said in a thread without naming the bot may be meant for it; two bots would never end."""
        return self.human and not self.narrates


def speaker_of(event: Json, bot: str, app: str) -> Speaker | None:
    """Who wrote a `message` event; None: nobody to answer, such as the bot itself.

    `bot` is the bot's own user id and `app` its app's id. Workflows, webhooks and what apps post in a person's name
    all bear a `bot_id`.
    """
    user, subtype = get_text(event, "user"), get_text(event, "subtype")
    if subtype not in _SAID or user in _SYSTEM_USERS or (user and user == bot):
        return None
    ids = _app_ids(event)
    if not ids:
        return Speaker(Sender(user), narrates=subtype == "me_message") if user else None
    if app and app in ids:
        return None
    name = get_text(event, "username") or get_text(get_object(event, "bot_profile"), "name")
    return Speaker(Sender(user or get_text(event, "bot_id") or min(ids), "" if user else name), ids)


def _app_ids(event: Json) -> frozenset[str]:
    """Every id of the app that wrote a message; none for people, though clients tell their own `app_id` at times."""
    if not get_text(event, "bot_id") and get_text(event, "subtype") != "bot_message":
        return frozenset()
    profile = get_object(event, "bot_profile")
    found = (
        get_text(event, "bot_id"),
        get_text(event, "app_id"),
        get_text(event, "workflow_id"),
        get_text(profile, "app_id"),
    )
    return frozenset(one for one in found if one) or frozenset({"unknown"})
