"""The message that another one replies to, or whose button was pressed; pure."""

from __future__ import annotations

from dataclasses import dataclass, replace

from bots.json_fields import Json, get_int, get_object, get_objects, get_text

from .addressing import BotIdentity
from .contents import find_replied_part
from .entities import Span, get_span
from .message_text import MessageBody, prepend_content
from .origins import get_author

_FOLD = "expandable_blockquote"


@dataclass(frozen=True, slots=True)
class Quote:
    """What a message is about."""

    text: str = ""
    author: str = ""
    """See `author`."""
    excerpt: bool = False
    """It is a part that somebody picked, or comes from another chat."""


def read_answer_text(message: Json, bot: BotIdentity) -> str:
    """What a message says, without the thinking that folds of the bot's own messages hold."""
    body = MessageBody.parse(message)
    return prepend_content(message, body.to_markdown([(fold, "") for fold in _folds(message, body, bot)]).strip())


def parse_quote(message: Json, bot: BotIdentity) -> Quote:
    """The part that was quoted by hand, else the whole message that this one replies to; never any thinking.

    Never any thinking: a quote does not tell whether it was in a fold (Bot API: TextQuote keeps no such entities), so
    whoever quotes thinking quotes the answer below it. Of a message in another chat there is nothing but a quote.
    """
    whole = get_quoted_message(message)
    about = Quote(read_answer_text(whole, bot), get_author(whole, bot.id), "external_reply" in message)
    if option := find_replied_part(whole, message):
        return replace(about, text=f"{about.text}\n\n[this one] {option}", excerpt=True)
    quote = get_object(message, "quote")
    part = get_text(quote, "text")
    if part and (not _folds(whole, MessageBody.parse(whole), bot) or part in _visible(whole, bot)):
        return replace(about, text=_part(quote, MessageBody.parse(whole)).to_markdown(), excerpt=True)
    return about if whole else _story(get_object(message, "reply_to_story"))


def get_quoted_message(message: Json) -> Json:
    """What a message replies to; of a message in another chat only its origin, its files and polls are told.

    A notice that a message was pinned shows that message.
    """
    found = get_object(message, "reply_to_message") or get_object(message, "external_reply")
    return get_object(found, "pinned_message") or found


def _folds(message: Json, body: MessageBody, bot: BotIdentity) -> list[Span]:
    if get_int(get_object(message, "from"), "id") != bot.id:
        return []
    return [get_span(body.text, each) for each in body.entities if get_text(each, "type") == _FOLD]


def _visible(message: Json, bot: BotIdentity) -> str:
    """The text of a message without its folds, as it stands on the screen."""
    body = MessageBody.parse(message)
    return MessageBody(body.text).to_markdown([(fold, "") for fold in _folds(message, body, bot)])


def _part(quote: Json, whole: MessageBody) -> MessageBody:
    """Give a quoted part the entities that it has in the whole: a quote keeps neither links nor code."""
    part, about = get_text(quote, "text"), get_int(quote, "position")
    units = whole.text.encode("utf-16-le")
    wanted = part.encode("utf-16-le")
    starts = [at // 2 for at in range(0, len(units), 2) if units.startswith(wanted, at)]
    if not starts:
        return MessageBody(part, tuple(get_objects(quote, "entities")))
    start = min(starts, key=lambda at: abs(at - about))
    return MessageBody(part, tuple(_moved(each, start, len(wanted) // 2) for each in whole.entities))


def _moved(entity: Json, start: int, length: int) -> Json:
    """The piece of an entity that lies within a part."""
    first = max(get_int(entity, "offset") - start, 0)
    last = min(get_int(entity, "offset") - start + get_int(entity, "length"), length)
    return {**entity, "offset": first, "length": max(last - first, 0)}


def _story(story: Json) -> Quote:
    return Quote("[a story]", get_author({"sender_chat": get_object(story, "chat")}, 0)) if story else Quote()
