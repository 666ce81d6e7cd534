"""The message that another one replies to, or whose button was pressed; pure."""

from __future__ import annotations

from dataclasses import dataclass, replace

from bots.json_fields import Json, inner, number, objects, text

from .addressing import Identity
from .contents import chosen_part
from .entities import Span, place
from .message_text import Body, with_content
from .origins import author

_FOLD = "expandable_blockquote"


@dataclass(frozen=True, slots=True)
class Quote:
    """What a message is about."""

    text: str = ""
    author: str = ""
    """See `author`."""
    excerpt: bool = False
    """It is a part that somebody picked, or comes from another chat."""


def words_of_answer(message: Json, bot: Identity) -> str:
    """What a message says, without the thinking that folds of the bot's own messages hold."""
    body = Body.of(message)
    return with_content(message, body.markdown([(fold, "") for fold in _folds(message, body, bot)]).strip())


def read_quote(message: Json, bot: Identity) -> Quote:
    """The part that was quoted by hand, else the whole message that this one replies to; never any thinking.

    Never any thinking: a quote does not tell whether it was in a fold (Bot API: TextQuote keeps no such entities), so
    whoever quotes thinking quotes the answer below it. Of a message in another chat there is nothing but a quote.
    """
    whole = original(message)
    about = Quote(words_of_answer(whole, bot), author(whole, bot.id), "external_reply" in message)
    if option := chosen_part(whole, message):
        return replace(about, text=f"{about.text}\n\n[this one] {option}", excerpt=True)
    quote = inner(message, "quote")
    part = text(quote, "text")
    if part and (not _folds(whole, Body.of(whole), bot) or part in _visible(whole, bot)):
        return replace(about, text=_part(quote, Body.of(whole)).markdown(), excerpt=True)
    return about if whole else _story(inner(message, "reply_to_story"))


def original(message: Json) -> Json:
    """What a message replies to; of a message in another chat only its origin, its files and polls are told.

    A notice that a message was pinned shows that message.
    """
    found = inner(message, "reply_to_message") or inner(message, "external_reply")
    return inner(found, "pinned_message") or found


def _folds(message: Json, body: Body, bot: Identity) -> list[Span]:
    if number(inner(message, "from"), "id") != bot.id:
        return []
    return [place(body.text, each) for each in body.entities if text(each, "type") == _FOLD]


def _visible(message: Json, bot: Identity) -> str:
    """The text of a message without its folds, as it stands on the screen."""
    body = Body.of(message)
    return Body(body.text).markdown([(fold, "") for fold in _folds(message, body, bot)])


def _part(quote: Json, whole: Body) -> Body:
    """Give a quoted part the entities that it has in the whole: a quote keeps neither links nor code."""
    part, about = text(quote, "text"), number(quote, "position")
    units = whole.text.encode("utf-16-le")
    wanted = part.encode("utf-16-le")
    starts = [at // 2 for at in range(0, len(units), 2) if units.startswith(wanted, at)]
    if not starts:
        return Body(part, tuple(objects(quote, "entities")))
    start = min(starts, key=lambda at: abs(at - about))
    return Body(part, tuple(_moved(each, start, len(wanted) // 2) for each in whole.entities))


def _moved(entity: Json, start: int, length: int) -> Json:
    """The piece of an entity that lies within a part."""
    first = max(number(entity, "offset") - start, 0)
    last = min(number(entity, "offset") - start + number(entity, "length"), length)
    return {**entity, "offset": first, "length": max(last - first, 0)}


def _story(story: Json) -> Quote:
    return Quote("[a story]", author({"sender_chat": inner(story, "chat")}, 0)) if story else Quote()
