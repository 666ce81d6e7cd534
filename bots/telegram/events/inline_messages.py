"""Reading what people do in inline mode, in chats where the bot need not be; pure.

Facts: Bot API, InlineQuery, ChosenInlineResult, CallbackQuery. Of the chat nothing is told, and of the message that
was sent there only an id by which the bot can change it. So each such message counts as a thread of the private chat
with whoever asked, whose choices hold in it.
"""

from __future__ import annotations

from core.chat.port.incoming import ChatRef, Choice, Incoming
from core.json_reader import Json, get_object, get_text

from .addressing import PLATFORM, BotIdentity
from .senders import build_sender

_THREAD_PREFIX = "inline."
"""Sets such threads apart from topics, whose ids are numbers. The rest is the id of the message."""
_STOP = "stop"
"""The only button under such a message that calls back."""


def find_inline_message(chat: ChatRef) -> str:
    """Return the id of the message in which such a question is answered; "" for any other conversation."""
    return chat.thread.removeprefix(_THREAD_PREFIX) if chat.thread.startswith(_THREAD_PREFIX) else ""


def parse_inline_query(query: Json, bot: BotIdentity) -> Incoming:
    """Read what somebody has typed until now behind the bot's name."""
    sender = build_sender(get_object(query, "from"))
    chat = ChatRef(PLATFORM, str(bot.id), sender.id)
    return Incoming(chat, get_text(query, "id"), message_id="", sender=sender, text=_read_question(query), direct=True)


def parse_chosen_result(chosen: Json, bot: BotIdentity, event_id: str) -> Incoming | None:
    """Read the question that somebody has sent to a chat; None when the bot cannot change its message."""
    if not get_text(chosen, "inline_message_id"):
        return None
    sender, message_id = build_sender(get_object(chosen, "from")), get_text(chosen, "inline_message_id")
    chat = ChatRef(PLATFORM, str(bot.id), sender.id, _THREAD_PREFIX + message_id)
    return Incoming(chat, event_id, message_id, sender, text=_read_question(chosen), direct=True)


def parse_inline_press(query: Json, bot: BotIdentity, event_id: str) -> Incoming | None:
    """Read a press of the button that stops the answer; None for what a client has made up."""
    menu, _, value = get_text(query, "data").partition(":")
    if menu != _STOP:
        return None
    sender, message_id = build_sender(get_object(query, "from")), get_text(query, "inline_message_id")
    return Incoming(
        chat=ChatRef(PLATFORM, str(bot.id), sender.id, _THREAD_PREFIX + message_id),
        event_id=event_id,
        message_id=message_id,
        sender=sender,
        direct=True,
        choice=Choice(menu, value),
        reply_route=get_text(query, "id"),
    )


def _read_question(holder: Json) -> str:
    return get_text(holder, "query").replace("\0", " ")
