"""What a message shows that is neither text nor a file: polls, places, contacts and the like, as words; pure.

Facts: Bot API 10.3, Message and ExternalReplyInfo, which have the same fields.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from bots.json_fields import Json, inner, items, number, objects, text

from .entities import moment, to_markdown
from .origins import named
from .vcard import read_card


def read_content(message: Json) -> str:
    """Return the words of such content, "" when the message has none."""
    for field, describe in _CONTENTS.items():  # a venue comes with its location once more, and goes first
        if content := inner(message, field):
            return "\n".join(line for line in describe(content) if line.strip())
    return ""


def is_reaction(message: Json) -> bool:
    """Whether it only shows a mood: a sticker or an animated picture, without a word."""
    return bool(inner(message, "sticker") or (inner(message, "animation") and not text(message, "caption")))


def chosen_part(message: Json, reply: Json) -> str:
    """Return the option of a poll, or the task of a list, that `reply` is about; "" when it is about all of it."""
    option, task = text(reply, "reply_to_poll_option_id"), number(reply, "reply_to_checklist_task_id")
    options = [text(each, "text") for each in objects(inner(message, "poll"), "options") if _is(each, option)]
    tasks = [text(each, "text") for each in objects(inner(message, "checklist"), "tasks") if number(each, "id") == task]
    return next(iter(options if option else tasks if task else []), "")


def _is(option: Json, persistent_id: str) -> bool:
    return text(option, "persistent_id") == persistent_id


def _sticker(sticker: Json) -> Iterator[str]:
    yield text(sticker, "emoji")


def _poll(poll: Json) -> Iterator[str]:
    kind = "quiz" if text(poll, "type") == "quiz" else "poll"
    yield f"[{kind}{', closed' if poll.get('is_closed') is True else ''}] {text(poll, 'question')}"
    yield _dressed(poll, "description")
    yield _beside(inner(poll, "media"))
    correct = items(poll, "correct_option_ids") or [poll.get("correct_option_id")]
    for index, option in enumerate(objects(poll, "options")):
        votes = number(option, "voter_count")
        notes = [f"{votes} vote{'' if votes == 1 else 's'}"] * bool(votes) + ["correct"] * (index in correct)
        shown = " ".join(part for part in (text(option, "text"), _beside(inner(option, "media"))) if part)
        yield f"- {shown}" + (f" ({', '.join(notes)})" if notes else "")
    if explanation := _dressed(poll, "explanation"):
        yield f"Explanation: {explanation}"


def _beside(media: Json) -> str:
    """What a poll shows beside words that is no file: a link, a place, a sticker."""
    return text(inner(media, "link"), "url") or " ".join(read_content(media).split("\n"))


def _venue(venue: Json) -> Iterator[str]:
    yield f"[venue] {text(venue, 'title')}"
    yield text(venue, "address")
    yield _coordinates(inner(venue, "location"))


def _location(location: Json) -> Iterator[str]:
    yield f"[{'live location' if number(location, 'live_period') else 'location'}] {_coordinates(location)}"


def _coordinates(location: Json) -> str:
    degrees = [location.get(name) for name in ("latitude", "longitude")]
    return ", ".join(f"{each:g}" if each == int(each) else f"{each:.6f}".rstrip("0") for each in map(_real, degrees))


def _real(value: object) -> float:
    return float(value) if isinstance(value, int | float) and abs(value) <= 360 else 0.0  # noqa: PLR2004 - degrees


def _contact(contact: Json) -> Iterator[str]:
    yield f"[contact] {text(contact, 'first_name')} {text(contact, 'last_name')}".rstrip()
    yield text(contact, "phone_number")
    yield from read_card(text(contact, "vcard"), known=text(contact, "phone_number"))


def _dice(dice: Json) -> Iterator[str]:
    yield f"{text(dice, 'emoji')} {number(dice, 'value')}"


def _game(game: Json) -> Iterator[str]:
    yield f"[game] {text(game, 'title')}"
    yield text(game, "description")
    yield _dressed(game, "text")


def _checklist(checklist: Json) -> Iterator[str]:
    yield f"[checklist] {_dressed(checklist, 'title')}"
    for task in objects(checklist, "tasks"):
        done = number(task, "completion_date") or inner(task, "completed_by_user") or inner(task, "completed_by_chat")
        yield f"- [{'x' if done else ' '}] {_dressed(task, 'text')}"


def _invoice(invoice: Json) -> Iterator[str]:
    yield f"[invoice] {text(invoice, 'title')}"
    yield text(invoice, "description")
    amount, currency = number(invoice, "total_amount"), text(invoice, "currency")
    yield f"{amount} Telegram Stars" if currency == "XTR" else f"{amount} (smallest units of {currency})"


def _giveaway(giveaway: Json) -> Iterator[str]:
    yield f"[giveaway] {text(giveaway, 'prize_description')}".rstrip()
    if stars := number(giveaway, "prize_star_count"):
        yield f"Prize: {stars} Telegram Stars"
    if months := number(giveaway, "premium_subscription_month_count"):
        yield f"Prize: Telegram Premium for {months} months"
    yield f"Winners: {number(giveaway, 'winner_count')}"
    yield ", ".join(filter(None, map(named, objects(giveaway, "winners"))))
    chats = [text(chat, "title") for chat in objects(giveaway, "chats")]
    yield f"For members of: {', '.join(chats)}" if chats else ""
    yield moment(number(giveaway, "winners_selection_date"))


def _dressed(holder: Json, field: str) -> str:
    return to_markdown(text(holder, field), objects(holder, f"{field}_entities"), marks=True)


_CONTENTS: dict[str, Callable[[Json], Iterator[str]]] = {
    "sticker": _sticker,
    "poll": _poll,
    "venue": _venue,
    "location": _location,
    "contact": _contact,
    "dice": _dice,
    "game": _game,
    "checklist": _checklist,
    "invoice": _invoice,
    "giveaway": _giveaway,
    "giveaway_winners": _giveaway,
}
