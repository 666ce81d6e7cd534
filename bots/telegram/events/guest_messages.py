"""Reading messages that call the bot into a chat in which it is no member (guest mode); pure.

Facts: Bot API 10.0, Update.guest_message. The chat's id may be that of another chat with the bot, and the bot can
answer once. So each such message counts as a thread of the private chat with whoever wrote it.
"""

from __future__ import annotations

from core.chat.port.incoming import ChatRef, Incoming
from core.json_reader import Json, get_int, get_object, get_text

from .addressing import PLATFORM, BotIdentity, parse_addressed_text
from .attachments import read_attachments
from .message_body import MessageBody, prepend_content
from .quotes import get_quoted_message, parse_quote
from .senders import build_sender

_THREAD_PREFIX = "guest."
"""Sets such threads apart from topics and from those of inline mode. The rest is the id of the query."""


def find_guest_query(chat: ChatRef) -> str:
    """Return the id of the query by which such a message can be answered; "" for any other conversation."""
    return chat.thread.removeprefix(_THREAD_PREFIX) if chat.thread.startswith(_THREAD_PREFIX) else ""


def parse_guest_message(message: Json, bot: BotIdentity, event_id: str) -> Incoming | None:
    """Read a question with what it replies to; None when it cannot be answered, or nobody stands for it."""
    query, author = get_text(message, "guest_query_id"), get_object(message, "from")
    if not query or not author or author.get("is_bot"):
        return None
    sender, address = build_sender(author), parse_addressed_text(MessageBody.parse(message), bot)
    about = parse_quote(message, bot)
    return Incoming(
        chat=ChatRef(PLATFORM, str(bot.id), sender.id, _THREAD_PREFIX + query),
        event_id=event_id,
        message_id=str(get_int(message, "message_id")),
        sender=sender,
        text=prepend_content(message, address.text),
        direct=True,
        command=address.command,
        attachments=read_attachments(message),
        quoted=about.text,
        excerpt=about.excerpt,
        quoted_author=about.author,
        quoted_attachments=read_attachments(get_quoted_message(message)),
    )
