"""Results that become messages (Bot API: InlineQueryResultArticle)."""

import secrets
import time
from collections.abc import Mapping
from typing import Any, Final

from .errors import bad_request
from .keyboard import read_keyboard
from .state import Chat, Message, User, World
from .text.text_with_entities import marked_up, stored

_RESULT_ID_LENGTHS: Final = range(1, 65)


def make_message(world: World, chat: Chat, sender: User, result: Mapping[str, Any]) -> Message:
    """Return the message that a result becomes in a chat."""
    content = result["input_message_content"]
    return Message(
        id=world.new_id(chat),
        chat=chat,
        sender=sender,
        date=int(time.time()),
        content=stored(marked_up(content["message_text"], content.get("parse_mode", ""), content.get("entities"))),
        keyboard=result.get("reply_markup"),
    )


def make_inline_id() -> str:
    """Return the id by which the bot can change a message."""
    return secrets.token_urlsafe(20)


def check_result(result: Mapping[str, Any]) -> None:
    """Refuse what the server refuses of an article; raises ApiError."""
    if len(str(result.get("id", "")).encode()) not in _RESULT_ID_LENGTHS:
        raise bad_request("RESULT_ID_INVALID")
    if result.get("type") != "article" or not result.get("title"):
        raise bad_request("ARTICLE_TITLE_EMPTY")
    if not str(result.get("input_message_content", {}).get("message_text", "")).strip():
        raise bad_request("message text is empty")
    read_keyboard(result.get("reply_markup"))
