"""Reading reactions to the bot's messages as ratings; pure."""

from __future__ import annotations

from core.chat.port.incoming import Incoming, Rating
from core.json_reader import Json, as_list, as_object, get_int, get_object, get_text

from .addressing import BotIdentity
from .chat_place import build_chat_ref, is_direct
from .senders import build_sender

_RATINGS = {"👍": 1, "👎": -1}


def parse_reaction(reaction: Json, bot: BotIdentity, event_id: str) -> Incoming | None:
    """Parse a thumb up or down (Bot API: MessageReactionUpdated); None for other emoji, and for anonymous ones."""
    direct, user = is_direct(reaction), get_object(reaction, "user")
    before, after = (_read_rating(reaction, field) for field in ("old_reaction", "new_reaction"))
    if direct is None or not user or user.get("is_bot") or before == after:
        return None
    return Incoming(
        chat=build_chat_ref(reaction, bot),
        event_id=event_id,
        message_id=str(get_int(reaction, "message_id")),
        sender=build_sender(user),
        direct=direct,
        rating=Rating(before, after),
    )


def _read_rating(reaction: Json, field: str) -> int:
    emoji = (get_text(as_object(one), "emoji") for one in as_list(reaction.get(field)))
    return next((_RATINGS[one] for one in emoji if one in _RATINGS), 0)
