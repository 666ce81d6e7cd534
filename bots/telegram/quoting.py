"""The words of a message, and of the one that it replies to or whose button was pressed; pure."""

from __future__ import annotations

from .address import Identity
from .fields import Json, inner, number, objects, text
from .rich import flatten

_FOLD = "expandable_blockquote"


def words(message: Json) -> str:
    """What a message says, all of it."""
    return text(message, "text") or text(message, "caption") or flatten(inner(message, "rich_message"))


def words_of_answer(message: Json, bot: Identity) -> str:
    """What a message says, without the thinking that folds of the bot's own messages hold."""
    if number(inner(message, "from"), "id") != bot.id:
        return words(message)
    dress = objects(message, "entities" if "text" in message else "caption_entities")
    folds = [(number(each, "offset"), number(each, "length")) for each in dress if text(each, "type") == _FOLD]
    return _without(words(message), folds).strip() if folds else words(message)


def quoted(message: Json, bot: Identity) -> tuple[str, bool]:
    """The part that was quoted by hand, else the whole message that this one replies to; and whether it is a part.

    Never any thinking: a quote does not tell whether it was in a fold (Bot API: TextQuote keeps no such entities), so
    whoever quotes thinking quotes the answer below it. Of a message in another chat there is nothing but a quote.
    """
    part, whole = text(inner(message, "quote"), "text"), original(message)
    answer = words_of_answer(whole, bot)
    picked = bool(part) and (answer == words(whole) or part in answer)
    return (part, True) if picked else (answer, False)


def original(message: Json) -> Json:
    """What a message replies to; of a message in another chat only its files are told."""
    return inner(message, "reply_to_message") or inner(message, "external_reply")


def _without(said: str, places: list[tuple[int, int]]) -> str:
    """Cut out what begins at such offsets and has such lengths, in UTF-16 code units."""
    units = said.encode("utf-16-le")
    for start, length in sorted(places, reverse=True):
        units = units[: max(0, start) * 2] + units[max(0, start + length) * 2 :]
    return units.decode("utf-16-le", "replace")
