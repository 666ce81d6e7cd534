"""Reading an update: what a person did, or nothing; pure.

Facts: Bot API 10.3, Update and Message. Whatever an update holds, reading it raises nothing: a fault here would come
back with each delivery of the same update.
"""

from __future__ import annotations

from dataclasses import replace

from bots.json_fields import Json, get_int, get_object, get_text
from core.chat.port.incoming import Attachment, ChatRef, Choice, Incoming, Sender

from .addressing import BotIdentity, parse_addressed_text
from .attachments import read_attachments
from .contents import describe_content, is_reaction
from .membership import is_bot_added
from .message_text import MessageBody, prepend_content
from .origins import get_display_name, get_forward_author
from .quotes import get_quoted_message, parse_quote, read_answer_text
from .settling import find_seam, get_settle_seconds

PLATFORM = "tg"
_ANONYMOUS = frozenset({1087968824, 136817688})
"""Accounts of Telegram's, bots by name, that stand for a person who writes as a group or a channel."""
_OTHER_ROUTES = ("business_connection_id", "guest_query_id", "ephemeral_message_id", "is_automatic_forward")
"""Messages that can be answered, if at all, only in ways of their own."""
_OVER = Choice("over", "")
"""What no command knows, so that it does nothing."""


def parse_update(update: Json, bot: BotIdentity) -> Incoming | None:
    """Read an update; None when it is nothing that `bot` should answer.

    Edited messages, channel posts, service messages (but that a group has got another id) and what other bots write
    are nothing; neither is what people in a group say to each other.
    """
    event_id = str(get_int(update, "update_id"))
    if message := get_object(update, "message"):
        return _message(message, bot, event_id)
    if query := get_object(update, "callback_query"):
        return _choice(query, bot, event_id)
    if change := get_object(update, "my_chat_member"):
        return _arrival(change, bot, event_id)
    return None


def read_addition(update: Json, bot: BotIdentity) -> Incoming | None:
    """Read what counts only together with another message: its edited form, or a piece that does not name the bot."""
    event_id = str(get_int(update, "update_id"))
    if edited := get_object(update, "edited_message"):
        found = None if get_object(edited, "location") else _message(edited, bot, event_id)  # live locations move
        return found and replace(found, edits=found.message_id, settle=0.0)
    message = get_object(update, "message")
    found = _said(message, bot, event_id)
    return None if found is None or _is_addressed(found, message, bot) else replace(found, part=True)


def _message(message: Json, bot: BotIdentity, event_id: str) -> Incoming | None:
    if get_int(message, "migrate_from_chat_id"):
        return _migration(message, bot, event_id)
    found = _said(message, bot, event_id)
    return found if found is not None and _is_addressed(found, message, bot) else None


def _is_addressed(found: Incoming, message: Json, bot: BotIdentity) -> bool:
    return bool(found.direct or found.command or found.mentioned or _answers(message, bot))


def _said(message: Json, bot: BotIdentity, event_id: str) -> Incoming | None:
    """What somebody has said, to whomever."""
    sender = _sender(message)
    direct = _direct(message)
    attachments = read_attachments(message)
    if sender is None or direct is None or not (_has_words(message) or attachments):
        return None
    if not direct and is_reaction(message):
        return None
    forwarded = get_forward_author(message, bot.id)
    address = parse_addressed_text(MessageBody.parse(message), bot, commands=not forwarded)
    if address.for_other_bot:
        return None
    about = parse_quote(message, bot)
    found = Incoming(
        chat=_chat(message, bot),
        event_id=event_id,
        message_id=str(get_int(message, "message_id")),
        sender=sender,
        text=prepend_content(message, address.text),
        direct=direct,
        mentioned=address.mentioned,
        thread=_topic(message),
        thread_root=_thread_root(message),
        command=address.command,
        attachments=attachments,
        forwarded_from=forwarded,
        quoted=about.text,
        excerpt=about.excerpt,
        quoted_author=about.author,
        quoted_attachments=read_attachments(get_quoted_message(message)),
        album=get_text(message, "media_group_id"),
        sent=get_int(message, "date"),
        seam=find_seam(message),
    )
    return replace(found, settle=get_settle_seconds(found))


