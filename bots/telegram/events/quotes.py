"""Reading the message that another one replies to, or whose button was pressed; pure."""

from __future__ import annotations

from dataclasses import dataclass, replace

from core.json_reader import Json, get_int, get_object, get_objects, get_text

from .addressing import BotIdentity
from .describe_contents import find_replied_part
from .entities_to_markdown import Span, get_span
from .forward_origins import get_author
from .message_body import MessageBody, prepend_content
from .service_messages import describe_service_message

_FOLD_KIND = "expandable_blockquote"


@dataclass(frozen=True, slots=True)
class Quote:
    """The text that a message replies to."""

    text: str = ""
    author: str = ""
    """See `author`."""
    excerpt: bool = False
    """It is a part that the sender selected, or comes from another chat."""


def read_answer_text(message: Json, bot: BotIdentity) -> str:
    """Read the text of a message without the reasoning in the folds of the bot's own messages."""
    body = MessageBody.parse(message)
    if service := describe_service_message(message):
        return service
    return prepend_content(message, body.to_markdown([(fold, "") for fold in _find_folds(message, body, bot)]).strip())


def parse_quote(message: Json, bot: BotIdentity) -> Quote:
    """Parse the part that was quoted by hand, else the whole message that this one replies to; never any reasoning.

    A quote does not tell whether it was in a fold (Bot API: TextQuote has no such entities), so a quote of reasoning
    becomes one of the answer below it. For a message in another chat only the quote is available.
    """
    replied_to = get_quoted_message(message)
    if not replied_to and "quote" not in message:
        return _describe_story(get_object(message, "reply_to_story"))
    whole = Quote(read_answer_text(replied_to, bot), get_author(replied_to, bot.id), "external_reply" in message)
    if option := find_replied_part(replied_to, message):
        return replace(whole, text=f"{whole.text}\n\n[this one] {option}", excerpt=True)
    quote = get_object(message, "quote")
    part = get_text(quote, "text")
    if part and (
        not _find_folds(replied_to, MessageBody.parse(replied_to), bot) or part in _read_visible_text(replied_to, bot)
    ):
        return replace(
            whole,
            text=_read_quoted_part(quote, MessageBody.parse(replied_to)).to_markdown(),
            excerpt=True,
        )
    return whole if replied_to else _describe_story(get_object(message, "reply_to_story"))


def get_quoted_message(message: Json) -> Json:
    """Return what a message replies to; of a message in another chat only its origin, files and polls are known.

    For a notice that a message was pinned, this is the pinned message, if that is still accessible.
    """
    found = get_object(message, "reply_to_message") or get_object(message, "external_reply")
    pinned = get_object(found, "pinned_message")
    return pinned if get_int(pinned, "date") else found


def _find_folds(message: Json, body: MessageBody, bot: BotIdentity) -> list[Span]:
    if get_int(get_object(message, "from"), "id") != bot.id:
        return []
    return [get_span(body.text, each) for each in body.entities if get_text(each, "type") == _FOLD_KIND]


def _read_visible_text(message: Json, bot: BotIdentity) -> str:
    """Read the text of a message without its folds and formatting."""
    body = MessageBody.parse(message)
    return MessageBody(body.text).to_markdown([(fold, "") for fold in _find_folds(message, body, bot)])


def _read_quoted_part(quote: Json, replied_to: MessageBody) -> MessageBody:
    """Give a quoted part the entities of the whole message, since a quote contains neither links nor code."""
    part, whole = get_text(quote, "text"), get_int(quote, "position")
    encoded = replied_to.text.encode("utf-16-le")
    encoded_part = part.encode("utf-16-le")
    starts = [at // 2 for at in range(0, len(encoded), 2) if encoded.startswith(encoded_part, at)]
    if not starts:
        return MessageBody(part, tuple(get_objects(quote, "entities")))
    start = min(starts, key=lambda at: abs(at - whole))
    return MessageBody(part, tuple(_clip_entity(each, start, len(encoded_part) // 2) for each in replied_to.entities))


def _clip_entity(entity: Json, start: int, length: int) -> Json:
    """Return the piece of an entity that lies within a part, with its offset in that part."""
    first = max(get_int(entity, "offset") - start, 0)
    last = min(get_int(entity, "offset") - start + get_int(entity, "length"), length)
    return {**entity, "offset": first, "length": max(last - first, 0)}


def _describe_story(story: Json) -> Quote:
    return Quote("[a story]", get_author({"sender_chat": get_object(story, "chat")}, 0)) if story else Quote()
