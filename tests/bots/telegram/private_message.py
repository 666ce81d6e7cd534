"""A message that Ann writes to the bot in private, as Telegram delivers and the adapter reads it."""

from __future__ import annotations

from typing import Any

from bots.telegram.events.addressing import BotIdentity
from bots.telegram.events.parse import parse_update
from core.chat.port.incoming import Incoming

BOT = BotIdentity(99, "wanjie_bot")
OURS = {"id": 99, "is_bot": True, "first_name": "Wanjie", "username": "wanjie_bot"}
ANN = {"id": 7, "is_bot": False, "first_name": "Ann", "last_name": "Li"}
BO = {"id": 8, "is_bot": False, "first_name": "Bo"}
PRIVATE = {"id": 7, "type": "private", "first_name": "Ann"}
GROUP = {"id": -100123, "type": "supergroup", "title": "Team"}
NEWS = {"id": -1009, "type": "channel", "title": "News"}


def message(**fields: object) -> dict[str, Any]:
    return {"message_id": 5, "from": ANN, "chat": PRIVATE, "date": 1_700_000_000, **fields}


def said(**fields: object) -> Incoming:
    incoming = parse_update({"update_id": 1, "message": message(**fields)}, BOT)
    assert incoming is not None
    return incoming