def _migration(message: Json, bot: BotIdentity, event_id: str) -> Incoming:
    """A group has become a supergroup, with another id (Bot API: Message.migrate_from_chat_id)."""
    return Incoming(
        chat=_chat(message, bot),
        event_id=event_id,
        message_id=str(get_int(message, "message_id")),
        sender=_person(get_object(message, "from")),
        moved_from=ChatRef(PLATFORM, str(bot.id), str(get_int(message, "migrate_from_chat_id"))),
    )


def _arrival(change: Json, bot: BotIdentity, event_id: str) -> Incoming | None:
    """Read that the bot was added to a group."""
    if _direct(change) is not False or not is_bot_added(change):
        return None
    sender = _person(get_object(change, "from"))
    return Incoming(chat=_chat(change, bot), event_id=event_id, message_id="", sender=sender, added=True)


def _choice(query: Json, bot: BotIdentity, event_id: str) -> Incoming | None:
    """Read a press; of a message that Telegram tells no more about nobody knows which topic it stands in."""
    message = get_object(query, "message")
    direct = _direct(message)
    menu, colon, value = get_text(query, "data").partition(":")
    if not colon or direct is None:
        return None
    return Incoming(
        chat=_chat(message, bot),
        event_id=event_id,
        message_id=str(get_int(message, "message_id")),
        sender=_person(get_object(query, "from")),
        direct=direct,
        thread=_topic(message),
        thread_root=_thread_root(message),
        choice=Choice(menu, value) if get_int(message, "date") else _OVER,
        quoted=read_answer_text(message, bot),
        quoted_attachments=_files(message),
        reply_route=get_text(query, "id"),
    )


def _direct(message: Json) -> bool | None:
    """True in a private chat, False in a group, None where bots do not converse.

    Among the latter is what people write to a channel: each of them has a conversation of their own in that one chat.
    """
    if get_object(message, "chat").get("is_direct_messages") is True:
        return None
    return {"private": True, "group": False, "supergroup": False}.get(get_text(get_object(message, "chat"), "type"))


def _chat(message: Json, bot: BotIdentity) -> ChatRef:
    return ChatRef(PLATFORM, str(bot.id), str(get_int(get_object(message, "chat"), "id")), _topic(message))


def _topic(message: Json) -> str:
    """Empty in a forum's General topic, and for the threads of replies that a group without topics has."""
    return str(get_int(message, "message_thread_id")) if message.get("is_topic_message") is True else ""


def _thread_root(message: Json) -> str:
    """A channel's post in the group of its comments, or the first message of a thread of replies."""
    return "" if _topic(message) else str(get_int(message, "message_thread_id") or "")


def _sender(message: Json) -> Sender | None:
    """Who wrote; None for bots and for what is not meant for this one."""
    author = get_object(message, "from")
    if not author or any(message.get(route) for route in _OTHER_ROUTES):
        return None
    chat = get_object(message, "sender_chat") or (
        get_object(message, "chat") if get_int(author, "id") in _ANONYMOUS else {}
    )
    if chat:
        name = get_text(chat, "title") or get_text(author, "first_name")
        return Sender(str(get_int(chat, "id")), name, shared=get_text(chat, "type") == "channel")
    return None if author.get("is_bot") else _person(author)


def _person(user: Json) -> Sender:
    return Sender(str(get_int(user, "id")), get_display_name(user), get_text(user, "language_code").lower())


def _has_words(message: Json) -> bool:
    return any(field in message for field in ("text", "caption", "rich_message")) or bool(describe_content(message))


def _answers(message: Json, bot: BotIdentity) -> bool:
    before = get_object(message, "reply_to_message")
    # In a topic, whatever is no explicit reply "replies" to the service message that opened the topic.
    return "forum_topic_created" not in before and get_int(get_object(before, "from"), "id") == bot.id


def _files(message: Json) -> tuple[Attachment, ...]:
    return tuple(file for file in read_attachments(message) if file.id)
