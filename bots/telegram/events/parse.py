"""Parsing an update into an `Incoming`; pure.

Facts: Bot API 10.3, Update and Message. Parsing never raises, whatever an update contains: an error would occur again
with each delivery of the same update.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from core.chat.port.incoming import Attachment, ChatRef, Choice, Incoming
from core.json_reader import Json, get_int, get_object, get_text

from .addressing import PLATFORM, BotIdentity, parse_addressed_text
from .attachments import read_attachments
from .chat_place import build_chat_ref, get_title, get_topic, is_direct
from .describe_contents import describe_content, is_sticker_or_animation_alone
from .forward_origins import get_forward_author
from .guest_messages import parse_guest_message
from .inline_messages import parse_chosen_result, parse_inline_press
from .membership import parse_membership
from .message_body import MessageBody, prepend_content
from .quotes import get_quoted_message, parse_quote, read_answer_text
from .reactions import parse_reaction
from .senders import build_sender, parse_sender
from .wait_for_pieces import find_cut_separator, get_wait_seconds

_EXPIRED_CHOICE = Choice("over", "")
"""A choice that no command handles, so it does nothing."""


def parse_update(update: Json, bot: BotIdentity) -> Incoming | None:
    """Parse an update; None when `bot` should not answer it.

    That is so for edited messages, channel posts, service messages (except that a group has a new id), messages of
    other bots, and messages in groups that do not address the bot.
    """
    for kind, parse in _PARSERS.items():
        if body := get_object(update, kind):
            return parse(body, bot, str(get_int(update, "update_id")))
    return None


def read_addition(update: Json, bot: BotIdentity) -> Incoming | None:
    """Parse what counts only together with another message: an edited form, or a part that does not name the bot."""
    event_id = str(get_int(update, "update_id"))
    if edited := get_object(update, "edited_message"):
        found = (
            None if get_object(edited, "location") else _parse_message(edited, bot, event_id)
        )  # a live location is edited whenever it moves
        return found and replace(found, edits=found.message_id, wait_seconds=0.0)
    return _parse_ordinary_message(get_object(update, "message"), bot, event_id, addressed=False)


def read_any(update: Json, bot: BotIdentity) -> Incoming | None:
    """Parse what `parse_update` or `read_addition` parses, a message only once."""
    if message := get_object(update, "message"):
        return _parse_message(message, bot, str(get_int(update, "update_id")), addressed=None)
    return parse_update(update, bot) or read_addition(update, bot)


def _parse_message(message: Json, bot: BotIdentity, event_id: str, *, addressed: bool | None = True) -> Incoming | None:
    if get_int(message, "migrate_from_chat_id"):
        return _parse_migration(message, bot, event_id)
    if (title := _find_default_title(message)) is not None:
        return _parse_naming(message, bot, event_id, title)
    return _parse_ordinary_message(message, bot, event_id, addressed=addressed)


def _parse_ordinary_message(
    message: Json, bot: BotIdentity, event_id: str, *, addressed: bool | None
) -> Incoming | None:
    """Parse a message if it addresses the bot, if it does not, or with None in any case.

    The other kind is found out before most is read.
    """
    sender = parse_sender(message)
    direct = is_direct(message)
    attachments = read_attachments(message)
    if sender is None or direct is None or not (_has_words(message) or attachments):
        return None
    if not direct and is_sticker_or_animation_alone(message):
        return None
    forwarded = get_forward_author(message, bot.id)
    address = parse_addressed_text(MessageBody.parse(message), bot, commands=not forwarded)
    is_addressed = direct or address.command or address.mentioned or _is_reply_to_bot(message, bot)
    if address.for_other_bot or addressed not in {None, bool(is_addressed)}:
        return None
    about = parse_quote(message, bot)
    found = Incoming(
        chat=build_chat_ref(message, bot),
        event_id=event_id,
        message_id=str(get_int(message, "message_id")),
        sender=sender,
        text=prepend_content(message, address.text),
        is_described=bool(describe_content(message)) and not (address.text.strip() or attachments),
        direct=direct,
        chat_name=get_title(message),
        mentioned=address.mentioned,
        thread=get_topic(message),
        thread_root=_get_thread_root(message),
        command=address.command,
        attachments=attachments,
        forwarded_from=forwarded,
        quoted=about.text,
        excerpt=about.excerpt,
        quoted_author=about.author,
        quoted_attachments=read_attachments(get_quoted_message(message)),
        batch_key=get_text(message, "media_group_id"),
        sent=get_int(message, "date"),
        cut_separator=find_cut_separator(message),
        part=not is_addressed,
    )
    wait_seconds = get_wait_seconds(found)
    return replace(found, wait_seconds=wait_seconds) if wait_seconds else found


def _parse_migration(message: Json, bot: BotIdentity, event_id: str) -> Incoming:
    """Parse that a group became a supergroup with a new id (Bot API: Message.migrate_from_chat_id)."""
    return Incoming(
        chat=build_chat_ref(message, bot),
        event_id=event_id,
        message_id=str(get_int(message, "message_id")),
        sender=build_sender(get_object(message, "from")),
        previous_chat=ChatRef(PLATFORM, str(bot.id), str(get_int(message, "migrate_from_chat_id"))),
    )


def _parse_naming(message: Json, bot: BotIdentity, event_id: str, title: str) -> Incoming:
    """Parse that a topic of a private chat began, or was named."""
    return Incoming(
        chat=build_chat_ref(message, bot),
        event_id=event_id,
        message_id=str(get_int(message, "message_id")),
        sender=build_sender(get_object(message, "from")),
        direct=True,
        thread=get_topic(message),
        default_title=title,
    )


def _find_default_title(message: Json) -> str | None:
    """Return the name that a new topic of a private chat has until it gets one, "" when a person has named it.

    None for a message that tells nothing of it (Bot API: ForumTopicCreated.is_name_implicit, ForumTopicEdited.name).
    """
    created, edited = get_object(message, "forum_topic_created"), get_object(message, "forum_topic_edited")
    if not is_direct(message) or not get_topic(message) or get_object(message, "from").get("is_bot"):
        return None
    if created.get("is_name_implicit") is True:
        return get_text(created, "name")
    return "" if get_text(edited, "name") else None


def _parse_stop(stopped: Json, bot: BotIdentity, event_id: str) -> Incoming | None:
    """Parse a press of the button that stops a draft (Bot API: MessageGenerationStopped); its chat is its presser's."""
    chat, topic = get_object(stopped, "chat"), str(get_int(stopped, "message_thread_id") or "")
    if get_text(chat, "type") != "private":
        return None
    place = ChatRef(PLATFORM, str(bot.id), str(get_int(chat, "id")), topic)
    sender = build_sender(chat)
    return Incoming(
        place, event_id, message_id="", sender=sender, direct=True, thread=topic, command="stop", silent=True
    )


