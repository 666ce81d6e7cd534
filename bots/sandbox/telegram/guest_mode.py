"""Guest mode: people mention the bot in chats where it is no member, and it answers once.

Facts: Bot API 10.0, Update.guest_message and answerGuestQuery. How long a query can be answered, and how a late answer
is refused, is not documented: here as for inline queries.
"""

import time
from dataclasses import dataclass, field
from typing import Any, Final

from .bot_api import Call
from .errors import bad_request
from .inline_results import check_result, make_inline_id, make_message
from .json_objects import message_json
from .state import Chat, Message, User, World
from .text.text_with_entities import Formatted, stored
from .update_delivery import Updates

_QUERY_LIFETIME: Final = 30.0
_QUERY_TOO_OLD: Final = "query is too old and response timeout expired or query ID is invalid"


@dataclass(slots=True)
class GuestQuery:
    """A message that calls the bot, and whether that was answered."""

    message: Message
    at: float = field(default_factory=time.monotonic)
    is_answered: bool = False


class GuestMode:
    """Tells the bot of messages that call it, and posts its answers."""

    def __init__(self, world: World, updates: Updates) -> None:
        self.enabled = True
        """Whether people can call the bot (BotFather: guest mode)."""
        self._world = world
        self._updates = updates
        self._queries: dict[str, GuestQuery] = {}

    def call(self, person: User, chat: Chat, text: str, reply_to: Message | None) -> Message:
        """Write a message that mentions the bot, or replies to its message; raises ValueError where it calls nobody."""
        if not self.enabled:
            raise ValueError("guest mode is off")
        number = self._world.new_id(chat)
        content = stored(Formatted(text))
        message = Message(number, chat, person, int(time.time()), content, reply_to=reply_to)
        self._world.post(message)
        query_id = f"{person.id}{len(self._queries) + 1:06d}"
        self._queries[query_id] = GuestQuery(message)
        self._updates.put("guest_message", message_json(message) | {"guest_query_id": query_id})
        return message

    def answer_guest_query(self, call: Call) -> dict[str, Any]:
        query, result = self._queries.get(call.text("guest_query_id")), call.json_object("result") or {}
        if query is None or query.is_answered or time.monotonic() - query.at > _QUERY_LIFETIME:
            raise bad_request(_QUERY_TOO_OLD)
        check_result(result)
        message = make_message(self._world, query.message.chat, self._world.bot, result)
        message.reply_to, message.inline_id = query.message, make_inline_id()
        query.is_answered = True
        self._world.post(message)
        return {"inline_message_id": message.inline_id}
