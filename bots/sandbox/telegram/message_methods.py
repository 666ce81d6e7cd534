"""Methods about text: send, edit, delete, actions, reactions, button presses."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from .bot_api import Call, Description
from .check_and_post_message import Sender, store_text
from .errors import bad_request
from .flood_control import FloodControl
from .json_objects import message_json
from .keyboard import read_keyboard
from .state import Event, Message, World
from .text.text_with_entities import CAPTION_LENGTH, MESSAGE_LENGTH, Formatted, is_invisible, marked_up

NOT_MODIFIED: Final = (
    "message is not modified: specified new message content and reply markup are exactly the same as a current "
    "content and reply markup of the message"
)
_QUERY_TOO_OLD: Final = "query is too old and response timeout expired or query ID is invalid"
_QUERY_LIFETIME: Final = 150.0  # telegram-bot-api keeps a callback query that long
_MAX_ANSWER_LENGTH: Final = 200
_MAX_DELETED: Final = 100


@dataclass(slots=True)
class Press:
    """A person's press of an inline button, and the bot's answer to it: None until there is one."""

    id: str
    user_id: int
    chat_id: int
    data: str
    at: float
    answer: str | None = None
    alert: bool = False


class Messages:
    """Answer the methods that deal with text messages and what surrounds them."""

    def __init__(self, world: World, sender: Sender, flood: FloodControl, description: Description) -> None:
        self.presses: dict[str, Press] = {}
        self._world = world
        self._sender = sender
        self._flood = flood
        self._actions = description.actions
        self._reactions = description.reactions

    def send_message(self, call: Call) -> dict[str, Any]:
        draft = _parse_text(call, "text", "entities")
        keyboard = read_keyboard(call.json_object("reply_markup"))
        if not draft.text:
            raise bad_request("message text is empty")
        place = self._sender.place(call)
        content = store_text(draft, MESSAGE_LENGTH, "message is too long")
        if is_invisible(content.text):
            raise bad_request("text must be non-empty")
        return message_json(self._sender.post(place, content, keyboard))

    def edit_message_text(self, call: Call) -> dict[str, Any] | bool:
        draft = _parse_text(call, "text", "entities")
        keyboard = read_keyboard(call.json_object("reply_markup"))
        if not draft.text:
            raise bad_request("message text is empty")
        message = self._find_editable(call)
        if message.kind != "text":
            raise bad_request("there is no text in the message to edit")
        content = store_text(draft, MESSAGE_LENGTH, "MESSAGE_TOO_LONG")
        if is_invisible(content.text):
            raise bad_request("text must be non-empty")
        return self._edit(message, content, keyboard)

    def edit_message_caption(self, call: Call) -> dict[str, Any] | bool:
        draft = _parse_text(call, "caption", "caption_entities")
        keyboard = read_keyboard(call.json_object("reply_markup"))
        message = self._find_editable(call)
        if message.kind == "text":
            raise bad_request("there is no caption in the message to edit")
        return self._edit(message, store_text(draft, CAPTION_LENGTH, "MEDIA_CAPTION_TOO_LONG"), keyboard)

    def edit_message_reply_markup(self, call: Call) -> dict[str, Any] | bool:
        keyboard = read_keyboard(call.json_object("reply_markup"))
        message = self._find_editable(call)
        return self._edit(message, message.content, keyboard)

    def _find_editable(self, call: Call) -> Message:
        if "inline_message_id" in call.values:
            return self._find_inline(call.text("inline_message_id"))
        if "chat_id" not in call.values:
            raise bad_request("chat_id is empty")
        if "message_id" not in call.values:
            raise bad_request("message identifier is not specified")
        chat = self._world.reachable(call.values["chat_id"])
        message = chat.messages.get(call.number("message_id"))
        if message is None:
            raise bad_request("message to edit not found")
        if message.sender is not self._world.bot:
            raise bad_request("message can't be edited")
        if message.keyboard and "inline_keyboard" not in message.keyboard:
            raise bad_request("message can't be edited")
        return message

    def _find_inline(self, inline_id: str) -> Message:
        every = (message for chat in self._world.chats.values() for message in chat.messages.values())
        found = next((message for message in every if message.inline_id == inline_id != ""), None)
        if found is None:
            raise bad_request("MESSAGE_ID_INVALID")
        return found

    def _edit(self, message: Message, content: Formatted, keyboard: Mapping[str, Any] | None) -> dict[str, Any] | bool:
        """Edit, counting the call first: an edit that changes nothing costs as much as any other."""
        self._flood.send(message.chat.id)
        if content == message.content and keyboard == message.keyboard:
            raise bad_request(NOT_MODIFIED)
        self._world.edit(message, content, keyboard)
        return True if message.inline_id else message_json(message)

    def delete_message(self, call: Call) -> bool:
        chat = self._world.reachable(call.values["chat_id"])
        message = chat.messages.get(call.number("message_id"))
        if message is None:
            raise bad_request("message to delete not found")
        if not self._can_delete(message):
            raise bad_request("message can't be deleted")
        self._world.delete(message)
        return True

    def delete_messages(self, call: Call) -> bool:
        chat = self._world.reachable(call.values["chat_id"])
        ids = call.json_array("message_ids") or []
        if not 1 <= len(ids) <= _MAX_DELETED:
            raise bad_request("message identifiers must be 1-100")
        for message in [chat.messages[each] for each in ids if each in chat.messages]:
            if self._can_delete(message):
                self._world.delete(message)
        return True

    def _can_delete(self, message: Message) -> bool:
        own = message.sender is self._world.bot
        return own or message.chat.person is not None or message.chat.bot_status == "administrator"

    def send_chat_action(self, call: Call) -> bool:
        action = call.text("action")
        if action not in self._actions:
            raise bad_request("wrong parameter action in request")
        chat = self._world.reachable(call.values["chat_id"])
        # In a forum, General is named 1 here although no sending method takes it.
        general = chat.is_forum and call.optional("message_thread_id") == 1
        topic = None if general else self._sender.topic(chat, call)
        self._flood.typing(chat.id)
        self._world.record(Event(time.monotonic(), chat.id, 0, "action", media=action, topic=topic))
        return True

    def set_message_reaction(self, call: Call) -> bool:
        chat = self._world.reachable(call.values["chat_id"])
        message = chat.messages.get(call.number("message_id"))
        reactions = call.json_array("reaction") or []
        if message is None:
            raise bad_request("message to react not found")
        if len(reactions) > 1:
            raise bad_request("REACTIONS_TOO_MANY")
        emoji = str(reactions[0].get("emoji", "")) if reactions else ""
        allowed = self._reactions if chat.available_reactions is None else chat.available_reactions
        if reactions and emoji not in allowed:
            raise bad_request("REACTION_INVALID")
        message.reaction = emoji
        self._world.record(Event(time.monotonic(), chat.id, message.id, "reaction", emoji, topic=message.topic))
        return True

    def answer_callback_query(self, call: Call) -> bool:
        press = self.presses.get(call.text("callback_query_id"))
        if press is None or press.answer is not None or time.monotonic() - press.at > _QUERY_LIFETIME:
            raise bad_request(_QUERY_TOO_OLD)
        if len(call.text("text")) > _MAX_ANSWER_LENGTH:
            raise bad_request("MESSAGE_TOO_LONG")
        press.answer = call.text("text")
        press.alert = call.flag("show_alert")
        self._world.changed()
        return True


def _parse_text(call: Call, text: str, entities: str) -> Formatted:
    return marked_up(call.text(text), call.text("parse_mode"), call.json_array(entities))
