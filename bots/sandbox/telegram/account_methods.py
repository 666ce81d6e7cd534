"""Methods about the bot itself and about the chats it is in."""

import json
import re
from typing import Any, Final

from .bot_api import Call
from .errors import bad_request
from .inline_mode import InlineMode
from .json_objects import chat_json, member_json, user_json
from .state import Chat, World

_COMMAND: Final = re.compile(r"[a-z0-9_]{1,32}\Z")
_LANGUAGE: Final = re.compile(r"([a-z]{2})?\Z")
_MAX_COMMANDS: Final = 100  # https://core.telegram.org/bots/api#setmycommands
_DESCRIPTION_LENGTHS: Final = range(1, 257)
_MAX_LENGTHS: Final = {"description": 512, "short_description": 120, "name": 64}
_MAX_TOPIC_NAME_LENGTH: Final = 128  # https://core.telegram.org/bots/api#editforumtopic
_ABSENT_STATUSES: Final = frozenset({"left", "kicked"})


class Account:
    """Answer getMe, the texts of the bot's profile, its commands, and questions about chats."""

    def __init__(self, world: World, inline: InlineMode) -> None:
        self.privacy = True
        self._inline = inline
        self._world = world
        self._commands: dict[tuple[str, str], list[dict[str, Any]]] = {}
        self._profile: dict[tuple[str, str], str] = {}

    def get_me(self, _: Call) -> dict[str, Any]:
        return user_json(self._world.bot) | {
            "can_join_groups": True,
            "can_read_all_group_messages": not self.privacy,
            "supports_inline_queries": self._inline.enabled,
            "supports_guest_queries": self._inline.guests.enabled,
        }

    def leave_or_log_out(self, _: Call) -> bool:
        return True

    def set_my_commands(self, call: Call) -> bool:
        commands = call.json_array("commands") or []
        if len(commands) > _MAX_COMMANDS:
            raise bad_request("BOT_COMMANDS_TOO_MUCH")
        for command in commands:
            if not _COMMAND.match(command["command"]):
                raise bad_request("BOT_COMMAND_INVALID")
            if len(command["description"]) not in _DESCRIPTION_LENGTHS:
                raise bad_request("BOT_COMMAND_DESCRIPTION_INVALID")
        self._commands[_read_scope(call), _read_language(call)] = commands
        return True

    def get_my_commands(self, call: Call) -> list[dict[str, Any]]:
        return self._commands.get((_read_scope(call), _read_language(call)), [])

    def delete_my_commands(self, call: Call) -> bool:
        self._commands.pop((_read_scope(call), _read_language(call)), None)
        return True

    def commands(self, scope: str, language_code: str) -> dict[str, str]:
        """Return command -> description of a scope type such as `default` or `all_private_chats`."""
        listed = self._commands.get((json.dumps({"type": scope}), language_code), [])
        return {each["command"]: each["description"] for each in listed}

    def set_my_name(self, call: Call) -> bool:
        return self._set(call, "name")

    def get_my_name(self, call: Call) -> dict[str, str]:
        return {"name": self._get(call, "name") or self._world.bot.first_name}

    def set_my_description(self, call: Call) -> bool:
        return self._set(call, "description")

    def get_my_description(self, call: Call) -> dict[str, str]:
        return {"description": self._get(call, "description")}

    def set_my_short_description(self, call: Call) -> bool:
        return self._set(call, "short_description")

    def get_my_short_description(self, call: Call) -> dict[str, str]:
        return {"short_description": self._get(call, "short_description")}

    def _set(self, call: Call, name: str) -> bool:
        if len(call.text(name)) > _MAX_LENGTHS[name]:
            raise bad_request(f"BOT_{name.upper()}_TOO_LONG")
        self._profile[name, _read_language(call)] = call.text(name)
        return True

    def _get(self, call: Call, name: str) -> str:
        return self._profile.get((name, _read_language(call)), self._profile.get((name, ""), ""))

    def get_chat(self, call: Call) -> dict[str, Any]:
        chat = self._world.reachable(call.values["chat_id"])
        gifts = ("unlimited_gifts", "limited_gifts", "unique_gifts", "premium_subscription", "gifts_from_channels")
        return chat_json(chat) | {
            "accent_color_id": 0,
            "max_reaction_count": 11,
            "accepted_gift_types": dict.fromkeys(gifts, False),
        }

    def get_chat_member(self, call: Call) -> dict[str, Any]:
        chat = self._world.reachable(call.values["chat_id"])
        user = self._world.users.get(call.number("user_id"))
        if user is None:
            raise bad_request("PARTICIPANT_ID_INVALID")
        status = chat.bot_status if user is self._world.bot else chat.members.get(user.id, "left")
        return member_json(user, status)

    def get_chat_member_count(self, call: Call) -> int:
        chat = self._world.reachable(call.values["chat_id"])
        return 1 + len([status for status in chat.members.values() if status not in _ABSENT_STATUSES])

    def get_chat_administrators(self, call: Call) -> list[dict[str, Any]]:
        chat = self._world.reachable(call.values["chat_id"])
        if chat.person:
            raise bad_request("there are no administrators in the private chat")
        listed = [
            member_json(self._world.users[user_id], status)
            for user_id, status in chat.members.items()
            if status in {"creator", "administrator"}
        ]
        own = chat.bot_status == "administrator"
        return [*listed, member_json(self._world.bot, chat.bot_status)] if own else listed

    def leave_chat(self, call: Call) -> bool:
        chat = self._world.reachable(call.values["chat_id"])
        _refuse_private(chat)
        chat.bot_status = "left"
        self._world.changed()
        return True

    def edit_forum_topic(self, call: Call) -> bool:
        """Rename a topic of a private chat, or of a forum whose administrator the bot is."""
        chat = self._world.reachable(call.values["chat_id"])
        topic, name = call.number("message_thread_id"), call.text("name")
        if not chat.person and chat.bot_status != "administrator":
            raise bad_request("not enough rights to manage topics")
        if topic not in chat.topics:
            raise bad_request("message thread not found")
        if name == chat.topics[topic]:
            raise bad_request("TOPIC_NOT_MODIFIED")
        if len(name) > _MAX_TOPIC_NAME_LENGTH:
            raise bad_request("TOPIC_TITLE_INVALID")
        chat.topics[topic] = name or chat.topics[topic]
        self._world.changed()
        return True


def _refuse_private(chat: Chat) -> None:
    if chat.person:
        raise bad_request("chat member status can't be changed in private chats")


def _read_scope(call: Call) -> str:
    scope = call.json_object("scope") or {"type": "default"}
    return json.dumps(dict(sorted(scope.items())))


def _read_language(call: Call) -> str:
    language = call.text("language_code")
    if not _LANGUAGE.match(language):
        raise bad_request("LANG_CODE_INVALID")
    return language
