"""Inline mode: people ask the bot in any chat, and send one of its results there.

Facts: Bot API, Inline mode; https://core.telegram.org/bots/inline#collecting-feedback.
"""

import re
import time
from dataclasses import dataclass, field
from typing import Any, Final

from .bot_api import Call
from .errors import bad_request
from .guest_mode import GuestMode
from .inline_results import check_result, make_inline_id, make_message
from .json_objects import user_json
from .state import Chat, Message, User, World
from .update_delivery import Updates

_QUERY_LIFETIME: Final = 30.0  # telegram-bot-api keeps an inline query that long
_QUERY_TOO_OLD: Final = "query is too old and response timeout expired or query ID is invalid"
_MAX_RESULTS: Final = 50
_MAX_QUERY_LENGTH: Final = 256  # https://core.telegram.org/bots/api#inlinequery
_START_PARAMETER: Final = re.compile(
    r"[A-Za-z0-9_-]{1,64}\Z"
)  # https://core.telegram.org/bots/api#inlinequeryresultsbutton


@dataclass(slots=True)
class InlineQuery:
    """What a person typed behind the bot's name, and the results that the bot offers: None until it has answered."""

    id: str
    person: User
    text: str
    at: float = field(default_factory=time.monotonic)
    results: list[dict[str, Any]] | None = None
    button: dict[str, Any] | None = None
    """What stands above the results."""


class InlineMode:
    """Keeps queries, and sends the results that people choose."""

    def __init__(self, world: World, updates: Updates) -> None:
        self.enabled = True
        """Whether people can type behind the bot's name (BotFather: /setinline)."""
        self.feedback = True
        """Whether the bot hears of chosen results (BotFather: /setinlinefeedback, 100 %)."""
        self.guests = GuestMode(world, updates)
        self._world = world
        self._updates = updates
        self._queries: dict[str, InlineQuery] = {}

    def ask(self, person: User, text: str) -> InlineQuery:
        """Type a text behind the bot's name; clients send it again with each letter.

        Raises ValueError where no client would send it.
        """
        if not self.enabled or len(text) > _MAX_QUERY_LENGTH:
            raise ValueError("inline mode is off, or the text has more than 256 characters")
        query = InlineQuery(f"{person.id}{len(self._queries) + 1:06d}", person, text)
        self._queries[query.id] = query
        body = {"id": query.id, "from": user_json(person), "query": text, "offset": "", "chat_type": "private"}
        self._updates.put("inline_query", body)
        return query

    def choose(self, query: InlineQuery, chat: Chat, index: int) -> Message:
        """Send a result to a chat; only a message with buttons gets an id by which the bot can change it."""
        result = (query.results or [])[index]
        message = make_message(self._world, chat, query.person, result)
        message.inline_id = make_inline_id() if "reply_markup" in result else ""
        self._world.post(message)
        if self.feedback:
            told = {"result_id": result["id"], "from": user_json(query.person), "query": query.text}
            changeable = {"inline_message_id": message.inline_id} if message.inline_id else {}
            self._updates.put("chosen_inline_result", told | changeable)
        return message

    def answer_inline_query(self, call: Call) -> bool:
        query = self._queries.get(call.text("inline_query_id"))
        results = call.json_array("results") or []
        if query is None or query.results is not None or time.monotonic() - query.at > _QUERY_LIFETIME:
            raise bad_request(_QUERY_TOO_OLD)
        if len(results) > _MAX_RESULTS:
            raise bad_request("RESULTS_TOO_MUCH")
        if len({str(result.get("id")) for result in results}) < len(results):
            raise bad_request("RESULT_ID_DUPLICATE")
        for result in results:
            check_result(result)
        button = call.json_object("button")
        if button and not (button.get("text") and _START_PARAMETER.match(str(button.get("start_parameter", "")))):
            raise bad_request("START_PARAM_INVALID")
        query.results, query.button = results, button
        self._world.changed()
        return True
