"""Inline mode: people ask the bot in any chat, and send one of its results there.

Facts: Bot API, Inline mode; https://core.telegram.org/bots/inline#collecting-feedback.
"""

import re
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from .bot_api import Call
from .errors import bad_request
from .json_objects import user_json
from .keyboard import read_keyboard
from .state import Chat, Message, User, World
from .text.text_with_entities import marked_up, stored
from .updates import Updates

_QUERY_LIFETIME: Final = 30.0  # telegram-bot-api keeps an inline query that long
_QUERY_TOO_OLD: Final = "query is too old and response timeout expired or query ID is invalid"
_MAX_RESULTS: Final = 50
_MAX_QUERY_LENGTH: Final = 256  # https://core.telegram.org/bots/api#inlinequery
_START_PARAMETER: Final = re.compile(
    r"[A-Za-z0-9_-]{1,64}\Z"
)  # https://core.telegram.org/bots/api#inlinequeryresultsbutton
_RESULT_ID_LENGTHS: Final = range(1, 65)


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
        content = result["input_message_content"]
        message = Message(
            id=self._world.new_id(chat),
            chat=chat,
            sender=query.person,
            date=int(time.time()),
            content=stored(marked_up(content["message_text"], content.get("parse_mode", ""), content.get("entities"))),
            keyboard=result.get("reply_markup"),
            inline_id=secrets.token_urlsafe(20) if "reply_markup" in result else "",
        )
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
            _check_result(result)
        button = call.json_object("button")
        if button and not (button.get("text") and _START_PARAMETER.match(str(button.get("start_parameter", "")))):
            raise bad_request("START_PARAM_INVALID")
        query.results, query.button = results, button
        self._world.changed()
        return True


def _check_result(result: Mapping[str, Any]) -> None:
    if len(str(result.get("id", "")).encode()) not in _RESULT_ID_LENGTHS:
        raise bad_request("RESULT_ID_INVALID")
    if result.get("type") != "article" or not result.get("title"):
        raise bad_request("ARTICLE_TITLE_EMPTY")
    if not str(result.get("input_message_content", {}).get("message_text", "")).strip():
        raise bad_request("message text is empty")
    read_keyboard(result.get("reply_markup"))
