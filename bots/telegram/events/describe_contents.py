"""Describing content that is neither text nor a file, such as polls, places and contacts; pure.

Facts: Bot API 10.3, Message and ExternalReplyInfo, which have the same fields.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from core.json_reader import Json, get_int, get_list, get_object, get_objects, get_text

from .entities_to_markdown import format_date, to_markdown
from .forward_origins import get_display_name
from .vcard import read_vcard


def describe_content(message: Json) -> str:
    """Return a description of such content, "" when the message has none."""
    if _DESCRIBERS.keys().isdisjoint(message):
        return ""
    for field, describe in _DESCRIBERS.items():  # a venue comes before its location, which Telegram sends as well
        if content := get_object(message, field):
            return "\n".join(line for line in describe(content) if line.strip())
    return ""


def is_sticker_or_animation_alone(message: Json) -> bool:
    """Whether it is only a sticker or an animation, without text."""
    return bool(
        get_object(message, "sticker") or (get_object(message, "animation") and not get_text(message, "caption"))
    )


def find_replied_part(message: Json, reply: Json) -> str:
    """Return the poll option or checklist task that `reply` replies to; "" when it replies to the whole message."""
    option, task = get_text(reply, "reply_to_poll_option_id"), get_int(reply, "reply_to_checklist_task_id")
    options = [
        get_text(each, "text")
        for each in get_objects(get_object(message, "poll"), "options")
        if _has_persistent_id(each, option)
    ]
    tasks = [
        get_text(each, "text")
        for each in get_objects(get_object(message, "checklist"), "tasks")
        if get_int(each, "id") == task
    ]
    return next(iter(options if option else tasks if task else []), "")


def _has_persistent_id(option: Json, persistent_id: str) -> bool:
    return get_text(option, "persistent_id") == persistent_id


def _describe_sticker(sticker: Json) -> Iterator[str]:
    yield get_text(sticker, "emoji")


def _describe_poll(poll: Json) -> Iterator[str]:
    kind = "quiz" if get_text(poll, "type") == "quiz" else "poll"
    yield f"[{kind}{', closed' if poll.get('is_closed') is True else ''}] {get_text(poll, 'question')}"
    yield _read_formatted(poll, "description")
    yield _describe_poll_media(get_object(poll, "media"))
    correct = get_list(poll, "correct_option_ids") or [poll.get("correct_option_id")]
    for index, option in enumerate(get_objects(poll, "options")):
        votes = get_int(option, "voter_count")
        notes = [f"{votes} vote{'' if votes == 1 else 's'}"] * bool(votes) + ["correct"] * (index in correct)
        shown = " ".join(
            part for part in (get_text(option, "text"), _describe_poll_media(get_object(option, "media"))) if part
        )
        yield f"- {shown}" + (f" ({', '.join(notes)})" if notes else "")
    if explanation := _read_formatted(poll, "explanation"):
        yield f"Explanation: {explanation}"


def _describe_poll_media(media: Json) -> str:
    """Describe media of a poll that are no file: a link, a place, a sticker."""
    return get_text(get_object(media, "link"), "url") or " ".join(describe_content(media).split("\n"))


def _describe_venue(venue: Json) -> Iterator[str]:
    yield f"[venue] {get_text(venue, 'title')}"
    yield get_text(venue, "address")
    yield _format_coordinates(get_object(venue, "location"))


def _describe_location(location: Json) -> Iterator[str]:
    yield f"[{'live location' if get_int(location, 'live_period') else 'location'}] {_format_coordinates(location)}"


def _format_coordinates(location: Json) -> str:
    degrees = [location.get(name) for name in ("latitude", "longitude")]
    return ", ".join(
        f"{each:g}" if each == int(each) else f"{each:.6f}".rstrip("0") for each in map(_to_degrees, degrees)
    )


def _to_degrees(value: object) -> float:
    return float(value) if isinstance(value, int | float) and abs(value) <= 360 else 0.0  # noqa: PLR2004 - degrees


def _describe_audio(audio: Json) -> Iterator[str]:
    """Name a piece of music; the file is read by others."""
    name = " - ".join(filter(None, (get_text(audio, field) for field in ("performer", "title"))))
    yield f"[audio] {name}" if name else ""


def _describe_contact(contact: Json) -> Iterator[str]:
    yield f"[contact] {get_text(contact, 'first_name')} {get_text(contact, 'last_name')}".rstrip()
    yield get_text(contact, "phone_number")
    yield from read_vcard(get_text(contact, "vcard"), known=get_text(contact, "phone_number"))


def _describe_dice(dice: Json) -> Iterator[str]:
    yield f"{get_text(dice, 'emoji')} {get_int(dice, 'value')}"


def _describe_game(game: Json) -> Iterator[str]:
    yield f"[game] {get_text(game, 'title')}"
    yield get_text(game, "description")
    yield _read_formatted(game, "text")


def _describe_checklist(checklist: Json) -> Iterator[str]:
    yield f"[checklist] {_read_formatted(checklist, 'title')}"
    for task in get_objects(checklist, "tasks"):
        done = (
            get_int(task, "completion_date")
            or get_object(task, "completed_by_user")
            or get_object(task, "completed_by_chat")
        )
        yield f"- [{'x' if done else ' '}] {_read_formatted(task, 'text')}"


def _describe_invoice(invoice: Json) -> Iterator[str]:
    yield f"[invoice] {get_text(invoice, 'title')}"
    yield get_text(invoice, "description")
    amount, currency = get_int(invoice, "total_amount"), get_text(invoice, "currency")
    yield f"{amount} Telegram Stars" if currency == "XTR" else f"{amount} (smallest units of {currency})"


def _describe_giveaway(giveaway: Json) -> Iterator[str]:
    yield f"[giveaway] {get_text(giveaway, 'prize_description')}".rstrip()
    if stars := get_int(giveaway, "prize_star_count"):
        yield f"Prize: {stars} Telegram Stars"
    if months := get_int(giveaway, "premium_subscription_month_count"):
        yield f"Prize: Telegram Premium for {months} months"
    yield f"Winners: {get_int(giveaway, 'winner_count')}"
    yield ", ".join(filter(None, map(get_display_name, get_objects(giveaway, "winners"))))
    chats = [get_text(chat, "title") for chat in get_objects(giveaway, "chats")]
    yield f"For members of: {', '.join(chats)}" if chats else ""
    yield format_date(get_int(giveaway, "winners_selection_date"))


def _read_formatted(holder: Json, field: str) -> str:
    return to_markdown(get_text(holder, field), get_objects(holder, f"{field}_entities"), marks=True)


_DESCRIBERS: dict[str, Callable[[Json], Iterator[str]]] = {
    "sticker": _describe_sticker,
    "poll": _describe_poll,
    "venue": _describe_venue,
    "location": _describe_location,
    "contact": _describe_contact,
    "dice": _describe_dice,
    "audio": _describe_audio,
    "game": _describe_game,
    "checklist": _describe_checklist,
    "invoice": _describe_invoice,
    "giveaway": _describe_giveaway,
    "giveaway_winners": _describe_giveaway,
}