def _parse_callback_query(query: Json, bot: BotIdentity, event_id: str) -> Incoming | None:
    """Parse a pressed button; it expires when Telegram does not send its message, since the topic is unknown then."""
    if get_text(query, "inline_message_id"):
        return parse_inline_press(query, bot, event_id)
    message = get_object(query, "message")
    direct = is_direct(message)
    menu, colon, value = get_text(query, "data").partition(":")
    if not colon or direct is None:
        return None
    return Incoming(
        chat=build_chat_ref(message, bot),
        event_id=event_id,
        message_id=str(get_int(message, "message_id")),
        sender=build_sender(get_object(query, "from")),
        direct=direct,
        thread=get_topic(message),
        thread_root=_get_thread_root(message),
        choice=Choice(menu, value) if get_int(message, "date") else _EXPIRED_CHOICE,
        quoted=read_answer_text(message, bot),
        quoted_attachments=_read_downloadable_files(message),
        reply_route=get_text(query, "id"),
    )


def _get_thread_root(message: Json) -> str:
    """Return the channel's post in its discussion group, or the first message of a reply thread."""
    return "" if get_topic(message) else str(get_int(message, "message_thread_id") or "")


def _has_words(message: Json) -> bool:
    return any(field in message for field in ("text", "caption", "rich_message")) or bool(describe_content(message))


def _is_reply_to_bot(message: Json, bot: BotIdentity) -> bool:
    before = get_object(message, "reply_to_message")
    # In a topic, a message that is no explicit reply "replies" to the service message that opened the topic.
    return "forum_topic_created" not in before and get_int(get_object(before, "from"), "id") == bot.id


def _read_downloadable_files(message: Json) -> tuple[Attachment, ...]:
    return tuple(file for file in read_attachments(message) if file.id)


_PARSERS: Mapping[str, Callable[[Json, BotIdentity, str], Incoming | None]] = {
    "message": _parse_message,
    "callback_query": _parse_callback_query,
    "chosen_inline_result": parse_chosen_result,
    "guest_message": parse_guest_message,
    "my_chat_member": parse_membership,
    "stopped_message_generation": _parse_stop,
    "message_reaction": parse_reaction,
}
